// The calls about money; part of calls.ts, apart from it only because of its length. Whatever moves money carries a
// key of its own action, so that a repeat of one receipt is never taken for another.

import type { Answer, Client, Query } from './client'
import type * as t from './types'

const seg = (value: string | number) => encodeURIComponent(String(value))
type Id = string | number

/** The action under which the till's payment is saved until its answer is known. */
export const kTakeAction = 'cashier.receipts'

export function money_calls(client: Client) {
  const post = <T>(path: string, action: string, body: unknown = {}, if_match: string | null = null): Promise<Answer<T>> =>
    client.send<T>(path, { method: 'POST', body, action, if_match })

  return {
    // the till
    own_session: () => client.get<t.OwnSession>('/cashier/session'),
    open_session: (float: string) => post<t.CashierSession>('/cashier/sessions', 'cashier.open', { float }),
    cashier_sessions: (query: Query) => client.get<t.Page<t.CashierSession>>('/cashier/sessions', query),
    cashier_session: (id: Id) => client.send<t.CashierSession>(`/cashier/sessions/${seg(id)}`),
    due: (account_nos: string[]) =>
      client.get<t.Due>(`/cashier/due?${account_nos.map((no) => `account_no=${seg(no)}`).join('&')}`),
    take: (payment: t.Payment) => post<t.Receipt>('/cashier/receipts', kTakeAction, payment),
    receipts: (query: Query) => client.get<t.Page<t.Receipt>>('/cashier/receipts', query),
    receipt: (no: string) => client.get<t.Receipt>(`/cashier/receipts/${seg(no)}`),
    print_receipt: (no: string, format: t.ReceiptFormat, language: 'zh' | 'en') =>
      post<t.PrintedReceipt>(`/cashier/receipts/${seg(no)}/print`, `cashier.receipts.${no}.print`, { format, language }),
    /** 200 with the reversed receipt, or 202 where a second person has to approve. */
    reverse_receipt: (no: string, reason: string) =>
      post<t.Receipt | t.ReversalAsked>(`/cashier/receipts/${seg(no)}/reverse`, `cashier.receipts.${no}.reverse`, { reason }),
    reversal_requests: (query: Query) => client.get<t.Page<t.ReversalRequest>>('/cashier/reversal-requests', query),
    approve_reversal: (id: Id) => post<unknown>(`/cashier/reversal-requests/${seg(id)}/approve`, `cashier.reversals.${id}.approve`),
    refuse_reversal: (id: Id, reason: string) =>
      post<unknown>(`/cashier/reversal-requests/${seg(id)}/refuse`, `cashier.reversals.${id}.refuse`, { reason }),
    close_session: (id: Id, etag: string | null, count: t.SessionCount) =>
      post<t.CashierSession>(`/cashier/sessions/${seg(id)}/close`, `cashier.sessions.${id}.close`, count, etag),
    deposit: (id: Id, body: { bank_account: string; slip_no: string; amount: string }) =>
      post<t.BankDeposit>(`/cashier/sessions/${seg(id)}/deposits`, `cashier.sessions.${id}.deposit`, body),
    cashier_day: (date: string, hall: string) => client.get<t.CashierDay>(`/cashier/days/${seg(date)}`, { hall }),
    /** `carry_over`: cash that was not deposited goes into the next day. */
    close_hall_day: (date: string, hall: string, carry_over: boolean) =>
      post<t.CashierDay>(`/cashier/days/${seg(date)}/close`, `cashier.days.${date}.${hall}.close`, { hall, carry_over }),
    close_company_day: (date: string, carry_over: boolean) =>
      post<t.CashierDay>(`/cashier/days/${seg(date)}/close-company`, `cashier.days.${date}.close-company`, { carry_over }),

    // receivables
    account_payments: (account_no: string, query: Query) =>
      client.get<t.Page<t.AccountPayment>>(`/accounts/${seg(account_no)}/payments`, query),
    statement: (account_no: string, from: string, to: string) =>
      client.get<t.Statement>(`/accounts/${seg(account_no)}/statement`, { from, to }),
    plans: (account_no: string) => client.get<t.Page<t.Plan>>(`/accounts/${seg(account_no)}/plans`),
    proposals: (query: Query) => client.get<t.Page<t.Proposal>>('/receivables/proposals', query),
    proposal: (id: Id) => client.send<t.Proposal>(`/receivables/proposals/${seg(id)}`),
    propose: (body: { kind: t.ProposalKind; account_no: string; reason: string } & Record<string, unknown>) =>
      post<t.Proposal>('/receivables/proposals', 'receivables.propose', body),
    approve_proposal: (id: Id, etag: string | null) =>
      post<t.Proposal>(`/receivables/proposals/${seg(id)}/approve`, `proposals.${id}.approve`, {}, etag),
    refuse_proposal: (id: Id, etag: string | null, note: string) =>
      post<t.Proposal>(`/receivables/proposals/${seg(id)}/refuse`, `proposals.${id}.refuse`, { note }, etag),
    withdraw_proposal: (id: Id, etag: string | null) =>
      post<t.Proposal>(`/receivables/proposals/${seg(id)}/withdraw`, `proposals.${id}.withdraw`, {}, etag),

    // ledger
    periods: () => client.get<t.Page<t.AccountingPeriod>>('/ledger/periods'),
    close_period: (month: string) => post<void>(`/ledger/periods/${seg(month)}/close`, `ledger.${month}.close`),
    reopen_period: (month: string, reason: string) =>
      post<void>(`/ledger/periods/${seg(month)}/reopen`, `ledger.${month}.reopen`, { reason }),
    vouchers: (posted_on: string) => client.get<t.Page<t.Voucher>>('/ledger/vouchers', { posted_on }),
    /** An address to download from, not a request. */
    voucher_file: (posted_on: string, encoding: 'utf-8' | 'gb18030') =>
      `/api/v1/ledger/vouchers/file?posted_on=${seg(posted_on)}&encoding=${encoding}`,

    // payment channels
    channels: () => client.get<t.Page<t.Channel>>('/channels'),
    /** With its ETag, which a change refers to. */
    channel: (code: string) => client.send<t.ChannelWhole>(`/channels/${seg(code)}`),
    /** Makes the channel where there is no version yet. Sent twice it is the same channel, so it needs no key. */
    save_channel: (code: string, etag: string | null, body: Record<string, unknown>) =>
      client.send<t.ChannelWhole>(`/channels/${seg(code)}`, { method: 'PUT', body, if_match: etag }),
    channel_items: (code: string, query: Query) => client.get<t.Page<t.ChannelItem>>(`/channels/${seg(code)}/items`, query),
    reconciliations: (code: string, query: Query) =>
      client.get<t.Page<t.Reconciliation>>(`/channels/${seg(code)}/reconciliations`, query),
    reconciled_day: (code: string, date: string, query: Query) =>
      client.get<t.ReconciledDay>(`/channels/${seg(code)}/reconciliations/${seg(date)}`, query),
    load_channel_file: (code: string, business_date: string, file: File) =>
      client.send<{ job_id: Id }>(`/channels/${seg(code)}/reconciliations`, {
        method: 'POST',
        query: { business_date, file_name: file.name },
        file,
        action: `channels.${code}.${business_date}.load`,
      }),
    resolve_difference: (code: string, date: string, id: Id, body: { how: t.Settling; note: string }) =>
      post<t.Difference>(`/channels/${seg(code)}/reconciliations/${seg(date)}/items/${seg(id)}/resolve`, `differences.${id}.resolve`, body),
    approve_difference: (code: string, date: string, id: Id) =>
      post<t.Difference>(`/channels/${seg(code)}/reconciliations/${seg(date)}/items/${seg(id)}/approve`, `differences.${id}.approve`),
    withdraw_difference: (code: string, date: string, id: Id) =>
      post<t.Difference>(`/channels/${seg(code)}/reconciliations/${seg(date)}/items/${seg(id)}/withdraw`, `differences.${id}.withdraw`),
    settlements: (code: string, query: Query) => client.get<t.Page<t.Settlement>>(`/channels/${seg(code)}/settlements`, query),
    propose_settlement: (code: string, body: { business_date: string; amount: string; reference: string; note?: string }) =>
      post<t.Settlement>(`/channels/${seg(code)}/settlements`, `channels.${code}.settlements`, body),
    decide_settlement: (code: string, id: Id, how: 'post' | 'refuse') =>
      post<t.Settlement>(`/channels/${seg(code)}/settlements/${seg(id)}/${how}`, `settlements.${id}.${how}`),

    // mandates, direct debits, statements
    mandates: (query: Query) => client.get<t.Page<t.Mandate>>('/mandates', query),
    mandate: (no: string) => client.get<t.MandateHistory>(`/mandates/${seg(no)}`),
    sign_mandate: (body: Record<string, string>) => post<t.Mandate>('/mandates', 'mandates.sign', body),
    activate_mandate: (no: string) => post<t.Mandate>(`/mandates/${seg(no)}/activate`, `mandates.${no}.activate`),
    cancel_mandate: (no: string, reason: string) => post<t.Mandate>(`/mandates/${seg(no)}/cancel`, `mandates.${no}.cancel`, { reason }),
    debit_batches: (code: string, query: Query) => client.get<t.Page<t.DebitBatch>>(`/channels/${seg(code)}/debit-batches`, query),
    debit_batch: (code: string, id: Id) => client.get<t.DebitBatchDetail>(`/channels/${seg(code)}/debit-batches/${seg(id)}`),
    debits: (code: string, id: Id, query: Query) =>
      client.get<t.Page<t.Debit>>(`/channels/${seg(code)}/debit-batches/${seg(id)}/items`, query),
    prepare_debits: (code: string, body: { collect_on: string; billing_month?: string }) =>
      post<{ job_id: Id }>(`/channels/${seg(code)}/debit-batches`, `channels.${code}.debits`, body),
    move_batch: (code: string, id: Id, how: 'send' | 'cancel' | 'expire') =>
      post<t.DebitBatch>(`/channels/${seg(code)}/debit-batches/${seg(id)}/${how}`, `debits.${id}.${how}`),
    /** An address to download from, not a request. */
    batch_file: (code: string, id: Id) => `/api/v1/channels/${seg(code)}/debit-batches/${seg(id)}/file`,
    load_debit_result: (code: string, id: Id, file: File) =>
      client.send<{ job_id: Id }>(`/channels/${seg(code)}/debit-batches/${seg(id)}/results`, {
        method: 'POST',
        query: { file_name: file.name },
        file,
        action: `debits.${id}.results`,
      }),
    debit_differences: (code: string, query: Query) =>
      client.get<t.Page<t.DebitDifference>>(`/channels/${seg(code)}/debit-differences`, query),
    resolve_debit_difference: (code: string, id: Id, body: { how: t.DebitRemedy; note: string }) =>
      post<t.DebitDifference>(`/channels/${seg(code)}/debit-differences/${seg(id)}/resolve`, `debit-differences.${id}.resolve`, body),
    decide_debit_difference: (code: string, id: Id, how: 'approve' | 'withdraw') =>
      post<t.DebitDifference>(`/channels/${seg(code)}/debit-differences/${seg(id)}/${how}`, `debit-differences.${id}.${how}`),
    statement_files: (code: string, query: Query) => client.get<t.Page<t.StatementFile>>(`/channels/${seg(code)}/statements`, query),
    load_statement: (code: string, file: File) =>
      client.send<{ job_id: Id }>(`/channels/${seg(code)}/statements`, {
        method: 'POST',
        query: { file_name: file.name },
        file,
        action: `channels.${code}.statement`,
      }),
    bank_receipts: (code: string, query: Query) => client.get<t.Page<t.BankReceipt>>(`/channels/${seg(code)}/receipts`, query),
    assign_receipt: (code: string, id: Id, account_no: string) =>
      post<t.BankReceipt>(`/channels/${seg(code)}/receipts/${seg(id)}/assign`, `receipts.${id}.assign`, { account_no }),
    propose_receipt: (code: string, id: Id, what: 'return' | 'retract', note: string) =>
      post<t.BankReceipt>(`/channels/${seg(code)}/receipts/${seg(id)}/${what}`, `receipts.${id}.${what}`, { note }),
    /** Whose money it was: a business day's or a batch's. */
    settle_receipt: (code: string, id: Id, body: { business_date?: string; batch_no?: string; note: string }) =>
      post<t.BankReceipt>(`/channels/${seg(code)}/receipts/${seg(id)}/settle`, `receipts.${id}.settle`, body),
    decide_receipt: (
      code: string,
      id: Id,
      how: 'approve-return' | 'refuse-return' | 'approve-retraction' | 'refuse-retraction',
    ) =>
      post<t.BankReceipt>(`/channels/${seg(code)}/receipts/${seg(id)}/${how}`, `receipts.${id}.${how}`),

    // dunning
    /** With the ETag of the newest rules, which a change refers to. */
    dunning_rules: () => client.send<t.DunningRulesNow>('/dunning/rules'),
    change_dunning_rules: (etag: string | null, body: { valid_from: string; rules: t.DunningRule[] }) =>
      client.send<t.DunningRulesNow>('/dunning/rules', { method: 'PUT', body, if_match: etag, action: 'dunning.rules' }),
    dunning_settings: () => client.get<t.DunningSettings>('/dunning/settings'),
    change_dunning_settings: (body: t.DunningSettings) =>
      client.send<t.DunningSettings>('/dunning/settings', { method: 'PUT', body, action: 'dunning.settings' }),
    important_users: (query: Query) => client.get<t.Page<t.ImportantUser>>('/dunning/important-users', query),
    set_important: (account_no: string, body: { reason: string; authority: string }) =>
      client.send<t.ImportantUser>(`/dunning/important-users/${seg(account_no)}`, { method: 'PUT', body, action: `important.${account_no}` }),
    unset_important: (account_no: string) =>
      client.send<void>(`/dunning/important-users/${seg(account_no)}`, { method: 'DELETE' }),
    dunning_runs: (query: Query) => client.get<t.Page<t.DunningRun>>('/dunning/runs', query),
    start_dunning: (kind: t.DunningRunKind) => post<{ job_id: Id }>('/dunning/runs', `dunning.runs.${kind}`, { kind }),
    dunning_notices: (query: Query) => client.get<t.Page<t.DunningNotice>>('/dunning/notices', query),
    disconnections: (query: Query) => client.get<t.Page<t.Disconnection>>('/disconnections', query),
    disconnection: (id: Id) => client.get<t.DisconnectionHistory>(`/disconnections/${seg(id)}`),
    move_disconnection: (id: Id, step: string, body: Record<string, string>) =>
      post<t.Disconnection>(`/disconnections/${seg(id)}/${seg(step)}`, `disconnections.${id}.${step}`, body),
    propose_disconnection: (body: { account_no: string; reason: string }) => post<t.Disconnection>('/disconnections', 'disconnections.propose', body),
    prepaid_accounts: (query: Query) => client.get<t.Page<t.PrepaidAccount>>('/prepaid/accounts', query),
    prepaid_account: (no: string) => client.get<t.PrepaidAccount>(`/prepaid/accounts/${seg(no)}`),
    prepaid_balance: (no: string) => client.get<t.PrepaidBalance>(`/prepaid/accounts/${seg(no)}/balance`),
    enrol_prepaid: (body: { account_no: string; warn_limit: string; stop_limit: string; credit?: string }) =>
      post<t.PrepaidAccount>('/prepaid/accounts', 'prepaid.enrol', body),
    change_prepaid: (no: string, body: { warn_limit: string; stop_limit: string; credit?: string }) =>
      client.send<t.PrepaidAccount>(`/prepaid/accounts/${seg(no)}`, { method: 'PUT', body, action: `prepaid.${no}` }),
    end_prepaid: (no: string) => post<t.PrepaidAccount>(`/prepaid/accounts/${seg(no)}/end`, `prepaid.${no}.end`),
  }
}
