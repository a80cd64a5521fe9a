// What the server says about money: the till, receivables, proposals, the ledger, payment channels, dunning. Part of
// types.ts; apart from it only because of its length.

import type { Decimal, Page } from './types'

// --- the till -----------------------------------------------------------------------------------------------------

export type PayMethod = 'cash' | 'card' | 'cheque' | 'qr'
export type ByMethod = Record<PayMethod, Decimal>
export interface Hall {
  code: string
  name: string
}
export interface CashierSession {
  session_id: string | number
  session_no: string
  cashier: string
  hall: Hall
  /** The calendar day it belongs to; nothing is taken into it on another one. */
  date: string
  state: 'open' | 'closed'
  opened_at: string
  closed_at: string | null
  float: Decimal
  /** What should be there by method; cash with the float and without what was deposited. */
  expected: ByMethod
  counted: ByMethod | null
  difference: Decimal | null
  note: string | null
  receipts: number
  deposited: Decimal
  /** What of its cash is neither deposited nor returned. */
  cash_left: Decimal
  version: number
}
export type ReceiptFormat = 'roll' | 'a5'
export interface CashierSettings {
  round_up_to_yuan: boolean
  reversal_limit: Decimal
  receipt_format: ReceiptFormat
}
export interface OwnSession {
  session: CashierSession | null
  settings: CashierSettings
}
export interface DueBill {
  bill_no: string
  billing_month: string
  due_on: string
  amount: Decimal
  outstanding: Decimal
  late_charge: Decimal
  total: Decimal
}
export interface DueAccount {
  account_no: string
  name: string
  address: string
  bills: DueBill[]
  due: Decimal
  advance: Decimal
  suggested: Decimal
}
export interface Due {
  items: DueAccount[]
  due: Decimal
  suggested: Decimal
}
export interface ReceiptLine {
  account_no: string
  name: string
  amount: Decimal
  /** What of the amount became an advance. */
  advance: Decimal
  bills: { bill_no: string; billing_month: string; principal: Decimal; late_charge: Decimal }[]
}
export interface Receipt {
  receipt_no: string
  session_no: string
  cashier: string
  hall: Hall
  date: string
  taken_at: string
  method: PayMethod
  reference: string | null
  total: Decimal
  tendered: Decimal | null
  change: Decimal | null
  state: 'taken' | 'reversed'
  prints: number
  lines: ReceiptLine[]
  reversal: { reason: string; reversed_at: string; reversed_by: string; approved_by: string | null } | null
}
export interface Payment {
  accounts: { account_no: string; amount: Decimal; bills?: string[] }[]
  method: PayMethod
  tendered?: Decimal
  reference?: string
}
export interface PrintedReceipt {
  document_url: string
  prints: number
}
/** What a reversal answers where a second person has to approve it. */
export interface ReversalAsked {
  request_id: string | number
  state: 'requested'
}
export interface ReversalRequest {
  request_id: string | number
  receipt_no: string
  total: Decimal
  method: PayMethod
  reason: string
  state: 'requested' | 'approved' | 'refused'
  requested_by: string
  requested_by_id?: string | number | null
  requested_at: string
  decided_by: string | null
  decided_at: string | null
  decision_note: string | null
}
export interface SessionCount {
  cash: { denomination: Decimal; count: number }[]
  card: Decimal
  cheque: Decimal
  qr: Decimal
  note?: string
}
export interface BankDeposit {
  deposit_no: string
  bank_account: string
  slip_no: string
  amount: Decimal
}
export interface CashierDay {
  date: string
  hall: Hall | null
  state: 'open' | 'closed'
  closed_by: string | null
  closed_at: string | null
  sessions: CashierSession[]
  totals: ByMethod
  receipts: number
  reversals: number
  open_sessions: number
  undeposited: Decimal
  carried_over: Decimal
  carried_from_before: Decimal
}

// --- receivables --------------------------------------------------------------------------------------------------

export interface AccountPayment {
  payment_no: string
  paid_at: string
  value_on: string
  method: string
  source: string
  reference: string | null
  amount: Decimal
  advance: Decimal
  reversed: boolean
  taken_by: string | null
}
export interface Statement {
  opening: Decimal
  rows: {
    date: string
    what: string
    what_en: string
    reference: string | null
    debit: Decimal
    credit: Decimal
    balance: Decimal
  }[]
  closing: Decimal
  /** What late charges come to today, and with them what is owed; null for a period that ended before. */
  late_charge: Decimal | null
  balance: Decimal | null
}
export const kProposalKinds = [
  'waive_late',
  'write_off',
  'recover',
  'refund_advance',
  'receive_deposit',
  'refund_deposit',
  'apply_deposit',
  'transfer',
  'instalment_plan',
  'cancel_plan',
] as const
export type ProposalKind = (typeof kProposalKinds)[number]
export type ProposalState = 'proposed' | 'approved' | 'refused' | 'withdrawn'
export interface Proposal {
  proposal_id: string | number
  kind: ProposalKind
  account_no: string
  name: string
  detail: Record<string, unknown>
  amount: Decimal
  reason: string
  state: ProposalState
  proposed_by: string | null
  proposed_by_id: string | number
  proposed_at: string
  decided_by: string | null
  decided_at: string | null
  decision_note: string | null
  version: number
}
export interface Plan {
  plan_id: string | number
  state: 'active' | 'kept' | 'broken' | 'cancelled'
  approved_on: string
  ended_on: string | null
  total: Decimal
  paid: Decimal
  bills: string[]
  instalments: { due_on: string; amount: Decimal; paid: Decimal; state: 'open' | 'paid' | 'overdue' }[]
}

// --- ledger -------------------------------------------------------------------------------------------------------

export interface AccountingPeriod {
  accounting_month: string
  state: 'open' | 'closed'
  version: number
  changed_by: string | null
  changed_at: string | null
}
export interface Voucher {
  voucher_no: string
  template: string
  summary: string
  transactions: number
  lines: { ledger_account: string; name: string; debit: Decimal; credit: Decimal }[]
}

// --- payment channels ---------------------------------------------------------------------------------------------

export interface Channel {
  code: string
  name: string
  kind: string
  state: string
  today: { items: number; amount: Decimal }
  one_sided: number
}
export interface ChannelItem {
  item_id: string | number
  received_at: string
  trace_no: string
  account_no: string | null
  name: string | null
  amount: Decimal
  answer: string
  payment_no: string | null
  state: string
}
export interface OneSidedItem {
  item_id: string | number
  side: 'ours' | 'theirs'
  trace_no: string
  account_no: string | null
  name: string | null
  ours: Decimal | null
  theirs: Decimal | null
  state: 'open' | 'proposed' | 'resolved'
  how: OneSidedResolution | null
  note: string | null
  proposed_by: string | null
  proposed_by_id?: string | number | null
  approved_by: string | null
}
export type OneSidedResolution = 'post' | 'reverse' | 'ignore'
export interface Reconciliation {
  date: string
  state: string
  file_name: string | null
  ours: { items: number; amount: Decimal }
  theirs: { items: number; amount: Decimal } | null
  matched: number
  items: OneSidedItem[]
}

// --- dunning ------------------------------------------------------------------------------------------------------

export interface DunningRule {
  category: string
  after_days: number
  step: string
  least_amount: Decimal
  notice_kind: string | null
}
export interface DunningRun {
  run_id: string | number
  started_at: string
  finished_at: string | null
  accounts: number
  notices: number
  cases: number
  state: string
}
export interface DunningNotice {
  notice_id: string | number
  account_no: string
  name: string
  kind: string
  channel: string
  amount: Decimal
  sent_at: string | null
  state: string
}
export interface Disconnection {
  case_id: string | number
  account_no: string
  name: string
  amount: Decimal
  state: string
  overdue_since: string
  notified_on: string | null
  /** The first day on which the law allows the next step. */
  next_step: string | null
  next_on: string | null
  approved_by: string | null
}
export interface PrepaidAccount {
  account_no: string
  name: string
  balance: Decimal
  estimated_on: string
  days_left: number | null
  state: string
}
export type RuleSet = Page<DunningRule> & { version?: number }
