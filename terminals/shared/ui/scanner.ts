// Tells a barcode scanner from a person. A scanner is a keyboard that types a whole code within a few hundredths of a
// second and ends with Enter; nobody types like that. The detector sees key events of the whole page, so a scan works
// wherever the focus is. With an input method on, `key` reads "Process", so the physical `code` is used for digits and
// letters.

export interface KeyStroke {
  key: string
  code: string
  at_ms: number
}

export interface Scan {
  text: string
  /** Characters that went into the focused field before the scan was recognised. */ typed: number
}

const kLongestGapMs = 35
const kShortestScan = 6

export class ScanDetector {
  private buffer = ''
  private last_at_ms = Number.NEGATIVE_INFINITY

  /** Feeds one key; a scan comes back with its Enter, everything else gives null. */
  feed(stroke: KeyStroke): Scan | null {
    const gap = stroke.at_ms - this.last_at_ms
    this.last_at_ms = stroke.at_ms
    if (gap > kLongestGapMs) this.buffer = ''
    if (stroke.key === 'Enter' || stroke.code === 'Enter' || stroke.code === 'NumpadEnter') {
      const text = this.buffer
      this.buffer = ''
      return text.length >= kShortestScan ? { text, typed: text.length } : null
    }
    const character = printable(stroke)
    if (character === null) {
      // Shift and the like come between the characters of a code and are no part of it.
      if (!kModifiers.has(stroke.key)) this.buffer = ''
      return null
    }
    this.buffer += character
    return null
  }
}

const kModifiers = new Set(['Shift', 'CapsLock', 'Control', 'Alt', 'Meta'])

function printable(stroke: KeyStroke): string | null {
  if (stroke.key.length === 1) return stroke.key
  if (stroke.key !== 'Process' && stroke.key !== 'Unidentified') return null
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(stroke.code)
  if (digit) return digit[1]!
  const letter = /^Key([A-Z])$/.exec(stroke.code)
  return letter ? letter[1]! : null
}
