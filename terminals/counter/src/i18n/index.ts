// The two languages. Only the one in use is loaded.

import { Problem } from '@shared/api/problem'
import { createI18n, useI18n } from 'vue-i18n'
import { watch } from 'vue'
import { preferences, type Language } from '../preferences'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as string,
  fallbackLocale: false,
  messages: {},
  missingWarn: false,
  fallbackWarn: false,
})

async function load(language: Language): Promise<void> {
  if (!i18n.global.availableLocales.includes(language)) {
    const messages = language === 'en' ? (await import('./en')).en : (await import('./zh')).zh
    i18n.global.setLocaleMessage(language, messages)
  }
  i18n.global.locale.value = language
}

export async function start_i18n(): Promise<void> {
  await load(preferences.language)
  watch(() => preferences.language, load)
}

/** A server's code as a key: its dots would lead down the tree of texts. */
const key_of = (group: string, value: string | number) => `${group}.${String(value).replaceAll('.', '_')}`

/** Texts plus what pages need beside them. */
export function use_text() {
  const { t, te, locale } = useI18n()

  /** The name of a server's code; the code itself where none is known. */
  const code = (group: string, value: string | number | null | undefined): string => {
    if (value === null || value === undefined || value === '') return ''
    const key = key_of(group, value)
    return te(key) ? t(key) : String(value)
  }

  /** One of the two names that things have. */
  const pick = (of: { name: string; name_en?: string | null }): string =>
    locale.value === 'en' && of.name_en ? of.name_en : of.name

  /** The server explains in English, with a stable code that has a Chinese text here. */
  const explained = (problem: { code: string; detail: string }): string =>
    te(key_of('problem', problem.code)) ? t(key_of('problem', problem.code)) : problem.detail || problem.code

  /** What stands beside one field of a form, or undefined. */
  const field_error = (problem: Problem, field: string): string | undefined => {
    const found = problem.at(field)
    return found ? explained(found) : undefined
  }

  /** The whole of a failure, but for what is `shown` beside fields. */
  const failed = (failure: unknown, shown: string[] = []): string => {
    if (!(failure instanceof Problem)) return t('state.unanswered')
    const rest = failure.beside(shown)
    if (failure.errors.length === 0) return explained({ code: failure.code, detail: failure.detail || failure.title })
    return rest.map((e) => `${e.pointer.replace(/^\//, '')}: ${explained(e)}`).join(' ')
  }

  return { t, te, code, pick, explained, failed, field_error, language: locale }
}
