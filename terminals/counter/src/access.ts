// From a user to what the terminal offers: one pure function. It only decides what is shown; every permission is
// checked again by the server, which alone can refuse.

import type { SessionUser } from '@shared/api/types'

export interface Access {
  customers: boolean
  meters: boolean
  readings: boolean
  receivables: boolean
  billing: boolean
  start_run: boolean
  review_run: boolean
  issue_run: boolean
  tariffs: boolean
  jobs: boolean
  audit: boolean
  users: boolean
  cashier: boolean
  cashier_take: boolean
  cashier_approve: boolean
  cashier_close_day: boolean
  propose: boolean
  approve_proposals: boolean
  ledger: boolean
  close_ledger: boolean
  channels: boolean
  operate_channels: boolean
  approve_channels: boolean
  configure_channels: boolean
  dunning: boolean
  operate_dunning: boolean
  approve_dunning: boolean
  configure_dunning: boolean
}

export type Right = keyof Access

const kPermissionOf: Record<Right, string> = {
  customers: 'customers.view',
  meters: 'metering.view',
  readings: 'meter_reading.view',
  receivables: 'receivables.view',
  billing: 'billing.view',
  start_run: 'billing.run',
  review_run: 'billing.review',
  issue_run: 'billing.issue',
  tariffs: 'tariffs.view',
  jobs: 'jobs.view',
  audit: 'administration.audit',
  users: 'administration.manage',
  cashier: 'cashier.view',
  cashier_take: 'cashier.take',
  cashier_approve: 'cashier.approve',
  cashier_close_day: 'cashier.close_day',
  propose: 'receivables.propose',
  approve_proposals: 'receivables.approve',
  ledger: 'ledger.view',
  close_ledger: 'ledger.close',
  channels: 'channels.view',
  operate_channels: 'channels.operate',
  approve_channels: 'channels.approve',
  configure_channels: 'channels.configure',
  dunning: 'dunning.view',
  operate_dunning: 'dunning.operate',
  approve_dunning: 'dunning.approve',
  configure_dunning: 'dunning.configure',
}

/** Nobody signed in may do nothing. */
export function access_of(user: Pick<SessionUser, 'permissions'> | null): Access {
  const held = new Set(user?.permissions ?? [])
  const rights = Object.entries(kPermissionOf).map(([right, permission]) => [right, held.has(permission)])
  return Object.fromEntries(rights) as Access
}

/** The permission a right stands for, to be named to the person who lacks it. */
export function permission_name(right: Right): string {
  return kPermissionOf[right]
}

/** Whether this user submitted the run. By number: two people may bear the same name. */
export function is_submitter_of(user: SessionUser | null, run: { submitted_by_id: string | number | null } | null): boolean {
  return Boolean(user && run && run.submitted_by_id !== null && String(run.submitted_by_id) === String(user.user_id))
}

/** Whether this user asked for something that a second person decides. By number where the server tells it. */
export function is_asker(
  user: Pick<SessionUser, 'user_id' | 'name'> | null,
  by: { id: string | number | null | undefined; name: string },
): boolean {
  if (!user) return false
  return by.id === null || by.id === undefined ? user.name === by.name : String(user.user_id) === String(by.id)
}
