// What a request can end with besides an answer: a problem the server states (RFC 9457), or no answer at all. The two
// are different types because they ask for different things: a problem is read and corrected, a lost answer is asked
// for again with the same key.

export interface FieldProblem {
  pointer: string
  code: string
  detail: string
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldProblem[] = [],
    readonly request_id: string | null = null,
  ) {
    super(detail || title || code)
    this.name = 'Problem'
  }

  /** The problem of one form field, or null. A pointer may be deeper than the field: "/roles/2" belongs to "roles". */
  at(field: string): FieldProblem | null {
    return this.errors.find((e) => e.pointer === `/${field}` || e.pointer.startsWith(`/${field}/`)) ?? null
  }

  /** Problems that no given field shows, so that none is ever swallowed. */
  beside(fields: string[]): FieldProblem[] {
    return this.errors.filter((e) => !fields.some((f) => e.pointer === `/${f}` || e.pointer.startsWith(`/${f}/`)))
  }
}

/** The request left, and no answer came: whether it had an effect is unknown. */
export class Unanswered extends Error {
  constructor(readonly cause_text: string) {
    super(cause_text)
    this.name = 'Unanswered'
  }
}

/** Reads a problem from an answer. A proxy may answer with HTML; then the status alone has to do. */
export async function problem_from(response: Response): Promise<Problem> {
  let body: Record<string, unknown> = {}
  try {
    const parsed: unknown = await response.json()
    if (parsed !== null && typeof parsed === 'object') body = parsed as Record<string, unknown>
  } catch {
    // Not JSON: the status line is all there is.
  }
  const text = (key: string, otherwise: string) => (typeof body[key] === 'string' ? (body[key] as string) : otherwise)
  const errors = Array.isArray(body.errors) ? (body.errors as FieldProblem[]) : []
  return new Problem(
    response.status,
    text('code', `http.${response.status}`),
    text('title', response.statusText),
    text('detail', ''),
    errors,
    text('request_id', '') || response.headers.get('X-Request-Id'),
  )
}
