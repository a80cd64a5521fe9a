// A channel's profile as a form: what most channels need has fields, what a bank's message format needs stays the JSON that
// the server reads. Pure; nothing is lost between the two, and the server judges all of it.

export const kTransports = ['none', 'iso8583', 'middle_business', 'rest', 'alipay', 'wechat'] as const
export const kAmountRules = ['any', 'partial', 'exact'] as const
export const kMethods = ['collection', 'qr', 'transfer', 'card'] as const
export const kDebitFormats = ['pain.008.001.08', 'pain.008.001.02', 'text', 'postal'] as const
export const kDebitBases = ['due', 'principal'] as const

export interface ProfileForm {
  transport: string
  amount_rule: string
  most_per_payment: string
  cut_off: string
  sign_on: boolean
  method: string
  collects: boolean
  format: string
  basis: string
  answer_days: string
  creditor_number: string
  creditor_name: string
  creditor_bank_code: string
  creditor_id: string
  unit_code: string
  app_id: string
  seller_id: string
  order_minutes: string
  /** All the others, as JSON. */ rest: string
}

type Json = Record<string, unknown>
const is_object = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

// Where each text of the form stands in the profile. Whole numbers are numbers there.
const kPlaces: Record<Exclude<keyof ProfileForm, 'sign_on' | 'collects' | 'rest'>, string[]> = {
  transport: ['transport'],
  amount_rule: ['amount_rule'],
  most_per_payment: ['most_per_payment'],
  cut_off: ['cut_off'],
  method: ['method'],
  format: ['debits', 'format'],
  basis: ['debits', 'basis'],
  answer_days: ['debits', 'answer_days'],
  creditor_number: ['debits', 'creditor', 'number'],
  creditor_name: ['debits', 'creditor', 'name'],
  creditor_bank_code: ['debits', 'creditor', 'bank_code'],
  creditor_id: ['debits', 'creditor_id'],
  unit_code: ['debits', 'unit_code'],
  app_id: ['merchant', 'app_id'],
  seller_id: ['merchant', 'seller_id'],
  order_minutes: ['merchant', 'order_minutes'],
}
const kNumbers = new Set(['answer_days', 'order_minutes'])
const fields = () => Object.entries(kPlaces) as [keyof typeof kPlaces, string[]][]

const kEmpty: ProfileForm = {
  transport: 'none',
  amount_rule: 'any',
  most_per_payment: '50000.00',
  cut_off: '24:00',
  sign_on: false,
  method: '',
  collects: false,
  format: 'pain.008.001.08',
  basis: 'due',
  answer_days: '3',
  creditor_number: '',
  creditor_name: '',
  creditor_bank_code: '',
  creditor_id: '',
  unit_code: '',
  app_id: '',
  seller_id: '',
  order_minutes: '',
  rest: '',
}

/** Takes the value out of a tree and the branches that it leaves empty. */
function take(tree: Json, [first, ...others]: string[]): unknown {
  const value = tree[first!]
  if (others.length === 0) {
    delete tree[first!]
    return value
  }
  if (!is_object(value)) return undefined
  const found = take(value, others)
  if (Object.keys(value).length === 0) delete tree[first!]
  return found
}
function put(tree: Json, [first, ...others]: string[], value: unknown): void {
  if (others.length === 0) {
    tree[first!] = value
    return
  }
  if (!is_object(tree[first!])) tree[first!] = {}
  put(tree[first!] as Json, others, value)
}

export function form_of(profile: Json): ProfileForm {
  const form = { ...kEmpty }
  const rest = JSON.parse(JSON.stringify(profile)) as Json
  form.collects = is_object(profile.debits)
  form.sign_on = take(rest, ['sign_on']) === true
  for (const [field, place] of fields()) {
    const value = take(rest, place)
    if (typeof value === 'string' || typeof value === 'number') form[field] = String(value)
  }
  form.rest = Object.keys(rest).length ? JSON.stringify(rest, null, 2) : ''
  return form
}

/** The profile, or null where the JSON is none. Fields that are left empty, and those of what the channel does not do, are left out. */
export function profile_of(form: ProfileForm): Json | null {
  let profile: unknown
  try {
    profile = form.rest.trim() ? JSON.parse(form.rest) : {}
  } catch {
    return null
  }
  if (!is_object(profile)) return null
  if (!form.collects) delete profile.debits
  const scans = form.transport === 'alipay' || form.transport === 'wechat'
  if (!scans) delete profile.merchant
  if (form.sign_on) profile.sign_on = true
  for (const [field, place] of fields()) {
    const text = form[field].trim()
    if (!text || (place[0] === 'debits' && !form.collects) || (place[0] === 'merchant' && !scans)) continue
    put(profile, place, kNumbers.has(field) && /^\d{1,9}$/.test(text) ? Number(text) : text)
  }
  return profile
}

/** The field that shows what is wrong at a place of the channel: "/profile/debits/creditor/name" is creditor_name. */
export function field_at(pointer: string): string {
  if (!pointer.startsWith('/profile')) return pointer.split('/')[1] ?? ''
  const place = pointer.split('/').slice(2)
  const field = fields().find(([, p]) => p.join('/') === place.join('/'))
  return field ? field[0] : place.join('/') === 'sign_on' ? 'sign_on' : 'rest'
}

const kSecretsOf: Record<string, string[]> = {
  none: [],
  iso8583: ['mac_key'],
  middle_business: ['mac_key'],
  rest: ['webhook_secret', 'old_webhook_secret'],
  alipay: ['their_key', 'our_key'],
  wechat: ['their_key', 'our_key', 'api_v3_key'],
}
/** The secrets that a channel of this kind has a use for, and those that it has. */
export function secrets_for(transport: string, held: string[]): string[] {
  const wanted = kSecretsOf[transport] ?? []
  return [...wanted, ...held.filter((name) => !wanted.includes(name))]
}
/** A key of several lines. */
export const is_long_secret = (name: string): boolean => name === 'their_key' || name === 'our_key'
