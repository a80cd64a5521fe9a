// As contract.ts, for the routes of the till, of receivables beyond the balance, of payment channels and of dunning. A
// server without these routes has none of these types, so tsconfig.json leaves this file out; it is taken in by removing
// its line under "exclude".

import type { components } from './schema'
import type * as t from './types'
import type { Filled, Usable } from './contract'

type Server = components['schemas']

export type MoneyContract = [
  Usable<t.CashierSession, Filled<Server['CashierSession'], t.CashierSession>>,
  Usable<t.Receipt, Filled<Server['Receipt'], t.Receipt>>,
  Usable<t.DueAccount, Filled<Server['DueAccount'], t.DueAccount>>,
  Usable<t.ReversalRequest, Filled<Server['ReversalRequest'], t.ReversalRequest>>,
  Usable<t.CashierDay, Filled<Server['CounterDay'], t.CashierDay>>,
  Usable<t.AccountPayment, Filled<Server['PaymentRow'], t.AccountPayment>>,
  Usable<t.Statement, Filled<Server['AccountStatement'], t.Statement>>,
  Usable<t.Proposal, Filled<Server['Proposal'], t.Proposal>>,
  Usable<t.Plan, Filled<Server['InstalmentPlan'], t.Plan>>,
  Usable<t.Channel, Filled<Server['ChannelRow'], t.Channel>>,
  Usable<t.ChannelItem, Filled<Server['ChannelItem'], t.ChannelItem>>,
  Usable<t.Reconciliation, Filled<Server['ChannelReconciliation'], t.Reconciliation>>,
  Usable<t.Difference, Filled<Server['ChannelDifference'], t.Difference>>,
  Usable<t.Settlement, Filled<Server['ChannelSettlement'], t.Settlement>>,
  Usable<t.ChannelWhole, Filled<Server['Channel'], t.ChannelWhole>>,
  Usable<t.Mandate, Filled<Server['Mandate'], t.Mandate>>,
  Usable<t.MandateHistory, Filled<Server['MandateWithHistory'], t.MandateHistory>>,
  Usable<t.DebitBatch, Filled<Server['DebitBatch'], t.DebitBatch>>,
  Usable<t.DebitBatchDetail, Filled<Server['DebitBatchDetail'], t.DebitBatchDetail>>,
  Usable<t.Debit, Filled<Server['Debit'], t.Debit>>,
  Usable<t.DebitDifference, Filled<Server['DebitDifference'], t.DebitDifference>>,
  Usable<t.StatementFile, Filled<Server['StatementFile'], t.StatementFile>>,
  Usable<t.BankReceipt, Filled<Server['BankReceipt'], t.BankReceipt>>,
  Usable<t.DunningSettings, Filled<Server['DunningSettings'], t.DunningSettings>>,
  Usable<t.ImportantUser, Filled<Server['ImportantUser'], t.ImportantUser>>,
  Usable<t.PrepaidBalance, Filled<Server['PrepaidBalance'], t.PrepaidBalance>>,
  Usable<t.DunningRules, Filled<Server['DunningRules'], t.DunningRules>>,
  Usable<t.DunningRun, Filled<Server['DunningRun'], t.DunningRun>>,
  Usable<t.DunningNotice, Filled<Server['DunningNotice'], t.DunningNotice>>,
  Usable<t.Disconnection, Filled<Server['Disconnection'], t.Disconnection>>,
  Usable<t.DisconnectionHistory, Filled<Server['DisconnectionHistory'], t.DisconnectionHistory>>,
  Usable<t.PrepaidAccount, Filled<Server['PrepaidAccount'], t.PrepaidAccount>>,
]
