import { expect, it } from 'vitest'
import type { AccountingPeriod } from '@shared/api/types'
import { period_actions } from './ledger_periods'

const period = (accounting_month: string, state: 'open' | 'closed'): AccountingPeriod => ({
  accounting_month,
  state,
  version: 1,
  changed_by: null,
  changed_at: null,
})
const periods = [period('2026-11', 'open'), period('2026-10', 'open'), period('2026-09', 'closed'), period('2026-08', 'closed')]

it('the oldest open month closes, the newest closed one opens again', () => {
  expect([...period_actions(periods, '2026-11', true)]).toEqual([
    ['2026-10', 'close'],
    ['2026-09', 'reopen'],
  ])
})
it('a month that is not over stays open', () => {
  expect([...period_actions([period('2026-11', 'open')], '2026-11', true)]).toEqual([])
  expect([...period_actions([period('2026-11', 'open'), period('2026-10', 'closed')], '2026-11', true)]).toEqual([['2026-10', 'reopen']])
})
it('nothing is offered to who may not close', () => expect(period_actions(periods, '2026-11', false).size).toBe(0))
