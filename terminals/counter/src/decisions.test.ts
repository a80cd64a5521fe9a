import { describe, expect, it } from 'vitest'
import { count_accounts, first_draft, resolutions_of } from './decisions'

describe('what is offered', () => {
  it('an exception without a bill cannot be accepted', () =>
    expect(resolutions_of({ severity: 'blocking' })).toEqual(['estimate', 'exclude']))
  it('one that only has to be looked at can', () =>
    expect(resolutions_of({ severity: 'review' })).toEqual(['estimate', 'accept', 'exclude']))
})

describe('the first draft', () => {
  it('is an estimate', () => expect(first_draft({ severity: 'review', resolution: null }).action).toBe('estimate'))
  it('goes on from the earlier decision', () =>
    expect(first_draft({ severity: 'review', resolution: 'exclude' }).action).toBe('exclude'))
  it('does not go on from one that is no longer offered', () =>
    expect(first_draft({ severity: 'blocking', resolution: 'accept' }).action).toBe('estimate'))
})

describe('counting accounts', () => {
  const pages: Record<string, { items: { account_no: string }[]; has_more: boolean; next_cursor: string | null }> = {
    first: { items: [{ account_no: '0210' }, { account_no: '0211' }], has_more: true, next_cursor: 'second' },
    second: { items: [{ account_no: '0211' }, { account_no: '0212' }], has_more: false, next_cursor: null },
  }
  const fetch = async (cursor = 'first') => pages[cursor]!

  it('counts an account with two exceptions once', async () =>
    expect(await count_accounts(fetch)).toEqual({ accounts: 3, at_least: false }))
  it('says when it stopped before the end', async () =>
    expect(await count_accounts(fetch, 1)).toEqual({ accounts: 2, at_least: true }))
})
