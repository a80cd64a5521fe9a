// Follows one job until it ends: by server-sent events, and by asking every second and a half where these don't come
// through. The browser itself resumes a broken stream with Last-Event-ID.

import type { Job } from './types'

export interface EventStream {
  addEventListener(type: string, listener: (event: MessageEvent) => void): void
  close(): void
  onerror: ((event: Event) => unknown) | null
}

export interface WatchMeans {
  open_stream(path: string): EventStream
  ask(job_id: string | number): Promise<Job>
  /** Returns what cancels it. */
  later(ms: number, what: () => void): () => void
}

const kPollMs = 1500
const kSilenceMs = 6000
const kErrorsBeforePolling = 2

export function is_over(job: Job): boolean {
  return job.state === 'done' || job.state === 'failed' || job.state === 'cancelled'
}

/** Calls `on_job` with every state seen, the final one included. Returns what stops the watching. */
export function watch_job(job_id: string | number, on_job: (job: Job) => void, means: WatchMeans): () => void {
  let stopped = false
  let stream: EventStream | null = null
  let cancel_timer = () => {}
  let errors = 0

  const stop = () => {
    stopped = true
    cancel_timer()
    stream?.close()
    stream = null
  }
  const take = (job: Job) => {
    if (stopped) return
    if (is_over(job)) stop()
    on_job(job)
  }
  const poll = () => {
    stream?.close()
    stream = null
    cancel_timer()
    means
      .ask(job_id)
      .then(take, () => {})
      .finally(() => {
        if (!stopped) cancel_timer = means.later(kPollMs, poll)
      })
  }
  const expect_news = () => {
    cancel_timer()
    cancel_timer = means.later(kSilenceMs, poll)
  }

  try {
    stream = means.open_stream(`/api/v1/jobs/${encodeURIComponent(String(job_id))}/events`)
    stream.addEventListener('progress', (event) => {
      errors = 0
      expect_news()
      take(JSON.parse(String(event.data)) as Job)
    })
    stream.onerror = () => {
      if (++errors >= kErrorsBeforePolling && !stopped) poll()
    }
    expect_news()
  } catch {
    poll()
  }
  return stop
}
