// A county in memory for the mock server: small, deterministic, with one of everything that the pages have to show.

const pad = (n, w) => String(n).padStart(w, '0')
let seed = 20261031
const random = () => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed / 2147483648 }
const pick = (list) => list[Math.floor(random() * list.length)]

export const kMonths = ['2025-10', '2025-11', '2025-12', '2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06', '2026-07', '2026-08', '2026-09', '2026-10']
export const kThisMonth = '2026-10'

export const stations = ['城关', '东湖', '西岭', '南塘', '北坡', '青石', '柳河', '白马', '新桥', '长岗'].map((n, i) => (
  { org_id: 10 + i, parent_id: 1, kind: 'supply_station', code: `S${pad(i + 1, 2)}`, name: `${n}供电所`, name_en: `Station ${i + 1}` }))
export const units = [{ org_id: 1, parent_id: null, kind: 'company', code: 'C', name: '云河县供电公司', name_en: 'Yunhe County Power' }, ...stations]

const kAll = ['billing.view', 'billing.run', 'billing.review', 'billing.issue', 'customers.view', 'metering.view', 'meter_reading.view', 'receivables.view', 'tariffs.view', 'jobs.view', 'administration.manage', 'administration.audit', 'ledger.view']
const kClerk = kAll.filter((p) => !p.startsWith('administration') && !/run|review|issue/.test(p))
const kCashier = ['customers.view', 'billing.view', 'receivables.view', 'receivables.propose', 'cashier.view', 'cashier.take']
export const roles = [
  { code: 'system_administrator', name: '系统管理员', name_en: 'System administrator', permissions: kAll },
  { code: 'billing_clerk', name: '核算员', name_en: 'Billing clerk', permissions: [...kClerk, 'billing.run', 'billing.review'] },
  { code: 'billing_manager', name: '电费班长', name_en: 'Billing manager', permissions: [...kClerk, 'billing.review', 'billing.issue'] },
  { code: 'counter_clerk', name: '营业员', name_en: 'Counter clerk', permissions: kClerk },
  { code: 'cashier', name: '收费员', name_en: 'Cashier', permissions: kCashier },
  { code: 'cashier_supervisor', name: '收费班长', name_en: 'Cashier supervisor', permissions: ['customers.view', 'billing.view', 'receivables.view', 'receivables.approve', 'cashier.view', 'cashier.approve', 'cashier.close_day', 'dunning.view'] },
  { code: 'account_supervisor', name: '账务管理专责', name_en: 'Account supervisor', permissions: ['customers.view', 'billing.view', 'receivables.view', 'receivables.propose', 'receivables.approve', 'cashier.view', 'cashier.close_day', 'ledger.view', 'ledger.close', 'channels.view', 'channels.operate', 'dunning.view', 'dunning.operate', 'dunning.configure', 'jobs.view'] },
  { code: 'channel_approver', name: '账务审批', name_en: 'Channel approver', permissions: ['customers.view', 'billing.view', 'receivables.view', 'receivables.approve', 'channels.view', 'channels.approve', 'dunning.view', 'dunning.approve'] },
]
const person = (user_id, username, name, role, extra = {}) => (
  { user_id, username, name, org: { org_id: 1, code: 'C', name: '云河县供电公司' }, role, enabled: true, locked_until: null, password: 'watthour-demo-1', ...extra })
export const users = [
  person(1, 'admin', '陈建国', 'system_administrator'), person(2, 'biller', '李秀英', 'billing_clerk'), person(3, 'approver', '王志强', 'billing_manager'),
  person(4, 'clerk', '赵敏', 'counter_clerk'), person(5, 'newcomer', '周小雨', 'counter_clerk', { temporary: true }),
  person(111, 'cashier', '孙丽', 'cashier'), person(112, 'cashier2', '高海燕', 'cashier'), person(113, 'supervisor', '周建华', 'cashier_supervisor'), person(114, 'accountant', '吴敏', 'account_supervisor'), person(115, 'approver2', '郑国强', 'channel_approver'),
  ...Array.from({ length: 24 }, (_, i) => person(6 + i, `staff${pad(i, 2)}`, `员工${pad(i, 2)}`, 'counter_clerk', i === 3 ? { enabled: false } : i === 5 ? { locked_until: '2026-11-01T09:30:00Z' } : {})),
]

const kSurnames = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'.split('')
const kGiven = ['伟', '芳', '秀英', '建国', '小雨', '志强', '丽', '明', '春花', '海燕', '国庆', '玉兰']
const kInitials = { 王: 'w', 李: 'l', 张: 'z', 刘: 'l', 陈: 'c', 杨: 'y', 赵: 'z', 黄: 'h', 周: 'z', 吴: 'w', 徐: 'x', 孙: 's', 胡: 'h', 朱: 'z', 高: 'g', 林: 'l', 何: 'h', 郭: 'g', 马: 'm', 罗: 'l' }

/** kWh as tenths, so that all arithmetic stays whole. */
const kwh = (tenths) => `${Math.floor(tenths / 10)}.${tenths % 10}`
export const yuan = (fen) => `${fen < 0 ? '-' : ''}${Math.floor(Math.abs(fen) / 100)}.${pad(Math.abs(fen) % 100, 2)}`

export const accounts = Array.from({ length: 320 }, (_, i) => {
  const industry = i % 40 === 7
  const station = stations[i % 10]
  const surname = pick(kSurnames)
  const name = industry ? `云河县${pick(['宏达', '永兴', '金源', '东方'])}${pick(['纺织', '水泥', '食品', '机械'])}有限公司` : surname + pick(kGiven)
  const base = industry ? 600000 + Math.floor(random() * 900000) : 900 + Math.floor(random() * 2600)
  const months = kMonths.map((month, m) => {
    const season = [0.9, 0.95, 1.15, 1.2, 1.1, 0.9, 0.85, 0.9, 1.1, 1.5, 1.55, 1.2, 0.9][m]
    const tenths = Math.max(0, Math.floor(base * season * (0.85 + random() * 0.3)))
    return { month, tenths, fen: Math.round(tenths * (industry ? 7.1 : 5.38)) }
  })
  return {
    i, account_no: `33${pad(10000000 + i * 97, 8)}`, name, initials: industry ? 'yhx' : (kInitials[surname] ?? 'x') + 'x', station, industry, months,
    category: industry ? 'large_industry' : i % 11 === 3 ? 'agriculture' : i % 13 === 5 ? 'general' : 'residential',
    address: `云河县${station.name.slice(0, 2)}镇${pick(['解放', '人民', '建设', '新华', '和平'])}路${1 + i % 200}号`, phone: `138****${pad(i * 37 % 10000, 4)}`, asset_no: `3310001${pad(i, 14)}${i % 10}`,
    route: { route_id: 100 + i % 40, code: `R${pad(100 + i % 40, 5)}`, name: `${station.name.slice(0, 2)}${1 + i % 40}段` },
  }
})
export const account_of = (no) => accounts.find((a) => a.account_no === no)
export const bill_no_of = (a, month) => `${month.replace('-', '')}${a.account_no}`

export function month_totals(month) {
  const of = (list) => ({ bills: list.length, energy_kwh: kwh(list.reduce((s, a) => s + a.months.find((m) => m.month === month).tenths, 0)), amount: yuan(list.reduce((s, a) => s + a.months.find((m) => m.month === month).fen, 0)) })
  return {
    ...of(accounts),
    by_category: ['residential', 'agriculture', 'general', 'large_industry'].map((category) => ({ category, ...of(accounts.filter((a) => a.category === category)) })),
    by_station: stations.map((s) => ({ org_id: s.org_id, name: s.name, name_en: s.name_en, ...of(accounts.filter((a) => a.station === s)) })),
  }
}

export function account_detail(a) {
  return {
    account_no: a.account_no, status: a.i % 50 === 9 ? 'suspended' : 'active', opened_on: '2016-05-04', closed_on: null,
    customer: { name: a.name, kind: a.industry ? 'body' : 'person', id_no_masked: a.industry ? '9133**********7X' : '3301**********1234', phone_masked: a.phone },
    address: a.address, station: { org_id: a.station.org_id, code: a.station.code, name: a.station.name }, route: a.route, household_size: a.industry ? null : 3 + a.i % 4,
    agreements: [
      ...(a.i % 5 === 0 ? [{ valid_from: '2016-05-04', valid_to: '2023-01-01', category: a.category, voltage: a.industry ? '10kV' : '220V', capacity_kva: a.industry ? '500' : '6', tariff_code: 'ZJ-SHARED', tariff_name: '居民合表电价', tariff_name_en: 'Residential, shared meter', billing_mode: 'single', contract_demand_kw: null, pf_standard: null }] : []),
      { valid_from: '2023-01-01', valid_to: null, category: a.category, voltage: a.industry ? '10kV' : '220V', capacity_kva: a.industry ? '630' : '8', tariff_code: a.industry ? 'BJ-C2-10' : 'ZJ-RES', tariff_name: a.industry ? '大工业两部制 1-10千伏' : '居民生活阶梯电价', tariff_name_en: a.industry ? 'Two-part industry 1–10 kV' : 'Residential, annual tiers', billing_mode: a.industry ? 'contract_demand' : 'single', contract_demand_kw: a.industry ? '480' : null, pf_standard: a.industry ? '0.90' : null },
    ],
    network: { substation: { code: 'B03', name: '110kV青石变' }, feeder: { code: 'F17', name: '10kV湖滨线' }, transformer_area: { code: 'T0421', name: '解放路3号公变' } },
  }
}

export function usage_points(a) {
  const ratio = a.industry ? 600 : 1
  const index = (v) => (a.industry ? { total: v, sharp: '812.44', peak: '4210.13', flat: '5102.77', valley: '3921.09', reactive_forward: '2311.50' } : { total: v })
  return [{
    usage_point_no: `${a.account_no}-1`, kind: 'consumption', parent_usage_point_no: null, deduction: null, ratio: String(ratio),
    installations: [
      ...(a.i % 6 === 1 ? [{ installation_id: a.i * 2, asset_no: `${a.asset_no.slice(0, -1)}9`, meter_kind: 'single_phase', digits: 5, from: '2016-05-04', to: '2024-03-18', ct_ratio: '1', pt_ratio: '1', ratio: '1', start_index: index('0.00'), end_index: index('18234.56') }] : []),
      { installation_id: a.i * 2 + 1, asset_no: a.asset_no, meter_kind: a.industry ? 'multi_function' : 'single_phase', digits: 6, from: a.i % 6 === 1 ? '2024-03-18' : '2019-08-01', to: null, ct_ratio: a.industry ? '60' : '1', pt_ratio: a.industry ? '10' : '1', ratio: String(ratio), start_index: index('0.00'), end_index: null },
    ],
  }]
}

export function readings(a) {
  let total = 1200000
  return a.months.map((m, n) => {
    total += m.tenths * 10
    const missing = n === 12 && a.i % 23 === 4
    return {
      billing_month: m.month, asset_no: a.asset_no, read_at: `${m.month}-28T08:15:${pad(a.i % 60, 2)}Z`, source: a.i % 7 === 2 ? 'manual' : 'remote', quality: missing ? 'missing' : n === 5 && a.i % 9 === 1 ? 'estimated' : 'actual',
      registers: missing ? {} : a.industry ? { total: (total / 100).toFixed(2), sharp: '812.44', peak: '4210.13', flat: '5102.77', valley: '3921.09', reactive_forward: '2311.50', max_demand: '0.7812' } : { total: (total / 100).toFixed(2) },
      energy_kwh: missing ? null : kwh(m.tenths), remark: missing ? '采集失败，现场门闭' : null,
    }
  }).reverse()
}

export function bill(a, month, state) {
  const at = a.months.findIndex((m) => m.month === month)
  const m = a.months[at]
  const before = at > 0 ? a.months[at - 1] : null
  const year = at === 12 ? a.months[0] : null
  const energy = kwh(m.tenths)
  const source = { zh: '浙发改价格〔2012〕198号 第二条', en: '浙发改价格〔2012〕198号, clause 2', document: '浙发改价格〔2012〕198号', clause: '第二条', tariff_code: a.industry ? 'BJ-C2-10' : 'ZJ-RES', version: 1 }
  const line = (line_no, name, name_en, more) => ({ line_no, usage_point_id: a.i + 1, kind: 'energy', role: 'charge', name, name_en, period: null, tier: null, quantity: energy, unit: 'kWh', price: null, percent: null, amount: '0.00', included: false, working: { zh: '', en: '' }, source, ...more })
  const parts = [['其中: 电度电价净额', 'of which: net energy price', m.fen - Math.round(m.tenths * 0.4)], ['其中: 国家重大水利工程建设基金', 'of which: major water projects fund', Math.round(m.tenths * 0.1)], ['其中: 大中型水库移民后期扶持资金', 'of which: reservoir resettlement fund', Math.round(m.tenths * 0.12)]]
  const rest = m.fen - parts.reduce((s, p) => s + p[2], 0)
  const included = [...parts, ['其中: 可再生能源电价附加', 'of which: renewable energy fund', rest]].map(([name, name_en, fen], i) => line(2 + i, name, name_en, {
    kind: 'component', role: 'included', included: true, price: ['0.5282', '0.00196875', '0.0062', '0.001'][i], amount: yuan(fen),
    working: { zh: `${energy} kWh × 单价，各项一并取舍，合计等于电度电费`, en: `${energy} kWh × price, rounded together so that the parts add up` } }))
  const register = (reg, name, name_en, start_index, end_index) => ({ register: reg, name, name_en, start_index, end_index })
  const registers = [register('total', '总', 'total', '12034.10', '12271.35'), ...(a.industry ? [register('reactive_forward', '正向无功', 'reactive forward', '2100.00', '2311.50'), register('max_demand', '最大需量', 'maximum demand', null, '0.78')] : [])]
  return {
    bill_no: bill_no_of(a, month), account_no: a.account_no, name: a.name, address: a.address, billing_month: month, period: { from: `${month}-01`, to: `${month}-28` }, state, issued_at: state === 'issued' ? `${month}-29T02:00:00Z` : null,
    due_on: state === 'issued' ? `${month}-28` : null, energy_kwh: energy, amount: yuan(m.fen), export_kwh: '0', export_amount: '0.00', category: a.category,
    usage_points: [{ usage_point_id: a.i + 1, usage_point_no: `${a.account_no}-1`, child_of_another_account: false, meters: [{ asset_no: a.asset_no, ratio: a.industry ? 600 : 1, digits: 6, estimated: false, registers }], read: { total: energy }, billed: { total: energy }, deducted: null, loss: null, exported: null, reactive: a.industry ? '126900' : null, max_demand_kw: a.industry ? '468.7' : null, power_factor: a.industry ? '0.92' : null }],
    lines: [line(1, '电度电费 第1档', 'Energy, tier 1', { price: '0.538', tier: 1, amount: yuan(m.fen), working: { zh: `${energy} kWh × 0.538 元/kWh = ${yuan(m.fen)} 元（四舍五入到分）`, en: `${energy} kWh × 0.538 CNY/kWh = ${yuan(m.fen)} CNY, rounded half up to the fen` } }), ...included],
    flags: a.i % 17 === 3 ? (a.i % 2 ? ['jump'] : ['jump', 'agreement_change']) : [], previous: { last_month: before && { energy_kwh: kwh(before.tenths), amount: yuan(before.fen) }, last_year: year && { energy_kwh: kwh(year.tenths), amount: yuan(year.fen) } },
  }
}

const tariff_row = (code, name, name_en, category, structure, voltage) => ({ code, name, name_en, category, structure, voltage, version: 1, valid_from: '2020-01-01', valid_to: null, status: 'published' })
export const tariffs = [
  tariff_row('ZJ-RES', '居民生活阶梯电价', 'Residential, annual tiers', 'residential', 'single', 'below_1kv'), tariff_row('ZJ-RES-TOU', '居民生活峰谷阶梯电价', 'Residential, tiers and periods', 'residential', 'single', 'below_1kv'),
  tariff_row('ZJ-SHARED', '居民合表电价', 'Residential, shared meter', 'residential_shared', 'single', 'below_1kv'), tariff_row('BJ-C2-10', '大工业两部制 1-10千伏', 'Two-part industry 1–10 kV', 'industrial', 'two_part', '1_10kv'),
]
export function tariff_definition(code) {
  const row = tariffs.find((t) => t.code === code)
  const common = { code, name: { zh: row.name, en: row.name_en }, category: row.category, source: { document: '浙发改价格〔2012〕198号', clause: '附件一' } }
  if (code === 'BJ-C2-10') {
    return { ...common, structure: 'two_part', energy: { sharp: '1.150500', peak: '0.911300', flat: '0.671691', valley: '0.432082' }, of_which: [{ kind: 'agent_purchase', price: '0.399348' }, { kind: 'transmission', price: '0.206500' }, { kind: 'government_fund', price: '0.027168' }], of_which_rest: 'line_loss',
      basic: { capacity_price: '32', demand_price: '51', discount_kwh_per_kva: 260, discount_price_percent: '90' }, power_factor: { standard: '0.90' }, calendar: { seasons: [{ months: [1, 2, 12], workday: { peak: ['10:00-13:00', '17:00-22:00'], flat: ['07:00-10:00', '13:00-17:00', '22:00-23:00'], valley: ['00:00-07:00', '23:00-24:00'] } }] } }
  }
  return { ...common, energy: '0.538', tiers: { form: 'increment', cycle: 'annual', seasons: [{ upper_kwh: ['2760', '4800'] }], increments: ['0.05', '0.3'], household: { from_persons: 5, kwh_per_month: '100', bounds_moved: 2 } }, of_which: [{ kind: 'major_water_fund', price: '0.00196875' }, { kind: 'reservoir_fund', price: '0.0062' }, { kind: 'renewable_fund', price: '0.001' }] }
}

const kReasons = ['no_reading', 'absurd_jump', 'negative_energy']
const kSeverities = ['blocking', 'review', 'blocking']
export const exceptions = accounts.filter((a) => a.i % 23 === 4).map((a, n) => ({
  exception_id: 500 + n, account_no: a.account_no, name: a.name, reason: kReasons[n % 3], severity: kSeverities[n % 3], route: a.route, state: 'open', resolution: null, note: null, resolved_by: null,
  detail_zh: ['期末示数缺失，应有 2026-10 的抄表示数，但没有', '本月 9,120 kWh，上月 182 kWh，超过 10 倍', '止码 1,203.10 小于起码 1,290.55，且不是翻转'][n % 3],
  detail_en: ['expected a reading for 2026-10 but there is none', '9,120 kWh this month against 182 kWh last month, beyond ten times', 'end index 1,203.10 is below start index 1,290.55 and no rollover'][n % 3],
}))
export const flagged = accounts.filter((a) => a.i % 17 === 3)
