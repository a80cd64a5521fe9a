// Counting at the end of a session: pieces to cash, and what differs from what should be there. For the eye only; the
// server counts again from the pieces.

import type { ByMethod, PayMethod, SessionCount } from '@shared/api/types'
import { difference, product, sign, sum } from '@shared/ui/decimal'
import { money_of, pieces_of } from '@shared/ui/money_input'
import { kMethods } from './till'

/** Notes and coins in use, largest first. */
export const kDenominations = ['100.00', '50.00', '20.00', '10.00', '5.00', '1.00', '0.50', '0.10']
export const kCounted: PayMethod[] = kMethods.filter((m) => m !== 'cash')

export interface CountDraft {
  /** By denomination, as typed. */
  pieces: Record<string, string>
  /** By method but cash, as typed. */
  others: Record<string, string>
  note: string
}
export const new_draft = (): CountDraft => ({ pieces: {}, others: {}, note: '' })

export function worth(denomination: string, pieces: string): string | null {
  const count = pieces_of(pieces)
  return count === null ? null : product(denomination, count)
}
export function cash_of(draft: CountDraft): string | null {
  const parts = kDenominations.map((d) => worth(d, draft.pieces[d] ?? ''))
  return parts.includes(null) ? null : sum(parts as string[])
}
/** An empty field counts as nothing there. */
export function counted_of(draft: CountDraft, method: PayMethod): string | null {
  if (method === 'cash') return cash_of(draft)
  const typed = draft.others[method] ?? ''
  return typed.trim() === '' ? '0.00' : money_of(typed)
}

export interface CountLine {
  method: PayMethod
  expected: string
  counted: string | null
  difference: string | null
}
export function count_lines(draft: CountDraft, expected: ByMethod): CountLine[] {
  return kMethods.map((method) => {
    const counted = counted_of(draft, method)
    return { method, expected: expected[method], counted, difference: counted === null ? null : difference(counted, expected[method]) }
  })
}
/** Over and short in different methods do not make up for each other: each of them wants its note. */
export const differs = (lines: CountLine[]) => lines.some((l) => l.difference !== null && sign(l.difference) !== 0)
export function total_difference(lines: CountLine[]): string | null {
  const all = lines.map((l) => l.difference)
  return all.includes(null) ? null : sum(all as string[])
}

/** What is sent, or null while a field is no number. Denominations without a piece are left out. */
export function count_of(draft: CountDraft): SessionCount | null {
  const cash = []
  for (const denomination of kDenominations) {
    const count = pieces_of(draft.pieces[denomination] ?? '')
    if (count === null) return null
    if (count > 0) cash.push({ denomination, count })
  }
  const [card, cheque, qr] = [counted_of(draft, 'card'), counted_of(draft, 'cheque'), counted_of(draft, 'qr')]
  if (card === null || cheque === null || qr === null) return null
  const note = draft.note.trim()
  return { cash, card, cheque, qr, ...(note ? { note } : {}) }
}
