// Every page, in both projects (Chinese light, English dark): it comes up, has one heading, and axe finds nothing serious.
import { ask, expect, expect_accessible, expect_good, people, sign_in, some_account, test } from './harness'

const kPages = ['/', '/search', '/runs', '/reading-plans/current', '/reading-routes', '/tariffs', '/ledger', '/jobs', '/password', '/no-such-page']
const kAdministration = ['/', '/users', '/audit', '/jobs']

test('the sign-in', async ({ page }) => {
  await page.goto('/sign-in')
  await expect_good(page)
})

test.describe('the administrator', () => {
  test.beforeEach(async ({ page }) => sign_in(page, people.administrator))

  for (const path of kAdministration) {
    test(path, async ({ page }) => {
      await page.goto(path)
      await expect_good(page)
    })
  }

  test('the command palette and a form', async ({ page }) => {
    await page.goto('/users')
    await page.locator('.head button').first().click()
    await expect(page.locator('#username-new')).toBeFocused()
    await expect_good(page)
    await page.keyboard.press('Control+k')
    await expect(page.locator('dialog[open] input')).toBeFocused()
    await expect_accessible(page)
  })
})

test.describe('the billing clerk', () => {
  test.beforeEach(async ({ page }) => sign_in(page, people.biller))

  for (const path of kPages) {
    test(path, async ({ page }) => {
      await page.goto(path)
      await expect_good(page)
    })
  }

  test('search results', async ({ page }) => {
    await page.goto(`/search?q=${encodeURIComponent('李')}`)
    await expect(page.locator('tbody a').first()).toBeVisible()
    await expect_good(page)
  })

  test('an account, section by section', async ({ page }) => {
    const { account_no } = await some_account(page)
    for (const section of ['overview', 'meters', 'readings', 'bills', 'money']) {
      await page.goto(`/accounts/${account_no}?section=${section}`)
      await expect(page.locator('.sections a.here').first()).toBeVisible()
      await expect_good(page)
    }
  })

  test('an organisation’s account', async ({ page }) => {
    const { account_no } = await some_account(page, '有限公司')
    await page.goto(`/accounts/${account_no}?section=meters`)
    await expect_good(page)
  })

  test('a chart has a table twin', async ({ page }) => {
    const { account_no } = await some_account(page)
    await page.goto(`/accounts/${account_no}`)
    await expect(page.locator('[role=img] svg')).toBeVisible()
    await page.locator('button[aria-pressed]').first().click()
    await expect(page.locator('tbody tr').nth(11)).toBeVisible()
  })

  test('a bill with its working open', async ({ page }) => {
    const { account_no } = await some_account(page)
    const bills = await ask<{ items: { bill_no: string | null }[] }>(page, `/accounts/${account_no}/bills`)
    await page.goto(`/bills/${bills.items.find((b) => b.bill_no)!.bill_no}`)
    await page.locator('button[aria-expanded]').first().click()
    await expect(page.locator('.working').first()).toBeVisible()
    await expect_good(page)
  })

  test('a run, section by section', async ({ page }) => {
    const { items } = await ask<{ items: { run_id: string }[] }>(page, '/billing/runs?limit=1')
    for (const section of ['overview', 'exceptions', 'review']) {
      await page.goto(`/runs/${items[0]!.run_id}?section=${section}`)
      await expect_good(page)
    }
  })

  test('a tariff', async ({ page }) => {
    const { items } = await ask<{ items: { code: string }[] }>(page, '/tariffs?limit=100')
    for (const { code } of items.slice(0, 3)) {
      await page.goto(`/tariffs/${code}`)
      await expect_good(page)
    }
  })

  test('what does not exist says so', async ({ page }) => {
    await page.goto('/accounts/0000000000')
    await expect(page.getByRole('alert')).toBeVisible()
    await expect(page.locator('main h1')).toHaveCount(1)
    await expect_accessible(page)
  })
})
