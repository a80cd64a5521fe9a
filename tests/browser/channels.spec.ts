// Payment channels and dunning: what does not agree is settled by two people, a file is loaded once, the law's waits are shown.
import { ask, day_before, expect, expect_accessible, expect_good, page_of, people, sign_in, tell, test } from './harness'

test.describe.configure({ mode: 'serial' })
interface Day { items: { difference_id: number; serial_no: string; kind: string; state: string; how: string | null }[] }
const kGiven = Boolean(process.env.WATTHOUR_URL)
const kDate = day_before(3)

// A new county has no channel yet; the stand-in has this one.
test.beforeAll(async ({ browser }) => {
  if (!kGiven) return
  const page = await page_of(browser, people.accountant)
  const { items } = await ask<{ items: { code: string }[] }>(page, '/channels')
  if (!items.some((c) => c.code === 'POST')) await tell(page, 'PUT', '/channels/POST', { name: '邮政储蓄代收', kind: 'post', profile: { transport: 'none' } })
  await page.close()
})

test('a file is loaded and compared; one that cannot be read changes nothing', async ({ page }) => {
  await sign_in(page, people.channel_clerk)
  const { items } = await ask<{ items: { account_no: string }[] }>(page, `/accounts?q=${encodeURIComponent('李')}`)
  await page.goto('/channels/POST?section=days')
  await expect(page.locator('main [aria-busy=false]')).toBeVisible()
  const before = await page.locator('tbody a').count()
  await page.getByRole('button', { name: '装入并对账' }).click()
  await expect(page.locator('#channel-file-error')).toHaveText('请选择文件')
  await page.locator('#channel-file').setInputFiles({ name: 'broken.txt', mimeType: 'text/plain', buffer: Buffer.from('no fields here\r\n') })
  await page.getByRole('button', { name: '装入并对账' }).click()
  await expect(page.locator('#file-date-error')).toHaveText('请填写')
  await page.locator('#file-date').fill(kDate)
  await page.getByRole('button', { name: '装入并对账' }).click()
  await expect(page.locator('main form .notice[role=alert]')).toContainText('没有装入')
  await expect(page.locator('tbody a')).toHaveCount(before)
  const line = `${kDate.replaceAll('-', '')}|771070|${items[0]!.account_no}|18.00||01\r\n`
  await page.locator('#channel-file').setInputFiles({ name: 'POST.txt', mimeType: 'text/plain', buffer: Buffer.from(`1|18.00\r\n${line}`) })
  await page.getByRole('button', { name: '装入并对账' }).click()
  await expect(page).toHaveURL(new RegExp(`/channels/POST/days/${kDate}$`))
  await expect(page.locator('.sides')).toBeVisible()
})

test('channels, one of them, and a day with differences', async ({ page, browser }) => {
  await sign_in(page, people.channel_clerk)
  await page.goto('/channels')
  await expect_accessible(page)
  await page.getByRole('link', { name: '邮政储蓄代收' }).click()
  await expect(page.locator('tbody tr').first()).toBeVisible()
  await expect_accessible(page)
  await page.getByRole('link', { name: '逐日对账' }).click()
  await page.getByRole('link', { name: kDate }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('对账')
  const path = new URL(page.url()).pathname.replace('/days/', '/reconciliations/')
  const one = (await ask<Day>(page, path)).items.find((d) => d.kind === 'only_theirs')!
  await expect_accessible(page)

  await page.getByRole('button', { name: `提出处理 ${one.serial_no}` }).click()
  await expect(page.locator('#difference-how')).toBeFocused()
  await expect(page.locator('#difference-how option')).toHaveText(['补记', '不处理'])
  await page.locator('dialog textarea').fill('客户凭证核实')
  await expect_accessible(page)
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('main .notice')).toContainText('等待另一人审批')
  await expect(page.getByRole('button', { name: `审批 ${one.serial_no}` })).toHaveCount(0)

  const second = await page_of(browser, people.second_accountant)
  await second.goto(new URL(page.url()).pathname)
  await second.getByRole('button', { name: `审批 ${one.serial_no}` }).click()
  await second.keyboard.press('Enter')
  await expect(second.locator('main .notice')).toContainText('已处理')
  expect((await ask<Day>(second, path)).items.find((d) => d.difference_id === one.difference_id)).toMatchObject({ state: 'settled', how: 'post' })
  await second.close()
})

test('a channel and its day', async ({ page }) => {
  await sign_in(page, people.channel_clerk)
  for (const path of ['/channels/POST', '/channels/POST?section=days', `/channels/POST/days/${kDate}`]) {
    await page.goto(path)
    await expect_good(page)
  }
})

// In a new county no debt is old enough for a stop; dunning.spec.ts takes a prepaid account as far as today's clock allows.
if (!kGiven) {
  test('disconnections say when the law allows the next step', async ({ page, browser }) => {
    await sign_in(page, people.collector)
    await page.goto('/dunning')
    await expect(page.locator('tbody tr').first()).toBeVisible()
    await expect(page.getByRole('button', { name: /^再次通知/ })).toBeDisabled()
    await expect(page.getByRole('button', { name: /^审批停电/ })).toHaveCount(0)
    await page.locator('tbody a').first().click()
    await expect(page.locator('.facts')).toBeVisible()
    await expect_accessible(page)
    await page.goto('/dunning')

    await page.getByRole('button', { name: /^停电通知/ }).click()
    await expect(page.locator('#stop-at')).toBeFocused()
    await page.getByRole('dialog').getByRole('button', { name: '停电通知' }).click()
    await expect(page.locator('#authority-copy-error')).toContainText('重要用户')
    await page.locator('#authority-copy').fill('云电〔2026〕17号')
    await page.getByRole('dialog').getByRole('button', { name: '停电通知' }).click()
    await expect(page.locator('main .notice')).toContainText('停电通知，已登记')

    const second = await page_of(browser, people.second_accountant)
    await second.goto('/dunning?state=candidate')
    await second.getByRole('button', { name: /^审批停电/ }).click()
    await second.keyboard.press('Enter')
    await expect(second.locator('main .notice')).toContainText('审批停电，已登记')
    await second.close()
  })

  test('supply comes back unpaid when one person asks and another approves', async ({ page, browser }) => {
    await sign_in(page, people.collector)
    await page.goto('/dunning?state=disconnected')
    await page.getByRole('button', { name: /^申请未缴复电/ }).click()
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('dialog[open] .error').last()).toHaveText('请填写原因')
    await page.keyboard.type('家中有呼吸机')
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('main .notice')).toContainText('申请未缴复电，已登记')
    await expect(page.getByRole('button', { name: /^同意未缴复电/ })).toHaveCount(0)
    const second = await page_of(browser, people.second_accountant)
    await second.goto('/dunning?state=disconnected')
    await second.getByRole('button', { name: /^同意未缴复电/ }).click()
    await expect(second.locator('dialog[open]')).toContainText('家中有呼吸机')
    await second.keyboard.press('Enter')
    await expect(second.locator('main .notice')).toContainText('同意未缴复电，已登记')
    await second.close()
    await page.goto('/dunning?state=released')
    await expect(page.locator('tbody')).toContainText('获准待复电')
    await expect(page.getByRole('button', { name: /^登记已复电/ })).toBeEnabled()
  })
}

test('dunning, section by section, and a run', async ({ page }) => {
  await sign_in(page, people.collector)
  for (const section of ['notices', 'prepaid', 'rules', 'runs']) {
    await page.goto(`/dunning?section=${section}`)
    await expect(page.locator('tbody tr').first()).toBeVisible()
    await expect_accessible(page)
  }
  const rows = (await ask<{ items: object[] }>(page, '/dunning/runs')).items.length
  await page.getByRole('button', { name: '执行催费' }).click()
  await expect(page.getByRole('button', { name: '执行催费' })).toBeEnabled()
  await expect(page.locator('tbody tr')).toHaveCount(rows + 1)
})
