import { describe, expect, it } from 'vitest'
import { difference_actions, ways_of } from './differences'

it('what only they have is taken in, what only we have is taken back', () => {
  expect(ways_of('only_theirs')).toEqual(['post', 'ignore'])
  expect(ways_of('only_ours')).toEqual(['reverse', 'ignore'])
  expect(ways_of('other_day')).toEqual(['ignore'])
})

describe('a difference', () => {
  const all = { operate_channels: true, approve_channels: true }
  const user = { user_id: 3, name: '吴敏' }
  const proposed = { state: 'proposed' as const, proposed_by: '吴敏', proposed_by_id: 3 }
  it('is proposed by one and settled by another', () => {
    expect(difference_actions({ state: 'open', proposed_by: null, proposed_by_id: null }, user, all)).toEqual(['resolve'])
    expect(difference_actions(proposed, user, all)).toEqual(['withdraw'])
    expect(difference_actions(proposed, { user_id: 4, name: '郑国强' }, { ...all, operate_channels: false })).toEqual(['approve'])
  })
  it('that is settled stays so', () => expect(difference_actions({ ...proposed, state: 'settled' }, user, all)).toEqual([]))
})
