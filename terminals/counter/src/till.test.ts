import { describe, expect, it } from 'vitest'
import type { CashierSession, CashierSettings, DueAccount } from '@shared/api/types'
import {
  amount_problem,
  change_of,
  field_after,
  left_of,
  new_line,
  next_method,
  payment_of,
  reversal_offer,
  step_back,
  suggestion_of,
  tendered_problem,
  total_of,
  with_bill,
} from './till'

const bill = (bill_no: string, total: string) => ({
  bill_no,
  billing_month: '2026-09',
  due_on: '2026-10-28',
  amount: total,
  outstanding: total,
  late_charge: '0.00',
  total,
})
const account = (account_no: string, bills: string[], due: string, suggested: string, advance = '0.00'): DueAccount => ({
  account_no,
  name: '李芳',
  address: '',
  bills: bills.map((total, i) => bill(`B${i}`, total)),
  due,
  advance,
  suggested,
})
const two_bills = new_line(account('1', ['60.10', '40.15'], '100.25', '101.00'))

describe('what is suggested', () => {
  it('is the server’s amount for the whole account', () => expect(two_bills.amount).toBe('101.00'))
  it('is nothing where nothing is owed, so that an advance is typed', () => {
    expect(new_line(account('1', [], '0.00', '0.00', '20.00')).amount).toBe('')
  })
  it('is what the chosen bills come to where some are left out', () => {
    const one = with_bill(two_bills, 'B1', false)
    expect(one.amount).toBe('60.10')
    expect(suggestion_of(one)).toBe('60.10')
    expect(with_bill(one, 'B1', true).amount).toBe('101.00')
  })
  it('does not overwrite what the cashier typed', () => {
    expect(with_bill({ ...two_bills, amount: '50' }, 'B1', false).amount).toBe('50')
  })
})

describe('what an amount leaves', () => {
  it('is an advance, something open, or nothing', () => {
    expect(left_of(two_bills)).toEqual({ kind: 'advance', amount: '0.75' })
    expect(left_of({ ...two_bills, amount: '100' })).toEqual({ kind: 'open', amount: '0.25' })
    expect(left_of({ ...two_bills, amount: '100.25' })).toEqual({ kind: 'even', amount: '0.00' })
    expect(left_of({ ...two_bills, amount: 'x' })).toBeNull()
  })
  it('counts the advance that is there already', () => {
    const ahead = new_line(account('1', ['60.10'], '60.10', '50.10', '10.00'))
    expect(left_of(ahead)).toEqual({ kind: 'even', amount: '0.00' })
    const more_than_due = { ...new_line(account('1', [], '0.00', '0.00', '20.00')), amount: '50' }
    expect(left_of(more_than_due)).toEqual({ kind: 'advance', amount: '50.00' })
  })
})

describe('total and change', () => {
  it('are exact, and unknown while an amount is none', () => {
    const other = { ...new_line(account('2', [], '0.00', '0.00')), amount: '0.20' }
    expect(total_of([{ ...two_bills, amount: '0.1' }, other])).toBe('0.30')
    expect(total_of([two_bills, { ...other, amount: '' }])).toBeNull()
    expect(total_of([])).toBeNull()
    expect(change_of('86.00', '100')).toBe('14.00')
    expect(change_of('86.00', '')).toBeNull()
  })
  it('tell when too little was given', () => {
    expect(tendered_problem('86.00', '80')).toBe('till.tendered_short')
    expect(tendered_problem('86.00', 'all')).toBe('till.amount_bad')
    expect(tendered_problem('86.00', '86')).toBeNull()
    expect(tendered_problem('86.00', '')).toBeNull()
  })
})

it('an amount is more than nothing', () => {
  expect(amount_problem('')).toBe('till.amount_missing')
  expect(amount_problem('0')).toBe('till.amount_bad')
  expect(amount_problem('1.001')).toBe('till.amount_bad')
  expect(amount_problem('0.01')).toBeNull()
})

describe('the keys lead', () => {
  const lines = [two_bills, new_line(account('2', [], '0.00', '0.00'))]
  it('from amount to amount to the last field of the method', () => {
    expect(field_after(lines, 0, 'cash')).toBe('amount-2')
    expect(field_after(lines, 1, 'cash')).toBe('tendered')
    expect(field_after(lines, 1, 'cheque')).toBe('reference')
  })
  it('back by one step at a time', () => {
    expect(step_back('tendered', lines)).toEqual({ focus: 'amount-2' })
    expect(step_back('amount-2', lines)).toEqual({ focus: 'amount-1' })
    expect(step_back('amount-1', lines)).toEqual({ focus: 'search' })
    expect(step_back('search', lines)).toEqual({ drop: '2' })
    expect(step_back('search', [])).toBeNull()
  })
  it('round the methods', () => {
    expect(next_method('cash')).toBe('card')
    expect(next_method('qr')).toBe('cash')
  })
})

describe('what is sent', () => {
  it('names bills only where some were left out', () => {
    expect(payment_of([two_bills], 'cash', '', '')).toEqual({ accounts: [{ account_no: '1', amount: '101.00' }], method: 'cash' })
    expect(payment_of([with_bill(two_bills, 'B0', false)], 'cash', '50', 'x')).toEqual({
      accounts: [{ account_no: '1', amount: '40.15', bills: ['B1'] }],
      method: 'cash',
      tendered: '50.00',
    })
  })
  it('carries a reference for everything but cash, and no cash for anything else', () => {
    expect(payment_of([two_bills], 'card', '200', ' S1 ')).toEqual({
      accounts: [{ account_no: '1', amount: '101.00' }],
      method: 'card',
      reference: 'S1',
    })
  })
  it('is nothing while something is no amount', () => {
    expect(payment_of([{ ...two_bills, amount: '1.001' }], 'cash', '', '')).toBeNull()
    expect(payment_of([two_bills], 'cash', 'much', '')).toBeNull()
    expect(payment_of([], 'cash', '', '')).toBeNull()
  })
})

describe('a reversal', () => {
  const receipt = { state: 'taken' as const, session_no: 'S1', total: '500.00', taken_at: '' }
  const own = { session_no: 'S1', state: 'open' } as CashierSession
  const settings: CashierSettings = { round_up_to_yuan: true, reversal_limit: '500.00', receipt_format: 'roll' }
  it('is immediate in the own open session up to the limit', () => expect(reversal_offer(receipt, own, settings, true)).toBe('reverse'))
  it('is asked for above the limit, elsewhere, and after the close', () => {
    expect(reversal_offer({ ...receipt, total: '500.01' }, own, settings, true)).toBe('ask')
    expect(reversal_offer({ ...receipt, session_no: 'S2' }, own, settings, true)).toBe('ask')
    expect(reversal_offer(receipt, null, settings, true)).toBe('ask')
  })
  it('is not offered for what is reversed, nor to who takes no money', () => {
    expect(reversal_offer({ ...receipt, state: 'reversed' }, own, settings, true)).toBeNull()
    expect(reversal_offer(receipt, own, settings, false)).toBeNull()
  })
})
