#include "modules/dunning/run_shard.hpp"

#include <map>
#include <tuple>

#include <fmt/format.h>

#include "modules/dunning/store.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::dunning {
namespace {

using receivables::OpenItem;

// An account with something overdue on the run's day.
struct Account {
  Contact contact;
  std::string category;
  Overdue overdue;
};

void add_item(Account& account, const OpenItem& item, Date on) {
  auto& sum = account.overdue;
  sum.late += item.late_due(on);
  if (item.outstanding.value <= 0) return;
  const auto key = std::tuple(item.due_on, item.bill.month, item.bill.revision);
  if (sum.bills++ == 0 || key < std::tuple(sum.oldest_due, sum.month, sum.revision)) {
    std::tie(sum.oldest_due, sum.month, sum.revision) = key;
    account.category = item.category;
  }
  sum.principal += item.outstanding;
}

std::vector<Account> read_accounts(db::Session& session, Date on, CustomerId from, CustomerId to) {
  std::vector<Account> accounts;
  for (auto rows = session.query("SELECT c.account_id, c.customer_id, c.org_id, c.account_no, c.name, c.phone, c.address, i.billing_month, i.revision, i.category, i.amount_fen, i.due_on, "
                                 "i.outstanding_fen, i.late_milli_fen, i.late_to, i.late_settled_fen, i.late_stop FROM customers_contact c JOIN receivables_unsettled_item i ON i.account_id = c.account_id "
                                 "WHERE c.customer_id >= ? AND c.customer_id < ? AND c.status <> 'closed' AND i.due_on < ? ORDER BY c.customer_id, c.account_id", from, to, on); rows.next();) {
    const AccountId id{rows.i64(0)};
    if (accounts.empty() || accounts.back().contact.account != id)
      accounts.push_back({contact_from(rows), "", {}});
    const OpenItem item{{id, rows.month(7), rows.i32(8)}, {rows.i64(2)}, rows.text(9), {rows.i64(10)}, rows.date(11), {rows.i64(12)}, rows.i64(13), rows.date(14), {rows.i64(15)}, rows.date(16)};
    add_item(accounts.back(), item, on);
  }
  // A late charge alone, of bills that are paid, is told on the next bill; nobody is dunned for it.
  std::erase_if(accounts, [](const Account& account) { return account.overdue.bills == 0; });
  return accounts;
}

using Bill = std::tuple<AccountId, BillingMonth, int>;  // the oldest open one: dunning begins anew with the next

struct Past {
  std::map<Bill, std::pair<int, bool>> steps;  // the highest step sent about a bill; whether one was a reminder
  std::set<AccountId> open_cases;
  std::set<Bill> given_up;                     // somebody decided that this debt is no reason for a disconnection
};

Past read_past(db::Session& session, CustomerId from, CustomerId to) {
  Past past;
  for (auto rows = session.query("SELECT account_id, billing_month, revision, MAX(step), MAX(purpose = 'reminder') FROM dunning_notice WHERE customer_id >= ? AND customer_id < ? AND billing_month > 0 "
                                 "GROUP BY account_id, billing_month, revision", from, to); rows.next();)
    past.steps[{{rows.i64(0)}, rows.month(1), rows.i32(2)}] = {rows.i32(3), rows.i64(4) != 0};
  for (auto rows = session.query("SELECT account_id, billing_month, revision, open_account_id IS NOT NULL, cancelled_by IS NOT NULL OR released_by IS NOT NULL FROM dunning_case WHERE customer_id >= ? AND customer_id < ?",
                                 from, to); rows.next();) {
    if (rows.i64(3) != 0) past.open_cases.insert({rows.i64(0)});
    else if (rows.i64(4) != 0) past.given_up.insert({{rows.i64(0)}, rows.month(1), rows.i32(2)});
  }
  return past;
}

Notice reminder(const Account& account, const Rule& rule, const Run& run, const Settings& settings) {
  Notice n;
  n.to = account.contact;
  n.channel = channel_for(rule.action, account.contact);
  n.month = account.overdue.month;
  n.revision = account.overdue.revision;
  n.step = rule.step;
  n.occasion = fmt::format("{}-{}/{}", n.month.yyyymm, n.revision, n.step);
  n.principal = account.overdue.principal;
  n.late = account.overdue.late;
  n.days_overdue = run.on - account.overdue.oldest_due;
  n.day = run.on;
  n.run = run.id;
  TextFacts facts;
  facts.name = account.contact.name;
  facts.account_no = account.contact.account_no;
  facts.bills = account.overdue.bills;
  facts.principal = account.overdue.principal;
  facts.late = account.overdue.late;
  facts.oldest_due = account.overdue.oldest_due;
  facts.day = run.on;
  facts.sender = settings.sender;
  facts.phone = settings.phone;
  n.text = compose(n.channel == outbox::Kind::kSms ? Template::kReminderSms : Template::kReminderLetter, settings.language, facts);
  return n;
}

}  // namespace

Result<Run> find_run(db::Session& session, DunningRunId id) {
  auto rows = session.query("SELECT kind, run_on, COALESCE(set_id, 0), shard_width FROM dunning_run WHERE run_id = ?", id);
  if (!rows.next()) return not_found("dunning.no_run", fmt::format("expected a run with the number {} but there is none", id.value));
  return Run{id, static_cast<RunKind>(rows.i32(0)), rows.date(1), rows.i64(2), rows.i64(3)};
}

void write_counts(db::Session& session, DunningRunId run, std::int64_t shard, const ShardCounts& c) {
  session.execute("INSERT INTO dunning_run_shard (run_id, shard_key, accounts, notices, candidates, held_back, moved, overdue_fen) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", run, shard, c.accounts,
                  c.notices, c.candidates, c.held_back, c.moved, c.overdue);
}

Result<ShardCounts> remind_shard(const Services& services, db::Session& session, const Run& run, CustomerId from) {
  const CustomerId to{from.value + run.shard_width};
  ShardCounts counts;
  const auto accounts = read_accounts(session, run.on, from, to);
  counts.accounts = static_cast<int>(accounts.size());
  if (accounts.empty()) return counts;

  const auto settings = read_settings(session);
  const auto rules = read_rules(session, run.rule_set);
  const auto past = read_past(session, from, to);
  auto used = contacts_in_week(session, week_of(run.on), from, to);
  std::vector<AccountId> ids;
  for (const auto& account : accounts) ids.push_back(account.contact.account);
  const auto on_plan = accounts_on_plan(session, ids);
  std::map<std::string, std::vector<Rule>, std::less<>> by_category;

  std::vector<Notice> notices;
  std::vector<NewCase> cases;
  for (const auto& account : accounts) {
    const auto id = account.contact.account;
    counts.overdue += account.overdue.total();
    // An open case has its own notices.
    if (on_plan.contains(id) || past.open_cases.contains(id)) continue;
    auto it = by_category.find(account.category);
    if (it == by_category.end()) it = by_category.emplace(account.category, rules_of(rules, account.category)).first;
    const Bill bill{id, account.overdue.month, account.overdue.revision};
    Debt debt{account.overdue.total(), run.on - account.overdue.oldest_due, 0, false, !past.given_up.contains(bill)};
    if (const auto steps = past.steps.find(bill); steps != past.steps.end()) std::tie(debt.last_step, debt.reminded) = steps->second;
    const auto rule = next_step(it->second, debt);
    if (!rule) continue;
    if (rule->action == Action::kDisconnection) {
      cases.push_back({CaseKind::kArrears, account.contact, account.overdue.month, account.overdue.revision, account.overdue.oldest_due, account.overdue.total(), "", {}});
      continue;
    }
    auto& contacts = used[account.contact.customer];
    if (contacts >= settings.contacts_per_week) {
      ++counts.held_back;
      continue;
    }
    notices.push_back(reminder(account, *rule, run, settings));
    notices.back().slot = ++contacts;
  }
  if (auto status = send_notices(services, session, notices); !status) return std::move(status).error();
  insert_cases(services, session, cases);
  counts.notices = static_cast<int>(notices.size());
  counts.candidates = static_cast<int>(cases.size());
  return counts;
}

}  // namespace mis::dunning
