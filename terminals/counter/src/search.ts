// Finding an account by any of its keys: account number, name, pinyin initials, phone, barcode, address.

import type { Router } from 'vue-router'
import { api } from './server'

/** The server's minimum: two characters, or one Chinese one. */
export function is_searchable(text: string): boolean {
  const query = text.trim()
  return query.length >= 2 || /^\p{Script=Han}$/u.test(query)
}

/** Opens the account when exactly one is meant, the result list otherwise. */
export async function find_and_open(text: string, router: Router): Promise<void> {
  const query = text.trim()
  if (!is_searchable(query)) return
  try {
    const found = await api.search(query)
    if (found.items.length === 1) {
      await router.push(`/accounts/${found.items[0]!.account_no}`)
      return
    }
  } catch {
    // The list page asks again and shows what is wrong.
  }
  await router.push({ path: '/search', query: { q: query } })
}

/** The row that an arrow key leads to, −1 being the field itself; at either end it goes round. */
export function moved(at: number, count: number, key: string): number {
  if (count === 0) return -1
  switch (key) {
    case 'ArrowDown':
      return at + 1 >= count ? -1 : at + 1
    case 'ArrowUp':
      return at === -1 ? count - 1 : at - 1
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return at
  }
}
