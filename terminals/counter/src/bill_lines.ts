// The order in which a bill's lines are read: what is charged, the parts of a usage point's energy price below its last
// energy line, and at the end what is paid out to the customer.

import type { BillLine } from '@shared/api/types'

export interface ShownLine {
  line: BillLine
  depth: number
}

const kEnergyKinds = ['energy', 'tier_increment', 'free_energy']

/** Keeps the server's order otherwise. No line is lost: parts whose usage point has no energy line stand at the end. */
export function with_parts(lines: BillLine[]): ShownLine[] {
  const shown: ShownLine[] = []
  const add = (line: BillLine, depth: number) => shown.push({ line, depth })
  const waiting = lines.filter((l) => l.role === 'included')
  const charges = lines.filter((l) => l.role === 'charge')
  charges.forEach((line, i) => {
    add(line, 0)
    const is_energy = (l: BillLine) => l.usage_point_id === line.usage_point_id && kEnergyKinds.includes(l.kind)
    if (!is_energy(line) || charges.slice(i + 1).some(is_energy)) return
    for (const part of waiting.filter((l) => l.usage_point_id === line.usage_point_id))
      add(waiting.splice(waiting.indexOf(part), 1)[0]!, 1)
  })
  waiting.forEach((line) => add(line, 1))
  lines.filter((l) => l.role === 'payable').forEach((line) => add(line, 0))
  return shown
}
