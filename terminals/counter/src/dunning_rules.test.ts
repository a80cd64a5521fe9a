import { describe, expect, it } from 'vitest'
import { draft_of, next_row, rules_of } from './dunning_rules'

const kRules = [{ category: 'other', step: 1, days_after_due: 3, action: 'sms' as const, minimum: '5.00' }]

describe('rules that are typed', () => {
  it('are the ones they came from while nothing changes', () => expect(rules_of(draft_of(kRules)).rules).toEqual(kRules))
  it('say which field is wrong', () => {
    const rows = [...draft_of(kRules), { category: 'other', step: '0', days_after_due: 'ten', action: 'letter' as const, minimum: '1.234' }]
    expect(rules_of(rows)).toEqual({ rules: null, wrong: { '1/step': 'number', '1/days_after_due': 'number', '1/minimum': 'amount' } })
    expect(rules_of([]).wrong).toEqual({ rules: 'none' })
  })
  it('go on from the last one', () => {
    expect(next_row(draft_of(kRules))).toEqual({ category: 'other', step: '2', days_after_due: '10', action: 'sms', minimum: '5.00' })
    expect(next_row([]).category).toBe('other')
  })
})
