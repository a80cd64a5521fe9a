import { describe, expect, it } from 'vitest'
import { Problem } from '@shared/api/problem'
import { with_field } from './problem_field'

const kFields = { 'customers.no_account': 'account_no' }

describe('a refusal that is about one field', () => {
  it('is told at it', () => {
    const told = with_field(new Problem(404, 'customers.no_account', '', 'expected an account'), kFields)
    expect(told.at('account_no')).toEqual({ pointer: '/account_no', code: 'customers.no_account', detail: 'expected an account' })
    expect(told.beside(['account_no'])).toEqual([])
  })
  it('is left alone where it names fields itself, or belongs to none', () => {
    const named = new Problem(422, 'customers.no_account', '', '', [{ pointer: '/amount', code: 'field.range', detail: '' }])
    expect(with_field(named, kFields)).toBe(named)
    const other = new Problem(409, 'dunning.case_open', '', '')
    expect(with_field(other, kFields)).toBe(other)
  })
})
