// What a form shows beside its fields when the server refuses.

import { ref, type Ref } from 'vue'
import { Problem } from '@shared/api/problem'
import { use_text } from './i18n'
import { with_field } from './problem_field'

export interface FieldErrors {
  errors: Ref<Record<string, string | undefined>>
  /** Takes over what was found before sending; true where nothing was. */
  check(found: Record<string, string | undefined>): boolean
  /** Sends, and shows what is refused beside its field; throws it on for the dialog, which shows the rest. */
  send<T>(what: () => Promise<T>): Promise<T>
}

export function use_field_errors(fields: string[], field_of: Record<string, string> = {}): FieldErrors {
  const { field_error } = use_text()
  const errors = ref<Record<string, string | undefined>>({})
  return {
    errors,
    check(found) {
      errors.value = found
      return !Object.values(found).some(Boolean)
    },
    async send(what) {
      try {
        return await what()
      } catch (failure) {
        if (!(failure instanceof Problem)) throw failure
        const told = with_field(failure, field_of)
        errors.value = Object.fromEntries(fields.map((f) => [f, field_error(told, f)]))
        throw told
      }
    },
  }
}
