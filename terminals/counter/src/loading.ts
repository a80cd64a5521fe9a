// Fetching for pages: one thing, or one page of a list, with its waiting and its failing.

import { computed, onActivated, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { Page } from '@shared/api/types'

export interface Loaded<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<unknown>
  loading: Ref<boolean>
  reload(): Promise<void>
}

let changed_at_ms = 0
/** Something was changed at the server: pages behind work tabs load again when they come back. */
export function note_change(): void {
  changed_at_ms = Date.now()
}

/** Loads at once and again whenever `depends` changes. An overtaken answer is dropped. `keep_old` leaves what is shown
 *  until the new answer is there (pages of a list); else nothing is shown under the wrong heading. */
export function use_load<T>(depends: () => unknown, fetch: () => Promise<T>, keep_old = false): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(false)
  let latest = 0
  let loaded_at_ms = 0

  async function reload(): Promise<void> {
    const mine = ++latest
    loading.value = true
    try {
      const answer = await fetch()
      if (mine !== latest) return
      data.value = answer
      error.value = null
      loaded_at_ms = Date.now()
    } catch (failure) {
      if (mine === latest) error.value = failure
    } finally {
      if (mine === latest) loading.value = false
    }
  }

  watch(depends, () => {
    if (!keep_old) data.value = null
    void reload()
  })
  void reload()
  // A page that comes back from a work tab shows what is true now, while its old content stays visible.
  onActivated(() => {
    if (loaded_at_ms > 0 && (Date.now() - loaded_at_ms > 15_000 || changed_at_ms >= loaded_at_ms)) void reload()
  })
  return { data, error, loading, reload }
}

export interface Listed<P extends Page<object>> {
  page: ShallowRef<P | null>
  rows: ComputedRef<P['items']>
  error: ShallowRef<unknown>
  loading: Ref<boolean>
  limit: Ref<number>
  page_number: Ref<number>
  has_more: Ref<boolean>
  next(): void
  previous(): void
  reload(): Promise<void>
}

/** A list by cursors: forward by the server's cursor, back by the ones remembered. A changed filter starts at the first page. */
export function use_list<P extends Page<object>>(
  depends: () => unknown,
  fetch: (paging: { limit: number; cursor?: string }) => Promise<P>,
  first_limit = 20,
): Listed<P> {
  const limit = ref(first_limit)
  const cursors = ref<string[]>([])
  const loaded = use_load(
    () => [cursors.value, limit.value],
    () => fetch({ limit: limit.value, cursor: cursors.value.at(-1) }),
    true,
  )
  watch(
    [depends, limit],
    () => {
      cursors.value = []
    },
    { flush: 'sync' },
  )
  const rows = computed<P['items']>(() => loaded.data.value?.items ?? [])
  const has_more = computed(() => Boolean(loaded.data.value?.has_more && loaded.data.value?.next_cursor))
  return {
    page: loaded.data,
    rows,
    error: loaded.error,
    loading: loaded.loading,
    limit,
    page_number: computed(() => cursors.value.length + 1),
    has_more,
    next() {
      if (has_more.value) cursors.value = [...cursors.value, loaded.data.value!.next_cursor!]
    },
    previous() {
      cursors.value = cursors.value.slice(0, -1)
    },
    reload: loaded.reload,
  }
}
