// How a difference between a channel's file and our items may be settled, and by whom. Pure; the server decides again.

import type { Difference, DifferenceKind, SessionUser, Settling } from '@shared/api/types'
import { is_asker, type Access } from './access'

/** Posting takes in what only they have; reversing takes back what only we have; ignoring always goes, with a note. */
const kWays: Record<DifferenceKind, Settling[]> = {
  only_theirs: ['post', 'ignore'],
  only_ours: ['reverse', 'ignore'],
  amount: ['post', 'ignore'],
  account: ['post', 'ignore'],
  other_day: ['ignore'],
}
export const ways_of = (kind: DifferenceKind): Settling[] => kWays[kind] ?? ['ignore']

export type DifferenceAction = 'resolve' | 'approve' | 'withdraw'
export function difference_actions(
  difference: Pick<Difference, 'state' | 'proposed_by' | 'proposed_by_id'>,
  user: Pick<SessionUser, 'user_id' | 'name'> | null,
  access: Pick<Access, 'operate_channels' | 'approve_channels'>,
): DifferenceAction[] {
  if (difference.state === 'open') return access.operate_channels ? ['resolve'] : []
  if (difference.state !== 'proposed') return []
  const own = is_asker(user, { id: difference.proposed_by_id, name: difference.proposed_by ?? '' })
  return [
    ...(access.approve_channels && !own ? (['approve'] as const) : []),
    ...(access.operate_channels ? (['withdraw'] as const) : []),
  ]
}
