// What the home page asks its reader to do: from the month's state and the reader's rights, in the order of urgency.

import type { BillingMonth } from '@shared/api/types'
import type { Access } from './access'

export interface Todo {
  what: 'start' | 'missing' | 'exceptions' | 'submit' | 'approve' | 'wait_second_person' | 'wait_approval' | 'watch'
  count: number
  to: string
}

export function todo_of(month: BillingMonth, access: Access, is_submitter: boolean): Todo[] {
  const found: Todo[] = []
  const run = month.run
  const run_path = run ? `/runs/${run.run_id}` : '/runs'
  if (run && run.state === 'submitted') {
    if (access.issue_run && !is_submitter) found.push({ what: 'approve', count: run.bills, to: run_path })
    else if (is_submitter) found.push({ what: 'wait_second_person', count: run.bills, to: run_path })
    else if (access.review_run) found.push({ what: 'wait_approval', count: run.bills, to: run_path })
  }
  if (run && (run.state === 'calculating' || run.state === 'issuing') && access.billing) {
    found.push({ what: 'watch', count: run.shards.total - run.shards.done, to: run_path })
  }
  if (run && run.state === 'calculated' && access.review_run) {
    if (month.exceptions.open > 0) {
      found.push({ what: 'exceptions', count: month.exceptions.open, to: `${run_path}?section=exceptions` })
    } else {
      found.push({ what: 'submit', count: run.flagged, to: `${run_path}?section=review` })
    }
  }
  if ((!run || run.state === 'open') && access.start_run) {
    found.push({ what: 'start', count: month.readings.read, to: run_path })
  }
  const issued = run?.state === 'issued' || run?.state === 'issuing'
  if (access.readings && month.readings.missing > 0 && !issued) {
    found.push({ what: 'missing', count: month.readings.missing, to: `/reading-plans/${month.billing_month}` })
  }
  return found
}
