// What the home page asks its reader to do about money, in the order of urgency. Pure; counts come from the server.

import type { CashierSession, Page, Proposal, ReversalRequest, SessionUser } from '@shared/api/types'
import { is_asker } from './access'

export interface MoneyTodo {
  what: 'old_session' | 'own_session' | 'reversals' | 'proposals' | 'one_sided'
  count: number
  /** There are more than were counted. */ at_least: boolean
  to: string
}
export interface MoneyState {
  user: Pick<SessionUser, 'user_id' | 'name'> | null
  today: string
  session: CashierSession | null
  reversals: Page<ReversalRequest> | null
  proposals: Page<Proposal> | null
  /** Open differences by channel. */
  one_sided: { code: string; count: number }[] | null
}

export function money_todo_of(state: MoneyState): MoneyTodo[] {
  const found: MoneyTodo[] = []
  const { session, user } = state
  if (session) {
    const old = session.date !== state.today
    found.push({ what: old ? 'old_session' : 'own_session', count: session.receipts, at_least: false, to: old ? '/cashier/close' : '/cashier' })
  }
  // What one asked for oneself waits for somebody else.
  const reversals = (state.reversals?.items ?? []).filter((r) => !is_asker(user, { id: r.requested_by_id, name: r.requested_by }))
  if (reversals.length) {
    found.push({ what: 'reversals', count: reversals.length, at_least: Boolean(state.reversals?.has_more), to: '/cashier/approvals' })
  }
  const proposals = (state.proposals?.items ?? []).filter((p) => !is_asker(user, { id: p.proposed_by_id, name: p.proposed_by ?? '' }))
  if (proposals.length) {
    found.push({ what: 'proposals', count: proposals.length, at_least: Boolean(state.proposals?.has_more), to: '/proposals' })
  }
  const one_sided = (state.one_sided ?? []).filter((c) => c.count > 0)
  const count = one_sided.reduce((all, c) => all + c.count, 0)
  if (count) {
    found.push({ what: 'one_sided', count, at_least: false, to: one_sided.length === 1 ? `/channels/${one_sided[0]!.code}?section=days` : '/channels' })
  }
  return found
}
