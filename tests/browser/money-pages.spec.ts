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
