import { beforeEach, describe, expect, it } from 'vitest'
import { Client, query_text, type Surroundings } from './client'
import { IdempotencyKeys, type KeyShelf } from './idempotency'
import { Problem, Unanswered } from './problem'

class Shelf implements KeyShelf {
  readonly kept = new Map<string, string>()
  getItem(key: string) {
    return this.kept.get(key) ?? null
  }
  setItem(key: string, value: string) {
    this.kept.set(key, value)
  }
  removeItem(key: string) {
    this.kept.delete(key)
  }
}

type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'lost'
interface Sent {
  url: string
  method: string
  key: string | null
  csrf: string | null
  match: string | null
}

let shelf: Shelf
let sent: Sent[]
let asking: number[]

/** A client whose server gives `replies` in turn. */
function client_with(replies: Reply[], session_ended = async () => false): Client {
  let number = 0
  const around: Surroundings = {
    fetch: (async (url: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers)
      sent.push({
        url,
        method: init.method ?? 'GET',
        key: headers.get('Idempotency-Key'),
        csrf: headers.get('X-CSRF-Token'),
        match: headers.get('If-Match'),
      })
      const reply = replies.shift()
      if (reply === undefined) throw new Error('the test gave no further reply')
      if (reply === 'lost') throw new TypeError('Failed to fetch')
      return new Response(reply.body === undefined ? null : JSON.stringify(reply.body), {
        status: reply.status,
        headers: reply.headers,
      })
    }) as typeof fetch,
    keys: new IdempotencyKeys(shelf, () => `key-${++number}`),
    pause: async () => {},
  }
  const client = new Client(around)
  client.install({ session_ended, asking: (change) => asking.push(change), language: () => 'en' })
  return client
}

beforeEach(() => {
  shelf = new Shelf()
  sent = []
  asking = []
})

const issue = (client: Client) =>
  client.send('/billing/runs/7/issue', { method: 'POST', body: {}, action: 'runs.7.issue', if_match: '"3"' })

describe('a request that has an effect', () => {
  it('saves its key before it is sent and forgets it after a definite answer', async () => {
    let kept_when_sent = 0
    const client = client_with([{ status: 202, body: { job_id: 5 } }])
    const plain = (client as unknown as { around: Surroundings }).around.fetch
    ;(client as unknown as { around: Surroundings }).around.fetch = ((u: string, i: RequestInit) => {
      kept_when_sent = shelf.kept.size
      return plain(u, i)
    }) as typeof fetch
    await issue(client)
    expect(kept_when_sent).toBe(1)
    expect(shelf.kept.size).toBe(0)
    expect(sent[0]).toMatchObject({ key: 'key-1', match: '"3"' })
  })

  it('is asked for again with the same key when its answer is lost, and says so meanwhile', async () => {
    const answer = await issue(client_with(['lost', 'lost', { status: 202, body: { job_id: 5 } }]))
    expect(answer.data).toEqual({ job_id: 5 })
    expect(sent.map((s) => s.key)).toEqual(['key-1', 'key-1', 'key-1'])
    expect(asking).toEqual([1, -1])
  })

  it('waits while the server still works on the first one', async () => {
    await issue(
      client_with([
        { status: 409, body: { code: 'idempotency.in_flight' } },
        { status: 202, body: { job_id: 5 } },
      ]),
    )
    expect(sent.map((s) => s.key)).toEqual(['key-1', 'key-1'])
  })

  it('keeps its key over a server error, so that the user’s own repeat is safe', async () => {
    const client = client_with([
      { status: 503, body: { code: 'http.unavailable' } },
      { status: 202, body: { job_id: 5 } },
    ])
    await expect(issue(client)).rejects.toMatchObject({ status: 503 })
    await issue(client)
    expect(sent.map((s) => s.key)).toEqual(['key-1', 'key-1'])
  })

  it('takes a new key when the content is another one', async () => {
    const client = client_with([
      { status: 503, body: {} },
      { status: 200, body: {} },
    ])
    const decide = (note: string) => client.send('/x', { method: 'POST', body: { note }, action: 'x' })
    await expect(decide('first')).rejects.toBeInstanceOf(Problem)
    await decide('second')
    expect(sent.map((s) => s.key)).toEqual(['key-1', 'key-2'])
  })

  it('without a key is never repeated by itself', async () => {
    const put = client_with(['lost']).send('/users/1', { method: 'PUT', body: {} })
    await expect(put).rejects.toBeInstanceOf(Unanswered)
    expect(sent).toHaveLength(1)
  })
})

describe('a session that ends', () => {
  it('asks for the password and then does what was asked, with the same key', async () => {
    let asked = 0
    const client = client_with(
      [
        { status: 401, body: { code: 'security.no_session' } },
        { status: 202, body: { job_id: 5 } },
      ],
      async () => {
        asked++
        return true
      },
    )
    await issue(client)
    expect(asked).toBe(1)
    expect(sent.map((s) => s.key)).toEqual(['key-1', 'key-1'])
  })
  it('gives the problem when nobody signs in', async () => {
    await expect(issue(client_with([{ status: 401, body: { code: 'security.no_session' } }]))).rejects.toMatchObject({
      status: 401,
    })
  })
  it('is not what a wrong password at the sign-in means', async () => {
    let asked = 0
    const client = client_with([{ status: 401, body: { code: 'security.wrong_credentials' } }], async () => {
      asked++
      return true
    })
    await expect(client.send('/session', { method: 'POST', body: {}, anonymous: true })).rejects.toMatchObject({
      code: 'security.wrong_credentials',
    })
    expect(asked).toBe(0)
  })
})

it('fetches a new token once when another tab has changed it', async () => {
  const client = client_with([
    { status: 403, body: { code: 'security.csrf' } },
    { status: 200, body: { csrf_token: 'new' } },
    { status: 202, body: { job_id: 5 } },
  ])
  client.set_csrf_token('old')
  await issue(client)
  expect(sent.map((s) => s.csrf)).toEqual(['old', null, 'new'])
})

it('a problem names its fields and loses none of them', async () => {
  const errors = [
    { pointer: '/username', code: 'taken', detail: 'taken' },
    { pointer: '/roles/1', code: 'unknown', detail: 'no such role' },
  ]
  const failure = await client_with([{ status: 422, body: { code: 'request.invalid', detail: 'not valid', errors } }])
    .get('/x')
    .catch((e: unknown) => e)
  expect(failure).toBeInstanceOf(Problem)
  expect((failure as Problem).at('roles')?.detail).toBe('no such role')
  expect((failure as Problem).at('name')).toBeNull()
  expect((failure as Problem).beside(['roles']).map((e) => e.pointer)).toEqual(['/username'])
})

it('leaves empty filters out of the address', () => {
  expect(query_text({ q: '李 明', cursor: undefined, state: '', limit: 20 })).toBe('?q=%E6%9D%8E%20%E6%98%8E&limit=20')
  expect(query_text({})).toBe('')
})

it('a request whose answer never came is known after a reload, and given up only on purpose', async () => {
  const client = client_with([{ status: 500, body: { code: 'internal' } }])
  await expect(client.send('/receipts', { method: 'POST', body: { amount: '1.00' }, action: 'take' })).rejects.toThrow()
  const after_reload = client_with([])
  expect(after_reload.pending('take')).toEqual({ amount: '1.00' })
  after_reload.give_up('take')
  expect(after_reload.pending('take')).toBeNull()
})

it('a file goes as it is, and another one is another request', async () => {
  const client = client_with([{ status: 500, body: { code: 'internal' } }, { status: 202, body: { job_id: 1 } }])
  const send = (file: File) => client.send('/files', { method: 'POST', file, query: { day: '2026-11-23' }, action: 'load' })
  await expect(send(new File(['a'], 'a.txt', { lastModified: 1 }))).rejects.toThrow()
  await send(new File(['b'], 'b.txt', { lastModified: 2 }))
  expect(sent[0]!.url).toBe('/api/v1/files?day=2026-11-23')
  expect(sent[0]!.key).not.toBe(sent[1]!.key)
})
