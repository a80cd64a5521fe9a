// The stand-in's till, receivables and ledger: what an account owes, sessions, receipts, reversals, proposals, periods.
// Money is whole fen here and decimal yuan text at the edge, as on the server.
import * as d from './data.mjs'

const yuan = d.yuan
const fen_of = (text) => (/^\d{1,12}\.\d{2}$/.test(String(text)) ? Math.round(Number(text.replace('.', ''))) : null)
const now = () => new Date().toISOString()
export const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' }).format(new Date())
const days_between = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
const kMethods = ['cash', 'card', 'cheque', 'qr']
const kReversalLimit = 50000
const halls = { 1: { code: 'H01', name: '城中营业厅' }, 2: { code: 'H02', name: '东湖营业厅' } }

// --- what accounts owe -------------------------------------------------------------------------------------------

/** Account number → {bills: [{…, outstanding}], advance, deposit, payments}. */
const books = new Map()
export function book_of(a) {
  let book = books.get(a.account_no)
  if (book) return book
  const open = a.i % 7 === 0 ? 0 : 1 + (a.i % 3)
  const bills = a.months.slice(0, 12).reverse().slice(0, 6).map((m, n) => ({
    bill_no: d.bill_no_of(a, m.month), billing_month: m.month, issued_on: `${m.month}-29`, due_on: `${next_month(m.month)}-28`, amount: m.fen,
    outstanding: n < open ? (n === 1 && a.i % 5 === 2 ? Math.floor(m.fen / 2) : m.fen) : 0, waived: 0, late_paid: 0 }))
  const payments = bills.filter((b) => b.outstanding < b.amount).map((b, n) => ({
    payment_no: `P${b.billing_month.replace('-', '')}${String(a.i).padStart(4, '0')}`, paid_at: `${b.due_on}T0${2 + n}:12:00Z`, value_on: b.due_on, method: ['cash', 'qr', 'direct_debit'][n % 3], source: ['cashier', 'channel', 'channel'][n % 3],
    reference: n % 3 ? `2026${String(a.i * 97 + n).padStart(12, '0')}` : null, amount: yuan(b.amount - b.outstanding), advance: '0.00', reversed: n === 3, taken_by: n % 3 ? null : '孙丽' }))
  book = { bills, payments, advance: a.i % 7 === 0 ? 2000 + a.i * 10 : a.i % 9 === 1 ? 1250 : 0, deposit: a.industry ? 5_000_000 : 0, plans: [] }
  books.set(a.account_no, book)
  return book
}
const next_month = (month) => { const [y, m] = month.split('-').map(Number); return m === 12 ? `${y + 1}-01` : `${y}-${String(m + 1).padStart(2, '0')}` }
/** A thousandth a day from the due day on, at least one yuan, as for households. */
function late_of(bill) {
  const days = days_between(bill.due_on, today())
  if (bill.outstanding === 0 || days <= 0) return 0
  return Math.max(0, Math.max(100, Math.floor((bill.outstanding * days) / 1000)) - bill.waived - bill.late_paid)
}
const due_bill = (b) => ({ bill_no: b.bill_no, billing_month: b.billing_month, due_on: b.due_on, amount: yuan(b.amount), outstanding: yuan(b.outstanding), late_charge: yuan(late_of(b)), total: yuan(b.outstanding + late_of(b)) })
const round_up = (fen) => Math.ceil(fen / 100) * 100
function due_account(a) {
  const book = book_of(a)
  const bills = book.bills.filter((b) => b.outstanding > 0).sort((x, y) => x.billing_month.localeCompare(y.billing_month)).map(due_bill)
  const due = bills.reduce((s, b) => s + fen_of(b.total), 0)
  return { account_no: a.account_no, name: a.name, address: a.address, bills, due: yuan(due), advance: yuan(book.advance), suggested: yuan(round_up(Math.max(0, due - book.advance))) }
}
export function balance_of(a) {
  const book = book_of(a)
  const principal = book.bills.reduce((s, b) => s + b.outstanding, 0)
  const late = book.bills.reduce((s, b) => s + late_of(b), 0)
  return {
    balance: yuan(principal + late - book.advance), principal: yuan(principal), late_charge: yuan(late), advance: yuan(book.advance), deposit: yuan(book.deposit), as_of: today(),
    receivables: book.bills.map((b) => ({ ...due_bill(b), issued_on: b.issued_on, state: b.outstanding === 0 ? 'settled' : b.outstanding < b.amount ? 'partly_paid' : 'open' })),
  }
}

// --- sessions and receipts ---------------------------------------------------------------------------------------

const cashier_sessions = []
const receipts = []
const reversal_requests = []
const closed_days = new Map()
const taken_of = (s, method) => receipts.filter((r) => r.session === s && r.method === method && r.state === 'taken').reduce((sum, r) => sum + fen_of(r.total), 0)
const expected_of = (s) => Object.fromEntries(kMethods.map((m) => [m, yuan((m === 'cash' ? fen_of(s.float) - s.deposited : 0) + taken_of(s, m))]))
const session_json = (s) => ({ session_id: s.session_id, session_no: s.session_no, cashier: s.cashier, hall: s.hall, date: s.date, state: s.state, opened_at: s.opened_at, closed_at: s.closed_at, float: s.float, expected: s.state === 'closed' ? s.expected : expected_of(s), counted: s.counted, difference: s.difference, note: s.note ?? null, receipts: receipts.filter((r) => r.session === s).length, reversals: receipts.filter((r) => r.session === s && r.state === 'reversed').length, deposited: yuan(s.deposited), returned: '0.00', cash_left: yuan(cash_left(s)), version: s.version })
const cash_left = (s) => (s.counted ? fen_of(s.counted.cash) - s.deposited_after : fen_of(expected_of(s).cash))
const receipt_json = ({ session, user_id, shares, ...r }) => ({ ...r, session_id: session.session_id })
const own_open = (me) => cashier_sessions.find((s) => s.user_id === me.user_id && s.state === 'open')
const tag = (version) => ({ ETag: `"${version}"` })

function make_session(user_id, cashier, hall, float, opened_at) {
  const s = { session_id: cashier_sessions.length + 1, session_no: `${opened_at.slice(0, 10).replaceAll('-', '')}-${hall.code}-${String(cashier_sessions.length + 1).padStart(2, '0')}`, user_id, cashier, hall, state: 'open', opened_at, closed_at: null, float, deposited: 0, deposited_after: 0, counted: null, difference: null, version: 1, date: opened_at.slice(0, 10) }
  cashier_sessions.unshift(s)
  return s
}

/** Applies `fen` to an account: the oldest bill first, its late charge before its principal, the rest to the advance. */
function apply(a, fen, only) {
  const book = book_of(a)
  const parts = []
  let left = fen
  for (const b of [...book.bills].reverse().filter((x) => x.outstanding > 0 && (!only || only.includes(x.bill_no)))) {
    if (left <= 0) break
    const late = Math.min(left, late_of(b))
    const principal = Math.min(left - late, b.outstanding)
    b.late_paid += late
    b.outstanding -= principal
    left -= late + principal
    parts.push({ bill: b, late, principal })
  }
  book.advance += left
  return { account: a, parts, advance: left }
}
function undo({ account, parts, advance }) {
  for (const { bill, late, principal } of parts) { bill.late_paid -= late; bill.outstanding += principal }
  book_of(account).advance -= advance
}

function take(session, me, body, at = now()) {
  const shares = body.accounts.map((x) => apply(d.account_of(x.account_no), fen_of(x.amount), x.bills))
  const total = body.accounts.reduce((s, x) => s + fen_of(x.amount), 0)
  const tendered = body.method === 'cash' ? fen_of(body.tendered ?? yuan(total)) : null
  const receipt = {
    receipt_no: `${today().replaceAll('-', '')}${session.hall.code.slice(1)}${String(receipts.length + 1).padStart(5, '0')}`, session_no: session.session_no, cashier: me.name, hall: session.hall, taken_at: at, method: body.method, reference: body.reference ?? null,
    total: yuan(total), tendered: tendered === null ? null : yuan(tendered), change: tendered === null ? null : yuan(tendered - total), state: 'taken', prints: 0, reversal: null, session, user_id: me.user_id, date: today(), shares,
    lines: shares.map((share, i) => ({ account_no: share.account.account_no, name: share.account.name, amount: body.accounts[i].amount, advance: yuan(share.advance), bills: share.parts.map((p) => ({ bill_no: p.bill.bill_no, billing_month: p.bill.billing_month, principal: yuan(p.principal), late_charge: yuan(p.late) })) })),
  }
  for (const line of receipt.lines) book_of(d.account_of(line.account_no)).payments.unshift({ payment_no: receipt.receipt_no, paid_at: at, value_on: today(), method: body.method, source: 'cashier', reference: body.reference ?? null, amount: line.amount, advance: line.advance, reversed: false, taken_by: me.name })
  receipts.unshift(receipt)
  session.version++
  return receipt
}
function reverse(receipt, reason, by, approved_by) {
  receipt.shares.forEach(undo)
  Object.assign(receipt, { state: 'reversed', reversal: { reason, reversed_at: now(), reversed_by: by, approved_by } })
  for (const line of receipt.lines) for (const p of book_of(d.account_of(line.account_no)).payments) if (p.payment_no === receipt.receipt_no) p.reversed = true
  receipt.session.version++
}

// A colleague's session of today, with receipts of every method, one reversed and one whose reversal waits.
const colleague = make_session(112, '高海燕', halls[1], '500.00', `${today()}T00:35:00.000Z`)
for (const [n, i] of [3, 12, 24, 33, 45, 51].entries()) {
  const a = d.accounts[i]
  const amount = due_account(a).suggested === '0.00' ? '100.00' : due_account(a).suggested
  take(colleague, { user_id: 112, name: '高海燕' }, { accounts: [{ account_no: a.account_no, amount }], method: kMethods[n % 4], ...(n % 4 ? { reference: `SLIP${100 + n}` } : {}) }, `${today()}T0${1 + n}:12:30.000Z`)
}
reverse(receipts[2], '户号选错，客户要求退款', '高海燕', null)
reversal_requests.push({ request_id: 1, receipt: receipts[4], reason: '刷卡重复，银行已退', state: 'requested', requested_by: '高海燕', requested_by_id: 112, requested_at: now(), decided_by: null, decided_at: null, decision_note: null })
const request_json = ({ receipt, ...r }) => ({ ...r, receipt_no: receipt.receipt_no, total: receipt.total, method: receipt.method, account_no: receipt.lines[0].account_no, name: receipt.lines[0].name })

// --- proposals ---------------------------------------------------------------------------------------------------

const proposals = []
function propose(a, kind, reason, detail, amount, who, extra = {}) {
  proposals.unshift({ proposal_id: proposals.length + 1, kind, account_no: a.account_no, name: a.name, detail, amount, reason, state: 'proposed', proposed_by: who.name, proposed_by_id: who.user_id, proposed_at: now(), decided_by: null, decided_at: null, decision_note: null, version: 1, ...extra })
  return proposals[0]
}
const kColleague = { user_id: 112, name: '高海燕' }
const owing = d.accounts.filter((a) => book_of(a).bills.some((b) => b.outstanding))
propose(owing[5], 'waive_late', '抄表差错导致逾期，经核实', { bills: [{ bill_no: book_of(owing[5]).bills[0].bill_no, amount: '1.00' }] }, '1.00', kColleague)
propose(owing[6], 'instalment_plan', '客户家庭困难，申请分期', { instalments: [{ due_on: '2026-12-15', amount: '40.00' }, { due_on: '2027-01-15', amount: '40.00' }] }, '80.00', kColleague)
propose(owing[7], 'write_off', '法院裁定破产，确认无法收回', { bills: [book_of(owing[7]).bills[0].bill_no] }, yuan(book_of(owing[7]).bills[0].outstanding), kColleague, { state: 'refused', decided_by: '吴敏', decided_at: now(), decision_note: '缺少裁定书', version: 2 })
propose(d.accounts[0], 'refund_advance', '销户退预收', { amount: '20.00', bank_account_name: d.accounts[0].name, bank_account_no: '6222021001112223334' }, '20.00', kColleague)

function carry_out(p) {
  const a = d.account_of(p.account_no)
  const book = book_of(a)
  const bill = (no) => book.bills.find((b) => b.bill_no === no)
  switch (p.kind) {
    case 'waive_late': for (const w of p.detail.bills) if (bill(w.bill_no)) bill(w.bill_no).waived += fen_of(w.amount); break
    case 'write_off': for (const no of p.detail.bills) if (bill(no)) bill(no).outstanding = 0; break
    case 'refund_advance': book.advance -= fen_of(p.amount); break
    case 'receive_deposit': book.deposit += fen_of(p.amount); break
    case 'refund_deposit': book.deposit -= fen_of(p.amount); break
    case 'apply_deposit': book.advance += book.deposit; book.deposit = 0; break
    case 'instalment_plan': book.plans.unshift({ plan_id: p.proposal_id, state: 'active', total: p.amount, paid: '0.00', approved_on: today(), ended_on: null, bills: book.bills.filter((b) => b.outstanding > 0).map((b) => b.bill_no), instalments: p.detail.instalments.map((i) => ({ ...i, paid: '0.00', state: 'open' })) }); break
    case 'cancel_plan': for (const plan of book.plans) if (String(plan.plan_id) === String(p.detail.plan_id)) plan.state = 'cancelled'; break
  }
}

// --- ledger ------------------------------------------------------------------------------------------------------

const periods = ['2026-11', '2026-10', '2026-09', '2026-08', '2026-07', '2026-06'].map((accounting_month, i) => ({ accounting_month, state: i < 2 ? 'open' : 'closed', version: 1, changed_by: i < 2 ? null : '吴敏', changed_at: i < 2 ? null : `${d.kMonths[12 - i]}-03T02:30:00Z` }))
const kLedger = { 1001: '库存现金', 1002: '银行存款', 1122: '应收电费', 2203: '预收电费', 6301: '违约金收入' }
function vouchers(day) {
  const of_day = receipts.filter((r) => r.date === day && r.state === 'taken')
  if (!of_day.length) return []
  const sum = (list) => list.reduce((s, r) => s + fen_of(r.total), 0)
  const cash = sum(of_day.filter((r) => r.method === 'cash'))
  const line = (code, debit, credit) => ({ ledger_account: String(code), name: kLedger[code], debit: yuan(debit), credit: yuan(credit) })
  return [{ voucher_no: `${day.replaceAll('-', '')}-02`, template: 'payment', summary: '收电费', transactions: of_day.length, lines: [line(1001, cash, 0), line(1002, sum(of_day) - cash, 0), line(1122, 0, sum(of_day))].filter((l) => l.debit !== '0.00' || l.credit !== '0.00') }]
}

export function money_routes({ refuse, page, log, need_account }) {
  const need = (me, permission) => { if (!d.roles.find((r) => r.code === me.role).permissions.includes(permission)) refuse(403, 'security.permission', `expected the permission ${permission}`) }
  const wrong = (pointer, code, detail) => refuse(422, 'request.invalid', 'the request is not valid', [{ pointer, code, detail }])
  const amount_at = (text, pointer) => { const fen = fen_of(text); if (fen === null || fen <= 0) wrong(pointer, 'field.range', `expected an amount above 0.00 but it is ${text}`); return fen }
  const need_receipt = (no) => receipts.find((r) => r.receipt_no === no) ?? refuse(404, 'cashier.no_receipt', `expected a receipt but there is none with number ${no}`)
  const need_session = (id) => cashier_sessions.find((s) => String(s.session_id) === id) ?? refuse(404, 'cashier.no_session', `expected a session but there is none with number ${id}`)
  const need_request = (id) => reversal_requests.find((r) => String(r.request_id) === id) ?? refuse(404, 'cashier.no_request', 'expected a reversal request but there is none with this number')
  const need_proposal = (id) => proposals.find((p) => String(p.proposal_id) === id) ?? refuse(404, 'receivables.no_proposal', 'expected a proposal but there is none with this number')
  const second = (me, by) => { if (me.user_id === by) refuse(403, 'security.second_person', 'expected another person than the one who asked') }
  const hall_of = (me) => halls[me.hall ?? 1]

  function decide(id, me, expect_version, state, note) {
    const p = need_proposal(id)
    expect_version(p.version)
    if (p.state !== 'proposed') refuse(409, 'receivables.proposal_state', `expected an undecided proposal but it is ${p.state}`)
    if (state === 'approved') carry_out(p)
    Object.assign(p, { state, decided_by: me.name, decided_at: now(), decision_note: note, version: p.version + 1 })
    log(me, `receivables.${state}`, 'proposal', id, { state: 'proposed' }, { state })
    return [200, p, tag(p.version)]
  }

  return [
    ['GET', '/accounts/:no/balance', ({ no }) => balance_of(need_account(no))],
    ['GET', '/cashier/session', ({ me }) => { need(me, 'cashier.take'); const s = own_open(me); return { session: s ? session_json(s) : null, settings: { round_up_to_yuan: true, reversal_limit: yuan(kReversalLimit), receipt_format: 'roll' } } }],
    ['POST', '/cashier/sessions', ({ body, me }) => {
      need(me, 'cashier.take')
      if (own_open(me)) refuse(409, 'cashier.session_open', 'expected no open session but there is one')
      if (closed_days.has(`${today()} ${hall_of(me).code}`)) refuse(409, 'cashier.day_closed', 'expected an open day but the hall has closed it')
      if (fen_of(body.float) === null) wrong('/float', 'field.pattern', `expected an amount like 500.00 but it is ${body.float}`)
      const s = make_session(me.user_id, me.name, hall_of(me), body.float, now())
      log(me, 'cashier.open', 'cashier_session', s.session_id, null, { float: body.float })
      return [201, session_json(s), tag(s.version)]
    }],
    ['GET', '/cashier/sessions', ({ query }) => page(cashier_sessions.filter((s) => (!query.get('state') || s.state === query.get('state')) && (!query.get('date') || s.date === query.get('date'))).map(session_json), query)],
    ['GET', '/cashier/sessions/:id', ({ id }) => { const s = need_session(id); return [200, session_json(s), tag(s.version)] }],
    ['GET', '/cashier/due', ({ query }) => {
      const nos = query.getAll('account_no')
      if (!nos.length || nos.length > 20) wrong('/account_no', 'field.list', 'expected 1 to 20 account numbers')
      const items = nos.map((no) => due_account(need_account(no)))
      return { items, due: yuan(items.reduce((s, i) => s + fen_of(i.due), 0)), suggested: yuan(items.reduce((s, i) => s + fen_of(i.suggested), 0)) }
    }],
    ['POST', '/cashier/receipts', ({ body, me }) => {
      need(me, 'cashier.take')
      const s = own_open(me) ?? refuse(409, 'cashier.no_open_session', 'expected an open session but there is none')
      body.accounts.forEach((x, i) => { need_account(x.account_no); amount_at(x.amount, `/accounts/${i}/amount`) })
      const total = body.accounts.reduce((sum, x) => sum + fen_of(x.amount), 0)
      if (body.method === 'cash' && body.tendered !== undefined && fen_of(body.tendered) < total) wrong('/tendered', 'cashier.tendered_too_little', `expected ${yuan(total)} or more but got ${body.tendered}`)
      if (body.method !== 'cash' && !body.reference) wrong('/reference', 'field.required', 'expected the number of the slip, cheque or order')
      const r = take(s, me, body)
      log(me, 'cashier.take', 'receipt', r.receipt_no, null, { total: r.total, method: r.method })
      return [201, receipt_json(r)]
    }],
    ['GET', '/cashier/receipts', ({ query }) => page(receipts.filter((r) => (!query.get('session_id') || String(r.session.session_id) === query.get('session_id')) && (!query.get('date') || r.date === query.get('date')) && (!query.get('account_no') || r.lines.some((l) => l.account_no === query.get('account_no')))).map(receipt_json), query)],
    ['GET', '/cashier/receipts/:no', ({ no }) => receipt_json(need_receipt(no))],
    ['POST', '/cashier/receipts/:no/print', ({ no, body }) => { const r = need_receipt(no); r.prints++; return { document_url: `/api/v1/cashier/receipts/${no}/document?format=${body.format}&language=${body.language}&print=${r.prints}`, prints: r.prints } }],
    ['GET', '/cashier/receipts/:no/document', ({ no }) => { need_receipt(no); return { raw: kBlankPdf, type: 'application/pdf' } }],
    ['POST', '/cashier/receipts/:no/reverse', ({ no, body, me }) => {
      need(me, 'cashier.take')
      const r = need_receipt(no)
      if (!body.reason?.trim()) wrong('/reason', 'field.required', 'expected a reason')
      if (r.state === 'reversed') refuse(409, 'cashier.reversed_already', 'expected a receipt that stands but it is reversed')
      if (reversal_requests.some((q) => q.receipt === r && q.state === 'requested')) refuse(409, 'cashier.request_open', 'expected no open request but there is one')
      if (r.session === own_open(me) && r.date === today() && fen_of(r.total) <= kReversalLimit) { reverse(r, body.reason, me.name, null); log(me, 'cashier.reverse', 'receipt', no, null, body); return receipt_json(r) }
      const request = { request_id: reversal_requests.length + 1, receipt: r, reason: body.reason, state: 'requested', requested_by: me.name, requested_by_id: me.user_id, requested_at: now(), decided_by: null, decided_at: null, decision_note: null }
      reversal_requests.unshift(request)
      return [202, { request_id: request.request_id, state: 'requested' }]
    }],
    ['GET', '/cashier/reversal-requests', ({ query }) => page(reversal_requests.filter((r) => !query.get('state') || r.state === query.get('state')).map(request_json), query)],
    ['POST', '/cashier/reversal-requests/:id/approve', ({ id, me }) => { need(me, 'cashier.approve'); const r = need_request(id); second(me, r.requested_by_id); if (r.state !== 'requested') refuse(409, 'cashier.request_decided', 'expected an open request but it is decided'); reverse(r.receipt, r.reason, r.requested_by, me.name); Object.assign(r, { state: 'approved', decided_by: me.name, decided_at: now() }); return request_json(r) }],
    ['POST', '/cashier/reversal-requests/:id/refuse', ({ id, me, body }) => { need(me, 'cashier.approve'); const r = need_request(id); second(me, r.requested_by_id); if (r.state !== 'requested') refuse(409, 'cashier.request_decided', 'expected an open request but it is decided'); Object.assign(r, { state: 'refused', decided_by: me.name, decided_at: now(), decision_note: body.reason }); return request_json(r) }],
    ['POST', '/cashier/sessions/:id/close', ({ id, body, me, expect_version }) => {
      const s = need_session(id)
      if (s.user_id !== me.user_id) refuse(403, 'cashier.not_your_session', 'expected the own session')
      expect_version(s.version)
      if (s.state === 'closed') refuse(409, 'cashier.session_closed', 'expected an open session but it is closed')
      const counted = { cash: body.cash.reduce((sum, c) => sum + fen_of(c.denomination) * c.count, 0), card: fen_of(body.card), cheque: fen_of(body.cheque), qr: fen_of(body.qr) }
      for (const m of kMethods) if (counted[m] === null) wrong(`/${m}`, 'field.pattern', 'expected an amount like 12.50')
      const expected = expected_of(s)
      const difference = kMethods.reduce((sum, m) => sum + counted[m] - fen_of(expected[m]), 0)
      if (kMethods.some((m) => counted[m] !== fen_of(expected[m])) && !body.note?.trim()) wrong('/note', 'cashier.note_needed', 'expected a note, as the count differs')
      Object.assign(s, { state: 'closed', closed_at: now(), expected, counted: Object.fromEntries(kMethods.map((m) => [m, yuan(counted[m])])), difference: yuan(difference), note: body.note ?? null, version: s.version + 1 })
      log(me, 'cashier.close', 'cashier_session', id, null, { difference: s.difference })
      return [200, session_json(s), tag(s.version)]
    }],
    ['POST', '/cashier/sessions/:id/deposits', ({ id, body }) => {
      const s = need_session(id)
      const fen = amount_at(body.amount, '/amount')
      const left = cash_left(s)
      if (fen > left) wrong('/amount', 'cashier.not_enough_cash', `expected ${yuan(left)} or less but it is ${body.amount}`)
      s.deposited += fen
      if (s.counted) s.deposited_after += fen
      s.version++
      return [201, { deposit_no: `D${today().replaceAll('-', '')}${s.session_id}${s.version}`, session_id: s.session_id, session_no: s.session_no, ...body, deposited_at: now(), cash_left: yuan(cash_left(s)) }]
    }],
    ['GET', '/cashier/days/:date', ({ date, query }) => {
      const code = query.get('hall')
      const of_day = cashier_sessions.filter((s) => s.date === date && (!code || s.hall.code === code))
      const totals = Object.fromEntries(kMethods.map((m) => [m, yuan(of_day.reduce((sum, s) => sum + taken_of(s, m), 0))]))
      const list = receipts.filter((r) => r.date === date && (!code || r.hall.code === code))
      return { date, hall: Object.values(halls).find((h) => h.code === code) ?? null, state: closed_days.has(`${date} ${code ?? ''}`) ? 'closed' : 'open', sessions: of_day.map(session_json), totals, receipts: list.length, reversals: list.filter((r) => r.state === 'reversed').length, open_sessions: of_day.filter((s) => s.state !== 'closed').length, undeposited: yuan(of_day.reduce((sum, s) => sum + cash_left(s), 0)), carried_over: '0.00', carried_from_before: '0.00', closed_by: closed_days.get(`${date} ${code ?? ''}`) ?? null, closed_at: null }
    }],
    ['POST', '/cashier/days/:date/close', ({ date, body, me }) => { need(me, 'cashier.close_day'); if (cashier_sessions.some((s) => s.date === date && s.hall.code === body.hall && s.state !== 'closed')) refuse(409, 'cashier.sessions_open', 'expected every session closed but some are open'); if (!body.carry_over && cashier_sessions.some((s) => s.date === date && s.hall.code === body.hall && cash_left(s) > 0)) refuse(409, 'cashier.undeposited', 'expected all cash to be deposited or carried over but some is not'); closed_days.set(`${date} ${body.hall}`, me.name); return { date, state: 'closed' } }],
    ['POST', '/cashier/days/:date/close-company', ({ date, me }) => { need(me, 'cashier.close_day'); if (cashier_sessions.some((s) => s.date === date && s.state !== 'closed')) refuse(409, 'cashier.sessions_open', 'expected every session closed but some are open'); for (const h of Object.values(halls)) closed_days.set(`${date} ${h.code}`, me.name); closed_days.set(`${date} `, me.name); return { date, state: 'closed' } }],

    ['GET', '/accounts/:no/payments', ({ no, query }) => page(book_of(need_account(no)).payments, query)],
    ['GET', '/accounts/:no/statement', ({ no, query }) => {
      const book = book_of(need_account(no))
      const events = [...book.bills.map((b) => ({ date: b.issued_on, what: `${b.billing_month} 电费`, what_en: `Bill of ${b.billing_month}`, reference: b.bill_no, fen: b.amount })), ...book.payments.filter((p) => !p.reversed).map((p) => ({ date: p.value_on, what: '缴费', what_en: 'Payment', reference: p.payment_no, fen: -fen_of(p.amount) }))].sort((x, y) => x.date.localeCompare(y.date))
      const from = query.get('from'), to = query.get('to')
      if (!from || !to || from > to) wrong('/to', 'field.range', 'expected a day not before the first')
      let balance = events.filter((e) => e.date < from).reduce((s, e) => s + e.fen, 0)
      const opening = yuan(balance)
      const rows = events.filter((e) => e.date >= from && e.date <= to).map(({ fen, ...e }) => ({ ...e, debit: yuan(Math.max(0, fen)), credit: yuan(Math.max(0, -fen)), balance: yuan((balance += fen)) }))
      const late = to >= today() ? book.bills.reduce((s, b) => s + late_of(b), 0) : null
      return { opening, rows, closing: yuan(balance), late_charge: late === null ? null : yuan(late), balance: late === null ? null : yuan(balance + late) }
    }],
    ['GET', '/accounts/:no/plans', ({ no }) => ({ items: book_of(need_account(no)).plans })],
    ['GET', '/receivables/proposals', ({ query }) => page(proposals.filter((p) => ['state', 'kind', 'account_no'].every((k) => !query.get(k) || p[k] === query.get(k))), query)],
    ['GET', '/receivables/proposals/:id', ({ id }) => { const p = need_proposal(id); return [200, p, tag(p.version)] }],
    ['POST', '/receivables/proposals', ({ body, me }) => {
      need(me, 'receivables.propose')
      const { kind, account_no, reason, ...detail } = body
      const a = need_account(account_no)
      const book = book_of(a)
      if (!reason?.trim()) wrong('/reason', 'field.required', 'expected a reason')
      let amount = '0.00'
      if (['refund_advance', 'receive_deposit', 'refund_deposit'].includes(kind)) { const fen = amount_at(body.amount, '/amount'); amount = yuan(fen); if (kind === 'refund_advance' && fen > book.advance) wrong('/amount', 'receivables.not_enough', `expected ${yuan(book.advance)} or less but it is ${body.amount}`) }
      if (kind === 'waive_late') { if (!body.bills?.length) wrong('/bills', 'field.list', 'expected a bill'); amount = yuan(body.bills.reduce((s, b) => s + fen_of(b.amount), 0)) }
      if (kind === 'write_off') { if (!body.bills?.length) wrong('/bills', 'field.list', 'expected a bill'); amount = yuan(book.bills.filter((b) => body.bills.includes(b.bill_no)).reduce((s, b) => s + b.outstanding, 0)) }
      if (kind === 'instalment_plan') amount = yuan(body.instalments.reduce((s, x) => s + fen_of(x.amount), 0))
      if (kind === 'apply_deposit') amount = yuan(book.deposit)
      if (kind === 'transfer') need_account(body.to_account_no)
      const p = propose(a, kind, reason, detail, amount, me)
      log(me, 'receivables.propose', 'proposal', p.proposal_id, null, body)
      return [201, p, tag(1)]
    }],
    ['POST', '/receivables/proposals/:id/approve', ({ id, me, expect_version }) => { need(me, 'receivables.approve'); second(me, need_proposal(id).proposed_by_id); return decide(id, me, expect_version, 'approved', null) }],
    ['POST', '/receivables/proposals/:id/refuse', ({ id, me, body, expect_version }) => { need(me, 'receivables.approve'); return decide(id, me, expect_version, 'refused', body.note) }],
    ['POST', '/receivables/proposals/:id/withdraw', ({ id, me, expect_version }) => { if (need_proposal(id).proposed_by_id !== me.user_id) refuse(403, 'receivables.not_yours', 'expected the own proposal'); return decide(id, me, expect_version, 'withdrawn', null) }],

    ['GET', '/ledger/periods', ({ me }) => { need(me, 'ledger.view'); return { items: periods } }],
    ['POST', '/ledger/periods/:month/close', ({ month, me }) => { need(me, 'ledger.close'); const p = periods.find((x) => x.accounting_month === month); if (month >= today().slice(0, 7)) refuse(409, 'ledger.period_not_over', `expected a month that is over but it is ${month}`); Object.assign(p, { state: 'closed', changed_by: me.name, changed_at: now(), version: p.version + 1 }); return [204] }],
    ['POST', '/ledger/periods/:month/reopen', ({ month, me }) => { need(me, 'ledger.close'); if (periods.find((x) => x.state === 'closed').accounting_month !== month) refuse(409, 'ledger.later_closed', 'expected the newest closed month'); const p = periods.find((x) => x.accounting_month === month); Object.assign(p, { state: 'open', changed_by: me.name, changed_at: now(), version: p.version + 1 }); return [204] }],
    ['GET', '/ledger/vouchers', ({ query, me }) => { need(me, 'ledger.view'); return { items: vouchers(query.get('posted_on')) } }],
    ['GET', '/ledger/vouchers/file', ({ query }) => ({ raw: Buffer.from(`\ufeff凭证号,摘要,科目,名称,借方,贷方\r\n${vouchers(query.get('posted_on')).flatMap((v) => v.lines.map((l) => [v.voucher_no, v.summary, l.ledger_account, l.name, l.debit, l.credit].join(','))).join('\r\n')}\r\n`), type: 'text/csv; charset=utf-8', disposition: `attachment; filename="vouchers-${query.get('posted_on')}.csv"` })],
  ]
}

/** One empty page of 80 × 120 mm. */
const kBlankPdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 227 340]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')
