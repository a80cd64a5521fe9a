import { expect, it } from 'vitest'
import { read_tariff } from './tariff_view'

it('residential tiers read as ranges with what each adds', () => {
  const view = read_tariff({
    energy: '0.538',
    tiers: { form: 'increment', cycle: 'annual', seasons: [{ upper_kwh: ['2760', '4800'] }], increments: ['0.05', '0.3'] },
  })
  expect(view.energy).toEqual([{ period: 'total', price: '0.538' }])
  expect(view.tiers!.seasons[0]!.rows).toEqual([
    { tier: 1, above: null, up_to: '2760', prices: {} },
    { tier: 2, above: '2760', up_to: '4800', prices: { total: '+0.05' } },
    { tier: 3, above: '4800', up_to: null, prices: { total: '+0.3' } },
  ])
})
it('tiers with prices by period become a matrix', () => {
  const view = read_tariff({
    tiers: {
      form: 'tier_price',
      cycle: 'annual',
      seasons: [{ upper_kwh: ['2760'] }],
      prices: [
        { peak: '0.568', valley: '0.288' },
        { peak: '0.618', valley: '0.338' },
      ],
    },
  })
  expect(view.tiers!.periods).toEqual(['peak', 'valley'])
  expect(view.tiers!.seasons[0]!.rows[1]!.prices).toEqual({ peak: '0.618', valley: '0.338' })
})
it('a definition of another shape leaves parts out instead of failing', () => {
  expect(read_tariff({ energy: null, tiers: 'none', basic: [] })).toMatchObject({
    energy: [],
    tiers: null,
    basic: [],
    components: [],
  })
})
