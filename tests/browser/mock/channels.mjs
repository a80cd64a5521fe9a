// The stand-in's payment channels and dunning: items, reconciled days with differences, rules, runs, notices, disconnections.
import * as d from './data.mjs'
import { balance_of, today } from './money.mjs'

const yuan = d.yuan
const now = () => new Date().toISOString()
const kDay = 86_400_000
const day_before = (n) => new Date(Date.parse(`${today()}T00:00:00Z`) - n * kDay).toISOString().slice(0, 10)
const later = (ms) => new Date(Date.now() + ms).toISOString().replace(/\.\d+Z/, 'Z')
const fen = (text) => Math.round(Number(text) * 100)

const channels = [['ICBC', '工商银行云河支行', 'bank', 'iso8583', true], ['POST', '邮政储蓄代收', 'post', 'middle_business', true], ['ALIPAY', '支付宝生活缴费', 'alipay', 'alipay', false], ['RCU', '云河农村信用社', 'bank', 'middle_business', false]]
  .map(([code, name, kind, transport, signed_on], n) => ({ code, name, kind, transport, signed_on, state: n === 3 ? 'suspended' : 'active', n }))
const items = channels.flatMap((c) => (c.state === 'suspended' ? [] : Array.from({ length: 34 }, (_, i) => {
  const a = d.accounts[(c.n * 60 + i * 3) % d.accounts.length]
  const state = i % 11 === 5 ? 'refused' : i % 17 === 9 ? 'reversed' : 'paid'
  return { item_id: c.n * 1000 + i, channel: c.code, key: `${c.code}-${i}`, kind: 'pay', state, response: state === 'refused' ? 'bill_not_open' : 'approved', message: '', serial_no: `${c.n}${String(880000 + i * 7)}`, original_key: null, account_no: a.account_no, name: a.name, amount: yuan(Math.max(100, a.months[11].fen)), business_date: today(), payment_no: state === 'refused' ? null : c.n * 5000 + i, receipt_no: null, received_at: `${today()}T0${1 + (i % 8)}:${String((i * 7) % 60).padStart(2, '0')}:11.000Z`, changed_at: now() }
})))
const of_channel = (code) => items.filter((i) => i.channel === code)
function channel_json(c) {
  const paid = of_channel(c.code).filter((i) => i.state !== 'refused')
  const reversed = paid.filter((i) => i.state === 'reversed')
  const sum = (list) => list.reduce((s, i) => s + fen(i.amount), 0)
  return { code: c.code, name: c.name, kind: c.kind, state: c.state, transport: c.transport, signed_on: c.signed_on, in_transit: yuan(sum(paid) * 2), today: { payments: paid.length, paid: yuan(sum(paid)), reversals: reversed.length, reversed: yuan(sum(reversed)) } }
}

const days = new Map()
function make_day(code, date, differences, file_name) {
  const equal = { count: 240 + differences.length, amount: yuan(2_310_055) }
  days.set(`${code} ${date}`, { channel: code, business_date: date, file_name, equal, differences, job_id: 1, loaded_by: '吴敏', loaded_at: now(), compared_at: now(), file_sha256: 'a'.repeat(64) })
}
let difference_id = 100
const a_difference = (i, kind, theirs, ours) => ({ difference_id: ++difference_id, kind, serial_no: `77${1000 + i}`, account_no: d.accounts[i].account_no, name: d.accounts[i].name, their_amount: theirs, our_amount: ours, item_id: null, state: 'open', how: null, note: '', proposed_by: null, proposed_by_id: null, proposed_at: null, decided_by: null, decided_at: null, payment_no: null, version: 1 })
make_day('ICBC', day_before(1), [a_difference(21, 'only_theirs', '86.20', null), a_difference(35, 'only_ours', null, '120.00'), a_difference(48, 'amount', '75.50', '57.50'), a_difference(61, 'other_day', '43.00', '43.00')], `ICBC_${day_before(1).replaceAll('-', '')}.txt`)
make_day('ICBC', day_before(2), [], `ICBC_${day_before(2).replaceAll('-', '')}.txt`)
make_day('POST', day_before(1), [], `YZDS${day_before(1).replaceAll('-', '')}.dat`)
function reconciliation_json(r) {
  const side = (key) => r.differences.filter((x) => x[key] !== null)
  const total = (list, key) => ({ count: r.equal.count + list.length, amount: yuan(fen(r.equal.amount) + list.reduce((s, x) => s + fen(x[key]), 0)) })
  const open = r.differences.filter((x) => x.state !== 'settled').length
  const { differences, ...rest } = r
  return { ...rest, state: open ? 'differences' : 'settled', theirs: total(side('their_amount'), 'their_amount'), ours: total(side('our_amount'), 'our_amount'), open_differences: open, differences: [] }
}

const kRules = { set_id: 1, valid_from: '2026-01-01', rules: [['residential', 1, 3, 'sms', '5.00'], ['residential', 2, 15, 'letter', '20.00'], ['residential', 3, 31, 'disconnection', '50.00'], ['large_industry', 1, 1, 'sms', '0.00'], ['large_industry', 2, 31, 'disconnection', '0.00'], ['other', 1, 3, 'sms', '5.00'], ['other', 2, 31, 'disconnection', '50.00']].map(([category, step, days_after_due, action, minimum]) => ({ category, step, days_after_due, action, minimum })) }
const dunning_runs = [{ run_id: 1, kind: 'reminders', run_on: day_before(0), job_id: 1, requested_by: '吴敏', created_at: `${today()}T00:10:00Z`, finished_at: `${today()}T00:10:04Z`, accounts: 320, notices: 24, candidates: 3, held_back: 2, moved: 0, overdue: '18420.55' }]
const notices = d.accounts.filter((a) => a.i % 13 === 3).map((a, n) => ({ notice_id: 500 - n, account_no: a.account_no, name: a.name, purpose: n % 5 === 4 ? 'stop_notice' : 'reminder', channel: n % 3 ? 'sms' : 'letter', billing_month: '2026-09', step: 1 + (n % 2), principal: balance_of(a).principal, late_charge: balance_of(a).late_charge, days_overdue: 27, queued_at: `${today()}T00:10:0${n % 10}Z`, case_id: null, message_id: n }))
const cases = [['candidate', {}], ['approved', { approved_by: '郑国强' }], ['noticed', { noticed_at: later(-kDay), stop_at: later(3 * kDay) }], ['noticed_again', { noticed_at: later(-4 * kDay), stop_at: later(-600_000), noticed_again_at: later(-3_000_000) }], ['disconnected', { disconnected_at: later(-2 * kDay) }], ['paid', { paid_at: later(-30 * 3_600_000), reconnect_due_at: later(-6 * 3_600_000), reconnect_overdue: true }], ['cancelled', { cancelled_at: later(-kDay) }]].map(([state, more], n) => {
  const a = d.accounts.filter((x) => x.i % 7 !== 0)[n * 9 + 5]
  return { case_id: 40 + n, kind: 'arrears', account_no: a.account_no, name: a.name, address: a.address, state, version: 1, billing_month: '2026-09', due_on: '2026-10-28', overdue: balance_of(a).balance, important: n === 1, authority_copy: null, reason: null, proposed_by: '高海燕', proposed_by_id: 112, proposed_at: later(-9 * kDay), release_asked_by: null, release_asked_by_id: null, release_asked_at: null, release_reason: null, released_by: null, released_at: null, approved_by: state === 'candidate' ? null : '郑国强', approved_at: null, noticed_at: null, stop_at: null, noticed_again_at: null, disconnected_at: null, paid_at: null, reconnect_due_at: null, reconnect_overdue: false, reconnected_at: null, cancelled_at: null, ...more, events: [{ step: 'propose', from: 'candidate', to: 'candidate', at: later(-9 * kDay), by: '高海燕', note: '逾期 31 天' }] }
})
const kSteps = { approve: ['candidate', 'approved'], execute: ['noticed_again', 'disconnected'], 'approve-release': ['disconnected', 'released'] }
const prepaid = d.accounts.filter((a) => a.i % 29 === 6).map((a, n) => ({ account_no: a.account_no, name: a.name, warn_limit: '30.00', stop_limit: '0.00', credit: '0.00', enrolled_on: '2025-03-01', ended_on: null, version: 1, balance_on: today(), balance: ['128.40', '22.15', '-3.60'][n % 3], level: ['good', 'low', 'empty'][n % 3] }))

export function channel_routes({ refuse, page, log, start_job }) {
  const need = (me, permission) => { if (!d.roles.find((r) => r.code === me.role).permissions.includes(permission)) refuse(403, 'security.permission', `expected the permission ${permission}`) }
  const need_channel = (code) => channels.find((c) => c.code === code) ?? refuse(404, 'payment_channels.no_channel', 'expected a payment channel with this code but there is none')
  const need_day = (code, date) => days.get(`${code} ${date}`) ?? refuse(404, 'payment_channels.no_reconciliation', 'expected a file of this day but there is none yet')
  const need_difference = (code, date, id) => need_day(code, date).differences.find((x) => String(x.difference_id) === id) ?? refuse(404, 'payment_channels.no_difference', 'expected a difference of this day but there is none')
  const need_case = (id) => cases.find((c) => String(c.case_id) === id) ?? refuse(404, 'dunning.no_case', 'expected a disconnection with this number but there is none')
  const case_json = ({ events, ...c }) => c
  function move(c, me, to, more, note) {
    c.events.push({ step: to, from: c.state, to, at: now(), by: me.name, note: note ?? null })
    Object.assign(c, { state: to, version: c.version + 1, ...more })
    log(me, `dunning.${to}`, 'disconnection', c.case_id, null, { state: to })
    return case_json(c)
  }
  return [
    ['GET', '/channels', ({ me }) => { need(me, 'channels.view'); return { items: channels.map(channel_json) } }],
    ['GET', '/channels/:code', ({ code }) => ({ ...channel_json(need_channel(code)), profile: {}, key_id: null, client_certificate: null, secrets: [], version: 1 })],
    ['GET', '/channels/:code/items', ({ code, query }) => page(of_channel(code).filter((i) => (!query.get('date') || i.business_date === query.get('date')) && (!query.get('state') || i.state === query.get('state'))).map(({ channel, ...i }) => i), query)],
    ['GET', '/channels/:code/reconciliations', ({ code, query }) => page([...days.values()].filter((r) => r.channel === code).sort((a, b) => b.business_date.localeCompare(a.business_date)).map(reconciliation_json), query)],
    ['POST', '/channels/:code/reconciliations', ({ code, query, me, text }) => {
      need(me, 'channels.operate')
      const date = query.get('business_date')
      if (date >= today()) refuse(409, 'payment_channels.day_not_over', `expected a business day that is over but ${date} is not`)
      if (!text.includes('|')) refuse(422, 'payment_channels.file_problems', 'expected a file that can be read as a whole but 1 of its lines cannot', [{ pointer: '/1', code: 'field.pattern', detail: 'expected fields with | between them' }])
      const { job_id } = start_job('payment_channels.reconcile', () => { if (!days.has(`${code} ${date}`)) make_day(code, date, [a_difference(70, 'only_theirs', '18.00', null)], query.get('file_name')) })
      return [202, { job_id }]
    }],
    ['GET', '/channels/:code/reconciliations/:date', ({ code, date, query }) => ({ ...page(need_day(code, date).differences, query), reconciliation: reconciliation_json(need_day(code, date)) })],
    ['POST', '/channels/:code/reconciliations/:date/items/:id/resolve', ({ code, date, id, me, body }) => { need(me, 'channels.operate'); const x = need_difference(code, date, id); if (!body.note?.trim()) refuse(422, 'request.invalid', 'the request is not valid', [{ pointer: '/note', code: 'field.required', detail: 'expected a note' }]); if (x.state !== 'open') refuse(409, 'payment_channels.difference_settled', 'expected an open difference'); return Object.assign(x, { state: 'proposed', how: body.how, note: body.note, proposed_by: me.name, proposed_by_id: me.user_id }) }],
    ['POST', '/channels/:code/reconciliations/:date/items/:id/approve', ({ code, date, id, me }) => { need(me, 'channels.approve'); const x = need_difference(code, date, id); if (x.state !== 'proposed') refuse(409, 'payment_channels.not_proposed', 'expected a difference with a proposal but it has none'); if (x.proposed_by_id === me.user_id) refuse(403, 'security.second_person', 'expected another person'); return Object.assign(x, { state: 'settled', decided_by: me.name, decided_at: now() }) }],
    ['POST', '/channels/:code/reconciliations/:date/items/:id/withdraw', ({ code, date, id, me }) => { need(me, 'channels.operate'); return Object.assign(need_difference(code, date, id), { state: 'open', how: null, note: '', proposed_by: null, proposed_by_id: null }) }],
    ['GET', '/channels/:code/settlements', ({ query }) => page([], query)],

    ['GET', '/dunning/rules', () => ({ ...kRules, newest: kRules })],
    ['GET', '/dunning/settings', () => ({ contacts_per_week: 2, language: 'zh', sender: '云河供电公司', phone: '95598' })],
    ['GET', '/dunning/important-users', ({ query }) => page([], query)],
    ['GET', '/dunning/runs', ({ query }) => page(dunning_runs, query)],
    ['POST', '/dunning/runs', ({ body, me }) => { need(me, 'dunning.operate'); const run = { ...dunning_runs[0], run_id: dunning_runs.length + 1, kind: body.kind, requested_by: me.name, created_at: now(), finished_at: null, notices: 0, candidates: 0 }; dunning_runs.unshift(run); const { job_id } = start_job('dunning.remind', () => { run.finished_at = now() }); run.job_id = job_id; return [202, { job_id }] }],
    ['GET', '/dunning/notices', ({ query }) => page(notices.filter((n) => !query.get('account_no') || n.account_no === query.get('account_no')), query)],
    ['GET', '/disconnections', ({ query }) => page(cases.filter((c) => !query.get('state') || c.state === query.get('state')).map(case_json), query)],
    ['GET', '/disconnections/:id', ({ id }) => need_case(id)],
    ['POST', '/disconnections/:id/notify', ({ id, me, body }) => {
      need(me, 'dunning.operate')
      const c = need_case(id)
      if (c.state === 'noticed') { if (Date.now() < Date.parse(c.stop_at) - kDay) refuse(409, 'dunning.too_early', `expected the second notice not before ${later(Date.parse(c.stop_at) - kDay - Date.now())}`); return move(c, me, 'noticed_again', { noticed_again_at: now() }) }
      if (c.important && !body.authority_copy) refuse(409, 'dunning.authority_copy', 'expected the number of the copy that the authority got')
      const wait = Date.parse(body.stop_at) - Date.now()
      if (!(wait >= 3 * kDay && wait <= 7 * kDay)) refuse(409, 'dunning.stop_time', 'expected the time of the stop 3 to 7 days ahead')
      return move(c, me, 'noticed', { noticed_at: now(), stop_at: body.stop_at, authority_copy: body.authority_copy ?? null })
    }],
    ['POST', '/disconnections/:id/check-payment', ({ id }) => case_json(need_case(id))],
    ['POST', '/disconnections/:id/cancel', ({ id, me, body }) => { need(me, 'dunning.operate'); return move(need_case(id), me, 'cancelled', { cancelled_at: now() }, body.note) }],
    ['POST', '/disconnections/:id/release', ({ id, me, body }) => { need(me, 'dunning.operate'); return move(need_case(id), me, 'disconnected', { release_asked_by: me.name, release_asked_by_id: me.user_id, release_asked_at: now(), release_reason: body.note }, body.note) }],
    ['POST', '/disconnections/:id/reconnect', ({ id, me }) => { need(me, 'dunning.operate'); const c = need_case(id); if (!['paid', 'released'].includes(c.state)) refuse(409, 'dunning.case_state', `expected the case to be paid or released but it is ${c.state}`); return move(c, me, 'reconnected', { reconnected_at: now() }) }],
    ['POST', '/disconnections/:id/:step', ({ id, step, me }) => { need(me, step.startsWith('approve') ? 'dunning.approve' : 'dunning.operate'); const c = need_case(id); if (c.state !== kSteps[step]?.[0]) refuse(409, 'dunning.case_state', `expected the case to be ${kSteps[step]?.[0]} but it is ${c.state}`); return move(c, me, kSteps[step][1], step === 'approve' ? { approved_by: me.name, approved_at: now() } : step === 'approve-release' ? { released_by: me.name, released_at: now(), reconnect_due_at: later(kDay) } : {}) }],
    ['GET', '/prepaid/accounts', ({ query }) => page(prepaid.filter((p) => !query.get('level') || p.level === query.get('level')), query)],
  ]
}
