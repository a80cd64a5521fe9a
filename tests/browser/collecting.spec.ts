// A channel from its making to its money at the bank: profile and secret, mandates, a batch of debits with its result, a
// statement with what nobody knows, and settlements; who may not decide, and what is refused at its field.
import { ask, day_before, expect, expect_accessible, page_of, people, sign_in, test, type Page } from './harness'

test.describe.configure({ mode: 'serial' })
const kCode = 'RCB'
const kSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
interface Batch { batch_id: number; state: string; amount: string; count: number }
interface Debit { end_to_end_id: string; account_no: string; amount: string; mandate_no: string; bank_account: string; state: string; billing_month: string }
interface Receipt { receipt_id: number; state: string; bank_reference: string; account_no: string | null }
const debtors: { account_no: string; name: string }[] = []
const dialog_of = (page: Page) => page.locator('dialog[open]')
const submit = (page: Page) => dialog_of(page).locator('button[type=submit]').click()
/** The page says what was done, and the dialog is gone. */
async function expect_done(page: Page, text: string): Promise<void> {
  await expect(page.locator('main .notice').filter({ hasText: text })).toBeVisible()
  await expect(dialog_of(page)).toHaveCount(0)
}
async function batch_of(page: Page): Promise<Batch> {
  return (await ask<{ items: Batch[] }>(page, `/channels/${kCode}/debit-batches?limit=1`)).items[0]!
}

test('a channel is made: what is wrong stands at its field, and a secret is never shown', async ({ page }) => {
  await sign_in(page, people.accountant)
  await page.goto('/channels')
  await page.getByRole('link', { name: '新建渠道' }).click()
  await expect(page.locator('#channel-code')).toBeVisible()
  await page.locator('main button[type=submit]').click()
  await expect(page.locator('#channel-code')).toBeFocused()
  await expect(page.locator('#channel-name-error')).toHaveText('请填写')
  await page.locator('#channel-code').fill(kCode)
  await page.locator('#channel-name').fill('农商行')
  await page.locator('#channel-transport').selectOption('rest')
  await page.locator('#channel-cut-off').fill('9 pm')
  await page.locator('#secret-webhook_secret').fill('secret')
  await page.locator('#channel-collects').check()
  await page.locator('#debit-format').selectOption('text')
  await page.locator('main button[type=submit]').click()
  await expect(page.locator('#channel-cut-off-error')).toContainText('12:00')
  await expect(page.locator('#secret-webhook_secret-error')).not.toBeEmpty()
  await expect(page.locator('#channel-cut-off')).toBeFocused()
  await expect_accessible(page)
  await page.locator('#channel-cut-off').fill('23:00')
  await page.locator('#secret-webhook_secret').fill(kSecret)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/channels\/RCB\?section=profile$/)
  await expect(page.getByText('已设置')).toBeVisible()
  await expect(page.locator('main')).toContainText('23:00')
  await expect_accessible(page)

  await page.getByRole('link', { name: '修改参数' }).click()
  await expect(page.locator('#channel-name')).toHaveValue('农商行')
  await expect(page.locator('#secret-webhook_secret')).toHaveValue('')
  expect(await page.content()).not.toContain(kSecret)
  await page.locator('#channel-name').fill('云河农商行')
  await page.locator('main button[type=submit]').click()
  await expect(page.locator('h1').first()).toContainText('云河农商行')
  await expect(page.getByText('已设置')).toBeVisible()
})

test('a mandate is signed, and a second one of the account is refused at its field', async ({ page }) => {
  await sign_in(page, people.channel_clerk)
  for (const name of ['李', '王', '张']) {
    const { items } = await ask<{ items: { account_no: string; name: string }[] }>(page, `/accounts?q=${encodeURIComponent(name)}`)
    for (const hit of items) {
      const { principal } = await ask<{ principal: string }>(page, `/accounts/${hit.account_no}/balance`)
      if (Number(principal) > 0 && debtors.length < 2) debtors.push(hit)
    }
  }
  expect(debtors).toHaveLength(2)
  await page.goto('/mandates')
  await expect(page.locator('main tbody')).toContainText('请“签约”')
  for (const { account_no, name } of debtors) {
    await page.getByRole('button', { name: '签约', exact: true }).click()
    await expect(page.locator('#mandate-account')).toBeFocused()
    await submit(page)
    await expect(page.locator('#mandate-account-error')).toContainText('10 位户号')
    await page.locator('#mandate-account').fill(account_no)
    await page.locator('#mandate-channel').selectOption(kCode)
    await page.locator('#mandate-bank-account').fill(`62220202001${account_no.slice(-5)}`)
    await page.locator('#mandate-bank-name').fill(name)
    await expect_accessible(page)
    await submit(page)
    await expect_done(page, '已签约')
  }
  await page.getByRole('button', { name: '签约', exact: true }).click()
  await page.locator('#mandate-account').fill(debtors[0]!.account_no)
  await page.locator('#mandate-channel').selectOption(kCode)
  await page.locator('#mandate-bank-account').fill('6222')
  await page.locator('#mandate-bank-name').fill('x')
  await submit(page)
  await expect(page.locator('#mandate-account-error')).toContainText('已有')
  await page.keyboard.press('Escape')
  await page.locator('#mandates-account').fill(debtors[0]!.account_no)
  await page.keyboard.press('Enter')
  await expect(page.locator('main tbody tr')).toHaveCount(1)
})

test('a batch is prepared, sent, downloaded and answered', async ({ page }) => {
  await sign_in(page, people.channel_clerk)
  await page.goto(`/channels/${kCode}?section=debits`)
  await page.getByRole('button', { name: '准备批扣' }).click()
  await submit(page)
  await expect_done(page, '已准备好')
  expect(await batch_of(page)).toMatchObject({ state: 'prepared', count: 2 })
  await page.locator('main tbody a').first().click()
  await expect(page.locator('h1')).toContainText('待送出')
  await expect(page.getByRole('link', { name: '下载扣款文件' })).toHaveCount(0)
  await expect_accessible(page)
  await page.getByRole('button', { name: '送银行' }).click()
  await page.keyboard.press('Enter')
  await expect_done(page, '已送出')
  const started = page.waitForEvent('download')
  await page.getByRole('link', { name: '下载扣款文件' }).click()
  expect((await started).suggestedFilename()).toMatch(/\.txt$/)

  const batch = await batch_of(page)
  const debits = (await ask<{ items: Debit[] }>(page, `/channels/${kCode}/debit-batches/${batch.batch_id}/items`)).items
  const [paid, refused] = debits as [Debit, Debit]
  const line = (d: Debit, no: number, taken: string, code: string) =>
    `${no}|${d.mandate_no}|${d.bank_account}|x|${d.account_no}|${d.amount}|${d.end_to_end_id}|${d.billing_month?.replace('-', '') ?? ''}|${taken}|${code}|\n`
  const file = `2|${batch.amount}|1|${paid.amount}\n${line(paid, 1, paid.amount, '0000')}${line(refused, 2, '0.00', '0004')}`
  await page.getByRole('link', { name: '回盘', exact: true }).click()
  await page.getByRole('button', { name: '装入并入账' }).click()
  await expect(page.locator('#result-file-error')).toHaveText('请选择文件')
  const load = async (text: string) => {
    await page.locator('#result-file').setInputFiles({ name: 'back.txt', mimeType: 'text/plain', buffer: Buffer.from(text) })
    await page.getByRole('button', { name: '装入并入账' }).click()
  }
  await load(file.slice(0, -5))
  await expect(page.locator('main form [role=alert]').first()).not.toBeEmpty()
  expect((await batch_of(page)).state).toBe('sent')
  await load(file)
  await expect_done(page, '已装入')
  await expect(page.locator('h1')).toContainText('已完成')
  await expect(page.locator('main')).toContainText('扣款成功 1 笔')
  await expect_accessible(page)
  await page.getByRole('link', { name: '扣款明细' }).click()
  await page.locator('main select').first().selectOption('refused')
  await expect(page.getByRole('row', { name: refused.account_no })).toContainText('扣款失败')

  // What the bank takes back later is a difference, which two people settle.
  await page.getByRole('link', { name: '回盘', exact: true }).click()
  await load(`1|${paid.amount}|0|0.00\n${line(paid, 1, '0.00', '0004')}`)
  await expect_done(page, '已装入')
  await page.getByRole('link', { name: '批扣差异' }).click()
  await page.getByRole('button', { name: `提出处理 ${paid.end_to_end_id}` }).click()
  await expect(page.locator('#debit-how')).toBeFocused()
  await expect(page.locator('#debit-how option')).toHaveText(['撤销入账', '不处理'])
  await page.locator('#debit-how').selectOption('ignore')
  await page.locator('dialog textarea').fill('与银行电话核实')
  await page.keyboard.press('Tab')
  await submit(page)
  await expect_done(page, '等待另一人审批')
  await expect(page.getByRole('button', { name: /^审批/ })).toHaveCount(0)
})

test('the difference is approved by another person', async ({ page }) => {
  await sign_in(page, people.accountant)
  await page.goto(`/channels/${kCode}?section=debits`)
  await page.getByRole('button', { name: /^审批/ }).click()
  await page.keyboard.press('Enter')
  await expect_done(page, '已处理')
  await expect_accessible(page)
})

test('a statement settles what it can; what nobody knows is assigned, or sent back by two people, and a wrong account gives it back', async ({ page, browser }) => {
  await sign_in(page, people.channel_clerk)
  await page.goto(`/channels/${kCode}?section=statements`)
  await page.locator('#statement-file').setInputFiles({ name: 'no.xml', mimeType: 'text/xml', buffer: Buffer.from('<none/>') })
  await page.getByRole('button', { name: '装入', exact: true }).click()
  await expect(page.locator('main form [role=alert]').first()).not.toBeEmpty()
  const entry = (amount: string, reference: string) =>
    `<Ntry><Amt Ccy="CNY">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day_before(0)}</Dt></BookgDt><AcctSvcrRef>${reference}</AcctSvcrRef></Ntry>`
  const statement = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S1</Id><Acct><Id><Othr><Id>1109</Id></Othr></Id></Acct>${entry('7.01', 'E1')}${entry('9.02', 'E2')}</Stmt></BkToCstmrStmt></Document>`
  await page.locator('#statement-file').setInputFiles({ name: 'statement.xml', mimeType: 'text/xml', buffer: Buffer.from(statement) })
  await page.getByRole('button', { name: '装入', exact: true }).click()
  await expect(page.locator('main .notice').last()).toContainText('流水已装入')
  await expect_accessible(page)

  await page.getByRole('button', { name: '认领 E1' }).click()
  await expect(page.locator('#receipt-account')).toBeFocused()
  await page.keyboard.type('0000000000')
  await submit(page)
  await expect(page.locator('#receipt-account-error')).not.toBeEmpty()
  await page.locator('#receipt-account').fill(debtors[1]!.account_no)
  await page.keyboard.press('Tab')
  await expect(dialog_of(page)).toContainText(debtors[1]!.name)
  await submit(page)
  await expect_done(page, '已认领入账')

  await page.getByRole('button', { name: '申请退回 E2' }).click()
  await page.keyboard.press('Control+Enter')
  await expect(dialog_of(page).locator('.error').last()).toHaveText('请填写原因')
  await page.keyboard.type('付错')
  await page.keyboard.press('Control+Enter')
  await expect_done(page, '等待另一人审批')
  await expect(page.getByRole('button', { name: '同意退回 E2' })).toHaveCount(0)
  const second = await page_of(browser, people.second_accountant)
  await second.goto(`/channels/${kCode}?section=statements&receipt_state=returning`)
  await second.getByRole('button', { name: '同意退回 E2' }).click()
  await second.keyboard.press('Enter')
  await expect_done(second, '已退回')

  await page.goto(`/channels/${kCode}?section=statements&receipt_state=assigned`)
  await page.getByRole('button', { name: '记错户 E1' }).click()
  await expect(dialog_of(page)).toContainText(debtors[1]!.name)
  await page.keyboard.type('是另一户的电费')
  await page.keyboard.press('Control+Enter')
  await expect_done(page, '已申请撤销')
  await second.goto(`/channels/${kCode}?section=statements&receipt_state=retracting`)
  await expect_accessible(second)
  await second.getByRole('button', { name: '同意撤销 E1' }).click()
  await expect(dialog_of(second)).toContainText('是另一户的电费')
  await second.keyboard.press('Enter')
  await expect_done(second, '恢复为待查收款')
  await second.close()
  // Who had it taken away does not say alone who gets it.
  await page.goto(`/channels/${kCode}?section=statements&receipt_state=unidentified`)
  await page.getByRole('button', { name: '认领 E1' }).click()
  await page.locator('#receipt-account').fill(debtors[1]!.account_no)
  await submit(page)
  await expect(dialog_of(page).locator('.notice.danger')).toContainText('另一人')
  const { items } = await ask<{ items: Receipt[] }>(page, `/channels/${kCode}/receipts`)
  expect(items.map((r) => r.state).sort()).toEqual(['returned', 'unidentified'])
})

test('arrived money is told by one person and posted by another, never more than is in transit', async ({ page, browser }) => {
  await sign_in(page, people.channel_clerk)
  await page.goto(`/channels/${kCode}?section=settlements`)
  const { in_transit } = await ask<{ in_transit: string }>(page, `/channels/${kCode}`)
  const tell_of = async (amount: string, reference: string) => {
    await page.getByRole('button', { name: '登记到账' }).click()
    await page.locator('#settlement-amount').fill(amount)
    await page.locator('#settlement-reference').fill(reference)
    await submit(page)
  }
  await tell_of('1.234', 'R1')
  await expect(page.locator('#settlement-amount-error')).not.toBeEmpty()
  await page.keyboard.press('Escape')
  await tell_of((Number(in_transit) + 1).toFixed(2), 'R1')
  await expect_done(page, '等待另一人审核')
  await tell_of(in_transit, 'R1')
  await expect(page.locator('#settlement-reference-error')).toContainText('已经登记过')
  await page.locator('#settlement-reference').fill('R2')
  await submit(page)
  await expect_done(page, 'R2')
  await expect(page.getByRole('button', { name: /^入账/ })).toHaveCount(0)
  const second = await page_of(browser, people.accountant)
  await second.goto(`/channels/${kCode}?section=settlements`)
  await second.getByRole('button', { name: '入账 R1' }).click()
  await second.keyboard.press('Enter')
  await expect(dialog_of(second).locator('[role=alert]').first()).toContainText('超过在途资金')
  await second.keyboard.press('Escape')
  await second.getByRole('button', { name: '退回 R1' }).click()
  await second.keyboard.press('Enter')
  await expect_done(second, 'R1：已退回')
  await second.getByRole('button', { name: '入账 R2' }).click()
  await second.keyboard.press('Enter')
  await expect_done(second, 'R2：已入账')
  expect(await ask<{ in_transit: string }>(second, `/channels/${kCode}`)).toMatchObject({ in_transit: '0.00' })
  await expect_accessible(second)
  await second.close()
})

test('a mandate ends with a reason', async ({ page }) => {
  await sign_in(page, people.channel_clerk)
  await page.goto(`/mandates?account_no=${debtors[1]!.account_no}`)
  await page.locator('main tbody a').first().click()
  await page.getByRole('button', { name: '解约' }).click()
  await page.keyboard.press('Control+Enter')
  await expect(dialog_of(page).locator('.error')).toHaveText('请填写原因')
  await page.keyboard.type('销户')
  await page.keyboard.press('Control+Enter')
  await expect_done(page, '已解约')
  await expect(page.locator('main tbody')).toContainText('销户')
  await expect(page.getByRole('button', { name: '解约' })).toHaveCount(0)
  await expect_accessible(page)
})

test('whoever may not change channels is told so', async ({ page }) => {
  await sign_in(page, people.channel_clerk)
  await page.goto(`/channels/${kCode}?section=profile`)
  await expect(page.locator('.facts').first()).toBeVisible()
  await expect(page.getByRole('link', { name: '修改参数' })).toHaveCount(0)
  await page.goto(`/channels/${kCode}/edit`)
  await expect(page.locator('main')).toContainText('channels.configure')
})
