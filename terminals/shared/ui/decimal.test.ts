import { describe, expect, it } from 'vitest'
import { change_percent, difference, grouped, grouped_short, plot_number, product, progress_percent, sign, sum } from './decimal'

describe('money keeps every digit', () => {
  it('is grouped by thousands and not rounded', () => {
    expect(grouped('1234567.80')).toBe('1,234,567.80')
    expect(grouped('-999.99')).toBe('-999.99')
    expect(grouped('90071992547409931234.05')).toBe('90,071,992,547,409,931,234.05')
  })
  it('is shown as it came when it is no decimal', () => {
    expect(grouped('—')).toBe('—')
    expect(grouped('1e5')).toBe('1e5')
  })
  it('adds and subtracts exactly where a double would not', () => {
    expect(sum(['0.10', '0.20'])).toBe('0.30')
    expect(difference('0.30', '0.1')).toBe('0.20')
    expect(difference('100.00', '100.01')).toBe('-0.01')
    expect(sum(['1.00', 'much'])).toBeNull()
    expect(product('0.10', 3)).toBe('0.30')
    expect(product('100.00', 12)).toBe('1200.00')
    expect(product('0.10', 0.5)).toBeNull()
  })
})

describe('energy', () => {
  it('loses only zeros that say nothing', () => {
    expect(grouped_short('12345.0')).toBe('12,345')
    expect(grouped_short('12345.60')).toBe('12,345.6')
    expect(grouped_short('100')).toBe('100')
  })
})

describe('change against an earlier bill', () => {
  it('has one place and a sign', () => {
    expect(change_percent('150', '100')).toBe('+50.0')
    expect(change_percent('1', '3')).toBe('-66.7')
    expect(change_percent('100.00', '100')).toBe('0.0')
  })
  it('rounds half away from zero', () => {
    expect(change_percent('1000.5', '1000')).toBe('+0.1')
    expect(change_percent('999.5', '1000')).toBe('-0.1')
  })
  it('does not exist against zero', () => expect(change_percent('5', '0.00')).toBeNull())
})

describe('progress', () => {
  it('is 100 only when everything is done', () => {
    expect(progress_percent(152_999, 153_000)).toBe(99)
    expect(progress_percent(153_000, 153_000)).toBe(100)
    expect(progress_percent(0, 0)).toBe(0)
  })
})

it('knows a sign without a number', () => {
  expect(sign('-0.00')).toBe(0)
  expect(sign('-0.01')).toBe(-1)
  expect(sign('12')).toBe(1)
})
it('gives charts a number and nothing for a missing value', () => {
  expect(plot_number('12.5')).toBe(12.5)
  expect(plot_number(null)).toBeNull()
})
