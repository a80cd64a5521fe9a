// One month from start to issue, as the people live it: started, watched, exceptions decided, submitted, sent back,
// issued by another person. The tests go on from each other.
import { ask, expect, expect_accessible, people, sign_in, test, type Page } from './harness'

test.describe.configure({ mode: 'serial' })

interface Run { run_id: number | string; state: string; billing_month: string; exceptions: number }
const newest_run = async (page: Page) => (await ask<{ items: Run[] }>(page, '/billing/runs?limit=1')).items[0]!

/** Decides every open exception but `but_one` by the API: the page is tested with that one. */
async function decide_the_rest(page: Page, run: Run, but: number): Promise<void> {
  const session = await ask<{ csrf_token: string }>(page, '/session')
  for (;;) {
    const open = await ask<{ items: { exception_id: number }[]; has_more: boolean }>(page, `/billing/runs/${run.run_id}/exceptions?state=open&limit=100`)
    const now = open.has_more ? open.items : open.items.slice(but)
    for (const e of now) {
      const answer = await page.request.post(`/api/v1/billing/runs/${run.run_id}/exceptions/${e.exception_id}/resolution`, {
        data: { action: 'exclude', note: '现场核实，本月不计费' }, headers: { 'X-CSRF-Token': session.csrf_token, 'Idempotency-Key': crypto.randomUUID() } })
      expect(answer.ok(), await answer.text()).toBe(true)
    }
    if (!open.has_more) return
  }
}

async function accounts_to_decide(page: Page, run: Run): Promise<Set<string>> {
  const accounts = new Set<string>()
  for (let cursor = ''; ; ) {
    const open = await ask<{ items: { account_no: string }[]; next_cursor: string | null }>(page, `/billing/runs/${run.run_id}/exceptions?state=open&limit=100${cursor}`)
    for (const e of open.items) accounts.add(e.account_no)
    if (!open.next_cursor) return accounts
    cursor = `&cursor=${encodeURIComponent(open.next_cursor)}`
  }
}

async function decide_first(page: Page, note: string): Promise<void> {
  await page.locator('.decide-button').first().click()
  await page.locator('.decide input[type=text]').fill(note)
  await page.getByRole('button', { name: '保存处理结果' }).click()
}

test('a month is created, calculated and watched', async ({ page }) => {
  await sign_in(page, people.biller)
  await page.goto('/runs')
  await page.getByRole('button', { name: '创建并计算' }).click()
  await expect(page).toHaveURL(/\/runs\/\d+/)
  await expect(page.locator('h1')).toContainText('已计算', { timeout: 120_000 })
  await page.getByRole('link', { name: '概况' }).click()
  await expect(page.locator('.figure').first()).toBeVisible()
  expect((await newest_run(page)).state).toBe('calculated')
})

test('an exception needs a note, and its decision is shown', async ({ page }) => {
  await sign_in(page, people.biller)
  const run = await newest_run(page)
  await page.goto(`/runs/${run.run_id}?section=exceptions`)
  await expect(page.getByRole('button', { name: '提交审批' })).toBeDisabled()
  await expect(page.locator('#why-not')).toContainText('还有未处理的异常')
  await page.locator('.decide-button').first().click()
  await page.getByRole('button', { name: '保存处理结果' }).click()
  await expect(page.locator('.decide .error')).toHaveText('请填写处理说明')
  await page.locator('.decide input[type=text]').fill('用户自报，已核对')
  await page.getByRole('button', { name: '保存处理结果' }).click()
  await expect(page.locator('.filters span[role=status]')).toContainText('估算电量')
})

test('a session that ends asks for the password over the page and keeps the draft', async ({ page }) => {
  await sign_in(page, people.biller)
  const run = await newest_run(page)
  await page.goto(`/runs/${run.run_id}?section=exceptions`)
  await page.locator('.decide-button').first().click()
  await page.locator('.decide input[type=text]').fill('门闭，按历史估算')
  await page.context().clearCookies()
  await page.getByRole('button', { name: '保存处理结果' }).click()
  await expect(page.getByRole('heading', { name: '登录已过期' })).toBeVisible()
  await expect(page.locator('.decide input[type=text]')).toHaveValue('门闭，按历史估算')
  await page.keyboard.type(people.biller.password)
  await page.keyboard.press('Enter')
  await expect(page.locator('.filters span[role=status]')).toContainText('估算电量')
})

test('a lost answer is asked for again and the work is done once', async ({ page }) => {
  await sign_in(page, people.biller)
  const run = await newest_run(page)
  await page.goto(`/runs/${run.run_id}?section=exceptions`)
  const keys: string[] = []
  await page.route('**/resolution', async (route) => {
    keys.push(route.request().headers()['idempotency-key']!)
    if (keys.length > 1) return route.continue()
    // The server does the work; the answer never arrives.
    await route.fetch()
    await route.abort('connectionreset')
  })
  await decide_first(page, '表计故障，已报修')
  await expect(page.locator('.asking')).toBeVisible()
  await expect(page.locator('.filters span[role=status]')).toContainText('估算电量')
  await expect(page.locator('.asking')).toBeHidden()
  expect(keys).toHaveLength(2)
  expect(keys[1]).toBe(keys[0])
})

test('many are decided together, and what was decided can be decided again', async ({ page }) => {
  await sign_in(page, people.biller)
  const run = await newest_run(page)
  const open = await accounts_to_decide(page, run)
  await page.goto(`/runs/${run.run_id}?section=exceptions`)
  await page.getByRole('button', { name: '批量处理' }).click()
  const dialog = page.locator('dialog[open]')
  await expect(dialog.locator('[role=status]')).toContainText(`涉及 ${open.size} 户`)
  await dialog.getByRole('button', { name: '确定处理' }).click()
  await expect(dialog.locator('.error')).toHaveText('请填写处理说明')
  await dialog.getByText('本月不计费').first().click()
  await dialog.locator('input[type=text]').fill('月末统一处理')
  await expect_accessible(page)
  await dialog.getByRole('button', { name: '确定处理' }).click()
  await expect(page.locator('.filters span[role=status]')).toContainText('本月不计费')
  await expect(page.locator('h1')).toContainText('已计算', { timeout: 120_000 })
  await expect(page.getByText('没有待处理的异常')).toBeVisible()
  await expect(page.getByRole('button', { name: '批量处理' })).toBeHidden()

  await page.locator('.filters select').last().selectOption('resolved')
  await expect(page.locator('tbody')).toContainText('月末统一处理')
  await page.getByRole('button', { name: /^改判/ }).first().click()
  await page.locator('.decide input[type=text]').fill('复核后仍不计费')
  await page.getByRole('radio', { name: '本月不计费' }).check()
  await page.getByRole('button', { name: '保存处理结果' }).click()
  await expect(page.locator('tbody')).toContainText('复核后仍不计费')
})

test('what somebody else changed meanwhile is shown beside what was seen', async ({ page }) => {
  await sign_in(page, people.biller)
  const run = await newest_run(page)
  await decide_the_rest(page, run, 0)
  await page.goto(`/runs/${run.run_id}`)
  await page.route('**/submit', (route) => route.continue({ headers: { ...route.request().headers(), 'if-match': '"0"' } }))
  await page.getByRole('button', { name: '提交审批' }).click()
  await page.locator('dialog').getByRole('button', { name: '提交审批' }).click()
  await expect(page.getByText('该电费计算已被他人修改')).toBeVisible()
  await page.getByRole('button', { name: '显示最新内容' }).click()
  await expect(page.getByText('该电费计算已被他人修改')).toBeHidden()
})

test('who submits cannot issue and is told why', async ({ page }) => {
  await sign_in(page, people.biller)
  const run = await newest_run(page)
  await page.goto(`/runs/${run.run_id}`)
  await page.getByRole('button', { name: '提交审批' }).click()
  await page.locator('#ask-text').fill('异常已处理完毕')
  await page.locator('dialog').getByRole('button', { name: '提交审批' }).click()
  await expect(page.locator('h1')).toContainText('待审批')
  await expect(page.getByRole('button', { name: '审批发行' })).toBeDisabled()
  await expect(page.locator('#why-not')).toContainText('须由另一人审批发行')
})

test('the approver sends back with a reason; it is submitted again', async ({ page }) => {
  await sign_in(page, people.approver)
  await page.locator('.todo a').first().click()
  await expect(page).toHaveURL(/\/runs\/\d+/)
  await page.getByRole('button', { name: '退回' }).click()
  await page.locator('dialog').getByRole('button', { name: '退回' }).click()
  await expect(page.locator('#ask-error')).toHaveText('请填写退回原因')
  await page.locator('#ask-text').fill('请复核大工业户')
  await page.locator('dialog').getByRole('button', { name: '退回' }).click()
  await expect(page.locator('h1')).toContainText('已计算')
  const run = await newest_run(page)
  await sign_in_instead(page, people.biller)
  await page.goto(`/runs/${run.run_id}`)
  await page.getByRole('button', { name: '提交审批' }).click()
  await page.locator('dialog').getByRole('button', { name: '提交审批' }).click()
  await expect(page.locator('h1')).toContainText('待审批')
})

async function sign_in_instead(page: Page, who: { username: string; password: string }): Promise<void> {
  await page.context().clearCookies()
  await sign_in(page, who)
}

test('another person issues, and the ledger balances', async ({ page }) => {
  await sign_in(page, people.approver)
  const run = await newest_run(page)
  await page.goto(`/runs/${run.run_id}`)
  await page.getByRole('button', { name: '审批发行' }).click()
  await page.locator('dialog').getByRole('button', { name: '审批发行' }).click()
  await expect(page.locator('h1')).toContainText('已发行', { timeout: 120_000 })
  await page.goto('/ledger')
  await expect(page.getByText('借贷平衡')).toBeVisible()
})
