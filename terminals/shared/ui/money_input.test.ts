import { describe, expect, it } from 'vitest'
import { money_of, pieces_of } from './money_input'

describe('a typed amount', () => {
  it('gets its two places without a change of value', () => {
    expect(money_of('12')).toBe('12.00')
    expect(money_of('12.5')).toBe('12.50')
    expect(money_of('12.')).toBe('12.00')
    expect(money_of(' 0012.34 ')).toBe('12.34')
    expect(money_of('0')).toBe('0.00')
  })
  it('may be grouped by thousands, but only by thousands', () => {
    expect(money_of('1,234.50')).toBe('1234.50')
    expect(money_of('12,34')).toBeNull()
    expect(money_of('1,5')).toBeNull()
  })
  it('may come from a Chinese input method', () => {
    expect(money_of('１２０。５')).toBe('120.50')
    expect(money_of('１，２００')).toBe('1200.00')
  })
  it('is never rounded, never negative, never a power of ten', () => {
    expect(money_of('12.345')).toBeNull()
    expect(money_of('-5')).toBeNull()
    expect(money_of('+5')).toBeNull()
    expect(money_of('1e3')).toBeNull()
    expect(money_of('')).toBeNull()
    expect(money_of('.')).toBeNull()
  })
  it('keeps amounts that a double would not', () => expect(money_of('999999999999.99')).toBe('999999999999.99'))
})

it('pieces are whole numbers, and an empty field is none', () => {
  expect(pieces_of('')).toBe(0)
  expect(pieces_of('１２')).toBe(12)
  expect(pieces_of('1.5')).toBeNull()
  expect(pieces_of('-1')).toBeNull()
})
