import { describe, expect, it } from 'vitest'
import { batch_actions, debit_difference_actions, has_file, receipt_actions, remedies_of } from './debits'

const operator = { operate_channels: true, approve_channels: false }
const approver = { operate_channels: false, approve_channels: true }
const he = { user_id: 7, name: '何艳' }
const xu = { user_id: 8, name: '徐芳' }
const by_he = { proposed_by: '何艳', proposed_by_id: 7 }

describe('a batch of direct debits', () => {
  const batch = (state: 'prepared' | 'sent' | 'closed') => ({ state, answer_by: '2026-11-27' })
  it('is sent or cancelled before it is sent, by those who may', () => {
    expect(batch_actions(batch('prepared'), operator, '2026-11-24')).toEqual(['send', 'cancel'])
    expect(batch_actions(batch('prepared'), approver, '2026-11-24')).toEqual([])
  })
  it('has unanswered debits only after the deadline', () => {
    expect(batch_actions(batch('sent'), operator, '2026-11-27')).toEqual([])
    expect(batch_actions(batch('sent'), operator, '2026-11-28')).toEqual(['expire'])
  })
  it('has a file from the sending on', () => {
    expect([batch('prepared'), batch('sent'), batch('closed')].map(has_file)).toEqual([false, true, true])
  })
})

describe('a contradiction of a bank', () => {
  it('is settled by what fits it', () => {
    expect(remedies_of('returned')).toEqual(['take_back', 'ignore'])
    expect(remedies_of('unreadable')).toEqual(['ignore'])
    expect(remedies_of('amount')).toContain('take_in')
  })
  it('takes two people', () => {
    expect(debit_difference_actions({ state: 'open', proposed_by: null, proposed_by_id: null }, he, operator)).toEqual(['resolve'])
    expect(debit_difference_actions({ state: 'proposed', ...by_he }, xu, approver)).toEqual(['approve'])
    expect(debit_difference_actions({ state: 'proposed', ...by_he }, he, { operate_channels: true, approve_channels: true })).toEqual(['withdraw'])
    expect(debit_difference_actions({ state: 'settled', ...by_he }, xu, approver)).toEqual([])
  })
})

describe('a receipt', () => {
  it('that nobody knows is given to a customer, settles the channel or is sent back, which another person decides', () => {
    expect(receipt_actions({ state: 'unidentified', proposed_by: null, proposed_by_id: null }, he, operator)).toEqual(['assign', 'settle', 'return'])
    expect(receipt_actions({ state: 'returning', ...by_he }, xu, approver)).toEqual(['approve-return', 'refuse-return'])
    expect(receipt_actions({ state: 'returning', ...by_he }, he, { operate_channels: true, approve_channels: true })).toEqual([])
  })
  it('that is settled is left alone', () => {
    expect(receipt_actions({ state: 'paid', proposed_by: null, proposed_by_id: null }, he, operator)).toEqual(['retract'])
    expect(receipt_actions({ state: 'assigned', proposed_by: null, proposed_by_id: null }, xu, { operate_channels: false, approve_channels: true })).toEqual([])
    expect(receipt_actions({ state: 'retracting', ...by_he }, xu, approver)).toEqual(['approve-retraction', 'refuse-retraction'])
    expect(receipt_actions({ state: 'retracting', ...by_he }, he, { operate_channels: true, approve_channels: true })).toEqual([])
    expect(receipt_actions({ state: 'settled', proposed_by: null, proposed_by_id: null }, he, { operate_channels: true, approve_channels: true })).toEqual([])
  })
})
