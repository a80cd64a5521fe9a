// The order in which a bill's lines are read: each line followed by the lines it includes.

import type { BillLine } from '@shared/api/types'

export interface ShownLine { line: BillLine; depth: number }

/** Keeps the server's order among siblings. A part whose whole is missing is shown as a line of its own, not lost. */
export function with_parts(lines: BillLine[]): ShownLine[] {
  const known = new Set(lines.map((l) => l.line_no))
  const is_part = (l: BillLine) => l.included_in !== null && l.included_in !== l.line_no && known.has(l.included_in)
  const shown: ShownLine[] = []
  const seen = new Set<number>()
  const add = (line: BillLine, depth: number) => {
    if (seen.has(line.line_no)) return
    seen.add(line.line_no)
    shown.push({ line, depth })
    lines.filter((l) => is_part(l) && l.included_in === line.line_no).forEach((l) => add(l, depth + 1))
  }
  lines.filter((l) => !is_part(l)).forEach((l) => add(l, 0))
  lines.forEach((l) => add(l, 0))
  return shown
}
