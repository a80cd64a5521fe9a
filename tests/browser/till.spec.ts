// The till without a mouse: from the search to the receipt, what may not happen twice, reversals, and the end of a session.
import { ask, expect, expect_accessible, people, scan, sign_in, test, type Page } from './harness'

test.describe.configure({ mode: 'serial' })
interface Due { account_no: string; name: string; due: string; suggested: string; bills: { bill_no: string }[] }
interface Receipt { receipt_no: string; total: string; state: string; change: string | null; lines: { account_no: string; amount: string }[] }
const receipts_of = async (page: Page, account_no: string) =>
  (await ask<{ items: Receipt[] }>(page, `/cashier/receipts?account_no=${account_no}`)).items

/** Accounts that owe something and have not paid at this till yet. */
async function debtors(page: Page, count: number): Promise<Due[]> {
  const found: Due[] = []
  for (const name of ['李', '王', '张', '刘', '陈']) {
    const { items } = await ask<{ items: { account_no: string }[] }>(page, `/accounts?q=${encodeURIComponent(name)}`)
    for (const { account_no } of items) {
      const due = await ask<{ items: Due[] }>(page, `/cashier/due?account_no=${account_no}`)
      if (Number(due.items[0]!.due) > 0 && (await receipts_of(page, account_no)).length === 0) found.push(due.items[0]!)
      if (found.length === count) return found
    }
  }
  throw new Error(`expected ${count} accounts that owe something but found ${found.length}`)
}

async function at_the_till(page: Page): Promise<void> {
  await sign_in(page, people.cashier)
  await page.goto('/cashier')
  const float = page.locator('#float')
  await expect(float.or(page.locator('#till-search'))).toBeFocused()
  if (await float.isVisible()) {
    await page.keyboard.type('500')
    await page.keyboard.press('Enter')
  }
  await expect(page.locator('#till-search')).toBeFocused()
}

test('a session opens with its float', async ({ page }) => {
  await sign_in(page, people.cashier)
  await page.goto('/cashier')
  await expect(page.locator('#float')).toBeFocused()
  await page.keyboard.type('5.123')
  await page.keyboard.press('Enter')
  await expect(page.locator('#float-error')).toContainText('两位小数')
  await page.locator('#float').fill('500')
  await expect_accessible(page)
  await page.keyboard.press('Enter')
  await expect(page.locator('.bar')).toContainText('500.00')
  await expect(page.locator('#till-search')).toBeFocused()
})

test('search, Enter, amount, Enter, cash, Enter: a receipt with its change', async ({ page }) => {
  await at_the_till(page)
  const [debtor] = await debtors(page, 1)
  await page.keyboard.type(debtor!.account_no)
  await page.keyboard.press('Enter')
  const amount = page.locator(`#amount-${debtor!.account_no}`)
  await expect(amount).toBeFocused()
  await expect(amount).toHaveValue(debtor!.suggested)
  await expect(page.locator('.bills tbody tr')).toHaveCount(debtor!.bills.length)
  await page.keyboard.press('Enter')
  await expect(page.locator('#tendered')).toBeFocused()
  await page.keyboard.type('5000')
  await expect(page.locator('.change .value')).not.toHaveText('0.00')
  const shown = await page.locator('.change .value').innerText()
  await page.keyboard.press('Enter')
  await expect(page.locator('.done')).toContainText(shown)
  await expect(page.locator('button.print')).toBeFocused()
  const [receipt] = await receipts_of(page, debtor!.account_no)
  expect(receipt!.total).toBe(debtor!.suggested)
  expect(receipt!.change).toBe(shown.replaceAll(',', ''))
  await expect(page.locator('.done')).toContainText(receipt!.receipt_no)
  await expect_accessible(page)

  const opened = page.waitForEvent('popup')
  await page.keyboard.press('Enter')
  await opened
  await expect(page.getByText('1 次', { exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.locator('#till-search')).toBeFocused()
})

test('three strokes from the found account to the receipt when the cash is exact', async ({ page }) => {
  await at_the_till(page)
  const [debtor] = await debtors(page, 1)
  await page.keyboard.type(debtor!.account_no)
  await page.keyboard.press('Enter')
  await expect(page.locator(`#amount-${debtor!.account_no}`)).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await expect(page.locator('.done')).toBeVisible()
  expect(await receipts_of(page, debtor!.account_no)).toHaveLength(1)
})

test('several accounts by card in one payment, and Escape goes back step by step', async ({ page }) => {
  await at_the_till(page)
  const [first, second] = await debtors(page, 2)
  await page.keyboard.type(first!.account_no)
  await page.keyboard.press('Enter')
  await expect(page.locator(`#amount-${first!.account_no}`)).toBeFocused()
  await page.keyboard.press('F8')
  await page.keyboard.type(second!.account_no)
  await page.keyboard.press('Enter')
  await expect(page.locator(`#amount-${second!.account_no}`)).toBeFocused()
  await page.keyboard.press('F4')
  await page.keyboard.press('Enter')
  await expect(page.locator('#reference')).toBeFocused()
  for (const id of [`#amount-${second!.account_no}`, `#amount-${first!.account_no}`, '#till-search']) {
    await page.keyboard.press('Escape')
    await expect(page.locator(id)).toBeFocused()
  }
  await page.keyboard.press('F9')
  await expect(page.locator('#reference')).toBeFocused()
  await expect(page.locator('#reference-error')).not.toBeEmpty()
  // The slip's number stays, the scanner's Enter takes nothing.
  await scan(page, 'SLIP-42')
  await expect(page.locator('#reference')).toHaveValue('SLIP-42')
  await expect(page.locator('#reference')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('.done')).toBeVisible()
  const [receipt] = await receipts_of(page, first!.account_no)
  expect(receipt!.lines.map((l) => l.account_no)).toEqual([first!.account_no, second!.account_no])
})

test('what is wrong with an amount is said at the amount, and nothing is taken', async ({ page }) => {
  await at_the_till(page)
  const [debtor] = await debtors(page, 1)
  await page.keyboard.type(debtor!.account_no)
  await page.keyboard.press('Enter')
  const amount = page.locator(`#amount-${debtor!.account_no}`)
  await expect(amount).toBeFocused()
  await page.keyboard.type('12.345')
  await page.keyboard.press('F9')
  await expect(amount).toBeFocused()
  await expect(amount).toHaveValue('12.345')
  await expect(page.locator('.amount .error')).toBeVisible()
  await amount.fill('50')
  await page.keyboard.press('Enter')
  await page.keyboard.type('20')
  await page.keyboard.press('Enter')
  await expect(page.locator('#tendered-note')).toContainText('少于')
  expect(await receipts_of(page, debtor!.account_no)).toHaveLength(0)
})

test('two Enters at once take one payment', async ({ page }) => {
  await at_the_till(page)
  const [debtor] = await debtors(page, 1)
  let sent = 0
  await page.route('**/api/v1/cashier/receipts', async (route) => {
    if (route.request().method() === 'POST') ++sent
    await route.continue()
  })
  await page.keyboard.type(debtor!.account_no)
  await page.keyboard.press('Enter')
  await expect(page.locator(`#amount-${debtor!.account_no}`)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('#tendered')).toBeFocused()
  await page.evaluate(() => {
    for (let i = 0; i < 2; ++i) {
      document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
      window.dispatchEvent(new KeyboardEvent('keydown', { key: 'F9', cancelable: true }))
    }
  })
  await expect(page.locator('.done')).toBeVisible()
  expect(sent).toBe(1)
  expect(await receipts_of(page, debtor!.account_no)).toHaveLength(1)
})

test('a lost answer is asked for again with the same key', async ({ page }) => {
  await at_the_till(page)
  const [debtor] = await debtors(page, 1)
  const keys: string[] = []
  let lose = 2
  await page.route('**/api/v1/cashier/receipts', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    keys.push(route.request().headers()['idempotency-key']!)
    // The server has done it; only the answer is gone.
    const answer = await route.fetch()
    if (lose-- > 0) return route.abort()
    await route.fulfill({ response: answer })
  })
  await page.keyboard.type(debtor!.account_no)
  await page.keyboard.press('Enter')
  await expect(page.locator(`#amount-${debtor!.account_no}`)).toBeFocused()
  await page.keyboard.press('F9')
  await expect(page.locator('.panel .notice')).toContainText('没有收到答复')
  await expect(page.locator('button.take')).toBeDisabled()
  await page.keyboard.press('F9')
  await expect(page.locator('.done')).toBeVisible()
  expect(keys.length).toBe(3)
  expect(new Set(keys).size).toBe(1)
  expect(await receipts_of(page, debtor!.account_no)).toHaveLength(1)
})

test('a page that went away while it waited asks before anything is taken again', async ({ page }) => {
  await at_the_till(page)
  const [debtor] = await debtors(page, 1)
  await page.route('**/api/v1/cashier/receipts', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    await route.fetch()
    await route.abort()
  })
  await page.keyboard.type(debtor!.account_no)
  await page.keyboard.press('Enter')
  await expect(page.locator(`#amount-${debtor!.account_no}`)).toBeFocused()
  await page.keyboard.press('F9')
  await expect(page.locator('.panel .notice')).toBeVisible()
  await page.unroute('**/api/v1/cashier/receipts')
  await page.reload()
  await expect(page.getByText('有一笔收款没有得到答复')).toBeVisible()
  await expect_accessible(page)
  await page.getByRole('button', { name: '再次查询' }).click()
  await expect(page.locator('.done')).toBeVisible()
  expect(await receipts_of(page, debtor!.account_no)).toHaveLength(1)
})

test('a scan falls onto the till, wherever the focus is', async ({ page }) => {
  await at_the_till(page)
  const [first, second] = await debtors(page, 2)
  await page.keyboard.type(first!.account_no)
  await page.keyboard.press('Enter')
  const amount = page.locator(`#amount-${first!.account_no}`)
  await expect(amount).toBeFocused()
  await scan(page, second!.account_no)
  await expect(page.locator(`#amount-${second!.account_no}`)).toBeFocused()
  await expect(amount).toHaveValue(first!.suggested)
  await expect(page).toHaveURL(/\/cashier$/)
})

test('a small receipt of the own session is reversed at once, with a reason', async ({ page }) => {
  await at_the_till(page)
  const [debtor] = await debtors(page, 1)
  await page.keyboard.type(debtor!.account_no)
  await page.keyboard.press('Enter')
  await expect(page.locator(`#amount-${debtor!.account_no}`)).toBeFocused()
  await page.keyboard.press('F9')
  await expect(page.locator('.done')).toBeVisible()
  const [receipt] = await receipts_of(page, debtor!.account_no)
  await page.goto(`/cashier/receipts/${receipt!.receipt_no}`)
  await page.getByRole('button', { name: '冲正', exact: true }).click()
  await expect(page.locator('dialog[open] textarea')).toBeFocused()
  await page.getByRole('dialog').getByRole('button', { name: '冲正', exact: true }).click()
  await expect(page.locator('dialog[open] .error')).toHaveText('请填写原因')
  await page.keyboard.type('户号选错')
  await expect_accessible(page)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('原因：户号选错')).toBeVisible()
  expect((await receipts_of(page, debtor!.account_no))[0]!.state).toBe('reversed')
  const due = await ask<{ items: Due[] }>(page, `/cashier/due?account_no=${debtor!.account_no}`)
  expect(due.items[0]!.due).toBe(debtor!.due)
})

test('a receipt above the limit needs a second person', async ({ page, browser }) => {
  await at_the_till(page)
  const { settings } = await ask<{ settings: { reversal_limit: string } }>(page, '/cashier/session')
  const [debtor] = await debtors(page, 1)
  await page.keyboard.type(debtor!.account_no)
  await page.keyboard.press('Enter')
  await expect(page.locator(`#amount-${debtor!.account_no}`)).toBeFocused()
  await page.locator(`#amount-${debtor!.account_no}`).fill((Number(settings.reversal_limit) + 1).toFixed(2))
  await page.keyboard.press('F9')
  await expect(page.locator('.done')).toBeVisible()
  const other = (await receipts_of(page, debtor!.account_no))[0]!
  await page.goto(`/cashier/receipts/${other.receipt_no}`)
  await page.getByRole('button', { name: '申请冲正' }).click()
  await page.keyboard.type('客户撤销')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('须由另一人审批后生效')).toBeVisible()
  await page.goto('/cashier/approvals')
  await expect(page.getByRole('row', { name: other.receipt_no })).toBeVisible()
  await expect(page.getByRole('button', { name: /同意冲正/ })).toHaveCount(0)

  const second = await browser.newPage({ locale: 'zh-CN', ignoreHTTPSErrors: true })
  await sign_in(second, people.supervisor)
  await expect(second.locator('#money-todo + .todo').getByRole('link', { name: /冲正申请等待您审批/ })).toBeVisible()
  await second.goto('/cashier/approvals')
  await expect_accessible(second)
  await second.getByRole('button', { name: `同意冲正 ${other.receipt_no}` }).click()
  await second.getByRole('dialog').getByRole('button', { name: '同意冲正' }).click()
  await expect(second.getByText(`收据 ${other.receipt_no} 已冲正`)).toBeVisible()
  expect((await ask<Receipt>(second, `/cashier/receipts/${other.receipt_no}`)).state).toBe('reversed')
  await second.close()
})

test('a day does not close over an open session', async ({ page }) => {
  await sign_in(page, people.supervisor)
  await page.goto('/cashier/day')
  await expect(page.locator('.figure').first()).toBeVisible()
  await page.locator('select').first().selectOption({ index: 1 })
  await expect(page.getByText('没有结账')).toBeVisible()
  await expect(page.getByRole('button', { name: '营业厅日结' })).toBeDisabled()
  await expect_accessible(page)
})

test('a session closes by counting down the column; a difference wants a note', async ({ page }) => {
  await sign_in(page, people.cashier)
  const { session } = await ask<{ session: { session_id: number; expected: Record<string, string> } }>(page, '/cashier/session')
  await page.goto('/cashier/close')
  await expect(page.locator('.counts input').first()).toBeFocused()
  const fen = Math.round(Number(session.expected.cash) * 100) - 10
  let left = fen
  for (const piece of [10000, 5000, 2000, 1000, 500, 100, 50, 10]) {
    await page.keyboard.type(String(Math.floor(left / piece)))
    left %= piece
    await page.keyboard.press('Enter')
  }
  for (const method of ['card', 'cheque', 'qr']) {
    // As slow as a person: six characters at a machine's speed are a scan.
    await page.keyboard.type(session.expected[method]!, { delay: 50 })
    await page.keyboard.press('Enter')
  }
  const difference = (fen - left - Math.round(Number(session.expected.cash) * 100)) / 100
  await expect(page.locator('.difference .value')).toHaveText(difference.toFixed(2))
  await expect(page.locator('#close-note')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('#close-note-error')).toContainText('请说明原因')
  await page.keyboard.type('找零时多付')
  await expect_accessible(page)
  await page.keyboard.press('Enter')
  await expect(page.locator('dialog[open] button[type=submit]')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByText('已结账。')).toBeVisible()
  const closed = await ask<{ state: string; difference: string }>(page, `/cashier/sessions/${session.session_id}`)
  expect(closed).toMatchObject({ state: 'closed', difference: difference.toFixed(2) })

  await page.getByRole('button', { name: /^解款/ }).first().click()
  await expect(page.locator('#deposit-bank_account')).toBeFocused()
  await page.keyboard.type('622202100')
  await page.locator('#deposit-slip_no').fill('JZ-1')
  await page.locator('#deposit-amount').fill('100')
  await page.keyboard.press('Enter')
  await expect(page.getByText('解款 100.00 元已登记')).toBeVisible()
})
