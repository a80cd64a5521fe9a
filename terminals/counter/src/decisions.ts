// What may be decided about exceptions, and how many accounts a decision for many of them will reach. Pure, so that it
// can be tested; the server decides again.

import type { Page, Resolution, RunException } from '@shared/api/types'

export interface Draft {
  action: Resolution
  note: string
}

const kResolutions: Resolution[] = ['estimate', 'accept', 'exclude']

/** What was read cannot be accepted where it makes no bill. */
export function resolutions_of(exception: Pick<RunException, 'severity'>): Resolution[] {
  return exception.severity === 'blocking' ? kResolutions.filter((r) => r !== 'accept') : kResolutions
}
/** For many at once all three are offered: the server leaves open those that one of them does not fit. */
export const resolutions_of_many = (): Resolution[] => kResolutions

/** Where deciding begins: with what was decided before, else with an estimate. */
export function first_draft(exception: Pick<RunException, 'severity' | 'resolution'>): Draft {
  const before = resolutions_of(exception).find((r) => r === exception.resolution)
  return { action: before ?? 'estimate', note: '' }
}

export interface Reach {
  accounts: number
  /** There are more: counting stopped, as the list is long. */
  at_least: boolean
}

/** Counts the accounts behind the open exceptions, page by page: an account may have several. After `most_pages` it stops. */
export async function count_accounts(
  fetch: (cursor: string | undefined) => Promise<Page<Pick<RunException, 'account_no'>>>,
  most_pages = 10,
): Promise<Reach> {
  const accounts = new Set<string>()
  let cursor: string | undefined
  for (let pages = 0; pages < most_pages; ++pages) {
    const page = await fetch(cursor)
    for (const item of page.items) accounts.add(item.account_no)
    if (!page.has_more || !page.next_cursor) return { accounts: accounts.size, at_least: false }
    cursor = page.next_cursor
  }
  return { accounts: accounts.size, at_least: true }
}
