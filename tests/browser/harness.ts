// What every browser test needs: people who can sign in, a judge of accessibility, and the rule that a page may not
// throw or break the content security policy.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test as base, type Browser, type Page } from '../../terminals/node_modules/@playwright/test'

export { expect }
export type { Page }

export interface Person { username: string; password: string }

/** "name:password" from the environment, else the stand-in's people. */
function person(variable: string, username: string): Person {
  const text = process.env[variable] ?? `${username}:watthour-demo-1`
  const at = text.indexOf(':')
  return { username: text.slice(0, at), password: text.slice(at + 1) }
}
export const people = {
  administrator: person('WATTHOUR_ADMIN', 'admin'),
  biller: person('WATTHOUR_BILLER', 'biller'),
  approver: person('WATTHOUR_APPROVER', 'approver'),
  clerk: person('WATTHOUR_CLERK', 'clerk'),
  cashier: person('WATTHOUR_CASHIER', 'cashier'),
  supervisor: person('WATTHOUR_SUPERVISOR', 'supervisor'),
  accountant: person('WATTHOUR_ACCOUNTANT', 'accountant'),
  second_accountant: person('WATTHOUR_SECOND_ACCOUNTANT', 'approver2'),
  // In the stand-in the accountant does the clerk's and the collector's work too.
  channel_clerk: person('WATTHOUR_CHANNEL_CLERK', 'accountant'),
  collector: person('WATTHOUR_COLLECTOR', 'accountant'),
}

export const test = base.extend<{ page: Page }>({
  page: async ({ page }, use) => {
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(`thrown on ${page.url()}: ${error.message}`))
    page.on('console', (message) => {
      if (/Content Security Policy|\[Vue warn\]/i.test(message.text())) faults.push(message.text())
    })
    await use(page)
    expect(faults, 'errors thrown by the page').toEqual([])
  },
})

export async function sign_in(page: Page, who: Person): Promise<void> {
  await page.goto('/sign-in')
  await page.locator('#username').fill(who.username)
  await page.locator('#password').fill(who.password)
  await page.keyboard.press('Enter')
  await expect(page.locator('.shell')).toBeVisible()
}

/** Asks the API as the page's own user. */
export async function ask<T>(page: Page, path: string): Promise<T> {
  const response = await page.request.get(`/api/v1${path}`)
  expect(response.ok(), `${path} answers ${response.status()}`).toBe(true)
  return response.json()
}

let told = 0
/** Tells the API something as the page's own user, for what a test needs before it begins. */
export async function tell<T>(page: Page, method: 'POST' | 'PUT', path: string, data: unknown): Promise<T> {
  const { csrf_token } = await ask<{ csrf_token: string }>(page, '/session')
  const headers = { 'X-CSRF-Token': csrf_token, 'Idempotency-Key': `browser-test-${Date.now()}-${++told}` }
  const response = await page.request.fetch(`/api/v1${path}`, { method, data, headers })
  expect(response.ok(), `${path} answers ${response.status()}: ${await response.text()}`).toBe(true)
  return response.json()
}

/** The day so many days before today, in the utility's zone. */
export function day_before(days: number): string {
  return new Date(Date.now() + 8 * 3_600_000 - days * 86_400_000).toISOString().slice(0, 10)
}

/** A page of its own for a second person. */
export async function page_of(browser: Browser, who: Person): Promise<Page> {
  const page = await browser.newPage({ locale: 'zh-CN', ignoreHTTPSErrors: true })
  await sign_in(page, who)
  return page
}

interface Hit { account_no: string; name: string }
export async function some_account(page: Page, name_part = '李'): Promise<Hit> {
  const found = await ask<{ items: Hit[] }>(page, `/accounts?q=${encodeURIComponent(name_part)}`)
  expect(found.items.length, `an account whose name has ${name_part}`).toBeGreaterThan(0)
  return found.items[0]!
}

const axe = readFileSync(join(__dirname, '../../terminals/node_modules/axe-core/axe.min.js'), 'utf8')

/** Fails on what axe calls serious or critical. The page's policy forbids a script tag, so it goes in by the debugger. */
export async function expect_accessible(page: Page): Promise<void> {
  const debug = await page.context().newCDPSession(page)
  await debug.send('Runtime.evaluate', { expression: axe })
  const result = await debug.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).slice(0, 4).join(' | ')))`,
    awaitPromise: true,
    returnByValue: true,
  })
  await debug.detach()
  expect(result.result.value, `axe on ${page.url()}`).toEqual([])
}

/** The page came up: one heading, nothing that waits, nothing that failed, nothing serious for axe. */
export async function expect_good(page: Page): Promise<void> {
  await expect(page.locator('main h1')).toHaveCount(1)
  await expect(page.locator('main h1')).not.toBeEmpty()
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
  await expect(page.locator('main [role=alert] .strong')).toHaveCount(0)
  await expect_accessible(page)
}

/** A scanner's keys into the focused field, without a pause that a clock would show; the page only takes up each character. */
export async function scan(page: Page, code: string): Promise<void> {
  await page.evaluate(async (text) => {
    const target = document.activeElement as HTMLInputElement
    for (const key of text) {
      target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
      target.value += key
      target.dispatchEvent(new Event('input', { bubbles: true }))
      for (let i = 0; i < 20; ++i) await Promise.resolve()
    }
    target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true }))
  }, code)
}
