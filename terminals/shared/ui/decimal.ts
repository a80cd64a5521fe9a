// Decimal strings: shown, compared and subtracted without ever becoming a JS number, because 0.1 + 0.2 is not 0.3 and
// a utility's month is larger than what a double keeps to the fen. Only `plot_number` gives a number, for charts.

interface Scaled {
  units: bigint
  places: number
}

const kPattern = /^(-?)(\d+)(?:\.(\d+))?$/

function scaled(text: string): Scaled | null {
  const match = kPattern.exec(text.trim())
  if (!match) return null
  const fraction = match[3] ?? ''
  const units = BigInt(match[2]! + fraction)
  return { units: match[1] ? -units : units, places: fraction.length }
}

function aligned(a: Scaled, b: Scaled): [bigint, bigint, number] {
  const places = Math.max(a.places, b.places)
  return [a.units * 10n ** BigInt(places - a.places), b.units * 10n ** BigInt(places - b.places), places]
}

function text_of(units: bigint, places: number): string {
  const negative = units < 0n
  const digits = (negative ? -units : units).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  const text = places === 0 ? whole : `${whole}.${digits.slice(digits.length - places)}`
  return negative ? `-${text}` : text
}

/** "-1234567.80" → "-1,234,567.80". Every digit stays; text that is no decimal comes back as it is. */
export function grouped(text: string): string {
  const match = kPattern.exec(text.trim())
  if (!match) return text
  const whole = match[2]!.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${match[1]}${whole}${match[3] === undefined ? '' : `.${match[3]}`}`
}

/** Energy and demand: grouped, without zeros that say nothing ("1234.000" → "1,234"). */
export function grouped_short(text: string): string {
  const match = kPattern.exec(text.trim())
  if (!match) return text
  const fraction = (match[3] ?? '').replace(/0+$/, '')
  return grouped(`${match[1]}${match[2]}${fraction ? `.${fraction}` : ''}`)
}

/** a − b, exact; null when either is no decimal. */
export function difference(a: string, b: string): string | null {
  const x = scaled(a),
    y = scaled(b)
  if (!x || !y) return null
  const [m, n, places] = aligned(x, y)
  return text_of(m - n, places)
}

/** Exact sum; text that is no decimal counts as an error, hence null. */
export function sum(values: string[]): string | null {
  let total: Scaled = { units: 0n, places: 0 }
  for (const value of values) {
    const next = scaled(value)
    if (!next) return null
    const [m, n, places] = aligned(total, next)
    total = { units: m + n, places }
  }
  return text_of(total.units, total.places)
}

/** value × times, exact; null when the value is no decimal. */
export function product(value: string, times: number): string | null {
  const x = scaled(value)
  return x && Number.isInteger(times) ? text_of(x.units * BigInt(times), x.places) : null
}

/** −1, 0 or 1. */
export function sign(text: string): number {
  const value = scaled(text)
  return !value || value.units === 0n ? 0 : value.units < 0n ? -1 : 1
}

/** How much `now` differs from `before`, in per cent with one place, half away from zero: "+12.5". Null when `before` is 0. */
export function change_percent(now: string, before: string): string | null {
  const x = scaled(now),
    y = scaled(before)
  if (!x || !y || y.units === 0n) return null
  const [m, n] = aligned(x, y)
  const base = n < 0n ? -n : n
  const tenths_twice = (m - n) * 2000n
  const rounded = tenths_twice >= 0n ? (tenths_twice + base) / (2n * base) : (tenths_twice - base) / (2n * base)
  return (rounded > 0n ? '+' : '') + text_of(rounded, 1)
}

/** done/total as a whole percentage, never 100 before everything is done. */
export function progress_percent(done: number, total: number): number {
  if (total <= 0) return 0
  return done >= total ? 100 : Math.min(99, Math.floor((done * 100) / total))
}

/** For charts only: a picture needs no more than a double keeps. */
export function plot_number(text: string | null): number | null {
  return text === null || !scaled(text) ? null : Number(text)
}
