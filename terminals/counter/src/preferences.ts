// Language and brightness, kept per user in the browser: they are habits of a person, and losing them costs nothing.

import { reactive, watch } from 'vue'

export type Language = 'zh-CN' | 'en'
export type Brightness = 'light' | 'dark' | 'system'

export const preferences = reactive<{ language: Language; brightness: Brightness; dark: boolean }>({
  language: 'zh-CN',
  brightness: 'system',
  dark: false,
})

const kPrefix = 'watthour.preferences.'
let owner = ''

const system_dark = window.matchMedia('(prefers-color-scheme: dark)')

function apply(): void {
  preferences.dark = preferences.brightness === 'dark' || (preferences.brightness === 'system' && system_dark.matches)
  document.documentElement.classList.toggle('dark', preferences.dark)
  document.documentElement.lang = preferences.language
}

function guess_language(): Language {
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

/** `username` "" is the sign-in page: what was used last on this terminal. */
export function load_preferences(username: string): void {
  owner = username
  let saved: Partial<typeof preferences> = {}
  try {
    saved = JSON.parse(localStorage.getItem(kPrefix + username) ?? localStorage.getItem(kPrefix) ?? '{}')
  } catch {
    // Unreadable preferences are as good as none.
  }
  preferences.language = saved.language === 'en' || saved.language === 'zh-CN' ? saved.language : guess_language()
  preferences.brightness = saved.brightness === 'dark' || saved.brightness === 'light' ? saved.brightness : 'system'
  apply()
}

export function watch_preferences(): void {
  system_dark.addEventListener('change', apply)
  watch(
    () => [preferences.language, preferences.brightness],
    () => {
      apply()
      const text = JSON.stringify({ language: preferences.language, brightness: preferences.brightness })
      localStorage.setItem(kPrefix + owner, text)
      localStorage.setItem(kPrefix, text)
    },
  )
}
