import { expect, it } from 'vitest'
import { instant_of_local, instant_text, month_before, month_text, today_in_zone } from './dates'

it('a billing month reads as its language does', () => {
  expect(month_text('2026-03', 'zh-CN')).toBe('2026年3月')
  expect(month_text('2026-03', 'en')).toBe('Mar 2026')
  expect(month_text(null, 'en')).toBe('')
})
it('an instant is shown in the utility’s zone, wherever the browser stands', () => {
  expect(instant_text('2026-10-31T16:30:00Z')).toBe('2026-11-01 00:30:00')
  expect(instant_text(null)).toBe('')
})

it('the month before January lies in the year before', () => {
  expect(month_before('2026-01')).toBe('2025-12')
  expect(month_before('2026-11')).toBe('2026-10')
})
it('a new day begins in the utility’s zone, eight hours before Greenwich', () => {
  expect(today_in_zone(new Date('2026-10-31T15:59:59Z'))).toBe('2026-10-31')
  expect(today_in_zone(new Date('2026-10-31T16:00:00Z'))).toBe('2026-11-01')
})
it('a time that was typed is one of the utility’s zone', () => {
  expect(instant_of_local('2026-12-05T10:00')).toBe('2026-12-05T02:00:00Z')
  expect(instant_of_local('2026-12-05T07:30')).toBe('2026-12-04T23:30:00Z')
  expect(instant_of_local('2026-12-05')).toBeNull()
  expect(instant_of_local('2026-13-05T10:00')).toBeNull()
})
