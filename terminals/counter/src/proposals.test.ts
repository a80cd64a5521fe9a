import { describe, expect, it } from 'vitest'
import type { Balance, Plan } from '@shared/api/types'
import { decisions_of, detail_rows, due_of, kinds_for, split } from './proposals'

const balance: Balance = {
  balance: '50.30',
  principal: '60.00',
  late_charge: '0.30',
  advance: '10.00',
  deposit: '0.00',
  as_of: '2026-11-24',
  receivables: [],
}
const nothing = { ...balance, balance: '0.00', principal: '0.00', late_charge: '0.00', advance: '0.00' }
const active = { state: 'active' } as Plan

describe('what can be proposed', () => {
  it('needs something to work on', () => {
    expect(kinds_for(nothing, [])).toEqual(['recover', 'receive_deposit'])
    expect(kinds_for(balance, [])).toEqual([
      'waive_late',
      'write_off',
      'recover',
      'refund_advance',
      'receive_deposit',
      'transfer',
      'instalment_plan',
    ])
  })
  it('takes a deposit against a debt only', () => {
    expect(kinds_for({ ...balance, deposit: '100.00' }, [])).toContain('apply_deposit')
    expect(kinds_for({ ...nothing, deposit: '100.00' }, [])).not.toContain('apply_deposit')
  })
  it('has one plan at a time', () => {
    expect(kinds_for(balance, [active])).not.toContain('instalment_plan')
    expect(kinds_for(balance, [active])).toContain('cancel_plan')
  })
  it('is due with its late charges, before the advance', () => expect(due_of(balance)).toBe('60.30'))
})

describe('instalments', () => {
  it('are whole fen that make the total', () => {
    expect(split('100.00', 3, '2026-12-15')).toEqual([
      { due_on: '2026-12-15', amount: '33.33' },
      { due_on: '2027-01-15', amount: '33.33' },
      { due_on: '2027-02-15', amount: '33.34' },
    ])
    expect(split('0.05', 2, '2026-12-15').map((i) => i.amount)).toEqual(['0.02', '0.03'])
  })
  it('fall on the last day of a shorter month', () => {
    expect(split('3', 3, '2026-12-31').map((i) => i.due_on)).toEqual(['2026-12-31', '2027-01-31', '2027-02-28'])
  })
  it('are none of what is no amount', () => expect(split('many', 2, '2026-12-15')).toEqual([]))
})

describe('a decision', () => {
  const proposal = { state: 'proposed' as const, proposed_by: '高海燕', proposed_by_id: 12 }
  const all = { propose: true, approve_proposals: true }
  it('is a second person’s; the first may only withdraw', () => {
    expect(decisions_of(proposal, { user_id: 3, name: '吴敏' }, all)).toEqual(['approve', 'refuse'])
    expect(decisions_of(proposal, { user_id: '12', name: '高海燕' }, all)).toEqual(['withdraw'])
  })
  it('needs the right, and something undecided', () => {
    expect(decisions_of(proposal, { user_id: 3, name: '吴敏' }, { ...all, approve_proposals: false })).toEqual([])
    expect(decisions_of({ ...proposal, state: 'approved' }, { user_id: 3, name: '吴敏' }, all)).toEqual([])
  })
})

it('details are shown line by line', () => {
  expect(detail_rows({ bills: [{ bill_no: 'B1', amount: '1.00' }, 'B2'] })).toEqual([
    { label: 'B1', text: '1.00', money: true },
    { label: 'proposal.bill_no', text: 'B2' },
  ])
  expect(detail_rows({ instalments: [{ due_on: '2026-12-15', amount: '40.00' }], plan_id: 7, odd: 1 })).toEqual([
    { label: '2026-12-15', text: '40.00', money: true },
    { label: 'proposal.plan_id', text: '7' },
  ])
})
