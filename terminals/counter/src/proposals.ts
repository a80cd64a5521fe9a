// Which proposals make sense for an account, what their fields begin with, and who may decide them. Pure; the server
// decides again, and an approval checks everything anew.

import { kProposalKinds, type Balance, type Plan, type Proposal, type ProposalKind, type SessionUser } from '@shared/api/types'
import type { Access } from './access'
import { is_asker } from './access'
import { sign, sum } from '@shared/ui/decimal'
import { money_of } from '@shared/ui/money_input'

/** What is due in all, late charges included, before any advance. */
export const due_of = (balance: Balance): string => sum([balance.principal, balance.late_charge]) ?? '0.00'

/** Kinds that have something to work on, in the order they are offered. */
export function kinds_for(balance: Balance, plans: Plan[]): ProposalKind[] {
  const owes = sign(due_of(balance)) > 0
  const active = plans.some((p) => p.state === 'active')
  const possible: Record<ProposalKind, boolean> = {
    waive_late: sign(balance.late_charge) > 0,
    write_off: sign(balance.principal) > 0,
    recover: true,
    refund_advance: sign(balance.advance) > 0,
    receive_deposit: true,
    refund_deposit: sign(balance.deposit) > 0,
    apply_deposit: sign(balance.deposit) > 0 && owes,
    transfer: sign(balance.advance) > 0 || sign(balance.deposit) > 0,
    instalment_plan: owes && !active,
    cancel_plan: active,
  }
  return kProposalKinds.filter((kind) => possible[kind])
}

export interface Instalment {
  due_on: string
  amount: string
}
/** The same day of the next months; the last day where a month is shorter. */
function months_later(day: string, months: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  const first = new Date(Date.UTC(year, month - 1 + months, 1))
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  return `${first.toISOString().slice(0, 8)}${String(Math.min(date, last)).padStart(2, '0')}`
}
/** Equal parts of whole fen, a month apart; what does not divide stands in the last one. */
export function split(total: string, count: number, first_on: string): Instalment[] {
  const amount = money_of(total)
  if (amount === null || count < 1) return []
  const fen = BigInt(amount.replace('.', ''))
  const part = fen / BigInt(count)
  const text = (value: bigint) => {
    const digits = value.toString().padStart(3, '0')
    return `${digits.slice(0, -2)}.${digits.slice(-2)}`
  }
  return Array.from({ length: count }, (_, i) => ({
    due_on: months_later(first_on, i),
    amount: text(i + 1 < count ? part : fen - part * BigInt(count - 1)),
  }))
}

export type Decision = 'approve' | 'refuse' | 'withdraw'
/** What this person may do with a proposal. Nobody approves or refuses an own one. */
export function decisions_of(
  proposal: Pick<Proposal, 'state' | 'proposed_by' | 'proposed_by_id'>,
  user: Pick<SessionUser, 'user_id' | 'name'> | null,
  access: Pick<Access, 'propose' | 'approve_proposals'>,
): Decision[] {
  if (proposal.state !== 'proposed') return []
  const own = is_asker(user, { id: proposal.proposed_by_id, name: proposal.proposed_by ?? '' })
  if (own) return access.propose ? ['withdraw'] : []
  return access.approve_proposals ? ['approve', 'refuse'] : []
}

export interface DetailRow {
  /** Text key of a field, or null for a line of its own. */ label: string
  text: string
  money?: boolean
}
/** A proposal's detail, line by line: bills with their amounts, instalments with their days, then the single fields. */
export function detail_rows(detail: Record<string, unknown>): DetailRow[] {
  const rows: DetailRow[] = []
  const text = (value: unknown) => (value === null || value === undefined ? '' : String(value))
  for (const bill of Array.isArray(detail.bills) ? detail.bills : []) {
    if (typeof bill === 'string') rows.push({ label: 'proposal.bill_no', text: bill })
    else rows.push({ label: text((bill as Record<string, unknown>).bill_no), text: text((bill as Record<string, unknown>).amount), money: true })
  }
  for (const part of Array.isArray(detail.instalments) ? (detail.instalments as Record<string, unknown>[]) : []) {
    rows.push({ label: text(part.due_on), text: text(part.amount), money: true })
  }
  for (const field of ['bill_no', 'bank_account_name', 'bank_account_no', 'into', 'to_account_no', 'plan_id']) {
    if (detail[field] !== undefined && detail[field] !== null) rows.push({ label: `proposal.${field}`, text: text(detail[field]) })
  }
  return rows
}
