import { describe, expect, it } from 'vitest'
import { watch_job, type EventStream, type WatchMeans } from './job_watch'
import type { Job } from './types'

const job = (state: Job['state'], done: number): Job => ({
  job_id: 5,
  kind: 'billing.calculate',
  state,
  progress: { done, total: 10, unit: 'accounts' },
  message: null,
  started_at: null,
  finished_at: null,
  rate_per_s: null,
  error: null,
})

class Stream implements EventStream {
  listener: ((event: MessageEvent) => void) | null = null
  onerror: ((event: Event) => unknown) | null = null
  closed = false
  addEventListener(_type: string, listener: (event: MessageEvent) => void) {
    this.listener = listener
  }
  close() {
    this.closed = true
  }
  say(value: Job) {
    this.listener!({ data: JSON.stringify(value) } as MessageEvent)
  }
  fail() {
    this.onerror?.(new Event('error'))
  }
}

function means(stream: Stream | null, answers: Job[] = []) {
  const timers: (() => void)[] = []
  const made: WatchMeans = {
    open_stream: () => {
      if (!stream) throw new Error('no event streams here')
      return stream
    },
    ask: async () => answers.shift()!,
    later: (_ms, what) => {
      timers.push(what)
      return () => {
        const at = timers.indexOf(what)
        if (at >= 0) timers.splice(at, 1)
      }
    },
  }
  const settle = async () => {
    for (let i = 0; i < 4; ++i) await Promise.resolve()
  }
  return {
    made,
    timers,
    settle,
    tick: async () => {
      timers.shift()?.()
      await settle()
    },
  }
}

describe('watching a job', () => {
  it('follows the stream and closes it at the end', () => {
    const stream = new Stream(),
      seen: string[] = []
    watch_job(5, (j) => seen.push(`${j.state} ${j.progress!.done}`), means(stream).made)
    stream.say(job('running', 4))
    stream.say(job('done', 10))
    expect(seen).toEqual(['running 4', 'done 10'])
    expect(stream.closed).toBe(true)
  })
  it('asks instead when there are no streams', async () => {
    const seen: string[] = [],
      m = means(null, [job('running', 4), job('done', 10)])
    watch_job(5, (j) => seen.push(j.state), m.made)
    await m.settle()
    await m.tick()
    expect(seen).toEqual(['running', 'done'])
    expect(m.timers).toHaveLength(0)
  })
  it('asks instead after the stream has broken twice', async () => {
    const stream = new Stream(),
      seen: string[] = [],
      m = means(stream, [job('done', 10)])
    watch_job(5, (j) => seen.push(j.state), m.made)
    stream.fail()
    expect(stream.closed).toBe(false)
    stream.fail()
    await m.settle()
    expect(stream.closed).toBe(true)
    expect(seen).toEqual(['done'])
  })
  it('tells nothing after it was stopped', () => {
    const stream = new Stream(),
      seen: string[] = []
    const stop = watch_job(5, (j) => seen.push(j.state), means(stream).made)
    stop()
    stream.say(job('running', 4))
    expect(seen).toEqual([])
  })
})
