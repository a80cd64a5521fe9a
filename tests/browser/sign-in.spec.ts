import { expect, people, sign_in, test } from './harness'

test('an error stands beside its field and what was typed stays', async ({ page }) => {
  await page.goto('/sign-in')
  await expect(page.locator('#username')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('#username-error')).toHaveText('请输入用户名')
  await page.keyboard.type(people.biller.username)
  await page.keyboard.press('Enter')
  await expect(page.locator('#password')).toBeFocused()
  await page.keyboard.type('certainly-not-the-password')
  await page.keyboard.press('Enter')
  await expect(page.locator('#password-error')).toHaveText('用户名或密码不正确')
  await expect(page.locator('#username')).toHaveValue(people.biller.username)
})

test('a link to a page leads there after signing in', async ({ page }) => {
  await page.goto('/tariffs')
  await expect(page).toHaveURL(/sign-in\?to=\/tariffs/)
  await page.locator('#username').fill(people.biller.username)
  await page.locator('#password').fill(people.biller.password)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/tariffs$/)
})

test('language and brightness stay with the person', async ({ page }) => {
  await sign_in(page, people.biller)
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('link', { name: 'Bill runs' })).toBeVisible()
  await page.getByRole('button', { name: 'Dark mode' }).click()
  await page.reload()
  await expect(page.getByRole('link', { name: 'Bill runs' })).toBeVisible()
  await expect(page.locator('html')).toHaveClass(/dark/)
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
})

test('nothing of a person is left after signing out', async ({ page }) => {
  await sign_in(page, people.biller)
  await page.locator('.person').click()
  await page.getByRole('button', { name: '退出登录' }).click()
  await expect(page).toHaveURL(/sign-in/)
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  await page.goto('/runs')
  await expect(page).toHaveURL(/sign-in/)
})

test('a page without the right for it says which one is missing', async ({ page }) => {
  await sign_in(page, people.clerk)
  await expect(page.getByRole('link', { name: '用户管理' })).toHaveCount(0)
  await page.goto('/users')
  await expect(page.getByRole('heading', { name: '没有权限' })).toBeVisible()
  await expect(page.locator('main code')).toHaveText('administration.manage')
})
