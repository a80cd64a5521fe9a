import { describe, expect, it } from 'vitest'
import type { CashierSession, Proposal, ReversalRequest } from '@shared/api/types'
import { money_todo_of, type MoneyState } from './money_todo'

const nothing: MoneyState = {
  user: { user_id: 3, name: '吴敏' },
  today: '2026-11-24',
  session: null,
  reversals: null,
  proposals: null,
  one_sided: null,
}
const session = (date: string) => ({ date, receipts: 4, state: 'open' }) as CashierSession

it('nothing waits when nothing waits', () => expect(money_todo_of(nothing)).toEqual([]))

describe('the own session', () => {
  it('leads to the till today, and to its close when it is of yesterday', () => {
    expect(money_todo_of({ ...nothing, session: session('2026-11-24') })[0]).toMatchObject({ what: 'own_session', to: '/cashier' })
    expect(money_todo_of({ ...nothing, session: session('2026-11-23') })[0]).toMatchObject({ what: 'old_session', to: '/cashier/close' })
  })
})

describe('approvals', () => {
  const asked = (name: string) => ({ requested_by: name }) as ReversalRequest
  const proposed = (id: number) => ({ proposed_by_id: id, proposed_by: '' }) as Proposal
  it('count what others asked for', () => {
    const todo = money_todo_of({
      ...nothing,
      reversals: { items: [asked('吴敏'), asked('高海燕')] },
      proposals: { items: [proposed(3), proposed(4), proposed(5)], has_more: true },
    })
    expect(todo.map((x) => [x.what, x.count, x.at_least])).toEqual([
      ['reversals', 1, false],
      ['proposals', 2, true],
    ])
  })
})

it('one-sided items lead to their channel where it is only one', () => {
  const one = [
    { code: 'ICBC', count: 0 },
    { code: 'POST', count: 2 },
  ]
  expect(money_todo_of({ ...nothing, one_sided: one })).toEqual([
    { what: 'one_sided', count: 2, at_least: false, to: '/channels/POST?section=days' },
  ])
  expect(money_todo_of({ ...nothing, one_sided: [...one, { code: 'ABC', count: 1 }] })[0]).toMatchObject({ count: 3, to: '/channels' })
})
