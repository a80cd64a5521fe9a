import { describe, expect, it } from 'vitest'
import type { CaseState, Disconnection } from '@shared/api/types'
import { case_steps, next_step_of } from './disconnection'

const at = (state: CaseState, more: Partial<Disconnection> = {}): Disconnection =>
  ({ state, proposed_by: '高海燕', stop_at: null, noticed_at: null, noticed_again_at: null, reconnect_due_at: null, ...more }) as Disconnection
const notice = { noticed_at: '2026-12-01T02:00:00Z', stop_at: '2026-12-05T02:00:00Z' }
const all = { operate_dunning: true, approve_dunning: true }
const user = { user_id: 3, name: '吴敏' }

describe('the next step', () => {
  it('follows the states', () => {
    expect(next_step_of(at('candidate'))?.step).toBe('approve')
    expect(next_step_of(at('approved'))?.step).toBe('notify')
    expect(next_step_of(at('disconnected'))?.step).toBe('check-payment')
    expect(next_step_of(at('reconnected'))).toBeNull()
    expect(next_step_of(at('cancelled'))).toBeNull()
  })
  it('is the second notice within a day before the stop, half an hour before at the latest', () => {
    expect(next_step_of(at('noticed', notice))).toEqual({ step: 'notify_again', from: '2026-12-04T02:00:00Z', until: '2026-12-05T01:30:00Z' })
  })
  it('is the stop at its time, half an hour after the second notice, within seven days of the first', () => {
    const next = next_step_of(at('noticed_again', { ...notice, noticed_again_at: '2026-12-05T01:50:00Z' }))
    expect(next).toEqual({ step: 'execute', from: '2026-12-05T02:20:00Z', until: '2026-12-08T02:00:00Z' })
  })
  it('is the reconnection by its hour once paid', () => {
    expect(next_step_of(at('paid', { reconnect_due_at: '2026-12-06T02:00:00Z' }))?.until).toBe('2026-12-06T02:00:00Z')
  })
})

describe('supply without payment', () => {
  const asked = { release_asked_by: '吴敏', release_asked_by_id: 3, release_asked_at: '2026-12-06T02:00:00Z' }
  const steps_of = (one: Disconnection, who: { user_id: number; name: string }, rights = all) => case_steps(one, who, rights, '2026-12-06T03:00:00Z').map((s) => s.step)
  it('is asked for by those who operate', () => {
    expect(steps_of(at('disconnected'), user)).toEqual(['check-payment', 'release'])
    expect(steps_of(at('disconnected'), user, { operate_dunning: false, approve_dunning: true })).toEqual([])
  })
  it('is granted by another person, and refused by anybody who may', () => {
    expect(steps_of(at('disconnected', asked), user)).toEqual(['check-payment', 'refuse-release'])
    expect(steps_of(at('disconnected', asked), { user_id: 8, name: '徐芳' }, { operate_dunning: false, approve_dunning: true })).toEqual(['approve-release', 'refuse-release'])
  })
  it('leads to the reconnection within its day', () => {
    expect(next_step_of(at('released', { reconnect_due_at: '2026-12-07T02:00:00Z' }))).toEqual({ step: 'reconnect', from: null, until: '2026-12-07T02:00:00Z' })
  })
})

describe('steps', () => {
  const before = '2026-12-03T00:00:00Z'
  it('wait for the law', () => {
    expect(case_steps(at('noticed', notice), user, all, before)).toEqual([
      { step: 'notify_again', enabled: false },
      { step: 'cancel', enabled: true },
    ])
    expect(case_steps(at('noticed', notice), user, all, '2026-12-04T03:00:00Z')[0]).toEqual({ step: 'notify_again', enabled: true })
  })
  it('are approved by a second person', () => {
    expect(case_steps(at('candidate'), { user_id: 12, name: '高海燕' }, all, before).map((s) => s.step)).toEqual(['cancel'])
    expect(case_steps(at('candidate'), user, { ...all, operate_dunning: false }, before).map((s) => s.step)).toEqual(['approve'])
  })
  it('need the right', () => {
    expect(case_steps(at('approved'), user, { operate_dunning: false, approve_dunning: true }, before)).toEqual([])
  })
})
