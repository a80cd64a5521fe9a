import { describe, expect, it } from 'vitest'
import { cash_of, count_lines, count_of, differs, new_draft, total_difference, worth } from './session_count'

const expected = { cash: '620.50', card: '80.00', cheque: '0.00', qr: '12.30' }
const counted = {
  pieces: { '100.00': '6', '20.00': '1', '0.50': '1' },
  others: { card: '80', qr: '12.3' },
  note: '',
}

describe('counting', () => {
  it('adds pieces exactly', () => {
    expect(worth('0.10', '3')).toBe('0.30')
    expect(cash_of(counted)).toBe('620.50')
    expect(cash_of(new_draft())).toBe('0.00')
  })
  it('knows no half notes', () => {
    expect(worth('100.00', '1.5')).toBeNull()
    expect(cash_of({ ...counted, pieces: { '100.00': 'x' } })).toBeNull()
    expect(count_of({ ...counted, pieces: { '100.00': 'x' } })).toBeNull()
    expect(count_of({ ...counted, others: { card: '1.234' } })).toBeNull()
  })
})

describe('the difference', () => {
  it('is nothing when all is there', () => {
    const lines = count_lines(counted, expected)
    expect(differs(lines)).toBe(false)
    expect(total_difference(lines)).toBe('0.00')
  })
  it('is counted less expected', () => {
    const lines = count_lines({ ...counted, pieces: { ...counted.pieces, '0.50': '' } }, expected)
    expect(lines[0]).toEqual({ method: 'cash', expected: '620.50', counted: '620.00', difference: '-0.50' })
    expect(total_difference(lines)).toBe('-0.50')
  })
  it('is one even where over and short make up for each other', () => {
    const lines = count_lines({ ...counted, others: { card: '79.50', qr: '12.80' } }, expected)
    expect(total_difference(lines)).toBe('0.00')
    expect(differs(lines)).toBe(true)
  })
  it('is unknown while something is no amount', () => {
    const lines = count_lines({ ...counted, others: { card: 'many' } }, expected)
    expect(total_difference(lines)).toBeNull()
  })
})

it('sends the pieces that are there, and a note only where there is one', () => {
  expect(count_of(counted)).toEqual({
    cash: [
      { denomination: '100.00', count: 6 },
      { denomination: '20.00', count: 1 },
      { denomination: '0.50', count: 1 },
    ],
    card: '80.00',
    cheque: '0.00',
    qr: '12.30',
  })
  expect(count_of({ ...counted, note: ' 少一元 ' })?.note).toBe('少一元')
})
