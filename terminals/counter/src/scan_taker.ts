// Where a scan goes: usually to the account it names; while the till is in front, onto the till.

import { onActivated, onBeforeUnmount, onDeactivated } from 'vue'

type Taker = (text: string) => void
let taker: Taker | null = null

/** While this page is in front, scans are given to `take` instead of opening an account. */
export function use_scans(take: Taker): void {
  const put_down = () => {
    if (taker === take) taker = null
  }
  onActivated(() => {
    taker = take
  })
  onDeactivated(put_down)
  onBeforeUnmount(put_down)
}

/** Gives a scan to the page in front; false when no page wants it. */
export function scan_taken(text: string): boolean {
  taker?.(text)
  return taker !== null
}
