// A stand-in for `mis serve` with the same contract, for work on the terminal and for browser tests where no server is
// built. It holds its county in memory; every start is the same. `node server.mjs [port] [folder of the built terminal]`.
import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { channel_routes } from './channels.mjs'
import * as d from './data.mjs'
import { money_routes } from './money.mjs'

const port = Number(process.argv[2] ?? process.env.PORT ?? 8090)
const folder = process.argv[3] ?? fileURLToPath(new URL('../../../terminals/dist/counter', import.meta.url))
const kTypes = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const kPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"

const sessions = new Map()
const answered = new Map()
const audit = []
const jobs = []
let run_version = 1
const run = {
  run_id: 7, billing_month: d.kThisMonth, state: 'open', job_id: null, created_by: 'biller', created_at: '2026-10-31T01:00:00Z', calculated_at: null, submitted_by: null, submitted_by_id: null, submitted_at: null, approved_by: null, issued_at: null,
  shards: { total: 40, done: 0 }, accounts: d.accounts.length, bills: 0, exceptions: 0, exceptions_open: 0, flagged: 0, energy_kwh: '0', amount: '0.00',
}
let run_exists = false
const past_runs = d.kMonths.slice(0, -1).reverse().map((billing_month, i) => {
  const sums = d.month_totals(billing_month)
  return { ...run, run_id: 60 - i, billing_month, state: 'issued', submitted_by: '李秀英', submitted_by_id: 2, approved_by: '王志强', issued_at: `${billing_month}-28T09:00:00Z`, bills: sums.bills, energy_kwh: sums.energy_kwh, amount: sums.amount, shards: { total: 40, done: 40 } }
})

class Refusal extends Error { constructor(status, code, detail, errors) { super(detail); Object.assign(this, { status, code, errors }) } }
const refuse = (status, code, detail, errors) => { throw new Refusal(status, code, detail, errors) }

function page(items, query) {
  const limit = Math.min(100, Number(query.get('limit') ?? 20))
  const start = Number(query.get('cursor') ?? 0)
  const more = start + limit < items.length
  return { items: items.slice(start, start + limit), has_more: more, next_cursor: more ? String(start + limit) : null }
}
const public_user = (u) => ({ user_id: u.user_id, username: u.username, name: u.name, org: u.org, roles: d.roles.filter((r) => r.code === u.role).map(({ permissions, ...r }) => r), enabled: u.enabled, locked_until: u.locked_until })
const session_answer = (s) => ({ user: { ...public_user(s.user), permissions: d.roles.find((r) => r.code === s.user.role).permissions }, csrf_token: s.csrf, expires_at: '2026-11-01T12:00:00Z', must_change_password: Boolean(s.user.temporary) })
const log = (user, action, entity, entity_id, before, after) => audit.unshift({ seq: audit.length + 1, at: new Date().toISOString(), user: { username: user.username, name: user.name }, org: user.org, action, entity, entity_id: String(entity_id), before, after, remote: '127.0.0.1', hash: createHash('sha256').update(String(audit.length)).digest('hex') })

function start_job(kind, finish) {
  const job = { job_id: jobs.length + 1, kind, state: 'running', progress: { done: 0, total: d.accounts.length, unit: 'accounts' }, message: '', started_at: new Date().toISOString(), finished_at: null, rate_per_s: 160, error: null, failures: [] }
  jobs.unshift(job)
  const timer = setInterval(() => {
    job.progress.done = Math.min(job.progress.total, job.progress.done + 40)
    if (kind.startsWith('billing')) run.shards.done = Math.floor((40 * job.progress.done) / job.progress.total)
    if (job.progress.done === job.progress.total) {
      clearInterval(timer)
      job.state = 'done'
      job.finished_at = new Date().toISOString()
      finish()
      run_version++
    }
  }, 150)
  if (kind.startsWith('billing')) run.job_id = job.job_id
  run_version++
  return job
}
function calculate() {
  run.state = 'calculating'
  return start_job('billing.calculate', () => {
    const sums = d.month_totals(d.kThisMonth)
    Object.assign(run, { state: 'calculated', calculated_at: new Date().toISOString(), bills: sums.bills - d.exceptions.length, exceptions: d.exceptions.length, exceptions_open: d.exceptions.filter((e) => e.state === 'open').length, flagged: d.flagged.length, energy_kwh: sums.energy_kwh, amount: sums.amount })
  })
}
const need_run = (id) => (run_exists && String(run.run_id) === id ? run : (past_runs.find((r) => String(r.run_id) === id) ?? refuse(404, 'billing.no_run', `expected a bill run but there is none with number ${id}`)))

function search(q) {
  if ([...q].length < 2 && !/\p{Script=Han}/u.test(q)) refuse(422, 'search.too_short', 'expected two characters or more', [{ pointer: '/q', code: 'too_short', detail: 'expected two characters or more' }])
  const kind_of = (a) => (a.account_no.startsWith(q) ? 'account_no' : a.name.includes(q) ? 'name' : a.asset_no === q ? 'asset_no' : a.phone.endsWith(q) ? 'phone' : a.initials === q.toLowerCase() ? 'pinyin' : a.address.includes(q) ? 'address' : null)
  return d.accounts.map((a) => [a, kind_of(a)]).filter(([, k]) => k).map(([a, kind]) => ({ account_no: a.account_no, name: a.name, address: a.address, category: a.category, station: { org_id: a.station.org_id, name: a.station.name }, status: 'active', phone_masked: a.phone, matched: { kind, text: q } }))
}
const need_account = (no) => d.account_of(no) ?? refuse(404, 'customers.no_account', `expected an account but there is none with number ${no}`)
const state_of = (month) => (month === d.kThisMonth ? run.state : 'issued')

// [method, path, handler]; ":x" takes one segment.
const routes = [
  ['GET', '/org-units', () => ({ items: d.units })],
  ['GET', '/roles', () => ({ items: d.roles })],
  ['GET', '/users', ({ query }) => page(d.users.filter((u) => (u.username + u.name).includes(query.get('q') ?? '')).map(public_user), query)],
  ['POST', '/users', ({ body, me }) => {
    if (d.users.some((u) => u.username === body.username)) refuse(422, 'administration.username_taken', 'the user name is taken', [{ pointer: '/username', code: 'taken', detail: 'expected a free user name but it is taken' }])
    const made = { user_id: d.users.length + 1, username: body.username, name: body.name, org: d.units.find((u) => u.org_id === body.org_id), role: body.roles[0], enabled: true, locked_until: null, password: 'first-password-1', temporary: true }
    d.users.push(made)
    log(me, 'administration.create_user', 'user', made.user_id, null, public_user(made))
    return [201, { ...public_user(made), temporary_password: made.password }]
  }],
  ['PUT', '/users/:id', ({ id, body, me }) => {
    const user = d.users.find((u) => String(u.user_id) === id)
    const before = public_user(user)
    if (body.enabled !== undefined) user.enabled = body.enabled
    if (body.roles) user.role = body.roles[0]
    log(me, 'administration.change_user', 'user', id, before, public_user(user))
    return public_user(user)
  }],
  ['POST', '/users/:id/password-reset', () => ({ temporary_password: 'Tulip-42-Harbor' })],
  ['GET', '/audit', ({ query }) => page(audit.filter((r) => (!query.get('entity') || r.entity === query.get('entity')) && (!query.get('user') || r.user.username === query.get('user'))), query)],
  ['GET', '/accounts', ({ query }) => ({ items: search(query.get('q') ?? '').slice(0, 20) })],
  ['GET', '/accounts/:no', ({ no }) => d.account_detail(need_account(no))],
  ['GET', '/accounts/:no/usage-points', ({ no }) => ({ items: d.usage_points(need_account(no)) })],
  ['GET', '/accounts/:no/readings', ({ no, query }) => page(d.readings(need_account(no)), query)],
  ['GET', '/accounts/:no/usage', ({ no }) => ({ items: need_account(no).months.map((m) => ({ billing_month: m.month, energy_kwh: `${m.tenths / 10}`, amount: d.yuan(m.fen), source: m.month === d.kThisMonth ? 'bill' : 'migrated' })) })],
  ['GET', '/accounts/:no/bills', ({ no, query }) => { const a = need_account(no); return page([...a.months].reverse().map((m, i) => ({ bill_no: i < 3 ? d.bill_no_of(a, m.month) : null, billing_month: m.month, energy_kwh: `${m.tenths / 10}`, amount: d.yuan(m.fen), state: i === 0 ? (run.state === 'issued' ? 'issued' : 'calculated') : 'issued', due_on: i ? `${m.month}-28` : null, source: i < 3 ? 'bill' : 'migrated' })), query) }],
  ['GET', '/accounts/:no/postings', ({ no, query }) => { const a = need_account(no); const m = a.months[11]; return page([{ posted_on: '2026-09-29', transaction_no: 'T2026090000127', template: 'bill_issue', ledger_account: '1122', name: '应收电费', name_en: 'Receivables', debit: d.yuan(m.fen), credit: null, billing_month: m.month }, { posted_on: '2026-09-29', transaction_no: 'T2026090000127', template: 'bill_issue', ledger_account: '6001', name: '售电收入', name_en: 'Electricity revenue', debit: null, credit: d.yuan(m.fen), billing_month: m.month }], query) }],
  ['GET', '/reading-routes', ({ query }) => page(Array.from({ length: 40 }, (_, i) => ({ route_id: 100 + i, code: `R00${100 + i}`, name: `${d.stations[i % 10].name.slice(0, 2)}${1 + i}段`, station: d.stations[i % 10].name, reader: i % 4 ? '孙立' : null, accounts: 8, cycle_day: 1 + (i % 25) })).filter((r) => (r.code + r.name).includes(query.get('q') ?? '')), query)],
  ['GET', '/reading-plans/:month', ({ month }) => ({ billing_month: month, routes: 40, meters: 320, read: 306, missing: 14, suspect: 5, stations: d.stations.map((s, i) => ({ org_id: s.org_id, name: s.name, routes: 4, meters: 32, read: 32 - (i % 3), missing: i % 3, suspect: i % 2 })) })],
  ['GET', '/tariffs', ({ query }) => page(d.tariffs, query)],
  ['GET', '/tariffs/:code', ({ code }) => { const row = d.tariffs.find((t) => t.code === code) ?? refuse(404, 'tariffs.no_tariff', `expected a tariff but there is none with code ${code}`); return { ...row, definition: d.tariff_definition(code), versions: [row] } }],
  ['GET', '/billing/months', () => ({ items: [...d.kMonths].reverse().map((billing_month) => ({ billing_month, state: state_of(billing_month) })) })],
  ['GET', '/billing/months/:month', ({ month }) => {
    const wanted = month === 'current' ? d.kThisMonth : month
    const now = wanted === d.kThisMonth
    const calculated = !now || (run_exists && run.state !== 'open' && run.state !== 'calculating')
    const sums = d.month_totals(wanted)
    const open = d.exceptions.filter((e) => e.state === 'open').length
    return { billing_month: wanted, state: state_of(wanted), accounts: 320, readings: { meters: 320, read: now ? 306 : 320, missing: now ? 14 : 0 }, bills: { calculated: calculated ? sums.bills : 0, issued: state_of(wanted) === 'issued' ? sums.bills : 0 }, exceptions: calculated && now ? { open, resolved: d.exceptions.length - open } : { open: 0, resolved: 0 }, energy_kwh: calculated ? sums.energy_kwh : '0', amount: calculated ? sums.amount : '0.00', by_category: calculated ? sums.by_category : [], by_station: calculated ? sums.by_station : [], run: now ? (run_exists ? run : null) : past_runs.find((r) => r.billing_month === wanted) }
  }],
  ['GET', '/billing/runs', ({ query }) => page([...(run_exists ? [run] : []), ...past_runs], query)],
  ['POST', '/billing/runs', ({ me }) => { if (run_exists) refuse(409, 'billing.run_exists', 'expected a month without a run but 2026-10 has one'); run_exists = true; run.created_by = me.name; run.created_at = new Date().toISOString(); return [201, run] }],
  ['GET', '/billing/runs/:id', ({ id }) => [200, need_run(id), { ETag: `"${run_version}"` }]],
  ['POST', '/billing/runs/:id/calculate', ({ id }) => { if (!['open', 'calculated'].includes(need_run(id).state)) refuse(409, 'billing.run_state', `expected a run that is not submitted but it is ${run.state}`); return [202, { job_id: calculate().job_id }] }],
  ['GET', '/billing/runs/:id/exceptions', ({ id, query }) => {
    const all = need_run(id) === run && run.exceptions ? d.exceptions : []
    const reasons = [...new Set(all.map((e) => e.reason))].map((reason) => ({ reason, count: all.filter((e) => e.reason === reason).length }))
    return { ...page(all.filter((e) => (!query.get('reason') || e.reason === query.get('reason')) && (!query.get('state') || e.state === query.get('state'))), query), reasons }
  }],
  ['POST', '/billing/runs/:id/exceptions/:eid/resolution', ({ eid, body, me }) => { const e = d.exceptions.find((x) => String(x.exception_id) === eid); Object.assign(e, { state: 'resolved', resolution: body.action, note: body.note, resolved_by: me.name }); log(me, 'billing.decide', 'bill_exception', eid, { state: 'open' }, body); run.exceptions_open = d.exceptions.filter((x) => x.state === 'open').length; run_version++; return e }],
  ['POST', '/billing/runs/:id/resolutions', ({ id, body, me }) => {
    if (need_run(id).state !== 'calculated') refuse(409, 'billing.run_state', `expected a calculated run but it is ${run.state}`)
    const open = d.exceptions.filter((e) => e.state === 'open' && (!body.reason || e.reason === body.reason))
    const decided = open.filter((e) => body.action !== 'accept' || e.severity !== 'blocking')
    for (const e of decided) Object.assign(e, { state: 'resolved', resolution: body.action, note: body.note ?? '', resolved_by: me.name })
    log(me, 'billing.decide_all', 'bill_run', id, null, { ...body, accounts: decided.length })
    return { decided: decided.length, left_open: open.length - decided.length, job_id: decided.length ? calculate().job_id : null }
  }],
  ['GET', '/billing/runs/:id/review', ({ id, query }) => {
    const all = need_run(id) === run && run.flagged ? d.flagged : []
    const rows = all.map((a) => { const b = d.bill(a, d.kThisMonth, 'calculated'); return { bill_no: b.bill_no, account_no: a.account_no, name: a.name, category: a.category, energy_kwh: b.energy_kwh, amount: b.amount, last_month: b.previous.last_month, last_year: b.previous.last_year, flags: b.flags, reviewed: false } })
    return { ...page(rows.filter((r) => !query.get('flag') || r.flags.includes(query.get('flag'))), query), flags: ['jump', 'agreement_change'].map((flag) => ({ flag, count: rows.filter((r) => r.flags.includes(flag)).length })).filter((f) => f.count) }
  }],
  ['POST', '/billing/runs/:id/submit', ({ me, match }) => { match(); if (d.exceptions.some((e) => e.state === 'open')) refuse(409, 'billing.exceptions_open', 'expected no open exception but there are some'); Object.assign(run, { state: 'submitted', submitted_by: me.name, submitted_by_id: me.user_id, submitted_at: new Date().toISOString() }); run_version++; return run }],
  ['POST', '/billing/runs/:id/return', ({ match }) => { match(); Object.assign(run, { state: 'calculated', submitted_by: null, submitted_by_id: null, submitted_at: null }); run_version++; return run }],
  ['POST', '/billing/runs/:id/issue', ({ me, match }) => { match(); if (run.submitted_by_id === me.user_id) refuse(403, 'security.second_person', 'expected another person than the submitter'); run.state = 'issuing'; run.approved_by = me.name; return [202, { job_id: start_job('billing.issue', () => Object.assign(run, { state: 'issued', issued_at: new Date().toISOString() })).job_id }] }],
  ['GET', '/bills/:no', ({ no }) => { const month = `${no.slice(0, 4)}-${no.slice(4, 6)}`; const a = need_account(no.slice(6)); return d.bill(a, month, state_of(month) === 'issued' ? 'issued' : 'calculated') }],
  ['GET', '/ledger/trial-balance', ({ query }) => { const month = query.get('accounting_month'); const s = d.month_totals(month ?? '2026-09'); const none = month === d.kThisMonth && run.state !== 'issued'; return none ? { accounting_month: month, items: [], debit: '0.00', credit: '0.00' } : { accounting_month: month, items: [{ ledger_account: '1122', name: '应收电费', name_en: 'Receivables', debit: s.amount, credit: '0.00' }, { ledger_account: '6001', name: '售电收入', name_en: 'Electricity revenue', debit: '0.00', credit: s.amount }], debit: s.amount, credit: s.amount } }],
  ['GET', '/jobs', ({ query }) => page(jobs, query)],
  ...money_routes({ refuse, page, log, need_account }),
  ...channel_routes({ refuse, page, log, start_job }),
  ['GET', '/jobs/:id', ({ id }) => jobs.find((j) => String(j.job_id) === id) ?? refuse(404, 'jobs.no_job', `expected a job but there is none with number ${id}`)],
]
const compiled = routes.map(([method, path, handler]) => ({ method, handler, names: [...path.matchAll(/:(\w+)/g)].map((m) => m[1]), pattern: new RegExp(`^/api/v1${path.replace(/:\w+/g, '([^/]+)')}$`) }))

function send(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json', 'Content-Security-Policy': kPolicy, ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}
const problem = (response, status, code, detail, errors = []) => send(response, status, { type: 'about:blank', title: code, status, code, detail, errors, request_id: randomUUID() })

async function body_of(request) {
  let text = ''
  for await (const part of request) text += part
  return text
}

function session_of(request) {
  const id = /mock_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1]
  return { id, session: id ? sessions.get(id) : undefined }
}

async function handle_session(request, response, text) {
  const { id, session } = session_of(request)
  if (request.url === '/api/v1/session/password' && request.method === 'PUT') {
    const body = JSON.parse(text)
    if (!session) return problem(response, 401, 'security.no_session', 'expected a session but there is none')
    if (body.current !== session.user.password) return problem(response, 422, 'request.invalid', 'the request is not valid', [{ pointer: '/current', code: 'wrong', detail: 'expected the current password but it is another one' }])
    if (body.new.length < 12) return problem(response, 422, 'request.invalid', 'the request is not valid', [{ pointer: '/new', code: 'too_short', detail: 'expected 12 characters or more' }])
    Object.assign(session.user, { password: body.new, temporary: false })
    return send(response, 204)
  }
  if (request.method === 'GET') return session ? send(response, 200, session_answer(session)) : problem(response, 401, 'security.no_session', 'expected a session but there is none')
  if (request.method === 'DELETE') { sessions.delete(id); return send(response, 204, undefined, { 'Set-Cookie': 'mock_session=; Max-Age=0; Path=/' }) }
  const { username, password } = JSON.parse(text)
  const user = d.users.find((u) => u.username === username)
  if (user?.locked_until) return problem(response, 403, 'security.locked', `locked until ${user.locked_until}`)
  if (!user || !user.enabled || user.password !== password) return problem(response, 401, 'security.wrong_credentials', 'expected a known user and password')
  const made = { user, csrf: randomUUID() }
  const token = randomUUID()
  sessions.set(token, made)
  log(user, 'security.sign_in', 'session', user.user_id, null, null)
  return send(response, 200, session_answer(made), { 'Set-Cookie': `mock_session=${token}; HttpOnly; SameSite=Strict; Path=/` })
}

function stream_job(request, response, id) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  let sequence = 0
  const timer = setInterval(() => {
    const job = jobs.find((j) => String(j.job_id) === id)
    response.write(`id: ${++sequence}\nevent: progress\ndata: ${JSON.stringify(job)}\n\n`)
    if (!job || job.state !== 'running') { clearInterval(timer); response.end() }
  }, 200)
  request.on('close', () => clearInterval(timer))
}

async function serve_file(url, response) {
  const path = normalize(decodeURIComponent(url.pathname)).replace(/^(\.\.[/\\])+/, '')
  for (const name of [path === '/' ? '/index.html' : path, '/index.html']) {
    try {
      const content = await readFile(join(folder, name))
      response.writeHead(200, { 'Content-Type': kTypes[extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': kPolicy })
      return response.end(content)
    } catch { /* the next one */ }
  }
  response.writeHead(404).end()
}

createServer(async (request, response) => {
  const url = new URL(request.url, 'http://mock')
  if (!url.pathname.startsWith('/api/')) return serve_file(url, response)
  const text = await body_of(request)
  if (url.pathname.startsWith('/api/v1/session')) return handle_session(request, response, text)
  const { session } = session_of(request)
  if (!session) return problem(response, 401, 'security.no_session', 'expected a session but there is none')
  if (request.method !== 'GET' && request.headers['x-csrf-token'] !== session.csrf) return problem(response, 403, 'security.csrf', 'expected the session’s token')
  const events = /^\/api\/v1\/jobs\/([^/]+)\/events$/.exec(url.pathname)
  if (events) return stream_job(request, response, events[1])
  const key = request.headers['idempotency-key']
  if (request.method === 'POST' && !key) return problem(response, 400, 'request.no_key', 'expected an Idempotency-Key')
  if (key && answered.has(key)) return send(response, ...answered.get(key))
  for (const route of compiled) {
    const match = route.pattern.exec(url.pathname)
    if (!match || route.method !== request.method) continue
    const params = Object.fromEntries(route.names.map((name, i) => [name, decodeURIComponent(match[i + 1])]))
    const etag = () => { if (request.headers['if-match'] !== `"${run_version}"`) refuse(412, 'request.changed', 'expected the version that was shown but it has changed') }
    try {
      const expect_version = (version) => { if (!request.headers['if-match']) refuse(428, 'http.precondition_required', 'expected If-Match'); if (request.headers['if-match'] !== `"${version}"`) refuse(412, 'http.changed', 'expected the version that was shown but it has changed') }
      const result = route.handler({ ...params, query: url.searchParams, body: text && request.headers['content-type'] === 'application/json' ? JSON.parse(text) : null, text, me: session.user, match: etag, expect_version })
      if (result?.raw) { response.writeHead(200, { 'Content-Type': result.type, ...(result.disposition ? { 'Content-Disposition': result.disposition } : {}) }); return response.end(result.raw) }
      const answer = Array.isArray(result) ? [result[0], structuredClone(result[1]), result[2] ?? {}] : [200, result]
      if (key) answered.set(key, answer)
      return send(response, ...answer)
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) console.error(refusal)
      return problem(response, refusal.status ?? 500, refusal.code ?? 'internal', refusal.message, refusal.errors)
    }
  }
  return problem(response, 404, 'http.no_route', `expected a known path but got ${url.pathname}`)
}).listen(port, '127.0.0.1', () => console.log(`mock on http://127.0.0.1:${port}`))
