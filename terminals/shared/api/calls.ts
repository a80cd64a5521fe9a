// One function for each thing the server offers, so that pages name what they want and never spell a path.

import type { Answer, Client, Query } from './client'
import { money_calls } from './money_calls'
import type * as t from './types'

/** How many accounts the server gives for one search. */
export const kMostHits = 20

const seg = (value: string | number) => encodeURIComponent(String(value))

export function calls(client: Client) {
  return {
    // session
    sign_in: (username: string, password: string) =>
      client.send<t.Session>('/session', { method: 'POST', body: { username, password }, anonymous: true }),
    session: () => client.send<t.Session>('/session', { anonymous: true }),
    sign_out: () => client.send<void>('/session', { method: 'DELETE', anonymous: true }),
    change_password: (current: string, next: string) =>
      client.send<void>('/session/password', { method: 'PUT', body: { current, new: next } }),

    // administration
    org_units: () => client.get<t.Page<t.OrgUnit>>('/org-units'),
    roles: () => client.get<t.Page<t.Role>>('/roles'),
    users: (query: Query) => client.get<t.Page<t.StaffUser>>('/users', query),
    create_user: (body: { username: string; name: string; org_id: string | number; roles: string[] }) =>
      client.send<t.StaffUser & { temporary_password?: string }>('/users', { method: 'POST', body, action: 'users.create' }),
    change_user: (user_id: string | number, body: { org_id?: string | number; roles?: string[]; enabled?: boolean }) =>
      client.send<t.StaffUser>(`/users/${seg(user_id)}`, { method: 'PUT', body }),
    reset_password: (user_id: string | number) =>
      client.send<{ temporary_password: string }>(`/users/${seg(user_id)}/password-reset`, {
        method: 'POST',
        body: {},
        action: `users.${user_id}.password-reset`,
      }),
    audit: (query: Query) => client.get<t.Page<t.AuditRow>>('/audit', query),

    // customers, metering, readings
    /** At most kMostHits: whoever finds more types more. */
    search: (q: string, signal?: AbortSignal) => client.get<t.Page<t.AccountHit>>('/accounts', { q }, signal),
    account: (account_no: string) => client.get<t.Account>(`/accounts/${seg(account_no)}`),
    usage_points: (account_no: string) => client.get<t.Page<t.UsagePoint>>(`/accounts/${seg(account_no)}/usage-points`),
    readings: (account_no: string, query: Query) => client.get<t.Page<t.Reading>>(`/accounts/${seg(account_no)}/readings`, query),
    usage: (account_no: string) => client.get<t.Page<t.UsageMonth>>(`/accounts/${seg(account_no)}/usage`),
    account_bills: (account_no: string, query: Query) =>
      client.get<t.Page<t.BillRow>>(`/accounts/${seg(account_no)}/bills`, query),
    balance: (account_no: string) => client.get<t.Balance>(`/accounts/${seg(account_no)}/balance`),
    postings: (account_no: string, query: Query) => client.get<t.Page<t.Posting>>(`/accounts/${seg(account_no)}/postings`, query),
    reading_routes: (query: Query) => client.get<t.Page<t.ReadingRoute>>('/reading-routes', query),
    reading_plan: (month: string) => client.get<t.ReadingPlan>(`/reading-plans/${seg(month)}`),

    // tariffs
    tariffs: (query: Query) => client.get<t.Page<t.TariffRow>>('/tariffs', query),
    tariff: (code: string) => client.get<t.Tariff>(`/tariffs/${seg(code)}`),

    // billing
    months: (query: Query = {}) => client.get<t.Page<t.MonthState>>('/billing/months', query),
    month: (month: string) => client.get<t.BillingMonth>(`/billing/months/${seg(month)}`),
    runs: (query: Query) => client.get<t.Page<t.Run>>('/billing/runs', query),
    run: (run_id: string | number) => client.send<t.Run>(`/billing/runs/${seg(run_id)}`),
    create_run: (billing_month: string) =>
      client.send<t.Run>('/billing/runs', { method: 'POST', body: { billing_month }, action: 'runs.create' }),
    calculate: (run_id: string | number) =>
      client.send<{ job_id: string | number }>(`/billing/runs/${seg(run_id)}/calculate`, {
        method: 'POST',
        body: {},
        action: `runs.${run_id}.calculate`,
      }),
    exceptions: (run_id: string | number, query: Query) =>
      client.get<t.ExceptionPage>(`/billing/runs/${seg(run_id)}/exceptions`, query),
    resolve: (run_id: string | number, exception_id: string | number, body: { action: t.Resolution; note: string }) =>
      client.send<t.RunException>(`/billing/runs/${seg(run_id)}/exceptions/${seg(exception_id)}/resolution`, {
        method: 'POST',
        body,
        action: `runs.${run_id}.exceptions.${exception_id}`,
      }),
    resolve_all: (run_id: string | number, body: { action: t.Resolution; note: string; reason?: string }) =>
      client.send<t.DecideAll>(`/billing/runs/${seg(run_id)}/resolutions`, {
        method: 'POST',
        body,
        action: `runs.${run_id}.resolutions`,
      }),
    review: (run_id: string | number, query: Query) => client.get<t.ReviewPage>(`/billing/runs/${seg(run_id)}/review`, query),
    submit: (run_id: string | number, etag: string | null, note: string): Promise<Answer<t.Run>> =>
      client.send(`/billing/runs/${seg(run_id)}/submit`, {
        method: 'POST',
        body: note ? { note } : {},
        if_match: etag,
        action: `runs.${run_id}.submit`,
      }),
    send_back: (run_id: string | number, etag: string | null, reason: string): Promise<Answer<t.Run>> =>
      client.send(`/billing/runs/${seg(run_id)}/return`, {
        method: 'POST',
        body: { reason },
        if_match: etag,
        action: `runs.${run_id}.return`,
      }),
    issue: (run_id: string | number, etag: string | null) =>
      client.send<{ job_id: string | number }>(`/billing/runs/${seg(run_id)}/issue`, {
        method: 'POST',
        body: {},
        if_match: etag,
        action: `runs.${run_id}.issue`,
      }),
    bill: (bill_no: string) => client.get<t.Bill>(`/bills/${seg(bill_no)}`),

    // ledger, jobs
    /** Of one accounting month, or of all time where it is empty. */
    trial_balance: (accounting_month: string) => client.get<t.TrialBalance>('/ledger/trial-balance', { accounting_month }),
    jobs: (query: Query) => client.get<t.Page<t.Job>>('/jobs', query),
    job: (job_id: string | number) => client.get<t.Job>(`/jobs/${seg(job_id)}`),

    ...money_calls(client),
  }
}

export type Calls = ReturnType<typeof calls>
