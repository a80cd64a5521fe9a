// Where the types that the pages are written with (types.ts) and the server's own description (schema.d.ts, generated)
// must agree: what the server gives has to be usable as what the page expects. `npm run typecheck` fails here when they
// no longer do. `npm run generate` must have run before; nothing of this file is in the built terminal.

import type { components, paths } from './schema'
import type * as t from './types'

type Server = components['schemas']
type Answered<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never

/** The server leaves open what a part of some answers may hold (registers by name); there the page's type stands. */
export type Filled<Given, Expected> = unknown extends Given
  ? Expected
  : Given extends (infer G)[]
    ? Expected extends (infer E)[]
      ? Filled<G, E>[]
      : Given
    : Given extends object
      ? { [K in keyof Given]: K extends keyof Expected ? Filled<Given[K], NonNullable<Expected>[K]> : Given[K] }
      : Given

/** Compiles only where every `Given` may stand for `Expected`. */
export type Usable<Expected, Given extends Expected> = [Expected, Given]

export type Contract = [
  Usable<t.Session, Filled<Server['Session'], t.Session>>,
  Usable<t.OrgUnit, Filled<Server['OrgUnit'], t.OrgUnit>>,
  Usable<t.Role, Filled<Server['Role'], t.Role>>,
  Usable<t.StaffUser, Filled<Server['User'], t.StaffUser>>,
  Usable<t.AuditRow, Filled<Server['AuditRow'], t.AuditRow>>,
  Usable<t.AccountHit, Filled<Server['FoundAccount'], t.AccountHit>>,
  Usable<t.Account, Filled<Server['Account'], t.Account>>,
  Usable<t.UsagePoint, Filled<Server['UsagePoint'], t.UsagePoint>>,
  Usable<t.Reading, Filled<Server['Reading'], t.Reading>>,
  Usable<t.ReadingRoute, Filled<Server['ReadingRoute'], t.ReadingRoute>>,
  Usable<t.PlanStation, Filled<Server['PlanStation'], t.PlanStation>>,
  Usable<t.ReadingPlan, Filled<Server['ReadingPlan'], t.ReadingPlan>>,
  Usable<t.TariffRow, Filled<Server['TariffRow'], t.TariffRow>>,
  Usable<t.Tariff, Filled<Server['Tariff'], t.Tariff>>,
  Usable<t.Run, Filled<Server['Run'], t.Run>>,
  Usable<t.BillingMonth, Filled<Server['MonthSummary'], t.BillingMonth>>,
  Usable<t.RunException, Filled<Server['BillException'], t.RunException>>,
  Usable<t.ExceptionPage['reasons'], Answered<'/api/v1/billing/runs/{run_id}/exceptions'>['reasons']>,
  Usable<t.DecideAll, Filled<Server['DecideAll'], t.DecideAll>>,
  Usable<t.ReviewRow, Filled<Server['ReviewItem'], t.ReviewRow>>,
  Usable<t.ReviewPage['flags'], Answered<'/api/v1/billing/runs/{run_id}/review'>['flags']>,
  Usable<t.Bill, Filled<Server['Bill'], t.Bill>>,
  Usable<t.BillRow, Filled<Server['BillSummary'], t.BillRow>>,
  Usable<t.UsageMonth, Filled<Server['UsageMonth'], t.UsageMonth>>,
  Usable<t.Balance, Filled<Server['AccountBalance'], t.Balance>>,
  Usable<t.Posting, Filled<Server['Posting'], t.Posting>>,
  Usable<t.TrialBalance, Filled<Server['TrialBalance'], t.TrialBalance>>,
  Usable<t.AccountingPeriod, Filled<Server['AccountingPeriod'], t.AccountingPeriod>>,
  Usable<t.Voucher, Filled<Server['Voucher'], t.Voucher>>,
  Usable<t.Job, Filled<Server['Job'], t.Job>>,
]
