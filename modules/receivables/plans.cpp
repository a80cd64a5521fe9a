#include "modules/receivables/plans.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "modules/receivables/item_store.hpp"
#include "modules/receivables/settings.hpp"

namespace mis::receivables {
namespace {

Plan plan_from_row(const db::Rows& row) {
  Plan plan{{row.i64(0)}, {row.i64(1)}, plan_state_of(row.text(2)).value_or(PlanState::kActive), {row.i64(3)}, row.date(4), row.date(5), row.date_or_null(6), {}, {}, {}};
  if (const auto paid = row.i64_or_null(7)) plan.paid_at_end = Money{*paid};
  return plan;
}

void read_parts(db::Session& session, Plan& plan) {
  for (auto rows = session.query("SELECT due_on, amount_fen FROM receivables_plan_instalment WHERE plan_id = ? ORDER BY seq", plan.id); rows.next();)
    plan.instalments.push_back({rows.date(0), {rows.i64(1)}});
  for (auto rows = session.query("SELECT account_id, billing_month, revision FROM receivables_plan_bill WHERE plan_id = ? ORDER BY billing_month, revision", plan.id); rows.next();)
    plan.bills.push_back({{rows.i64(0)}, rows.month(1), rows.i32(2)});
}

void set_state(db::Session& session, PlanId id, PlanState state, std::optional<Date> ended_on, std::optional<Money> paid) {
  session.execute("UPDATE receivables_plan SET state = ?, ended_on = ?, paid_fen = ? WHERE plan_id = ?", name_of(state), ended_on, paid, id);
}

// True where the plan is in another state than it was.
Result<bool> review(db::Session& session, PlanId id, AccountId account, Date today, int grace_days) {
  auto locked = lock_accounts(session, {&account, 1});
  if (!locked) return std::move(locked).error();
  const auto plan = find_plan(session, id);  // again, now that nobody moves this account's money
  if (!plan || (plan->state != PlanState::kActive && plan->state != PlanState::kKept)) return false;
  const Money paid = paid_of(*plan, read_open_items(session, {&account, 1})[account], today);
  const auto now = assess(plan->instalments, paid, today, grace_days).state;
  if (!may_become(plan->state, now)) return false;
  if (now == PlanState::kBroken) end_plan(session, *plan, now, paid, today);
  else set_state(session, id, now, now == PlanState::kKept ? std::optional(today) : std::nullopt, {});
  return true;
}

constexpr std::int64_t kAccountsOfShard = 5'000;

}  // namespace

std::vector<Plan> plans_of(db::Session& session, AccountId account) {
  std::vector<Plan> plans;
  for (auto rows = session.query("SELECT plan_id, account_id, state, total_fen, late_stop, approved_on, ended_on, paid_fen FROM receivables_plan WHERE account_id = ? ORDER BY plan_id DESC", account);
       rows.next();)
    plans.push_back(plan_from_row(rows));
  for (auto& plan : plans) read_parts(session, plan);
  return plans;
}

std::optional<Plan> find_plan(db::Session& session, PlanId id) {
  std::optional<Plan> plan;
  {
    auto rows = session.query("SELECT plan_id, account_id, state, total_fen, late_stop, approved_on, ended_on, paid_fen FROM receivables_plan WHERE plan_id = ?", id);
    if (!rows.next()) return {};
    plan = plan_from_row(rows);
  }
  read_parts(session, *plan);
  return plan;
}

std::set<BillKey> planned_bills(db::Session& session, AccountId account) {
  std::set<BillKey> bills;
  for (auto rows = session.query("SELECT b.account_id, b.billing_month, b.revision FROM receivables_plan p JOIN receivables_plan_bill b ON b.plan_id = p.plan_id "
                                 "WHERE p.account_id = ? AND p.state = 'active'", account); rows.next();)
    bills.insert({{rows.i64(0)}, rows.month(1), rows.i32(2)});
  return bills;
}

Money paid_of(const Plan& plan, std::span<const OpenItem> open_items, Date today) {
  if (plan.paid_at_end) return *plan.paid_at_end;
  Money due;
  for (const auto& item : open_items)
    if (std::find(plan.bills.begin(), plan.bills.end(), item.bill) != plan.bills.end()) due += item.due(today);
  return std::max(Money{}, plan.total - due);
}

PlanId insert_plan(db::Session& session, const Plan& plan, ProposalId proposal) {
  session.execute("INSERT INTO receivables_plan (account_id, proposal_id, state, total_fen, late_stop, approved_on) VALUES (?, ?, ?, ?, ?, ?)", plan.account, proposal,
                  name_of(PlanState::kActive), plan.total, plan.late_stop, plan.approved_on);
  const PlanId id{session.last_insert_id()};
  db::BulkWriter instalments("receivables_plan_instalment", {"plan_id", "seq", "due_on", "amount_fen"});
  int seq = 0;
  for (const auto& instalment : plan.instalments) {
    instalments.add(id).add(++seq).add(instalment.due_on).add(instalment.amount);
    instalments.end_row();
  }
  instalments.flush(session);
  db::BulkWriter bills("receivables_plan_bill", {"account_id", "billing_month", "revision", "plan_id"});
  for (const auto& bill : plan.bills) {
    bills.add(bill.account).add(bill.month).add(bill.revision).add(id);
    bills.end_row();
  }
  bills.flush(session);
  write_items(session, replay_items(session, plan.bills));
  return id;
}

void end_plan(db::Session& session, const Plan& plan, PlanState to, Money paid, Date on) {
  set_state(session, plan.id, to, on, paid);
  write_items(session, replay_items(session, plan.bills));
}

Result<std::int64_t> review_plans(db::Session& session, AccountId from, AccountId to, Date today) {
  struct Found {
    PlanId id;
    AccountId account;
  };
  std::vector<Found> found;
  // A kept plan is looked at again only where a bill of it is open after all.
  for (auto rows = session.query("SELECT p.plan_id, p.account_id FROM receivables_plan p WHERE p.account_id >= ? AND p.account_id < ? AND (p.state = 'active' OR (p.state = 'kept' AND EXISTS "
                                 "(SELECT 1 FROM receivables_plan_bill b JOIN receivables_open_item i ON i.account_id = b.account_id AND i.billing_month = b.billing_month AND i.revision = b.revision "
                                 "WHERE b.plan_id = p.plan_id AND i.settled = 0))) ORDER BY p.account_id, p.plan_id", from, to); rows.next();)
    found.push_back({{rows.i64(0)}, {rows.i64(1)}});
  const int grace_days = read_settings(session).plan_grace_days;
  std::int64_t changed = 0;
  for (const auto& plan : found) {
    auto did = review(session, plan.id, plan.account, today, grace_days);
    if (!did) return std::move(did).error();
    changed += *did ? 1 : 0;
  }
  return changed;
}

Result<bool> review_account_plans(db::Session& session, AccountId account, Date on) {
  const int grace_days = read_settings(session).plan_grace_days;
  bool changed = false;
  for (const auto& plan : plans_of(session, account)) {
    // A kept one too: where a payment of it was taken back, what comes too late must not heal it either.
    if (plan.state != PlanState::kActive && plan.state != PlanState::kKept) continue;
    auto did = review(session, plan.id, account, on, grace_days);
    if (!did) return std::move(did).error();
    changed = changed || *did;
  }
  return changed;
}

jobs::Kind review_plans_kind(const Clock& clock) {
  jobs::Kind kind;
  kind.name = kReviewPlansJob;
  kind.run_shard = [&clock](db::Session& session, const jobs::Job&, const jobs::Shard& shard) -> Result<std::int64_t> {
    auto changed = review_plans(session, {shard.key * kAccountsOfShard}, {(shard.key + 1) * kAccountsOfShard}, local_date(clock.now()));
    if (!changed) return std::move(changed).error();
    return shard.items_expected;
  };
  kind.finish = [](db::Session&, const jobs::Job&) { return ok(); };
  return kind;
}

jobs::Kind apply_advances_kind(db::Database& database, const Clock& clock) {
  jobs::Kind kind;
  kind.name = kApplyAdvancesJob;
  kind.run_shard = [&database, &clock](db::Session& session, const jobs::Job& job, const jobs::Shard& shard) -> Result<std::int64_t> {
    std::vector<AccountId> accounts;
    for (auto rows = session.query("SELECT a.account_id FROM receivables_account a WHERE a.account_id >= ? AND a.account_id < ? AND a.advance_fen > 0 "
                                   "AND EXISTS (SELECT 1 FROM receivables_open_item i WHERE i.account_id = a.account_id AND i.settled = 0)",
                                   shard.key * kAccountsOfShard, (shard.key + 1) * kAccountsOfShard); rows.next();)
      accounts.push_back({rows.i64(0)});
    const auto now = clock.now();
    auto used = apply_advances(database, session, accounts, {local_date(now), now, job.requested_by});
    if (!used) return std::move(used).error();
    return shard.items_expected;
  };
  kind.finish = [](db::Session&, const jobs::Job&) { return ok(); };
  return kind;
}

Result<JobId> queue_nightly(db::Session& session, const char* kind, Instant now, UserId by) {
  if (jobs::is_active(session, kind, 0)) return conflict("receivables.job_active", fmt::format("expected no {} to run but one does", kind));
  std::vector<jobs::Shard> shards;
  for (auto rows = session.query("SELECT account_id DIV ?, COUNT(*) FROM receivables_account GROUP BY 1 ORDER BY 1", kAccountsOfShard); rows.next();)
    shards.push_back({rows.i64(0), rows.i32(1)});
  if (shards.empty()) shards.push_back({0, 0});  // a job of nothing ends too
  return jobs::create(session, now, kind, 0, "accounts", shards, by);
}

}  // namespace mis::receivables
