#include "modules/dunning/prepaid.hpp"

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "mis/files/lookup.hpp"
#include "modules/dunning/store.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::dunning {
namespace {

std::vector<std::int64_t> values_of(std::span<const AccountId> accounts) {
  std::vector<std::int64_t> ids;
  for (const auto account : accounts) ids.push_back(account.value);
  return ids;
}

struct NewestBill {
  BillingMonth month;
  int revision = 0;
  Use use;
};

std::map<AccountId, NewestBill> newest_bills(db::Session& session, std::span<const std::int64_t> ids) {
  std::map<AccountId, NewestBill> bills;
  files::query_in(session, "SELECT account_id, billing_month, revision, amount_fen, energy_wh, period_from, period_to FROM billing_issued_period WHERE account_id IN (*)", ids, [&](db::Rows& row) {
    auto& bill = bills[{row.i64(0)}];
    if (std::pair(row.month(1), row.i32(2)) < std::pair(bill.month, bill.revision)) return;
    bill = {row.month(1), row.i32(2), {{row.i64(3)}, {row.i64(4)}, {row.date(5), row.date(6)}, {}, row.date(6)}};
  });
  return bills;
}

// Adds to each bill what the account's meters have counted since: from the newest index of the bill's month to the newest one
// of a later month. A meter without both counts nothing, and its days are estimated.
void add_readings(db::Session& session, std::span<const std::int64_t> ids, std::map<AccountId, NewestBill>& bills) {
  struct Index { BillingMonth month; int seq = 0; Date day; std::int64_t total_e4 = 0; };
  struct Meter { AccountId account; std::int64_t ratio = 1; int digits = 6; Index billed, newest; };
  std::map<std::int64_t, Meter> meters;
  BillingMonth oldest{999912};
  for (const auto& [account, bill] : bills) oldest = std::min(oldest, bill.month);
  const db::Param first[] = {oldest};
  files::query_in(session, "SELECT p.account_id, p.installation_id, p.ct_ratio, p.pt_ratio, p.register_digits, r.billing_month, r.seq, r.read_at, r.total_e4 FROM metering_billing_point p "
                           "JOIN meter_reading_total_index r ON r.installation_id = p.installation_id WHERE r.billing_month >= ? AND r.kind = 1 AND p.kind = 'consumption' AND p.parent_id IS NULL "
                           "AND p.valid_to = '9999-12-31' AND p.account_id IN (*)", ids, [&](db::Rows& row) {
    const auto bill = bills.find({row.i64(0)});
    if (bill == bills.end()) return;
    auto& meter = meters[row.i64(1)];
    meter.account = {row.i64(0)};
    meter.ratio = row.i64(2) * row.i64(3);
    meter.digits = row.i32(4);
    const Index index{row.month(5), row.i32(6), local_date(row.instant(7)), row.i64(8)};
    auto& place = index.month == bill->second.month ? meter.billed : meter.newest;
    if (index.month >= bill->second.month && std::pair(place.month, place.seq) < std::pair(index.month, index.seq)) place = index;
  }, first);
  for (const auto& [id, meter] : meters) {
    if (meter.billed.month.yyyymm == 0 || meter.newest.month.yyyymm == 0) continue;
    auto& use = bills.at(meter.account).use;
    // 1/10,000 kWh is 1/10 Wh.
    use.read_energy += Energy{index_difference(meter.billed.total_e4, meter.newest.total_e4, meter.digits) * meter.ratio / 10};
    use.read_to = std::max(use.read_to, meter.newest.day);
  }
}

struct Enrolled {
  Contact contact;
  PrepaidLimits limits;
};

std::vector<Enrolled> enrolled_in(db::Session& session, AccountId from, AccountId to) {
  std::vector<Enrolled> list;
  for (auto rows = session.query("SELECT c.account_id, c.customer_id, c.org_id, c.account_no, c.name, c.phone, c.address, p.warn_fen, p.stop_fen, p.credit_fen FROM dunning_prepaid_account p "
                                 "JOIN customers_contact c ON c.account_id = p.account_id WHERE p.account_id >= ? AND p.account_id < ? AND p.ended_on IS NULL AND c.status <> 'closed' "
                                 "ORDER BY p.account_id", from, to); rows.next();)
    list.push_back({contact_from(rows), {{rows.i64(7)}, {rows.i64(8)}, {rows.i64(9)}}});
  return list;
}

Notice warning(const Enrolled& account, const Balance& balance, Level level, const Run& run, const Settings& settings, int slot) {
  Notice n;
  n.to = account.contact;
  n.channel = channel_for(Action::kSms, account.contact);
  n.purpose = level == Level::kLow ? Purpose::kPrepaidLow : Purpose::kPrepaidEmpty;
  n.occasion = fmt::format("prepaid/{}/{}", run.on.to_string(), name_of(level));
  n.principal = balance.due;
  n.day = run.on;
  n.run = run.id;
  n.slot = slot;
  TextFacts facts;
  facts.name = account.contact.name;
  facts.account_no = account.contact.account_no;
  facts.day = run.on;
  facts.balance = balance.balance;
  facts.sender = settings.sender;
  facts.phone = settings.phone;
  n.text = compose(level == Level::kLow ? Template::kPrepaidLow : Template::kPrepaidEmpty, settings.language, facts);
  return n;
}

Status check_limits(const PrepaidLimits& limits) {
  if (limits.credit.value < 0) return invalid("dunning.prepaid_limits", "expected a credit that is not negative but found a negative one");
  if (limits.warn < limits.stop) return invalid("dunning.prepaid_limits", "expected the limit for warnings not below the limit for stops but it is");
  return ok();
}

}  // namespace

std::map<AccountId, Balance> balances_of(db::Session& session, std::span<const AccountId> accounts, Date on) {
  const auto ids = values_of(accounts);
  auto bills = newest_bills(session, ids);
  if (!bills.empty()) add_readings(session, ids, bills);
  std::map<AccountId, Balance> balances;
  for (const auto& due : receivables::due_of(session, accounts, on)) {
    auto& b = balances[due.account];
    b.advance = due.advance;
    b.due = due.due();
    if (const auto bill = bills.find(due.account); bill != bills.end()) {
      const auto& use = bill->second.use;
      b.estimated = estimated_cost(use, on);
      b.billed_to = use.period.to;
      b.read = use.read_energy;
      b.estimated_days = std::max(0, on - std::max(use.read_to, use.period.to));
    }
    b.balance = b.advance - b.due - b.estimated;
  }
  return balances;
}

Balance balance_of(db::Session& session, AccountId account, Date on) { return balances_of(session, std::span<const AccountId>(&account, 1), on)[account]; }

Status enrol(db::Session& session, AccountId account, const PrepaidLimits& limits, Date today, UserId by, Instant now) {
  if (auto status = check_limits(limits); !status) return status;
  const auto contact = find_contact(session, account);
  if (!contact) return not_found("customers.no_account", "expected an account that exists but there is none");
  auto rows = session.query("SELECT ended_on FROM dunning_prepaid_account WHERE account_id = ? FOR UPDATE", account);
  if (rows.next() && rows.is_null(0)) return conflict("dunning.prepaid_enrolled", "expected an account that is not fee-controlled yet but it is");
  session.execute("INSERT INTO dunning_prepaid_account (account_id, customer_id, org_id, warn_fen, stop_fen, credit_fen, enrolled_on, changed_by, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                  "ON DUPLICATE KEY UPDATE warn_fen = VALUES(warn_fen), stop_fen = VALUES(stop_fen), credit_fen = VALUES(credit_fen), enrolled_on = VALUES(enrolled_on), ended_on = NULL, "
                  "version = version + 1, changed_by = VALUES(changed_by), changed_at = VALUES(changed_at)",
                  account, contact->customer, contact->org, limits.warn, limits.stop, limits.credit, today, by, now);
  return ok();
}

Status change_limits(db::Session& session, AccountId account, const PrepaidLimits& limits, UserId by, Instant now) {
  if (auto status = check_limits(limits); !status) return status;
  if (session.execute("UPDATE dunning_prepaid_account SET warn_fen = ?, stop_fen = ?, credit_fen = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE account_id = ? AND ended_on IS NULL",
                      limits.warn, limits.stop, limits.credit, by, now, account) == 0)
    return conflict("dunning.prepaid_not_enrolled", "expected a fee-controlled account but it is none");
  return ok();
}

Status end_enrolment(db::Session& session, AccountId account, Date today, UserId by, Instant now) {
  if (session.execute("UPDATE dunning_prepaid_account SET ended_on = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE account_id = ? AND ended_on IS NULL", today, by, now, account) == 0)
    return conflict("dunning.prepaid_not_enrolled", "expected a fee-controlled account but it is none");
  return ok();
}

Result<ShardCounts> prepaid_shard(const Services& services, db::Session& session, const Run& run, AccountId from) {
  const AccountId to{from.value + run.shard_width};
  ShardCounts counts;
  const auto accounts = enrolled_in(session, from, to);
  counts.accounts = static_cast<int>(accounts.size());
  if (accounts.empty()) return counts;
  std::vector<AccountId> ids;
  for (const auto& a : accounts) ids.push_back(a.contact.account);
  const auto settings = read_settings(session);
  const auto balances = balances_of(session, ids, run.on);

  std::set<AccountId> recorded, open, refused_today;
  std::set<std::pair<AccountId, std::string>> warned;
  std::vector<CaseId> to_check;
  for (auto rows = session.query("SELECT account_id FROM dunning_prepaid_balance WHERE day = ? AND account_id >= ? AND account_id < ?", run.on, from, to); rows.next();) recorded.insert({rows.i64(0)});
  for (auto rows = session.query("SELECT account_id, occasion FROM dunning_notice WHERE noticed_on = ? AND account_id >= ? AND account_id < ? AND purpose IN ('prepaid_low', 'prepaid_empty')", run.on, from,
                                 to); rows.next();)
    warned.emplace(AccountId{rows.i64(0)}, rows.text(1));
  for (auto rows = session.query("SELECT account_id, case_id, kind, open_account_id IS NOT NULL, COALESCE(cancelled_by, released_by, 0), COALESCE(cancelled_at, released_at) FROM dunning_case WHERE account_id >= ? AND account_id < ?", from, to);
       rows.next();) {
    const AccountId id{rows.i64(0)};
    if (rows.i64(3) != 0) {
      open.insert(id);
      if (static_cast<CaseKind>(rows.i32(2)) == CaseKind::kPrepaid) to_check.push_back({rows.i64(1)});
    } else if (rows.i64(4) != 0 && local_date(rows.instant(5)) == run.on) {
      refused_today.insert(id);  // who cancelled it, or gave supply back unpaid, today need not do so again today
    }
  }

  db::BulkWriter rows("dunning_prepaid_balance", {"account_id", "day", "advance_fen", "due_fen", "estimated_fen", "balance_fen", "level", "billed_to", "read_wh", "estimated_days", "recorded_at"});
  std::vector<Notice> notices;
  std::vector<NewCase> cases;
  std::map<CustomerId, int> used;
  for (const auto& account : accounts) {
    const auto id = account.contact.account;
    const auto& b = balances.at(id);
    const auto level = level_of(b.balance, account.limits);
    if (!recorded.contains(id)) {
      rows.add(id).add(run.on).add(b.advance).add(b.due).add(b.estimated).add(b.balance).add(name_of(level)).add(b.billed_to).add(b.read).add(b.estimated_days).add(services.clock.now());
      rows.end_row();
    }
    if (level == Level::kGood) continue;
    const auto occasion = fmt::format("prepaid/{}/{}", run.on.to_string(), name_of(level));
    if (!warned.contains({id, occasion})) {
      const auto customer = account.contact.customer;
      if (!used.contains(customer)) {
        const auto week = contacts_in_week(session, week_of(run.on), customer, {customer.value + 1});
        used[customer] = week.empty() ? 0 : week.begin()->second;
      }
      if (used[customer] >= settings.contacts_per_week) ++counts.held_back;
      else notices.push_back(warning(account, b, level, run, settings, ++used[customer]));
    }
    if (level == Level::kEmpty && b.balance.value <= 0 && !open.contains(id) && !refused_today.contains(id))
      cases.push_back({CaseKind::kPrepaid, account.contact, {}, 0, run.on, Money{-b.balance.value}, "", {}});
  }
  rows.flush(session);
  if (auto status = send_notices(services, session, notices); !status) return std::move(status).error();
  insert_cases(services, session, cases);
  for (const auto id : to_check) {
    auto moved = check_payment(services, session, id);
    if (!moved) return std::move(moved).error();
    counts.moved += *moved ? 1 : 0;
  }
  counts.notices = static_cast<int>(notices.size());
  counts.candidates = static_cast<int>(cases.size());
  return counts;
}

}  // namespace mis::dunning
