// The page's one client, and what it may ask of the page: language, the password again, and the note that an answer is
// being asked for.

import { reactive } from 'vue'
import { calls } from '@shared/api/calls'
import { browser_client } from '@shared/api/client'
import { watch_job as watch_job_by, type EventStream } from '@shared/api/job_watch'
import type { Job } from '@shared/api/types'

export const client = browser_client()
export const api = calls(client)

/** How many lost answers are being asked for at this moment. */
export const asking = reactive({ count: 0 })

/** See job_watch.ts. */
export function watch_job(job_id: string | number, on_job: (job: Job) => void): () => void {
  return watch_job_by(job_id, on_job, {
    open_stream: (path) => new EventSource(path) as unknown as EventStream,
    ask: api.job,
    later: (ms, what) => {
      const timer = window.setTimeout(what, ms)
      return () => window.clearTimeout(timer)
    },
  })
}
