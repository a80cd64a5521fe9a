// The next step of a disconnection and when the law allows it, as far as the case itself tells; what can be done now and
// by whom. For the eye: the server knows the rules and refuses what comes too early, saying when.

import type { Disconnection, SessionUser } from '@shared/api/types'
import { instant_text } from '@shared/ui/dates'
import { is_asker, type Access } from './access'

export type CaseStep =
  | 'approve'
  | 'notify'
  | 'notify_again'
  | 'execute'
  | 'check-payment'
  | 'release'
  | 'approve-release'
  | 'refuse-release'
  | 'reconnect'
  | 'cancel'

const kMinute = 60_000
const kDay = 24 * 60 * kMinute
const later = (instant: string, ms: number) => new Date(Date.parse(instant) + ms).toISOString().replace('.000Z', 'Z')

export interface NextStep {
  step: CaseStep
  /** Not before. */ from: string | null
  /** Not after. */ until: string | null
}
export function next_step_of(c: Disconnection): NextStep | null {
  switch (c.state) {
    case 'candidate':
      return { step: 'approve', from: null, until: null }
    case 'approved':
      return { step: 'notify', from: null, until: null }
    case 'noticed':
      return c.stop_at ? { step: 'notify_again', from: later(c.stop_at, -kDay), until: later(c.stop_at, -30 * kMinute) } : null
    case 'noticed_again': {
      const after_notice = c.noticed_again_at ? later(c.noticed_again_at, 30 * kMinute) : null
      const from = c.stop_at && after_notice ? (Date.parse(c.stop_at) > Date.parse(after_notice) ? c.stop_at : after_notice) : c.stop_at
      return { step: 'execute', from, until: c.noticed_at ? later(c.noticed_at, 7 * kDay) : null }
    }
    case 'disconnected':
      return { step: c.release_asked_at ? 'approve-release' : 'check-payment', from: null, until: null }
    case 'paid':
    case 'released':
      return { step: 'reconnect', from: null, until: c.reconnect_due_at }
    case 'reconnected':
    case 'cancelled':
      return null
  }
}

const takes_second_person = (step: CaseStep): boolean => step === 'approve' || step === 'approve-release'
/** Whether this person asked for what the step would grant. */
function is_own(c: Disconnection, step: CaseStep, user: Pick<SessionUser, 'user_id' | 'name'> | null): boolean {
  return step === 'approve'
    ? is_asker(user, { id: c.proposed_by_id, name: c.proposed_by ?? '' })
    : is_asker(user, { id: c.release_asked_by_id, name: c.release_asked_by ?? '' })
}
/** The steps whose reason stays in the history. */
export const needs_note = (step: CaseStep): boolean => step === 'cancel' || step === 'release' || step === 'refuse-release'

/** The steps this person may take now; the next one first. A wait that is not over shows the step all the same, disabled. */
export function case_steps(
  c: Disconnection,
  user: Pick<SessionUser, 'user_id' | 'name'> | null,
  access: Pick<Access, 'operate_dunning' | 'approve_dunning'>,
  now: string,
): { step: CaseStep; enabled: boolean }[] {
  const next = next_step_of(c)
  const steps: { step: CaseStep; enabled: boolean }[] = []
  if (next) {
    const may = takes_second_person(next.step) ? access.approve_dunning && !is_own(c, next.step, user) : access.operate_dunning
    const waits = next.from !== null && Date.parse(now) < Date.parse(next.from)
    if (may) steps.push({ step: next.step, enabled: !waits })
  }
  if (c.state === 'disconnected' && c.release_asked_at) {
    if (access.operate_dunning) steps.push({ step: 'check-payment', enabled: true })
    if (access.approve_dunning) steps.push({ step: 'refuse-release', enabled: true })
  } else if (c.state === 'disconnected' && access.operate_dunning) {
    steps.push({ step: 'release', enabled: true })
  }
  if (['candidate', 'approved', 'noticed', 'noticed_again'].includes(c.state) && access.operate_dunning) {
    steps.push({ step: 'cancel', enabled: true })
  }
  return steps
}

/** The address of a step: both notices are one. */
export const path_of = (step: CaseStep): string => (step === 'notify_again' ? 'notify' : step)

export const kCaseStates = ['candidate', 'approved', 'noticed', 'noticed_again', 'disconnected', 'paid', 'released', 'reconnected', 'cancelled'] as const

/** When the next step is possible, in words. */
export function when_of(c: Disconnection, t: (key: string, values: Record<string, string>) => string): string {
  const minute = (instant: string) => instant_text(instant).slice(0, 16)
  const next = next_step_of(c)
  if (next?.from && next.until) return t('dunning.between', { from: minute(next.from), until: minute(next.until) })
  if (next?.from) return t('dunning.not_before', { at: minute(next.from) })
  return next?.until ? t('dunning.not_after', { at: minute(next.until) }) : ''
}
