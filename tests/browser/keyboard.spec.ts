// The clerk's way without a mouse.
import { ask, expect, people, scan, sign_in, some_account, test, type Page } from './harness'

test.beforeEach(async ({ page }) => sign_in(page, people.biller))

/** Presses Tab until `what` has the focus. */
async function tab_to(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 80; ++i) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return
  }
  throw new Error(`expected ${selector} within 80 tabs but it never had the focus`)
}

test('search, account, bill, why', async ({ page }) => {
  const account = await some_account(page)
  await page.keyboard.press('/')
  await page.keyboard.type(account.account_no)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`/accounts/${account.account_no}`))
  await expect(page.getByRole('heading', { level: 1 })).toContainText(account.name)

  await tab_to(page, '.sections a')
  for (let i = 0; i < 3; ++i) await page.keyboard.press('ArrowRight')
  await expect(page).toHaveURL(/section=bills/)
  await expect(page.locator('tbody a').first()).toBeVisible()
  await tab_to(page, 'tbody a')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/bills\//)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('电费单')

  await tab_to(page, 'button[aria-label^="为什么"]')
  await page.keyboard.press('Enter')
  await expect(page.locator('.working').first()).toContainText('×')
  await expect(page.locator('.working').first()).toContainText('依据')
})

test('arrows choose among the suggestions', async ({ page }) => {
  await page.keyboard.press('/')
  await page.keyboard.type('李')
  await expect(page.locator('#search-hits li').nth(1)).toBeVisible()
  const second = await page.locator('#search-hits li .code').nth(1).innerText()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`/accounts/${second}`))
})

test('several results become a list that arrows go through', async ({ page }) => {
  await page.keyboard.press('/')
  await page.keyboard.type('李')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/search\?q=/)
  await expect(page.locator('tbody a').first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('tbody a').nth(1)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/accounts\/\d+/)
})

test('Ctrl-K goes to a page by its name', async ({ page }) => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('电价')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/tariffs$/)
})

test('a scan is understood wherever the focus is, and leaves nothing in the field', async ({ page }) => {
  const account = await some_account(page)
  const points = await ask<{ items: { installations: { asset_no: string; to: string | null }[] }[] }>(page, `/accounts/${account.account_no}/usage-points`)
  const asset_no = points.items.flatMap((p) => p.installations).find((i) => i.to === null)!.asset_no
  await page.goto('/reading-routes')
  const field = page.locator('#route-q')
  await field.fill('城关')
  await field.focus()
  await scan(page, asset_no)
  await expect(page).toHaveURL(new RegExp(`/accounts/${account.account_no}`))
  await page.goBack()
  await expect(field).toHaveValue('城关')
})

test('the Enter that ends an input method’s composition searches nothing', async ({ page }) => {
  await page.keyboard.press('/')
  await page.keyboard.type('li')
  await page.evaluate(() =>
    document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true } as KeyboardEventInit)))
  await expect(page).toHaveURL(/\/$/)
  await expect(page.locator('.search input')).toHaveValue('li')
})

test('a bill prints without the shell around it', async ({ page }) => {
  const account = await some_account(page)
  await page.goto(`/accounts/${account.account_no}?section=bills`)
  await page.locator('tbody a').first().click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('电费单')
  await page.emulateMedia({ media: 'print' })
  await expect(page.locator('.shell > header')).toBeHidden()
  await expect(page.locator('.side')).toBeHidden()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})
