import { expect, it } from 'vitest'
import type { SessionUser } from '@shared/api/types'
import { access_of, is_asker, is_submitter_of } from './access'

it('nobody may do nothing', () => expect(Object.values(access_of(null)).some(Boolean)).toBe(false))

it('each right stands for one permission', () => {
  const clerk = access_of({ permissions: ['customers.view', 'billing.view'] })
  expect(clerk.customers).toBe(true)
  expect(clerk.billing).toBe(true)
  expect(clerk.issue_run).toBe(false)
  expect(clerk.users).toBe(false)
})

it('an unknown permission gives nothing', () => {
  expect(Object.values(access_of({ permissions: ['everything', 'billing.*'] })).some(Boolean)).toBe(false)
})

it('the submitter is known by number, not by a name that two people may bear', () => {
  const user: SessionUser = {
    user_id: 3,
    username: 'biller',
    name: '李秀英',
    org: { org_id: 1, name: '' },
    roles: [],
    permissions: [],
  }
  expect(is_submitter_of(user, { submitted_by_id: 3 })).toBe(true)
  expect(is_submitter_of(user, { submitted_by_id: '3' })).toBe(true)
  expect(is_submitter_of(user, { submitted_by_id: 4 })).toBe(false)
  expect(is_submitter_of(user, { submitted_by_id: null })).toBe(false)
  expect(is_submitter_of(null, { submitted_by_id: 3 })).toBe(false)
})

it('who asked is known by number, and by name only where there is no number', () => {
  const user = { user_id: 3, name: '李秀英' }
  expect(is_asker(user, { id: '3', name: '' })).toBe(true)
  expect(is_asker(user, { id: 4, name: '李秀英' })).toBe(false)
  expect(is_asker(user, { id: null, name: '李秀英' })).toBe(true)
  expect(is_asker(null, { id: 3, name: '李秀英' })).toBe(false)
})
