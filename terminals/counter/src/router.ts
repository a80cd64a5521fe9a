// Every page has an address. What a page needs is a right; a reader without it is told so instead of being sent away.

import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { today_in_zone } from '@shared/ui/dates'
import type { Right } from './access'
import { access, find_session, session } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    right?: Right
    open?: boolean
    nav?: string
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/sign-in', component: () => import('./pages/sign-in.vue'), meta: { title: 'sign_in.title', open: true } },
  { path: '/', component: () => import('./pages/home.vue'), meta: { title: 'nav.home', nav: '/' } },
  {
    path: '/search',
    component: () => import('./pages/search.vue'),
    meta: { title: 'nav.customers', right: 'customers', nav: '/search' },
  },
  {
    path: '/accounts/:account_no',
    component: () => import('./pages/account.vue'),
    props: true,
    meta: { title: 'nav.customers', right: 'customers', nav: '/search' },
  },
  {
    path: '/bills/:bill_no',
    component: () => import('./pages/bill.vue'),
    props: true,
    meta: { title: 'bill.title', right: 'billing', nav: '/search' },
  },
  { path: '/runs', component: () => import('./pages/runs.vue'), meta: { title: 'nav.runs', right: 'billing', nav: '/runs' } },
  {
    path: '/runs/:run_id',
    component: () => import('./pages/run.vue'),
    props: true,
    meta: { title: 'nav.runs', right: 'billing', nav: '/runs' },
  },
  { path: '/reading-plans', redirect: '/reading-plans/current' },
  {
    path: '/reading-plans/:billing_month',
    component: () => import('./pages/reading-plan.vue'),
    props: true,
    meta: { title: 'nav.plan', right: 'readings', nav: '/reading-plans' },
  },
  {
    path: '/reading-routes',
    component: () => import('./pages/reading-routes.vue'),
    meta: { title: 'nav.routes', right: 'readings', nav: '/reading-routes' },
  },
  {
    path: '/tariffs',
    component: () => import('./pages/tariffs.vue'),
    meta: { title: 'nav.tariffs', right: 'tariffs', nav: '/tariffs' },
  },
  {
    path: '/tariffs/:code',
    component: () => import('./pages/tariff.vue'),
    props: true,
    meta: { title: 'nav.tariffs', right: 'tariffs', nav: '/tariffs' },
  },
  {
    path: '/ledger',
    component: () => import('./pages/ledger.vue'),
    meta: { title: 'nav.ledger', right: 'ledger', nav: '/ledger' },
  },
  {
    path: '/cashier',
    component: () => import('./pages/cashier.vue'),
    meta: { title: 'nav.cashier', right: 'cashier_take', nav: '/cashier' },
  },
  {
    path: '/cashier/close',
    component: () => import('./pages/cashier-close.vue'),
    meta: { title: 'close.title', right: 'cashier_take', nav: '/cashier' },
  },
  {
    path: '/cashier/receipts',
    component: () => import('./pages/receipts.vue'),
    meta: { title: 'nav.receipts', right: 'cashier', nav: '/cashier/receipts' },
  },
  {
    path: '/cashier/receipts/:receipt_no',
    component: () => import('./pages/receipt.vue'),
    props: true,
    meta: { title: 'receipt.title', right: 'cashier', nav: '/cashier/receipts' },
  },
  {
    path: '/cashier/approvals',
    component: () => import('./pages/reversals.vue'),
    meta: { title: 'reversal.title', right: 'cashier', nav: '/cashier/receipts' },
  },
  { path: '/cashier/day', redirect: () => `/cashier/day/${today_in_zone()}` },
  {
    path: '/cashier/day/:date',
    component: () => import('./pages/cashier-day.vue'),
    props: true,
    meta: { title: 'day.title', right: 'cashier', nav: '/cashier/receipts' },
  },
  {
    path: '/proposals',
    component: () => import('./pages/proposals.vue'),
    meta: { title: 'nav.proposals', right: 'receivables', nav: '/proposals' },
  },
  {
    path: '/channels',
    component: () => import('./pages/channels.vue'),
    meta: { title: 'nav.channels', right: 'channels', nav: '/channels' },
  },
  {
    path: '/channels/new',
    component: () => import('./pages/channel-edit.vue'),
    meta: { title: 'channel.new', right: 'channels', nav: '/channels' },
  },
  {
    path: '/channels/:code',
    component: () => import('./pages/channel.vue'),
    props: true,
    meta: { title: 'nav.channels', right: 'channels', nav: '/channels' },
  },
  {
    path: '/channels/:code/days/:date',
    component: () => import('./pages/channel-day.vue'),
    props: true,
    meta: { title: 'difference.title', right: 'channels', nav: '/channels' },
  },
  {
    path: '/channels/:code/edit',
    component: () => import('./pages/channel-edit.vue'),
    props: true,
    meta: { title: 'channel.edit', right: 'channels', nav: '/channels' },
  },
  {
    path: '/channels/:code/batches/:batch_id',
    component: () => import('./pages/debit-batch.vue'),
    props: true,
    meta: { title: 'channel.debits', right: 'channels', nav: '/channels' },
  },
  {
    path: '/mandates',
    component: () => import('./pages/mandates.vue'),
    meta: { title: 'nav.mandates', right: 'channels', nav: '/mandates' },
  },
  {
    path: '/mandates/:mandate_no',
    component: () => import('./pages/mandate.vue'),
    props: true,
    meta: { title: 'nav.mandates', right: 'channels', nav: '/mandates' },
  },
  {
    path: '/dunning',
    component: () => import('./pages/dunning.vue'),
    meta: { title: 'nav.dunning', right: 'dunning', nav: '/dunning' },
  },
  {
    path: '/dunning/cases/:case_id',
    component: () => import('./pages/disconnection.vue'),
    props: true,
    meta: { title: 'dunning.cases', right: 'dunning', nav: '/dunning' },
  },
  {
    path: '/dunning/prepaid/:account_no',
    component: () => import('./pages/prepaid.vue'),
    props: true,
    meta: { title: 'dunning.prepaid', right: 'dunning', nav: '/dunning' },
  },
  { path: '/jobs', component: () => import('./pages/jobs.vue'), meta: { title: 'nav.jobs', right: 'jobs', nav: '/jobs' } },
  {
    path: '/jobs/:job_id',
    component: () => import('./pages/job.vue'),
    props: true,
    meta: { title: 'nav.jobs', right: 'jobs', nav: '/jobs' },
  },
  { path: '/users', component: () => import('./pages/users.vue'), meta: { title: 'nav.users', right: 'users', nav: '/users' } },
  { path: '/audit', component: () => import('./pages/audit.vue'), meta: { title: 'nav.audit', right: 'audit', nav: '/audit' } },
  { path: '/password', component: () => import('./pages/password.vue'), meta: { title: 'password.title' } },
  { path: '/:rest(.*)*', component: () => import('./pages/not-found.vue'), meta: { title: 'not_found.title' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach(async (to) => {
  try {
    await find_session()
  } catch {
    // The server does not answer: the sign-in page says so when it is tried.
  }
  if (!session.user) return to.meta.open ? true : { path: '/sign-in', query: to.path === '/' ? {} : { to: to.fullPath } }
  if (session.must_change_password && to.path !== '/password') return '/password'
  if (to.meta.open) return '/'
  return true
})

/** Whether the signed-in user may see this page. */
export function may_see(right: Right | undefined): boolean {
  return right === undefined || access.value[right]
}

// After an update the old page's parts are gone from the server: load the new page instead of showing nothing.
router.onError((failure, to) => {
  if (/dynamically imported module|Importing a module|preload CSS/i.test(String(failure))) window.location.assign(to.fullPath)
})
