// The values the terminals exchange with the server, as /api/v1/openapi.json describes them. Money, energy, demand and
// prices are decimal strings and stay strings: only charts may turn them into numbers (see ui/decimal.ts).

export * from './money_types'

export type Decimal = string

export interface Page<T> {
  items: T[]
  has_more?: boolean
  next_cursor?: string | null
}

export interface OrgRef {
  org_id: string | number
  code?: string
  name: string
  kind?: string
  name_en?: string
}
export interface OrgUnit extends OrgRef {
  parent_id: string | number | null
  kind: string
  code: string
}
export interface RoleRef {
  code: string
  name: string
  name_en: string
}
export interface Role extends RoleRef {
  permissions: string[]
}

export interface SessionUser {
  user_id: string | number
  username: string
  name: string
  org: OrgRef
  roles: RoleRef[]
  permissions: string[]
}
export interface Session {
  user: SessionUser
  csrf_token: string
  expires_at: string
  must_change_password: boolean
}

export interface StaffUser {
  user_id: string | number
  username: string
  name: string
  org: OrgRef
  roles: (RoleRef | string)[]
  enabled: boolean
  locked_until: string | null
}
export interface AuditRow {
  seq: string | number
  at: string
  user: string | { username: string; name: string } | null
  org: string | OrgRef | null
  action: string
  entity: string
  entity_id: string
  before: unknown
  after: unknown
  remote: string | null
  hash: string
}

export interface AccountHit {
  account_no: string
  name: string
  address: string
  category: string
  station: string | OrgRef
  status: string
  phone_masked: string | null
  matched: { kind: string; text: string }
}
export interface Agreement {
  valid_from: string
  valid_to: string | null
  category: string
  voltage: string
  capacity_kva: Decimal | null
  tariff_code: string
  tariff_name: string
  tariff_name_en: string
  billing_mode: string
  contract_demand_kw: Decimal | null
  pf_standard: Decimal | null
}
export interface Account {
  account_no: string
  status: string
  opened_on: string
  closed_on: string | null
  customer: { name: string; kind: string; id_no_masked: string | null; phone_masked: string | null }
  address: string
  station: OrgRef
  route: { route_id: string | number; code: string; name: string } | null
  household_size: number | null
  agreements: Agreement[]
  network: { substation: string | Named | null; feeder: string | Named | null; transformer_area: string | Named | null } | null
}
export interface Named {
  code?: string
  name: string
}

export type RegisterValues = Partial<Record<string, Decimal | null>>
export interface Installation {
  installation_id: string | number
  asset_no: string
  meter_kind: string
  digits: number
  from: string
  to: string | null
  ct_ratio: Decimal | number
  pt_ratio: Decimal | number
  ratio: Decimal | number
  start_index: RegisterValues | null
  end_index: RegisterValues | null
}
export interface UsagePoint {
  usage_point_no: string
  kind: string
  parent_usage_point_no: string | null
  deduction: unknown
  ratio: Decimal | number | null
  installations: Installation[]
}
export interface Reading {
  billing_month: string
  asset_no: string
  read_at: string
  source: string
  quality: string
  registers: RegisterValues
  energy_kwh: Decimal | null
  remark: string | null
}
export interface UsageMonth {
  billing_month: string
  energy_kwh: Decimal | null
  amount: Decimal | null
  source: string
}

export interface ReadingRoute {
  route_id: string | number
  code: string
  name: string
  station: string | OrgRef
  reader: string | null
  accounts: number
  cycle_day: number | null
}
export interface PlanStation {
  org_id: string | number
  name: string
  routes: number
  meters: number
  read: number
  missing: number
  suspect: number
}
export interface ReadingPlan {
  billing_month: string
  routes: number
  meters: number
  read: number
  missing: number
  suspect: number
  stations: PlanStation[]
}

export interface TariffRow {
  code: string
  name: string
  name_en: string
  category: string
  structure: string
  voltage: string
  version: string | number
  valid_from: string
  valid_to: string | null
  status: string
}
export interface Tariff extends TariffRow {
  definition: Record<string, unknown> | null
  versions: Partial<TariffRow>[]
}

export type RunState = 'open' | 'calculating' | 'calculated' | 'submitted' | 'issuing' | 'issued'
export interface Run {
  run_id: string | number
  billing_month: string
  state: RunState
  job_id: string | number | null
  created_by: string | null
  created_at: string | null
  calculated_at: string | null
  submitted_by: string | null
  submitted_by_id: number | string | null
  submitted_at: string | null
  approved_by: string | null
  issued_at: string | null
  shards: { total: number; done: number }
  accounts: number
  bills: number
  exceptions: number
  exceptions_open: number
  flagged: number
  energy_kwh: Decimal | null
  amount: Decimal | null
}
export interface MonthGroup {
  bills: number
  energy_kwh: Decimal
  amount: Decimal
}
export interface BillingMonth {
  billing_month: string
  state: string
  accounts: number
  readings: { meters: number; read: number; missing: number }
  bills: { calculated: number; issued: number }
  exceptions: { open: number; resolved: number }
  energy_kwh: Decimal
  amount: Decimal
  by_category: (MonthGroup & { category: string })[]
  by_station: (MonthGroup & { org_id: string | number; name: string; name_en: string })[]
  run: Run | null
}
export interface MonthState {
  billing_month: string
  state: string
}

export interface RunException {
  exception_id: string | number
  account_no: string
  name: string
  reason: string
  /** "note", "review", or "blocking": there is no bill. */
  severity: string
  detail_zh: string
  detail_en: string
  route: string | Named | null
  state: 'open' | 'resolved'
  /** The newest decision and its note. */
  resolution: string | null
  note: string | null
  resolved_by: string | null
}
export type Resolution = 'estimate' | 'accept' | 'exclude'
/** What came of one decision for many: accounts decided, accounts it did not fit, and the job that calculates them again. */
export interface DecideAll {
  decided: number
  left_open: number
  job_id: string | number | null
}
export interface ExceptionPage extends Page<RunException> {
  reasons?: { reason: string; count: number }[]
}
export interface Comparison {
  energy_kwh: Decimal
  amount: Decimal
}
export interface ReviewRow {
  bill_no: string
  account_no: string
  name: string
  category: string
  energy_kwh: Decimal
  amount: Decimal
  last_month: Comparison | null
  last_year: Comparison | null
  flags: string[]
}
export interface ReviewPage extends Page<ReviewRow> {
  flags?: { flag: string; count: number }[]
}

export interface Both {
  zh: string
  en: string
}
export interface BillRegister {
  register: string
  name: string
  name_en: string
  start_index: Decimal | null
  end_index: Decimal
}
export interface BillMeter {
  asset_no: string
  ratio: number
  digits: number
  estimated: boolean
  registers: BillRegister[]
}
export interface BillUsagePoint {
  usage_point_id: number
  usage_point_no: string
  child_of_another_account: boolean
  meters: BillMeter[]
  /** By register: what was read, and what is billed after deductions and losses. */
  read: RegisterValues
  billed: RegisterValues
  deducted: Decimal | null
  loss: Decimal | null
  exported: Decimal | null
  reactive: Decimal | null
  max_demand_kw: Decimal | null
  power_factor: Decimal | null
}
export interface BillLine {
  line_no: number
  usage_point_id: number
  kind: string
  /** "included" lines are inside the energy lines of their usage point; "payable" ones are paid out, settled separately. */
  role: 'charge' | 'included' | 'payable'
  /** Says period and tier too. */
  name: string
  name_en: string
  quantity: Decimal
  unit: string
  price: Decimal | null
  percent: Decimal | null
  amount: Decimal
  working: Both
  source: Both & { document: string | null; clause: string | null; tariff_code: string | null; version: number | null }
}
export interface Bill {
  bill_no: string
  account_no: string
  name: string
  address: string
  billing_month: string
  period: { from: string; to: string }
  state: 'calculated' | 'issued'
  issued_at: string | null
  due_on: string | null
  energy_kwh: Decimal
  amount: Decimal
  export_kwh: Decimal
  export_amount: Decimal
  category: string
  flags: string[]
  usage_points: BillUsagePoint[]
  lines: BillLine[]
  previous: { last_month: Comparison | null; last_year: Comparison | null }
}
export interface BillRow {
  bill_no: string | null
  billing_month: string
  energy_kwh: Decimal
  amount: Decimal
  state: string
  due_on: string | null
  source: string
}

export interface Receivable {
  bill_no: string
  billing_month: string
  amount: Decimal
  outstanding: Decimal
  late_charge: Decimal
  due_on: string | null
  state: string
}
export interface Balance {
  /** What is owed after the advance: principal and late charge less advance. */
  balance: Decimal
  principal: Decimal
  late_charge: Decimal
  advance: Decimal
  deposit: Decimal
  as_of: string
  receivables: Receivable[]
}
export interface Posting {
  posted_on: string
  transaction_no: string
  template: string
  ledger_account: string
  name: string
  name_en: string
  debit: Decimal | null
  credit: Decimal | null
  billing_month: string | null
}
export interface TrialBalance {
  items: { ledger_account: string; name: string; name_en: string; debit: Decimal; credit: Decimal }[]
  debit: Decimal
  credit: Decimal
}

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
export interface Job {
  job_id: string | number
  kind: string
  state: JobState
  progress: { done: number; total: number; unit: string } | null
  message: string | null
  started_at: string | null
  finished_at: string | null
  rate_per_s: number | string | null
  error: string | null
  failures?: unknown[]
}
