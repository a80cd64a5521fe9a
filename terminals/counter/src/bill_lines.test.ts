import { expect, it } from 'vitest'
import type { BillLine } from '@shared/api/types'
import { with_parts } from './bill_lines'

const line = (line_no: number, kind: string, role: BillLine['role'] = 'charge', usage_point_id = 1): BillLine => ({
  line_no,
  kind,
  role,
  usage_point_id,
  name: '',
  name_en: '',
  quantity: '0',
  unit: 'kWh',
  price: null,
  percent: null,
  amount: '0.00',
  working: { zh: '', en: '' },
  source: { zh: '', en: '', document: null, clause: null, tariff_code: null, version: null },
})
const order = (lines: BillLine[]) => with_parts(lines).map((s) => `${'>'.repeat(s.depth)}${s.line.line_no}`)

it('parts stand below the last energy line of their usage point', () => {
  const lines = [
    line(1, 'energy'),
    line(2, 'tier_increment'),
    line(3, 'power_factor_adjustment'),
    line(4, 'component', 'included'),
    line(5, 'component', 'included'),
  ]
  expect(order(lines)).toEqual(['1', '2', '>4', '>5', '3'])
})
it('each usage point has its own parts', () => {
  const lines = [
    line(1, 'energy'),
    line(2, 'energy', 'charge', 2),
    line(3, 'component', 'included', 2),
    line(4, 'component', 'included'),
  ]
  expect(order(lines)).toEqual(['1', '>4', '2', '>3'])
})
it('what is paid out stands last', () => {
  expect(order([line(1, 'export', 'payable'), line(2, 'energy')])).toEqual(['2', '1'])
})
it('a part without an energy line is not lost', () => {
  expect(order([line(1, 'capacity_charge'), line(2, 'component', 'included')])).toEqual(['1', '>2'])
})
