import { describe, expect, it } from 'vitest'
import { ScanDetector, type KeyStroke } from './scanner'

/** Types `text` and Enter with `gap_ms` between the keys, and gives what the detector says to the Enter. */
function type(
  detector: ScanDetector,
  text: string,
  gap_ms: number,
  stroke = (c: string): Partial<KeyStroke> => ({ key: c }),
): string | null {
  let at_ms = 1000
  for (const c of text) {
    at_ms += gap_ms
    detector.feed({ key: c, code: '', at_ms, ...stroke(c) })
  }
  return detector.feed({ key: 'Enter', code: 'Enter', at_ms: at_ms + gap_ms })?.text ?? null
}

describe('a scanner is told from a person by the time between keys', () => {
  it('8 ms a key is a scan', () => expect(type(new ScanDetector(), '3310001000000000000188', 8)).toBe('3310001000000000000188'))
  it('80 ms a key is a person', () => expect(type(new ScanDetector(), '3310001000000000000188', 80)).toBeNull())
  it('fewer than six characters is no barcode', () => expect(type(new ScanDetector(), '12345', 8)).toBeNull())
})

it('what a person typed before the scan is no part of it', () => {
  const detector = new ScanDetector()
  detector.feed({ key: '9', code: 'Digit9', at_ms: 0 })
  expect(type(detector, '1234567890', 8)).toBe('1234567890')
})

it('a scan works while an input method is on, when only the physical key is told', () => {
  expect(type(new ScanDetector(), '1234567', 8, (c) => ({ key: 'Process', code: `Digit${c}` }))).toBe('1234567')
})

it('Shift between letters belongs to the scanner’s typing', () => {
  const detector = new ScanDetector()
  let at_ms = 0
  for (const key of ['Shift', 'A', 'Shift', 'B', '1', '2', '3', '4']) detector.feed({ key, code: '', at_ms: (at_ms += 5) })
  expect(detector.feed({ key: 'Enter', code: 'Enter', at_ms: at_ms + 5 })?.text).toBe('AB1234')
})

it('a late Enter is the person’s own', () => {
  const detector = new ScanDetector()
  let at_ms = 0
  for (const key of '1234567890') detector.feed({ key, code: '', at_ms: (at_ms += 8) })
  expect(detector.feed({ key: 'Enter', code: 'Enter', at_ms: at_ms + 400 })).toBeNull()
})
