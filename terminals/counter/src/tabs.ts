// Work tabs: the accounts, bills and runs someone has open, so that a clerk interrupted by a question finds the way
// back. They live as long as the browser tab.

import { reactive, watch } from 'vue'

export interface WorkTab {
  path: string
  title: string
  /** Where in the page the user was, e.g. "?section=bills". */ query: string
}

const kShelf = 'watthour.tabs'
const kMost = 12

function saved(): WorkTab[] {
  try {
    const tabs = JSON.parse(sessionStorage.getItem(kShelf) ?? '[]')
    return Array.isArray(tabs) ? tabs : []
  } catch {
    return []
  }
}

export const tabs = reactive<WorkTab[]>(saved())

watch(tabs, () => sessionStorage.setItem(kShelf, JSON.stringify(tabs)))

export function open_tab(path: string, title: string, query = ''): void {
  const found = tabs.find((t) => t.path === path)
  if (found) {
    found.title = title
    found.query = query
    return
  }
  tabs.push({ path, title, query })
  // The one opened first goes, as nobody finds a tab among more.
  if (tabs.length > kMost) tabs.shift()
}

/** Removes a tab and names the path to show when it was the current one. */
export function close_tab(path: string): string {
  const at = tabs.findIndex((t) => t.path === path)
  if (at >= 0) tabs.splice(at, 1)
  const next = tabs[Math.min(Math.max(at, 0), tabs.length - 1)]
  return next ? next.path + next.query : '/'
}

export function clear_tabs(): void {
  tabs.splice(0)
}
