// What can be done with a run now and by this person, and where something cannot be done, why. Pure, so that every
// combination can be tested; the server decides again.

import type { RunState } from '@shared/api/types'
import type { Access } from './access'

export type RunAction = 'calculate' | 'recalculate' | 'submit' | 'send_back' | 'issue'
export interface Offer {
  action: RunAction
  enabled: boolean
  /** Text key of the reason where it is not enabled. */ why: string | null
}

export interface RunSituation {
  state: RunState
  access: Access
  is_submitter: boolean
  open_exceptions: number
  /** A job of this run is at work. */
  working: boolean
}

function offer(action: RunAction, ...obstacles: (string | false)[]): Offer {
  const why = obstacles.find((o): o is string => o !== false) ?? null
  return { action, enabled: why === null, why }
}

export function offers_of(run: RunSituation): Offer[] {
  const { access, state } = run
  const busy = run.working && 'why.working'
  switch (state) {
    case 'open':
      return access.start_run ? [offer('calculate', busy)] : []
    case 'calculating':
      // A run whose job died stands here with nobody at work: starting again resumes it.
      return access.start_run && !run.working ? [offer('calculate')] : []
    case 'calculated': {
      const found: Offer[] = []
      if (access.review_run) found.push(offer('submit', busy, run.open_exceptions > 0 && 'why.exceptions_open'))
      if (access.start_run) found.push(offer('recalculate', busy))
      return found
    }
    case 'submitted': {
      const found: Offer[] = []
      // The submitter sees the button, because what is missing is not a right but another person.
      if (access.issue_run || run.is_submitter)
        found.push(offer('issue', busy, run.is_submitter && 'why.second_person', !access.issue_run && 'why.no_right'))
      if (access.issue_run && !run.is_submitter) found.push(offer('send_back', busy))
      return found
    }
    case 'issuing':
      return access.issue_run && !run.working && !run.is_submitter ? [offer('issue')] : []
    case 'issued':
      return []
  }
}
