// Who is signed in. The server keeps the session; this is the page's copy of its answer.

import { computed, reactive } from 'vue'
import type { Session, SessionUser } from '@shared/api/types'
import { Problem } from '@shared/api/problem'
import { access_of } from './access'
import { load_preferences } from './preferences'
import { api, client } from './server'
import { clear_tabs } from './tabs'

interface State {
  user: SessionUser | null
  must_change_password: boolean
  known: boolean
}

export const session = reactive<State>({ user: null, must_change_password: false, known: false })
export const access = computed(() => access_of(session.user))

/** The password dialog over the page; `answer` ends the wait of every request that met the ended session. */
export const password_again = reactive<{ open: boolean; answer: ((signed_in: boolean) => void) | null }>({
  open: false,
  answer: null,
})

let waiting: Promise<boolean> | null = null

function take(answer: Session): void {
  client.set_csrf_token(answer.csrf_token)
  session.user = answer.user
  session.must_change_password = answer.must_change_password
  session.known = true
  load_preferences(answer.user.username)
}

/** Asks the server once whether a session is still there. */
export async function find_session(): Promise<void> {
  if (session.known) return
  try {
    take((await api.session()).data)
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem
    session.known = true
  }
}

export async function sign_in(username: string, password: string): Promise<void> {
  take((await api.sign_in(username, password)).data)
}

export function password_changed(): void {
  session.must_change_password = false
}

export async function sign_out(): Promise<void> {
  try {
    await api.sign_out()
  } finally {
    clear_tabs()
    session.user = null
    session.must_change_password = false
  }
}

/** All requests that meet an ended session wait for one dialog. */
export function ask_password_again(): Promise<boolean> {
  if (!session.user) return Promise.resolve(false)
  waiting ??= new Promise<boolean>((done) => {
    password_again.answer = (signed_in) => {
      waiting = null
      password_again.open = false
      password_again.answer = null
      done(signed_in)
    }
    password_again.open = true
  })
  return waiting
}
