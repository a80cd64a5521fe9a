import { describe, expect, it } from 'vitest'
import { access_of } from './access'
import { offers_of, type RunSituation } from './run_actions'

const clerk = access_of({ permissions: ['billing.view', 'billing.run', 'billing.review'] })
const manager = access_of({ permissions: ['billing.view', 'billing.review', 'billing.issue'] })
const viewer = access_of({ permissions: ['billing.view'] })
const situation = (more: Partial<RunSituation>): RunSituation => ({
  state: 'calculated',
  access: clerk,
  is_submitter: false,
  open_exceptions: 0,
  working: false,
  ...more,
})
const summary = (more: Partial<RunSituation>) =>
  offers_of(situation(more)).map((o) => (o.enabled ? o.action : `${o.action}: ${o.why}`))

describe('the second person', () => {
  it('the submitter sees why issuing is not for them', () =>
    expect(summary({ state: 'submitted', is_submitter: true, access: { ...clerk, issue_run: true } })).toEqual([
      'issue: why.second_person',
    ]))
  it('a submitter without the right is told the same', () =>
    expect(summary({ state: 'submitted', is_submitter: true })).toEqual(['issue: why.second_person']))
  it('another one with the right issues or sends back', () =>
    expect(summary({ state: 'submitted', access: manager })).toEqual(['issue', 'send_back']))
})

describe('submitting', () => {
  it('is possible when every exception is decided', () => expect(summary({})).toEqual(['submit', 'recalculate']))
  it('is not while one is open', () =>
    expect(summary({ open_exceptions: 3 })).toEqual(['submit: why.exceptions_open', 'recalculate']))
  it('is not while a job works', () =>
    expect(summary({ working: true })).toEqual(['submit: why.working', 'recalculate: why.working']))
})

it('a run whose job died can be calculated on', () => {
  expect(summary({ state: 'calculating', working: true })).toEqual([])
  expect(summary({ state: 'calculating', working: false })).toEqual(['calculate'])
})
it('who only looks is offered nothing', () => {
  for (const state of ['open', 'calculating', 'calculated', 'submitted', 'issuing', 'issued'] as const)
    expect(summary({ state, access: viewer })).toEqual([])
})
it('an issued run is over', () => expect(summary({ state: 'issued', access: { ...clerk, ...manager } })).toEqual([]))
