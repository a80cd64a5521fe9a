// Payment channels and dunning: what does not agree is settled by two people, a file is loaded once, the law's waits are shown.
import { ask, expect, expect_accessible, expect_good, people, sign_in, test } from './harness'

interface Day { items: { difference_id: number; serial_no: string; kind: string; state: string; how: string | null }[] }

test('channels, one of them, and a day with differences', async ({ page, browser }) => {
  await sign_in(page, people.accountant)
  await page.goto('/channels')
  await expect_accessible(page)
  await page.getByRole('link', { name: '工商银行云河支行' }).click()
  await expect(page.locator('tbody tr').first()).toBeVisible()
  await expect_accessible(page)
  await page.getByRole('link', { name: '逐日对账' }).click()
  await page.locator('tbody a').first().click()
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

  const second = await browser.newPage({ locale: 'zh-CN', ignoreHTTPSErrors: true })
  await sign_in(second, people.second_accountant)
  await second.goto(new URL(page.url()).pathname)
  await second.getByRole('button', { name: `审批 ${one.serial_no}` }).click()
  await second.keyboard.press('Enter')
  await expect(second.locator('main .notice')).toContainText('已处理')
  expect((await ask<Day>(second, path)).items.find((d) => d.difference_id === one.difference_id)).toMatchObject({ state: 'settled', how: 'post' })
  await second.close()
})

test('a file is loaded and compared; one that cannot be read changes nothing', async ({ page }) => {
  await sign_in(page, people.accountant)
  await page.goto('/channels/POST?section=days')
  await expect(page.locator('tbody a').first()).toBeVisible()
  const before = await page.locator('tbody a').count()
  await page.locator('#file-date').fill('2026-11-02')
  await page.locator('#channel-file').setInputFiles({ name: 'broken.txt', mimeType: 'text/plain', buffer: Buffer.from('no fields here') })
  await page.getByRole('button', { name: '装入并对账' }).click()
  await expect(page.locator('main form [role=alert]')).toContainText('没有装入')
  await expect(page.locator('tbody a')).toHaveCount(before)
  await page.locator('#channel-file').setInputFiles({ name: 'POST_20261102.txt', mimeType: 'text/plain', buffer: Buffer.from('1|3310000485|18.00') })
  await page.getByRole('button', { name: '装入并对账' }).click()
  await expect(page).toHaveURL(/\/channels\/POST\/days\/2026-11-02$/)
  await expect(page.locator('.sides')).toBeVisible()
})

test('disconnections say when the law allows the next step', async ({ page, browser }) => {
  await sign_in(page, people.accountant)
  await page.goto('/dunning')
  await expect(page.locator('tbody tr').first()).toBeVisible()
  await expect(page.getByRole('button', { name: /^再次通知/ })).toBeDisabled()
  await expect(page.getByRole('button', { name: /^审批停电/ })).toHaveCount(0)
  await page.getByRole('button', { name: /^详情/ }).first().click()
  await expect(page.locator('.events li').first()).toBeVisible()
  await expect_accessible(page)

  await page.getByRole('button', { name: /^停电通知/ }).click()
  await expect(page.locator('#stop-at')).toBeFocused()
  await page.getByRole('dialog').getByRole('button', { name: '停电通知' }).click()
  await expect(page.locator('dialog[open] [role=alert]').first()).toContainText('重要用户')
  await page.locator('#authority-copy').fill('云电〔2026〕17号')
  await page.getByRole('dialog').getByRole('button', { name: '停电通知' }).click()
  await expect(page.locator('main .notice')).toContainText('停电通知，已登记')

  const second = await browser.newPage({ locale: 'zh-CN', ignoreHTTPSErrors: true })
  await sign_in(second, people.second_accountant)
  await second.goto('/dunning?state=candidate')
  await second.getByRole('button', { name: /^审批停电/ }).click()
  await second.keyboard.press('Enter')
  await expect(second.locator('main .notice')).toContainText('审批停电，已登记')
  await second.close()
})

test('dunning, section by section, and a run', async ({ page }) => {
  await sign_in(page, people.accountant)
  for (const section of ['notices', 'prepaid', 'rules', 'runs']) {
    await page.goto(`/dunning?section=${section}`)
    await expect(page.locator('tbody tr').first()).toBeVisible()
    await expect_accessible(page)
  }
  const rows = (await ask<{ items: object[] }>(page, '/dunning/runs')).items.length
  await page.getByRole('button', { name: '执行催费' }).click()
  await expect(page.locator('tbody tr')).toHaveCount(rows + 1)
  await expect(page.getByRole('button', { name: '执行催费' })).toBeEnabled()
})

test('a channel and its day', async ({ page }) => {
  await sign_in(page, people.accountant)
  const { items } = await ask<{ items: { code: string }[] }>(page, '/channels')
  const code = items[0]!.code
  const days = await ask<{ items: { business_date: string }[] }>(page, `/channels/${code}/reconciliations`)
  for (const path of [`/channels/${code}`, `/channels/${code}?section=days`, `/channels/${code}/days/${days.items[0]!.business_date}`]) {
    await page.goto(path)
    await expect_good(page)
  }
})
