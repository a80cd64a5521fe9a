// Dates as the server writes them (ISO), shown as the utility reads them. Calendar dates and months never pass through
// a Date object, which would move them by the time zone.

const kZone = 'Asia/Shanghai'

/** "2026-10" → "2026年10月" or "Oct 2026". */
export function month_text(month: string | null, language: string): string {
  const match = /^(\d{4})-(\d{2})/.exec(month ?? '')
  if (!match) return month ?? ''
  if (language.startsWith('zh')) return `${match[1]}年${Number(match[2])}月`
  return `${kMonths[Number(match[2]) - 1] ?? match[2]} ${match[1]}`
}

const kMonths = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** An instant in the utility's zone, to the second: "2026-11-01 08:30:00". */
export function instant_text(instant: string | null): string {
  if (!instant) return ''
  const at = new Date(instant)
  if (Number.isNaN(at.getTime())) return instant
  return new Intl.DateTimeFormat('sv-SE', { timeZone: kZone, dateStyle: 'short', timeStyle: 'medium' }).format(at)
}

/** The month before: "2026-01" → "2025-12". */
export function month_before(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, '0')}`
}

/** The utility's calendar day, "2026-11-23". */
export function today_in_zone(now = new Date()): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: kZone, dateStyle: 'short' }).format(now)
}

/** What a date-and-time field holds, read in the utility's zone: "2026-12-05T10:00" → "2026-12-05T02:00:00Z"; null when it is none. */
export function instant_of_local(text: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)) return null
  const at = new Date(`${text}:00+08:00`)
  return Number.isNaN(at.getTime()) ? null : at.toISOString().replace('.000Z', 'Z')
}
