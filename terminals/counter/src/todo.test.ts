import { expect, it } from 'vitest'
import type { BillingMonth, Run } from '@shared/api/types'
import { access_of } from './access'
import { todo_of } from './todo'

const run: Run = {
  run_id: 7,
  billing_month: '2026-10',
  state: 'calculated',
  job_id: null,
  created_by: 'biller',
  created_at: null,
  calculated_at: null,
  submitted_by: null,
  submitted_by_id: null,
  submitted_at: null,
  approved_by: null,
  issued_at: null,
  shards: { total: 40, done: 40 },
  accounts: 320,
  bills: 306,
  exceptions: 14,
  exceptions_open: 14,
  flagged: 19,
  energy_kwh: '1',
  amount: '1',
}
const month = (more: Partial<BillingMonth>): BillingMonth => ({
  billing_month: '2026-10',
  state: 'open',
  accounts: 320,
  readings: { meters: 320, read: 320, missing: 0 },
  bills: { calculated: 0, issued: 0 },
  exceptions: { open: 0, resolved: 0 },
  energy_kwh: '0',
  amount: '0',
  by_category: [],
  by_station: [],
  run: null,
  ...more,
})
const clerk = access_of({ permissions: ['billing.view', 'billing.run', 'billing.review', 'meter_reading.view'] })
const manager = access_of({ permissions: ['billing.view', 'billing.issue'] })

it('a month without a run is to be started by who may', () => {
  expect(todo_of(month({}), clerk, false)).toEqual([{ what: 'start', count: 320, to: '/runs' }])
  expect(todo_of(month({}), manager, false)).toEqual([])
})
it('open exceptions come before submitting', () => {
  expect(todo_of(month({ run, exceptions: { open: 12, resolved: 2 } }), clerk, false)[0]).toEqual({
    what: 'exceptions',
    count: 12,
    to: '/runs/7?section=exceptions',
  })
  expect(todo_of(month({ run }), clerk, false)[0]).toEqual({ what: 'submit', count: 19, to: '/runs/7?section=review' })
})
it('a submitted run waits for another person', () => {
  const submitted = month({ run: { ...run, state: 'submitted' } })
  expect(todo_of(submitted, manager, false)[0]?.what).toBe('approve')
  expect(todo_of(submitted, manager, true)[0]?.what).toBe('wait_second_person')
  expect(todo_of(submitted, clerk, false)[0]?.what).toBe('wait_approval')
})
it('missing readings matter until the month is issued', () => {
  const readings = { meters: 320, read: 306, missing: 14 }
  expect(todo_of(month({ run, readings }), clerk, false).map((t) => t.what)).toContain('missing')
  expect(todo_of(month({ run: { ...run, state: 'issued' }, readings }), clerk, false)).toEqual([])
})
