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
  method: string
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
  kind: 'bank' | 'post' | 'payment_company' | 'alipay' | 'wechat'
  state: 'active' | 'suspended'
  transport: string
  signed_on: boolean
  /** What it took that has not arrived at the bank. */
  in_transit: Decimal
  today: { payments: number; paid: Decimal; reversals: number; reversed: Decimal }
}
/** A channel with how it works. Of its secrets only the names are ever told. */
export interface ChannelWhole extends Channel {
  profile: Record<string, unknown>
  key_id: string | null
  client_certificate: string | null
  secrets: string[]
  version: number
}
export interface ChannelItem {
  item_id: string | number
  kind: 'pay' | 'reverse'
  state: 'paid' | 'refused' | 'voided' | 'reversed'
  response: string
  message: string
  serial_no: string | null
  account_no: string
  name: string | null
  amount: Decimal
  business_date: string
  payment_no: string | number | null
  receipt_no: string | null
  received_at: string
}
export interface SideTotal {
  count: number
  amount: Decimal
}
export interface Reconciliation {
  channel: string
  business_date: string
  state: 'loaded' | 'differences' | 'settled'
  file_name: string
  theirs: SideTotal
  ours: SideTotal
  equal: SideTotal
  open_differences: number
  job_id: string | number | null
  loaded_by: string | null
  loaded_at: string
  compared_at: string | null
}
export type DifferenceKind = 'only_theirs' | 'only_ours' | 'amount' | 'account' | 'other_day'
export type Settling = 'post' | 'reverse' | 'ignore'
/** What the two sides do not agree about: one-sided, or with another amount, account or day. */
export interface Difference {
  difference_id: string | number
  kind: DifferenceKind
  serial_no: string
  account_no: string
  name: string | null
  their_amount: Decimal | null
  our_amount: Decimal | null
  state: 'open' | 'proposed' | 'settled'
  how: Settling | null
  note: string
  proposed_by: string | null
  proposed_by_id: string | number | null
  decided_by: string | null
  decided_at: string | null
}
export interface ReconciledDay extends Page<Difference> {
  reconciliation: Reconciliation
}
export interface Settlement {
  settlement_id: string | number
  business_date: string
  amount: Decimal
  reference: string
  note: string
  state: 'proposed' | 'posted' | 'refused'
  proposed_by: string | null
  proposed_by_id: string | number | null
  proposed_at: string
  decided_by: string | null
  decided_at: string | null
}
export type MandateState = 'signed' | 'active' | 'cancelled'
export interface Mandate {
  mandate_no: string
  agreement_no: string | null
  account_no: string
  name: string
  channel: string
  state: MandateState
  bank_account: string
  bank_account_name: string
  bank_code: string | null
  signed_on: string
  /** The most that one debit may take; null for no limit. */ most: Decimal | null
  version: number
  changed_at: string
}
export interface MandateHistory extends Mandate {
  history: { version: number; state: string; reason: string; source: string; at: string }[]
}
export type BatchState = 'preparing' | 'prepared' | 'sent' | 'closed' | 'cancelled'
export interface DebitBatch {
  batch_id: string | number
  batch_no: string
  state: BatchState
  note: string | null
  collect_on: string
  answer_by: string
  basis: 'due' | 'principal'
  billing_month: string | null
  format: string
  count: number
  amount: Decimal
  file_name: string | null
  file_sha256: string | null
  job_id: string | number | null
  created_at: string
  sent_at: string | null
  version: number
}
export interface DebitResult {
  result_id: string | number
  state: 'loaded' | 'taken'
  file_name: string
  lines: number
  verdicts: { verdict: string; count: number; paid: Decimal }[]
  job_id: string | number | null
  loaded_at: string
  taken_at: string | null
}
export interface DebitBatchDetail extends DebitBatch {
  totals: { state: string; count: number; amount: Decimal; paid: Decimal }[]
  results: DebitResult[]
}
export interface Debit {
  item_id: string | number
  end_to_end_id: string
  account_no: string
  name: string
  mandate_no: string
  bank_account: string
  bank_account_name: string
  amount: Decimal
  billing_month: string | null
  state: string
  paid: Decimal | null
  paid_on: string | null
  reason: string | null
}
export type DebitRemedy = 'take_in' | 'take_back' | 'refuse' | 'ignore'
export interface DebitDifference {
  difference_id: string | number
  batch_id: string | number
  line_no: number | null
  kind: string
  end_to_end_id: string | null
  expected: Decimal | null
  found: Decimal | null
  message: string
  state: 'open' | 'proposed' | 'settled'
  how: string | null
  note: string | null
  proposed_by: string | null
  proposed_by_id: string | number | null
  proposed_at: string | null
  decided_by: string | null
  decided_at: string | null
  version: number
}
export interface StatementFile {
  file_id: string | number
  state: 'loaded' | 'taken'
  file_name: string
  file_sha256: string
  receipts: number
  /** What another file had brought already. */ known: number
  job_id: string | number | null
  loaded_at: string
}
export const kReceiptStates = [
  'received',
  'settled',
  'proposed',
  'paid',
  'unidentified',
  'assigned',
  'returning',
  'returned',
  'retracting',
  'noted',
  'bounced',
] as const
export interface BankReceipt {
  receipt_id: string | number
  bank_reference: string
  direction: 'credit' | 'debit'
  reversal: boolean
  amount: Decimal
  booked_on: string
  value_on: string
  payer_name: string | null
  payer_account: string | null
  remittance: string | null
  state: (typeof kReceiptStates)[number]
  account_no: string | null
  name: string | null
  batch_id: string | number | null
  business_date: string | null
  settlement_id: string | number | null
  note: string | null
  proposed_by: string | null
  proposed_by_id: string | number | null
  decided_by: string | null
  version: number
}

// --- dunning ------------------------------------------------------------------------------------------------------

export interface DunningRules {
  set_id: number
  valid_from: string
  rules: DunningRule[]
}
export type DunningAction = 'sms' | 'letter' | 'disconnection'
export interface DunningRule {
  /** Of customers, or "other" for those that have no rules of their own. */ category: string
  step: number
  days_after_due: number
  action: DunningAction
  minimum: Decimal
}
/** Today's rules, and those entered last, which may begin later. */
export interface DunningRulesNow extends DunningRules {
  newest: DunningRules
}
export interface DunningSettings {
  contacts_per_week: number
  language: 'zh' | 'en'
  sender: string
  phone: string
}
export interface ImportantUser {
  account_no: string
  name: string
  reason: string
  /** Who gets a copy before supply is stopped. */ authority: string
}
export type DunningRunKind = 'reminders' | 'payment_scan' | 'prepaid'
export interface DunningRun {
  run_id: string | number
  kind: DunningRunKind
  run_on: string
  job_id: string | number
  requested_by: string | null
  created_at: string
  finished_at: string | null
  accounts: number
  notices: number
  candidates: number
  held_back: number
  moved: number
  overdue: Decimal
}
export interface DunningNotice {
  notice_id: string | number
  account_no: string
  name: string
  purpose: string
  channel: string
  billing_month: string | null
  step: number | null
  principal: Decimal
  late_charge: Decimal
  days_overdue: number
  queued_at: string
  case_id: string | number | null
}
export type CaseState =
  | 'candidate'
  | 'approved'
  | 'noticed'
  | 'noticed_again'
  | 'disconnected'
  | 'paid'
  | 'released'
  | 'reconnected'
  | 'cancelled'
export interface Disconnection {
  case_id: string | number
  kind: 'arrears' | 'prepaid'
  account_no: string
  name: string
  address: string
  state: CaseState
  billing_month: string | null
  due_on: string
  overdue: Decimal
  important: boolean
  authority_copy: string | null
  reason: string | null
  proposed_by: string | null
  proposed_by_id: string | number | null
  proposed_at: string
  approved_by: string | null
  approved_at: string | null
  noticed_at: string | null
  stop_at: string | null
  noticed_again_at: string | null
  disconnected_at: string | null
  paid_at: string | null
  /** Supply without payment: who asks for it and why, and who granted it. */
  release_asked_by: string | null
  release_asked_by_id: string | number | null
  release_asked_at: string | null
  release_reason: string | null
  released_by: string | null
  released_at: string | null
  reconnect_due_at: string | null
  reconnect_overdue: boolean
  reconnected_at: string | null
  cancelled_at: string | null
}
export interface DisconnectionHistory extends Disconnection {
  events: { step: string; from: string; to: string; at: string; by: string | null; note: string | null }[]
}
export interface PrepaidAccount {
  account_no: string
  name: string
  warn_limit: Decimal
  stop_limit: Decimal
  credit: Decimal
  enrolled_on: string
  ended_on: string | null
  balance_on: string | null
  balance: Decimal | null
  level: 'good' | 'low' | 'empty' | null
}
export interface PrepaidBalance {
  account_no: string
  name: string
  as_of: string
  advance: Decimal
  due: Decimal
  estimated: Decimal
  balance: Decimal
  billed_to: string | null
  read_kwh: Decimal
  estimated_days: number
  days: { day: string; advance: Decimal; due: Decimal; estimated: Decimal; balance: Decimal; level: string }[]
}
