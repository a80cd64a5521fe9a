// Browser tests of the terminals. With WATTHOUR_URL they run against that server; without, against the stand-in in
// mock/, which serves the built terminal. The run of a month is one story with an order, so there is one worker.
import { defineConfig } from '../../terminals/node_modules/@playwright/test'

const given = process.env.WATTHOUR_URL
const mock_port = 8097
// The tests of the money need people for it: a server that is given has them where WATTHOUR_CASHIER names one. The stand-in
// knows neither the making of channels nor what is collected through them, nor the settings of dunning.
const kMoney = ['till.spec.ts', 'proposals.spec.ts', 'money-pages.spec.ts', 'ledger.spec.ts', 'channels.spec.ts']
const kServerOnly = ['collecting.spec.ts', 'dunning.spec.ts']
const left_out = !given ? kServerOnly : process.env.WATTHOUR_CASHIER ? [] : [...kMoney, ...kServerOnly]
if (left_out.length) console.warn(`Left out here: ${left_out.join(', ')}`)

export default defineConfig({
  testDir: '.',
  outputDir: '../../terminals/test-results',
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: given ?? `http://127.0.0.1:${mock_port}`,
    ignoreHTTPSErrors: true,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
    },
  },
  // The month is lived first, as the other tests look at its bills.
  projects: [
    { name: 'month', testMatch: 'month.spec.ts', use: { locale: 'zh-CN', colorScheme: 'light' } },
    { name: 'counter', testIgnore: ['month.spec.ts', ...left_out], dependencies: ['month'], use: { locale: 'zh-CN', colorScheme: 'light' } },
    { name: 'dark-english', testMatch: ['pages.spec.ts', 'money-pages.spec.ts'], testIgnore: left_out, dependencies: ['month'], use: { locale: 'en', colorScheme: 'dark' } },
  ],
  webServer: given
    ? undefined
    : { command: `node mock/server.mjs ${mock_port}`, url: `http://127.0.0.1:${mock_port}/`, cwd: __dirname, reuseExistingServer: false },
})
