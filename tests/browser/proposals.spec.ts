// What takes a second person about receivables, from the account's page to the approval, and what somebody faster did.
import { ask, expect, expect_accessible, people, sign_in, test, type Page } from './harness'

interface Balance { late_charge: string; principal: string; receivables: { bill_no: string; late_charge: string }[] }
interface Proposal { proposal_id: number; kind: string; state: string; amount: string; account_no: string }
const newest = async (page: Page) => (await ask<{ items: Proposal[] }>(page, '/receivables/proposals?limit=1')).items[0]!

async function with_late_charges(page: Page, name: string): Promise<{ account_no: string; balance: Balance }> {
  const { items } = await ask<{ items: { account_no: string }[] }>(page, `/accounts?q=${encodeURIComponent(name)}`)
  for (const { account_no } of items) {
    const balance = await ask<Balance>(page, `/accounts/${account_no}/balance`)
    const { items: about } = await ask<{ items: Proposal[] }>(page, `/receivables/proposals?account_no=${account_no}`)
    if (Number(balance.late_charge) > 0 && about.length === 0) return { account_no, balance }
  }
  throw new Error('expected an account with late charges but found none')
}

test('a waiver is proposed at the account and approved by another person', async ({ page, browser }) => {
  await sign_in(page, people.accountant)
  const { account_no, balance } = await with_late_charges(page, '赵')
  await page.goto(`/accounts/${account_no}?section=money`)
  await page.getByRole('button', { name: '提出申请' }).click()
  await expect(page.locator('#proposal-kind')).toBeFocused()
  await expect(page.locator('#proposal-kind')).toHaveValue('waive_late')
  await page.getByRole('button', { name: '提交审批' }).click()
  await expect(page.getByText('请填写原因')).toBeVisible()
  await page.locator('dialog textarea').fill('抄表差错')
  await page.getByRole('button', { name: '提交审批' }).click()
  await expect(page.getByText('请至少选择一张电费单')).toBeVisible()
  await page.locator('dialog input[type=checkbox]').first().check()
  await expect_accessible(page)
  await page.getByRole('button', { name: '提交审批' }).click()
  await expect(page.getByText('违约金减免已提交，等待另一人审批。')).toBeVisible()
  const made = await newest(page)
  expect(made).toMatchObject({ kind: 'waive_late', state: 'proposed', account_no, amount: balance.receivables.find((b) => Number(b.late_charge) > 0)!.late_charge })
  await expect(page.getByRole('button', { name: /^同意/ })).toHaveCount(0)
  await expect(page.getByRole('button', { name: /^撤回/ })).toBeVisible()

  const second = await browser.newPage({ locale: 'zh-CN' })
  await sign_in(second, people.supervisor)
  await second.goto('/proposals?kind=waive_late')
  const row = second.getByRole('row', { name: account_no })
  await row.getByRole('button', { name: /详情/ }).click()
  await expect(second.getByText('抄表差错').first()).toBeVisible()
  await expect_accessible(second)
  await row.getByRole('button', { name: /^同意/ }).click()
  await expect(second.locator('dialog[open] button[type=submit]')).toBeFocused()
  await second.keyboard.press('Enter')
  await expect(second.getByText(/违约金减免已同意/)).toBeVisible()
  const after = await ask<Balance>(second, `/accounts/${account_no}/balance`)
  expect((Number(balance.late_charge) - Number(after.late_charge)).toFixed(2)).toBe(made.amount)
  await second.close()
})

test('instalments start with equal parts that make what is due', async ({ page }) => {
  await sign_in(page, people.accountant)
  const { account_no, balance } = await with_late_charges(page, '吴')
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

test('what somebody else decided meanwhile is shown, and nothing is done', async ({ page, browser }) => {
  await sign_in(page, people.supervisor)
  await page.goto('/proposals')
  const row = page.locator('tbody tr').filter({ hasText: '退预收' }).first()
  await row.getByRole('button', { name: /^不同意/ }).click()
  await page.locator('dialog textarea').fill('资料不全')

  const faster = await browser.newPage({ locale: 'zh-CN' })
  await sign_in(faster, people.accountant)
  await faster.goto('/proposals')
  await faster.locator('tbody tr').filter({ hasText: '退预收' }).first().getByRole('button', { name: /^同意/ }).click()
  await faster.keyboard.press('Enter')
  await expect(faster.getByText(/退预收已同意/)).toBeVisible()
  await faster.close()

  await page.locator('dialog[open] button[type=submit]').click()
  await expect(page.locator('dialog[open] .notice.danger')).toContainText('已被他人修改')
  await expect(page.locator('dialog[open] .notice.warning')).toContainText('已同意')
  await expect(page.locator('dialog[open] button[type=submit]')).toBeDisabled()
  await expect_accessible(page)
})

test('an account’s money, view by view', async ({ page }) => {
  await sign_in(page, people.accountant)
  const { account_no } = await with_late_charges(page, '陈')
  await page.goto(`/accounts/${account_no}?section=money`)
  for (const view of ['欠费', '缴费记录', '对账单', '审批与分期', '账务明细']) {
    await page.getByRole('link', { name: view, exact: true }).click()
    await expect(page.getByRole('link', { name: view, exact: true })).toHaveAttribute('aria-current', 'true')
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
    await expect(page.locator('main [role=alert] .strong')).toHaveCount(0)
    await expect_accessible(page)
  }
})
