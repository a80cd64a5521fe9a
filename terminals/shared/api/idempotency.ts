// Keys that make a repeated POST harmless. A key is written down before its request is sent, so that a reload, a crash
// of the tab or a lost answer leads to the same key and the server gives its first answer again instead of doing the
// work twice. A definite answer, good or bad, ends the key.

export interface KeyShelf {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

interface Entry {
  key: string
  content: string
}

const kPrefix = 'watthour.pending.'

export class IdempotencyKeys {
  constructor(
    private readonly shelf: KeyShelf,
    private readonly new_key: () => string,
  ) {}

  /** The key for `action` with this content: the saved one when the same thing is being repeated, else a new one. */
  take(action: string, content: string): string {
    const saved = this.read(action)
    if (saved && saved.content === content) return saved.key
    const entry: Entry = { key: this.new_key(), content }
    this.shelf.setItem(kPrefix + action, JSON.stringify(entry))
    return entry.key
  }

  /** Called on a definite answer: the next request for this action is another one. */
  settle(action: string, key: string): void {
    if (this.read(action)?.key === key) this.shelf.removeItem(kPrefix + action)
  }

  /** What was sent for `action` and never answered, e.g. because the page was reloaded while it waited. */
  pending(action: string): string | null {
    return this.read(action)?.content ?? null
  }

  /** Gives up what was never answered: its key is not used again. Only a person may decide that. */
  drop(action: string): void {
    this.shelf.removeItem(kPrefix + action)
  }

  private read(action: string): Entry | null {
    const text = this.shelf.getItem(kPrefix + action)
    if (text === null) return null
    try {
      const entry = JSON.parse(text) as Partial<Entry>
      return typeof entry.key === 'string' && typeof entry.content === 'string' ? (entry as Entry) : null
    } catch {
      return null
    }
  }
}

/** Whether an answer settles what happened. 5xx does not: the work may have been done before the server stumbled. */
export function is_definite(status: number, code: string): boolean {
  if (status >= 500 || status === 401 || status === 408 || status === 429) return false
  return !is_in_flight(status, code)
}

/** The server is still working on the first request with this key. */
export function is_in_flight(status: number, code: string): boolean {
  return (status === 409 || status === 503) && code.includes('in_flight')
}
