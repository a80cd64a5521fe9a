// Rules of dunning as they are typed. Pure; what fits together is the server's to judge.

import type { DunningAction, DunningRule } from '@shared/api/types'
import { money_of } from '@shared/ui/money_input'

export const kCategories = ['residential', 'shared', 'agriculture', 'general', 'large_industry', 'photovoltaic', 'other'] as const
export const kDunningActions: DunningAction[] = ['sms', 'letter', 'disconnection']

export interface RuleDraft {
  category: string
  step: string
  days_after_due: string
  minimum: string
  action: DunningAction
}

export const draft_of = (rules: DunningRule[]): RuleDraft[] =>
  rules.map((r) => ({ category: r.category, step: String(r.step), days_after_due: String(r.days_after_due), minimum: r.minimum, action: r.action }))

/** A row after the last one: the same category, one step and one week later. */
export function next_row(rows: RuleDraft[]): RuleDraft {
  const last = rows.at(-1)
  if (!last) return { category: 'other', step: '1', days_after_due: '1', minimum: '1.00', action: 'sms' }
  const after = (text: string, more: number) => (/^\d{1,4}$/.test(text) ? String(Number(text) + more) : '')
  return { ...last, step: after(last.step, 1), days_after_due: after(last.days_after_due, 7) }
}

/** The rules, or null and where something is wrong: "2/minimum" is the third row's amount. */
export function rules_of(rows: RuleDraft[]): { rules: DunningRule[] | null; wrong: Record<string, 'number' | 'amount' | 'none'> } {
  const wrong: Record<string, 'number' | 'amount' | 'none'> = {}
  const whole = (text: string, place: string): number => {
    if (!/^\d{1,4}$/.test(text.trim()) || Number(text) < 1) wrong[place] = 'number'
    return Number(text)
  }
  const rules = rows.map((row, i) => {
    const minimum = money_of(row.minimum)
    if (minimum === null) wrong[`${i}/minimum`] = 'amount'
    return {
      category: row.category,
      step: whole(row.step, `${i}/step`),
      days_after_due: whole(row.days_after_due, `${i}/days_after_due`),
      action: row.action,
      minimum: minimum ?? '',
    }
  })
  if (rows.length === 0) wrong.rules = 'none'
  return { rules: Object.keys(wrong).length ? null : rules, wrong }
}
