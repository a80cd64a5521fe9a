// Reads a tariff's definition (the format of tests/cases) into what a page can list. Prices stay the strings they are;
// a part that is missing or of another shape is left out, and the page still shows the definition itself.

type Json = Record<string, unknown>

export interface PeriodPrice {
  period: string
  price: string
}
export interface TierRow {
  tier: number
  above: string | null
  up_to: string | null
  prices: Record<string, string>
}
export interface TariffView {
  source: string
  energy: PeriodPrice[]
  tiers: {
    cycle: string
    is_increment: boolean
    periods: string[]
    seasons: { months: number[] | null; rows: TierRow[] }[]
    household: { persons: number; kwh: string } | null
  } | null
  components: { kind: string; price: string | null }[]
  basic: { name: string; value: string }[]
  power_factor: string
  calendar: { months: number[] | null; day: string; periods: { period: string; ranges: string[] }[] }[]
}

const is_object = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(is_object) : [])
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const months_of = (season: Json): number[] | null => (Array.isArray(season.months) ? season.months.map(Number) : null)

function prices_of(value: unknown): PeriodPrice[] {
  if (is_object(value)) return Object.entries(value).map(([period, price]) => ({ period, price: text(price) }))
  return text(value) ? [{ period: 'total', price: text(value) }] : []
}

function tiers_of(value: unknown): TariffView['tiers'] {
  if (!is_object(value)) return null
  const is_increment = value.form === 'increment'
  // Increments start with tier 2, as tier 1 is the base price itself.
  const listed = Array.isArray(value.increments) ? [null, ...value.increments] : Array.isArray(value.prices) ? value.prices : []
  const by_tier = listed.map((p) =>
    Object.fromEntries(prices_of(p).map(({ period, price }) => [period, is_increment ? `+${price}` : price])),
  )
  const periods = [...new Set(by_tier.flatMap((p) => Object.keys(p)))]
  const seasons = objects(value.seasons).map((season) => {
    const uppers = Array.isArray(season.upper_kwh) ? season.upper_kwh.map(text) : []
    const rows = [...uppers, null].map((up_to, i) => ({
      tier: i + 1,
      above: i === 0 ? null : uppers[i - 1]!,
      up_to,
      prices: by_tier[i] ?? {},
    }))
    return { months: months_of(season), rows }
  })
  const home = is_object(value.household) ? value.household : null
  return {
    cycle: text(value.cycle),
    is_increment,
    periods,
    seasons,
    household: home ? { persons: Number(home.from_persons), kwh: text(home.kwh_per_month) } : null,
  }
}

export function read_tariff(definition: Json): TariffView {
  const source = is_object(definition.source) ? definition.source : {}
  const components = [...objects(definition.of_which), ...objects(definition.surcharges)].map((c) => ({
    kind: text(c.kind),
    price: text(c.price) as string | null,
  }))
  if (components.length && definition.of_which)
    components.push({ kind: text(definition.of_which_rest) || 'net_energy', price: null })
  const factor = is_object(definition.power_factor) ? text(definition.power_factor.standard) : ''
  const calendar = is_object(definition.calendar) ? objects(definition.calendar.seasons) : []
  return {
    source: [text(source.document), text(source.clause)].filter(Boolean).join(' '),
    energy: prices_of(definition.energy),
    tiers: tiers_of(definition.tiers),
    components,
    basic: is_object(definition.basic)
      ? Object.entries(definition.basic).map(([name, value]) => ({ name, value: text(value) }))
      : [],
    power_factor: factor === 'none' ? '' : factor,
    calendar: calendar.flatMap((season) =>
      ['workday', 'weekend', 'holiday']
        .filter((day) => is_object(season[day]))
        .map((day) => ({
          months: months_of(season),
          day,
          periods: Object.entries(season[day] as Json).map(([period, ranges]) => ({
            period,
            ranges: Array.isArray(ranges) ? ranges.map(text) : [],
          })),
        })),
    ),
  }
}
