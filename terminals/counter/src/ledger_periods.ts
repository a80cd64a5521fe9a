// Which accounting months can be closed or opened again: closed in order, opened again from the newest. The server decides again.

import type { AccountingPeriod } from '@shared/api/types'

export type PeriodAction = 'close' | 'reopen'

/** `periods` newest first; `this_month` is not over and stays open. */
export function period_actions(periods: AccountingPeriod[], this_month: string, may_close: boolean): Map<string, PeriodAction> {
  const found = new Map<string, PeriodAction>()
  if (!may_close) return found
  const in_order = [...periods].sort((a, b) => b.accounting_month.localeCompare(a.accounting_month))
  const oldest_open = in_order.filter((p) => p.state === 'open').at(-1)
  const newest_closed = in_order.find((p) => p.state === 'closed')
  if (oldest_open && oldest_open.accounting_month < this_month) found.set(oldest_open.accounting_month, 'close')
  if (newest_closed) found.set(newest_closed.accounting_month, 'reopen')
  return found
}
