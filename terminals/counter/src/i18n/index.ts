// The two languages. Only the one in use is loaded.

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

/** Texts plus what pages need beside them: a code's name (the code itself where none is known) and one of two names. */
export function use_text() {
  const { t, te, locale } = useI18n()
  const code = (group: string, value: string | number | null | undefined): string => {
    if (value === null || value === undefined || value === '') return ''
    const key = `${group}.${value}`
    return te(key) ? t(key) : String(value)
  }
  const pick = (of: { name: string; name_en?: string | null }): string =>
    locale.value === 'en' && of.name_en ? of.name_en : of.name
  return { t, te, code, pick, language: locale }
}
