// What may be done with a batch of direct debits and with a difference about one, and by whom. Pure; the server decides again.

import type { DebitBatch, DebitDifference, DebitRemedy, SessionUser } from '@shared/api/types'
import { is_asker, type Access } from './access'

export type BatchAction = 'send' | 'cancel' | 'expire'
/** Before it is sent a batch is sent or cancelled; after it and past the deadline, what has no answer is unknown. */
export function batch_actions(batch: Pick<DebitBatch, 'state' | 'answer_by'>, access: Pick<Access, 'operate_channels'>, today: string): BatchAction[] {
  if (!access.operate_channels) return []
  if (batch.state === 'prepared') return ['send', 'cancel']
  return batch.state === 'sent' && batch.answer_by < today ? ['expire'] : []
}
/** The bank's file is there once the batch was sent; results are taken from then on. */
export const has_file = (batch: Pick<DebitBatch, 'state'>): boolean => batch.state === 'sent' || batch.state === 'closed'

const kRemedies: Record<string, DebitRemedy[]> = {
  returned: ['take_back', 'ignore'],
  paid_after: ['take_in', 'ignore'],
  unanswered: ['take_in', 'refuse', 'ignore'],
  unclear: ['take_in', 'refuse', 'ignore'],
  unknown_id: ['ignore'],
  unreadable: ['ignore'],
}
/** The ways that fit this kind of contradiction, the likeliest first. */
export const remedies_of = (kind: string): DebitRemedy[] => kRemedies[kind] ?? ['take_in', 'take_back', 'refuse', 'ignore']

export type DebitDifferenceAction = 'resolve' | 'approve' | 'withdraw'
export function debit_difference_actions(
  difference: Pick<DebitDifference, 'state' | 'proposed_by' | 'proposed_by_id'>,
  user: Pick<SessionUser, 'user_id' | 'name'> | null,
  access: Pick<Access, 'operate_channels' | 'approve_channels'>,
): DebitDifferenceAction[] {
  if (difference.state === 'open') return access.operate_channels ? ['resolve'] : []
  if (difference.state !== 'proposed') return []
  const own = is_asker(user, { id: difference.proposed_by_id, name: difference.proposed_by ?? '' })
  return [...(access.approve_channels && !own ? (['approve'] as const) : []), ...(access.operate_channels ? (['withdraw'] as const) : [])]
}

const kReceiptDecisions = {
  returning: ['approve-return', 'refuse-return'],
  retracting: ['approve-retraction', 'refuse-retraction'],
} as const
export type ReceiptDecision = (typeof kReceiptDecisions)[keyof typeof kReceiptDecisions][number]
export type ReceiptAction = 'assign' | 'return' | 'settle' | 'retract' | ReceiptDecision
/** What nobody knows is given to a customer, sent back, or was the channel's own money; what was given to the wrong one is taken back. A second person decides. */
export function receipt_actions(
  receipt: { state: string; proposed_by: string | null; proposed_by_id: string | number | null },
  user: Pick<SessionUser, 'user_id' | 'name'> | null,
  access: Pick<Access, 'operate_channels' | 'approve_channels'>,
): ReceiptAction[] {
  if (receipt.state === 'unidentified') return access.operate_channels ? ['assign', 'settle', 'return'] : []
  if (receipt.state === 'assigned' || receipt.state === 'paid') return access.operate_channels ? ['retract'] : []
  if (receipt.state !== 'returning' && receipt.state !== 'retracting') return []
  const own = is_asker(user, { id: receipt.proposed_by_id, name: receipt.proposed_by ?? '' })
  return access.approve_channels && !own ? [...kReceiptDecisions[receipt.state]] : []
}
