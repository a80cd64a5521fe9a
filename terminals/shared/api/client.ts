// The one door to the server. It adds what every request needs (CSRF token, idempotency key, If-Match), turns answers
// that are not successes into Problem, asks for the password over the page when the session has ended, and keeps asking
// with the same key when the answer to a keyed request is lost. It knows no page and no component: the terminal
// installs hooks.

import { IdempotencyKeys, is_definite, is_in_flight } from './idempotency'
import { Problem, Unanswered, problem_from } from './problem'

export type Query = Record<string, string | number | boolean | null | undefined>

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  query?: Query
  body?: unknown
  /** Sent as it is instead of `body`. */ file?: File
  /** Names what is being done, e.g. "run.7.issue"; makes the request safe to repeat. */
  action?: string
  if_match?: string | null
  signal?: AbortSignal
  /** The sign-in itself: 401 means wrong password, not an ended session. */
  anonymous?: boolean
}

export interface Answer<T> {
  data: T
  etag: string | null
  status: number
}

export interface Hooks {
  /** Asks for the password over the page. Resolves true once signed in again as the same person. */
  session_ended(): Promise<boolean>
  /** +1 when an answer is lost and is being asked for again, -1 when that ends. */
  asking(change: 1 | -1): void
  language(): string
  /** Something was changed: what other pages show may be old. */
  changed?(): void
}

export interface Surroundings {
  fetch: typeof fetch
  keys: IdempotencyKeys
  pause(ms: number): Promise<void>
}

const kBase = '/api/v1'
const kLongestPauseMs = 10_000

export class Client {
  private csrf_token = ''
  private hooks: Hooks = { session_ended: async () => false, asking: () => {}, language: () => 'zh-CN' }

  constructor(private readonly around: Surroundings) {}

  install(hooks: Hooks): void {
    this.hooks = hooks
  }
  set_csrf_token(token: string): void {
    this.csrf_token = token
  }

  async get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return (await this.send<T>(path, { query, signal })).data
  }

  async send<T>(path: string, request: Request = {}): Promise<Answer<T>> {
    const body = request.file ?? (request.body === undefined ? undefined : JSON.stringify(request.body))
    // A file is told from another one by its name and when it was written; the server compares what is in it.
    const told = body instanceof Blob ? `${request.file!.name} ${body.size} ${request.file!.lastModified}` : (body ?? '')
    const content = `${request.method ?? 'GET'} ${path}${query_text(request.query)} ${told}`
    const key = request.action ? this.around.keys.take(request.action, content) : null
    let asking = false
    try {
      for (let attempt = 0; ; ++attempt) {
        let problem: Problem
        try {
          const response = await this.once(path, request, body, key)
          if (response.ok) {
            if (key) this.around.keys.settle(request.action!, key)
            if ((request.method ?? 'GET') !== 'GET') this.hooks.changed?.()
            const data = response.status === 204 ? undefined : await response.json()
            return { data: data as T, etag: response.headers.get('ETag'), status: response.status }
          }
          problem = await problem_from(response)
        } catch (lost) {
          if (request.signal?.aborted) throw lost
          // Without a key a repeat could do the work twice, so only the user may repeat it.
          if (!key) throw new Unanswered(String(lost))
          if (!asking) {
            asking = true
            this.hooks.asking(1)
          }
          await this.around.pause(Math.min(kLongestPauseMs, 1000 * 2 ** Math.min(attempt, 4)))
          continue
        }
        if (problem.status === 401 && !request.anonymous) {
          if (await this.hooks.session_ended()) continue
          throw problem
        }
        if (problem.status === 403 && problem.code.includes('csrf') && attempt === 0 && (await this.renew_token())) continue
        if (key && is_in_flight(problem.status, problem.code)) {
          if (!asking) {
            asking = true
            this.hooks.asking(1)
          }
          await this.around.pause(1000)
          continue
        }
        if (key && is_definite(problem.status, problem.code)) this.around.keys.settle(request.action!, key)
        throw problem
      }
    } finally {
      if (asking) this.hooks.asking(-1)
    }
  }

  /** The body of a request with this action whose answer never came before the page went away; null when there is none. */
  pending<T>(action: string): T | null {
    const content = this.around.keys.pending(action)
    if (content === null) return null
    // "POST /path {body}": the body is what follows the second space.
    const body = content.split(' ').slice(2).join(' ')
    try {
      return JSON.parse(body) as T
    } catch {
      return null
    }
  }

  give_up(action: string): void {
    this.around.keys.drop(action)
  }

  private once(path: string, request: Request, body: string | Blob | undefined, key: string | null): Promise<Response> {
    const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': this.hooks.language() }
    const method = request.method ?? 'GET'
    if (body !== undefined) headers['Content-Type'] = body instanceof Blob ? 'application/octet-stream' : 'application/json'
    if (method !== 'GET' && this.csrf_token) headers['X-CSRF-Token'] = this.csrf_token
    if (key) headers['Idempotency-Key'] = key
    if (request.if_match) headers['If-Match'] = request.if_match
    return this.around.fetch(kBase + path + query_text(request.query), {
      method,
      headers,
      body,
      signal: request.signal,
      credentials: 'same-origin',
      cache: 'no-store',
    })
  }

  /** Another tab may have signed in meanwhile and changed the token. */
  private async renew_token(): Promise<boolean> {
    const response = await this.around.fetch(`${kBase}/session`, { credentials: 'same-origin', cache: 'no-store' })
    if (!response.ok) return false
    this.csrf_token = ((await response.json()) as { csrf_token: string }).csrf_token
    return true
  }
}

/** "?a=1&b=2", leaving out what is empty; "" when nothing is left. */
export function query_text(query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, v]) => v !== undefined && v !== null && v !== '')
  if (pairs.length === 0) return ''
  return '?' + pairs.map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(String(v))}`).join('&')
}

function random_key(): string {
  // randomUUID exists only in a secure context; getRandomValues exists everywhere.
  if (crypto.randomUUID) return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The client of a browser page. */
export function browser_client(): Client {
  return new Client({
    fetch: (input, init) => window.fetch(input, init),
    keys: new IdempotencyKeys(window.sessionStorage, random_key),
    pause: (ms) => new Promise((done) => setTimeout(done, ms)),
  })
}
