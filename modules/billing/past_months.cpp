#include "modules/billing/past_months.hpp"

#include <algorithm>

#include "mis/files/lookup.hpp"

namespace mis::billing {
namespace {

// The months in which there is anything to look for: in the first month of a county nobody has an earlier bill.
struct Months {
  BillingMonth first, last;  // both included; first > last: none
  bool contains(BillingMonth m) const { return m >= first && m <= last; }
};

constexpr Months kNoMonths{{1}, {0}};

Months read_months(db::Session& session, const char* sql, BillingMonth before) {
  auto rows = session.query(sql, before);
  return rows.next() && !rows.is_null(0) ? Months{rows.month(0), rows.month(1)} : kNoMonths;
}

void note(ShardAccount& account, BillingMonth month, const PastMonth& past) {
  account.has_previous = true;
  account.last_billed = month;
  account.previous = past;
}

// Accounts that have no newer month yet, by id.
using Waiting = std::unordered_map<std::int64_t, ShardAccount*>;

// Last month, for the whole route in the order of its rows.
void read_last_month(db::Session& session, ShardInput& input, bool has_history, Waiting& waiting) {
  const auto month = input.month.plus(-1);
  std::unordered_map<std::int64_t, PastMonth> past;
  for (auto rows = session.query("SELECT account_id, energy_wh, amount_fen, tier_energy_wh FROM billing_bill "
                                 "WHERE billing_month = ? AND route_id = ? ORDER BY account_id, revision", month, input.route); rows.next();)
    past[rows.i64(0)] = {{rows.i64(1)}, {rows.i64(2)}, {rows.i64(3)}};
  if (past.size() < input.accounts.size()) {
    // From the route's accounts to their rows, in this order: right after a bulk load the statistics are not there yet, and
    // the optimiser would read the whole month for each route.
    for (auto rows = session.query("SELECT STRAIGHT_JOIN h.account_id, h.energy_wh, h.amount_fen, h.tier_energy_wh FROM customers_account_place a "
                                   "JOIN billing_history h ON h.billing_month = ? AND h.account_id = a.account_id WHERE a.route_id = ?",
                                   month, input.route); rows.next();)
      past.try_emplace(rows.i64(0), PastMonth{{rows.i64(1)}, {rows.i64(2)}, {rows.i64(3)}});
  }
  for (auto& account : input.accounts) {
    if (const auto it = past.find(account.id.value); it != past.end()) note(account, month, it->second);
    else if (has_history || account.opened < input.month.first_day()) waiting.emplace(account.id.value, &account);
  }
}

// For the few that are left: month by month backwards, each a look into one partition. All months at once would open them
// all for each account, also where the last but one already answers.
void read_month(db::Session& session, const char* sql, BillingMonth month, Date opened_before, Waiting& waiting) {
  std::vector<std::int64_t> ids;
  for (const auto& [id, account] : waiting)
    if (account->opened < opened_before) ids.push_back(id);
  if (ids.empty()) return;
  std::sort(ids.begin(), ids.end());
  const db::Param first[] = {month};
  std::unordered_map<std::int64_t, PastMonth> found;  // of several revisions the latest
  files::query_in(session, sql, ids, [&](db::Rows& rows) { found[rows.i64(0)] = {{rows.i64(1)}, {rows.i64(2)}, {rows.i64(3)}}; }, first);
  for (const auto& [id, past] : found) {
    note(*waiting.at(id), month, past);
    waiting.erase(id);
  }
}

}  // namespace

BillingMonth tier_year_start(const tariffs::Tariff* tariff, BillingMonth month) {
  const int start = tariff ? tariff->tiers.cycle_start_month : 1;
  return {(month.month() >= start ? month.year() : month.year() - 1) * 100 + start};
}

void read_past_months(db::Session& session, ShardInput& input) {
  const auto last = input.month.plus(-1);
  const auto runs = read_months(session, "SELECT MIN(billing_month), MAX(billing_month) FROM billing_run WHERE billing_month < ?", input.month);
  const auto history = read_months(session, "SELECT MIN(billing_month), MAX(billing_month) FROM billing_history WHERE billing_month < ?", input.month);
  const auto before_first_run = runs.first.valid() ? runs.first.plus(-1) : last;  // what came up to this month was billed elsewhere
  Waiting waiting;
  for (auto& account : input.accounts) account.last_billed = before_first_run;
  read_last_month(session, input, history.first.valid(), waiting);
  const auto oldest = std::min(runs.first.valid() ? runs.first : last, history.first.valid() ? history.first : last);
  for (auto month = last; month >= oldest && !waiting.empty(); month = month.plus(-1)) {
    if (runs.contains(month))
      read_month(session, "SELECT account_id, energy_wh, amount_fen, tier_energy_wh FROM billing_bill WHERE billing_month = ? AND account_id IN (*) ORDER BY account_id, revision", month,
                 month.plus(1).first_day(), waiting);  // nobody has a bill of a month before he was a customer
    if (history.contains(month))
      read_month(session, "SELECT account_id, energy_wh, amount_fen, tier_energy_wh FROM billing_history WHERE billing_month = ? AND account_id IN (*)", month, kForever,
                 waiting);  // the replaced system may have counted customers from another day
  }
  for (auto& account : input.accounts) {
    // A tier year that began since then starts from nothing.
    const auto* tariff = input.tariffs->find(account.tariff_code, account.input.service.to + -1);
    if (account.has_previous && account.last_billed >= tier_year_start(tariff, input.month)) account.input.tier_energy_before = account.previous.tier_energy;
  }
}

}  // namespace mis::billing
