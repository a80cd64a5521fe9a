// The till's decisions: which field comes next, what is suggested, what change is to be shown, what is sent. Pure, so
// that every combination can be tested. All sums here are for the eye; the server computes what is taken and owed.

import type { CashierSession, CashierSettings, DueAccount, PayMethod, Payment, Receipt } from '@shared/api/types'
import { difference, sign, sum } from '@shared/ui/decimal'
import { money_of } from '@shared/ui/money_input'

export const kMethods: PayMethod[] = ['cash', 'card', 'cheque', 'qr']
/** As many accounts as the server takes in one payment. */
export const kMostAccounts = 20

export interface TillLine {
  account: DueAccount
  /** Bills to be paid; all of them unless the cashier left some out. */
  chosen: string[]
  /** As typed. */
  amount: string
}

export function new_line(account: DueAccount): TillLine {
  const line = { account, chosen: account.bills.map((b) => b.bill_no), amount: '' }
  return { ...line, amount: suggestion_of(line) }
}

const all_chosen = (line: TillLine) => line.chosen.length === line.account.bills.length

/** The server's suggestion for the whole account; where bills were left out, what the others come to. "" when nothing is owed. */
export function suggestion_of(line: Pick<TillLine, 'account' | 'chosen'>): string {
  const { account, chosen } = line
  const all = chosen.length === account.bills.length
  const text = all ? account.suggested : (sum(account.bills.filter((b) => chosen.includes(b.bill_no)).map((b) => b.total)) ?? '')
  return sign(text) > 0 ? text : ''
}

/** Takes a bill out of the payment or back in. The amount follows unless the cashier typed another one. */
export function with_bill(line: TillLine, bill_no: string, wanted: boolean): TillLine {
  const untouched = line.amount === suggestion_of(line)
  const chosen = line.account.bills.map((b) => b.bill_no).filter((no) => (no === bill_no ? wanted : line.chosen.includes(no)))
  const changed = { ...line, chosen }
  return untouched ? { ...changed, amount: suggestion_of(changed) } : changed
}

/** Text key of what is wrong with an amount, or null. */
export function amount_problem(text: string): 'till.amount_missing' | 'till.amount_bad' | null {
  if (text.trim() === '') return 'till.amount_missing'
  const amount = money_of(text)
  return amount === null || sign(amount) <= 0 ? 'till.amount_bad' : null
}

/** What is to be paid in all; null while an amount is not yet one. */
export function total_of(lines: TillLine[]): string | null {
  const amounts = lines.map((l) => money_of(l.amount))
  return amounts.includes(null) || amounts.length === 0 ? null : sum(amounts as string[])
}

export interface Left {
  kind: 'advance' | 'open' | 'even'
  amount: string
}
/** What the typed amount leaves: an advance, something still open, or nothing of either. */
export function left_of(line: TillLine): Left | null {
  const amount = money_of(line.amount)
  const owed = all_chosen(line)
    ? line.account.due
    : sum(line.account.bills.filter((b) => line.chosen.includes(b.bill_no)).map((b) => b.total))
  const over = amount === null || owed === null ? null : difference(amount, difference(owed, usable_advance(line)) ?? owed)
  if (over === null) return null
  const which = sign(over)
  // An advance larger than what is due stays as it is: only what is paid now is added to it.
  const more = which > 0 && sign(difference(over, amount!) ?? '0') > 0 ? amount! : over
  return { kind: which > 0 ? 'advance' : which < 0 ? 'open' : 'even', amount: more.replace(/^-/, '') }
}
/** An advance is used for the whole account, never for chosen bills only. */
const usable_advance = (line: TillLine) => (all_chosen(line) ? line.account.advance : '0.00')

/** "" where no cash was named: then exactly the total changes hands. */
export function change_of(total: string | null, tendered: string): string | null {
  if (total === null || tendered.trim() === '') return null
  const given = money_of(tendered)
  return given === null ? null : difference(given, total)
}
export function tendered_problem(total: string | null, tendered: string): 'till.amount_bad' | 'till.tendered_short' | null {
  if (tendered.trim() === '') return null
  const change = change_of(total, tendered)
  if (change === null) return money_of(tendered) === null ? 'till.amount_bad' : null
  return sign(change) < 0 ? 'till.tendered_short' : null
}

export const next_method = (method: PayMethod): PayMethod => kMethods[(kMethods.indexOf(method) + 1) % kMethods.length]!
/** The field behind the amounts. */
export const last_field = (method: PayMethod) => (method === 'cash' ? 'tendered' : 'reference')

/** The field that Enter leads to from the amount of the account at `at`: the next account's amount, then the last field. */
export function field_after(lines: TillLine[], at: number, method: PayMethod): string {
  const next = lines[at + 1]
  return next ? amount_id(next.account.account_no) : last_field(method)
}
export const amount_id = (account_no: string) => `amount-${account_no}`

/** Where Escape leads from a field: one step back; from the search with accounts below it, out of the last account. */
export function step_back(from: string, lines: TillLine[]): { focus: string } | { drop: string } | null {
  const last = lines.at(-1)
  if (from === 'tendered' || from === 'reference') return { focus: last ? amount_id(last.account.account_no) : 'search' }
  const at = lines.findIndex((l) => amount_id(l.account.account_no) === from)
  if (at > 0) return { focus: amount_id(lines[at - 1]!.account.account_no) }
  if (at === 0) return { focus: 'search' }
  return from === 'search' && last ? { drop: last.account.account_no } : null
}

/** The request for what is on the till, or null while something in it is no amount. */
export function payment_of(lines: TillLine[], method: PayMethod, tendered: string, reference: string): Payment | null {
  const accounts = []
  for (const line of lines) {
    const amount = money_of(line.amount)
    if (amount === null || sign(amount) <= 0) return null
    accounts.push({ account_no: line.account.account_no, amount, ...(all_chosen(line) ? {} : { bills: line.chosen }) })
  }
  if (accounts.length === 0) return null
  const given = method === 'cash' && tendered.trim() !== '' ? money_of(tendered) : undefined
  if (given === null) return null
  const mark = method === 'cash' ? '' : reference.trim()
  return { accounts, method, ...(given === undefined ? {} : { tendered: given }), ...(mark ? { reference: mark } : {}) }
}

export type ReversalOffer = 'reverse' | 'ask' | null
/** Whether a receipt can be reversed at once, only asked for, or not at all by this person. The server decides again. */
export function reversal_offer(
  receipt: Pick<Receipt, 'state' | 'session_no' | 'total' | 'taken_at'>,
  own: CashierSession | null,
  settings: CashierSettings | null,
  may_take: boolean,
): ReversalOffer {
  if (!may_take || receipt.state !== 'taken') return null
  const in_own = own !== null && own.state === 'open' && own.session_no === receipt.session_no
  const within = settings !== null && sign(difference(settings.reversal_limit, receipt.total) ?? '-1') >= 0
  return in_own && within ? 'reverse' : 'ask'
}
