// A place in the organisation or the network comes as its name or as an object with one.

export function name_of(value: string | { name?: string | null; code?: string | null } | null | undefined): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : (value.name ?? value.code ?? '')
}

/** "code name" where there is a code. */
export function code_and_name(value: string | { name?: string | null; code?: string | null } | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  return [value.code, value.name].filter(Boolean).join(' ')
}
