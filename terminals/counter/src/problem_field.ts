// Some refusals are about one field without saying so: their code tells which.

import { Problem } from '@shared/api/problem'

/** The same problem, about the field that its code belongs to. Pure. */
export function with_field(problem: Problem, field_of: Record<string, string>): Problem {
  const field = field_of[problem.code]
  if (!field || problem.errors.length > 0) return problem
  const errors = [{ pointer: `/${field}`, code: problem.code, detail: problem.detail }]
  return new Problem(problem.status, problem.code, problem.title, problem.detail, errors, problem.request_id)
}
