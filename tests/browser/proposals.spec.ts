// What takes a second person about receivables, from the account's page to the approval, and what somebody faster did.
import { ask, expect, expect_accessible, people, sign_in, test, type Page } from './harness'

interface Balance { principal: string; late_charge: string; deposit: string }
interface Proposal { proposal_id: number; kind: string; state: string; amount: string; account_no: string }
const newest = async (page: Page) => (await ask<{ items: Proposal[] }>(page, '/receivables/proposals?limit=1')).items[0]!

/** An account that owes something and about which nothing was proposed. */
async function debtor(page: Page, name: string): Promise<{ account_no: string; balance: Balance }> {
  const { items } = await ask<{ items: { account_no: string }[] }>(page, `/accounts?q=${encodeURIComponent(name)}`)
  for (const { account_no } of items) {
    const balance = await ask<Balance>(page, `/accounts/${account_no}/balance`)
    const { items: about } = await ask<{ items: Proposal[] }>(page, `/receivables/proposals?account_no=${account_no}`)
    if (Number(balance.principal) > 0 && about.length === 0) return { account_no, balance }
  }
  throw new Error(`expected an account of ${name} that owes something but found none`)
}

/** Proposes to take a deposit, at the account's page, without a mouse but for opening the dialog. */
async function propose_deposit(page: Page, account_no: string, amount: string): Promise<Proposal> {
  await page.goto(`/accounts/${account_no}?section=money`)
  await page.getByRole('button', { name: '提出申请' }).click()
  await expect(page.locator('#proposal-kind')).toBeFocused()
  await page.locator('#proposal-kind').selectOption('receive_deposit')
  await page.getByRole('button', { name: '提交审批' }).click()
  await expect(page.getByText('请填写原因')).toBeVisible()
  await page.locator('dialog textarea').fill('临时用电')
  await page.getByRole('button', { name: '提交审批' }).click()
  await expect(page.getByText('请输入大于零的金额')).toBeVisible()
  await page.locator('#proposal-amount').fill(amount)
  await expect_accessible(page)
  await page.getByRole('button', { name: '提交审批' }).click()
  await expect(page.getByText('收保证金已提交，等待另一人审批。')).toBeVisible()
  return newest(page)
}

test('a deposit is proposed at the account and approved by another person', async ({ page, browser }) => {
  await sign_in(page, people.accountant)
  const { account_no, balance } = await debtor(page, '赵')
  expect(await propose_deposit(page, account_no, '150')).toMatchObject({ kind: 'receive_deposit', state: 'proposed', account_no, amount: '150.00' })
  await expect(page.getByRole('button', { name: /^同意/ })).toHaveCount(0)
  await expect(page.getByRole('button', { name: /^撤回/ })).toBeVisible()

  const second = await browser.newPage({ locale: 'zh-CN', ignoreHTTPSErrors: true })
  await sign_in(second, people.second_accountant)
  await second.goto('/proposals?kind=receive_deposit')
  const row = second.getByRole('row', { name: account_no })
  await row.getByRole('button', { name: /详情/ }).click()
  await expect(second.getByText('临时用电').first()).toBeVisible()
  await expect_accessible(second)
  await row.getByRole('button', { name: /^同意/ }).click()
  await expect(second.locator('dialog[open] button[type=submit]')).toBeFocused()
  await second.keyboard.press('Enter')
  await expect(second.getByText(/收保证金已同意/)).toBeVisible()
  await second.close()
  const after = await ask<Balance>(page, `/accounts/${account_no}/balance`)
  expect((Number(after.deposit) - Number(balance.deposit)).toFixed(2)).toBe('150.00')
})

test('instalments start with equal parts that make what is due', async ({ page }) => {
  await sign_in(page, people.accountant)
  const { account_no, balance } = await debtor(page, '吴')
  await page.goto(`/accounts/${account_no}?section=money`)
  await page.getByRole('button', { name: '提出申请' }).click()
  await page.locator('#proposal-kind').selectOption('instalment_plan')
  await page.locator('#proposal-parts').fill('4')
  await expect(page.locator('.bill input[type=date]')).toHaveCount(4)
  const last = page.locator('.bill .amount-input input').last()
  const was = await last.inputValue()
  await last.fill('0.01')
  await expect(page.locator('dialog .warn')).toContainText('与欠费相差')
  await last.fill(was)
  await expect(page.locator('dialog .warn')).toHaveCount(0)
  await page.locator('dialog textarea').fill('家庭困难')
  await page.getByRole('button', { name: '提交审批' }).click()
  await expect(page.getByText('分期缴费已提交')).toBeVisible()
  expect((await newest(page)).amount).toBe((Number(balance.principal) + Number(balance.late_charge)).toFixed(2))
})

test('what somebody else did meanwhile is shown, and nothing is done', async ({ page, browser }) => {
  await sign_in(page, people.accountant)
  const { account_no } = await debtor(page, '周')
  await propose_deposit(page, account_no, '80.5')
  const second = await browser.newPage({ locale: 'zh-CN', ignoreHTTPSErrors: true })
  await sign_in(second, people.second_accountant)
  await second.goto('/proposals?kind=receive_deposit')
  await second.getByRole('row', { name: account_no }).getByRole('button', { name: /^同意/ }).click()
  await expect(second.locator('dialog[open] button[type=submit]')).toBeFocused()

  await page.getByRole('button', { name: /^撤回/ }).click()
  await page.keyboard.press('Enter')
  await expect(page.getByText(/收保证金已撤回/)).toBeVisible()

  await second.keyboard.press('Enter')
  await expect(second.locator('dialog[open] .notice.danger')).toContainText('已被他人修改')
  await expect(second.locator('dialog[open] .notice.warning')).toContainText('已撤回')
  await expect(second.locator('dialog[open] button[type=submit]')).toBeDisabled()
  await expect_accessible(second)
  await second.close()
  expect((await newest(page)).state).toBe('withdrawn')
})

test('an account’s money, view by view', async ({ page }) => {
  await sign_in(page, people.accountant)
  const { account_no } = await debtor(page, '陈')
  await page.goto(`/accounts/${account_no}?section=money`)
  for (const view of ['欠费', '缴费记录', '对账单', '审批与分期', '账务明细']) {
    await page.getByRole('link', { name: view, exact: true }).click()
    await expect(page.getByRole('link', { name: view, exact: true })).toHaveAttribute('aria-current', 'true')
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
    await expect(page.locator('main [role=alert] .strong')).toHaveCount(0)
    await expect_accessible(page)
  }
})
