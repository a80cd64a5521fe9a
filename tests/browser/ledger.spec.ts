// The ledger's months and vouchers, and what the home page tells about money.
import { ask, day_before, expect, expect_accessible, people, sign_in, some_account, tell, test } from './harness'

const kThisMonth = day_before(0).slice(0, 7)
interface Period { accounting_month: string; state: string }

test('a month closes, and opens again with a reason', async ({ page }) => {
  await sign_in(page, people.accountant)
  await page.goto('/ledger?section=periods')
  const month_of = async (state: string) => (await ask<{ items: Period[] }>(page, '/ledger/periods')).items.filter((p) => p.state === state)
  const open = (await month_of('open')).at(-1)!.accounting_month
  // A new county's first month is not over; the test below holds for it.
  if (open >= kThisMonth) return
  await expect_accessible(page)
  await page.getByRole('button', { name: /^关账/ }).click()
  await page.keyboard.press('Enter')
  await expect(page.locator('main .notice')).toContainText('已关账')
  expect((await month_of('closed'))[0]!.accounting_month).toBe(open)
  await page.getByRole('button', { name: /^重开/ }).click()
  await expect(page.locator('dialog[open] textarea')).toBeFocused()
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('dialog[open] .error')).toHaveText('请填写原因')
  await page.keyboard.type('补记一笔')
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('main .notice')).toContainText('已重开')
  expect((await month_of('open')).at(-1)!.accounting_month).toBe(open)
})

test('the present month stays open', async ({ page }) => {
  await sign_in(page, people.accountant)
  await page.goto('/ledger?section=periods')
  await expect(page.getByRole('row').filter({ has: page.locator(`a[href="/ledger?month=${kThisMonth}"]`) })).toContainText('未关账')
  await expect(page.getByRole('button', { name: `关账 ${kThisMonth.slice(0, 4)}年${Number(kThisMonth.slice(5))}月` })).toHaveCount(0)
  await expect_accessible(page)
})

test('the vouchers of a day balance and can be downloaded in both encodings', async ({ page }) => {
  await sign_in(page, people.accountant)
  await page.goto('/ledger?section=vouchers')
  await expect(page.locator('tfoot').first()).toBeVisible()
  for (const foot of await page.locator('tfoot').all()) {
    const [debit, credit] = await foot.locator('.number').allInnerTexts()
    expect(debit).toBe(credit)
  }
  await expect_accessible(page)
  for (const encoding of ['UTF-8', 'GB18030']) {
    const started = page.waitForEvent('download')
    await page.getByRole('link', { name: `下载凭证 ${encoding}` }).click()
    expect((await started).suggestedFilename()).toMatch(/^vouchers-\d{4}-\d{2}-\d{2}\.csv$/)
  }
})

test('the home page says what waits for whom', async ({ page, browser }) => {
  const asker = await browser.newPage({ locale: 'zh-CN', ignoreHTTPSErrors: true })
  await sign_in(asker, people.accountant)
  const { account_no } = await some_account(asker, '吴')
  await tell(asker, 'POST', '/receivables/proposals', { kind: 'receive_deposit', account_no, reason: '临时用电', amount: '80.00', into: 'bank' })
  await asker.close()
  await sign_in(page, people.second_accountant)
  const todo = page.locator('#money-todo + .todo')
  await expect_accessible(page)
  await todo.getByRole('link', { name: /账务事项等待您审批/ }).click()
  await expect(page).toHaveURL(/\/proposals$/)
})
