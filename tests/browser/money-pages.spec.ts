// Every page of the money, in both projects (Chinese light, English dark), as pages.spec.ts does for the others.
import { ask, expect, expect_good, people, sign_in, test } from './harness'

const kPeople = {
  cashier: ['/', '/cashier', '/cashier/receipts', '/cashier/approvals', '/cashier/close', '/cashier/day'],
  supervisor: ['/', '/cashier', '/cashier/approvals?state=all', '/cashier/day', '/proposals?state=all'],
  accountant: ['/proposals', '/ledger?section=periods', '/ledger?section=vouchers', '/channels', '/dunning', '/dunning?section=notices', '/dunning?section=runs',
    '/dunning?section=prepaid', '/dunning?section=rules', '/dunning?section=settings', '/dunning?section=important_users'],
} as const
for (const [who, paths] of Object.entries(kPeople)) {
  for (const path of paths) {
    test(`${who} ${path}`, async ({ page }) => {
      await sign_in(page, people[who as keyof typeof kPeople])
      await page.goto(path)
      await expect_good(page)
    })
  }
}

test('a receipt', async ({ page }) => {
  await sign_in(page, people.cashier)
  const { items } = await ask<{ items: { receipt_no: string }[] }>(page, '/cashier/receipts')
  for (const { receipt_no } of items.slice(0, 4)) {
    await page.goto(`/cashier/receipts/${receipt_no}`)
    await expect(page.locator('.facts')).toBeVisible()
    await expect_good(page)
  }
})

// The stand-in knows of a channel only what it took and how its days compare.
const kSections = process.env.WATTHOUR_URL ? ['items', 'days', 'settlements', 'debits', 'statements', 'profile'] : ['items', 'days']
test('a channel, section by section, and what is collected through it', async ({ page }) => {
  test.setTimeout(120_000)
  await sign_in(page, people.channel_clerk)
  const { items } = await ask<{ items: { code: string }[] }>(page, '/channels')
  const code = items.find((c) => c.code === 'RCB')?.code ?? items[0]!.code
  const paths = kSections.map((section) => `/channels/${code}?section=${section}`)
  if (process.env.WATTHOUR_URL) {
    const batches = (await ask<{ items: { batch_id: number }[] }>(page, `/channels/${code}/debit-batches`)).items
    const mandates = (await ask<{ items: { mandate_no: string }[] }>(page, '/mandates')).items
    for (const section of ['lines', 'results', 'differences']) paths.push(...batches.slice(0, 1).map((b) => `/channels/${code}/batches/${b.batch_id}?section=${section}`))
    paths.push('/mandates', ...mandates.slice(0, 1).map((m) => `/mandates/${m.mandate_no}`))
  }
  for (const path of paths) {
    await page.goto(path)
    await expect_good(page)
  }
})

// The stand-in does not make channels.
if (process.env.WATTHOUR_URL) {
  test('a channel being made or changed', async ({ page }) => {
    await sign_in(page, people.accountant)
    const { items } = await ask<{ items: { code: string }[] }>(page, '/channels')
    for (const path of ['/channels/new', ...items.slice(0, 1).map((c) => `/channels/${c.code}/edit`)]) {
      await page.goto(path)
      await expect(page.locator('#channel-code')).toBeVisible()
      await expect_good(page)
    }
  })
}

test('a disconnection and a prepaid account', async ({ page }) => {
  await sign_in(page, people.collector)
  const cases = (await ask<{ items: { case_id: number; kind: string; account_no: string }[] }>(page, '/disconnections')).items
  const prepaid = cases.find((c) => c.kind === 'prepaid')
  for (const path of [...cases.slice(0, 1).map((c) => `/dunning/cases/${c.case_id}`), ...(prepaid ? [`/dunning/prepaid/${prepaid.account_no}`] : [])]) {
    await page.goto(path)
    await expect(page.locator('.facts').first()).toBeVisible()
    await expect_good(page)
  }
})
