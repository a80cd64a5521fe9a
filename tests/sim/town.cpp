#include "tests/sim/town.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "modules/cashier/cashier.hpp"
#include "modules/payment_channels/payment_channels.hpp"

using namespace mis;

namespace sim {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000, kEvening = 15'500LL * 3'600'000;  // 23:30 in China

// What the other modules keep; books::Books empties its own tables.
constexpr const char* kTables[] = {
    "cashier_session", "cashier_day", "cashier_receipt", "cashier_receipt_line", "cashier_receipt_bill", "cashier_receipt_print", "cashier_reversal", "cashier_reversal_request", "cashier_close",
    "cashier_close_method", "cashier_close_count", "cashier_deposit", "cashier_day_session", "cashier_day_total", "payment_channels_item", "payment_channels_secret", "payment_channels_channel",
    "payment_channels_difference", "payment_channels_their_item", "payment_channels_reconciliation", "payment_channels_settlement", "payment_channels_mandate", "payment_channels_mandate_event",
    "payment_channels_debit_batch", "payment_channels_debit_file", "payment_channels_debit_item", "payment_channels_debit_result", "payment_channels_debit_answer", "payment_channels_debit_verdict",
    "payment_channels_debit_difference", "payment_channels_statement_file", "payment_channels_statement", "payment_channels_receipt", "jobs_shard", "jobs_job", "http_idempotency"};

void empty_tables(db::Database& owner) {
  const auto emptied = owner.transact([](db::Session& s) -> Status {
    for (const char* table : kTables) s.execute(std::string("DELETE FROM ") + table);
    s.execute("UPDATE cashier_setting SET round_up_to_yuan = 1, reversal_limit_fen = 50000, receipt_format = 'roll', version = 1");
    return ok();
  });
  if (!emptied) throw std::runtime_error(emptied.error().message);
  // What is committed survives kill -9 of the database all the same, and thousands of seeds need no disk that spins.
  owner.lease()->run_raw("SET GLOBAL innodb_flush_log_at_trx_commit = 2");
}

}  // namespace

Town::Town(std::uint64_t seed, Lives::Chances chances) : seed_(seed), random_(seed), lives_((empty_tables(books.owner()), books.app()), books.owner(), clock, seed, chances) {}

void Town::differ(const std::string& what) {
  auto text = fmt::format("seed {}, step {}, {}: {}", seed_, steps_, today_.to_string(), what);
  for (const auto& difference : books.differences()) text += "\n" + difference;
  throw std::runtime_error(text);
}

Fen Town::some_amount(std::int64_t account, Day on) {
  const Fen due = auditor.due(account, on);
  if (const auto& plans = auditor.plans(account); !plans.empty() && plans.back().state == PlanIs::kActive && one_in(3)) return one_of(plans.back().instalments).amount;
  switch (below(6)) {
    case 0: return up_to(20'000);
    case 1: return due + up_to(5'000);
    case 2: return up_to(due);
    case 3: return due > 0 ? (due + 99) / 100 * 100 : 100;  // rounded up to the yuan: the rest pays the next bill
    default: return due > 0 ? due : 100;
  }
}

Instant Town::hour() const { return {std::int64_t{today_.days} * kMicrosPerDay + (evening_ ? kEvening : 0)}; }

Instant Town::next_moment() {
  ++steps_;
  return {hour().micros + ++moments_};
}

std::string Town::ask(const Request& request) {
  clock.set(next_moment());
  try {
    const int kills = lives_.server_kills(), database_kills = lives_.database_kills(), lost = lives_.lost_answers(), unheard = lives_.unheard();
    auto answer = lives_.ask(request);
    counts_["killed servers"] += lives_.server_kills() - kills;
    counts_["killed databases"] += lives_.database_kills() - database_kills;
    counts_["killed before an answer"] += lives_.unheard() - unheard;
    counts_["asked again"] += lives_.lost_answers() - lost;
    return answer;
  } catch (const std::exception& e) {
    differ(e.what());
  }
}

std::string Town::staff(UserId who, const std::function<Result<std::string>(const Desk&, db::Session&)>& work) {
  const auto key = name("key-of-staff-");
  return ask([&](const Desk& desk) { return desk.staff(who, key, [&](db::Session& session) { return work(desk, session); }); });
}

void Town::expect(std::string_view what, const std::string& expected, const std::string& found) {
  if (expected != found) differ(fmt::format("{}: expected \"{}\" but found \"{}\"", what, expected, found));
}

std::string Town::name(std::string_view prefix) { return fmt::format("{}{}-{}", prefix, seed_, ++names_); }

std::string Town::told(const std::vector<Part>& parts, Fen advance) {
  std::string text;
  for (const auto& part : parts) text += fmt::format("{}: {}+{} ", part.month, part.principal, part.late);
  return text + fmt::format("advance {}", advance);
}

void Town::look(std::int64_t account, Day on) {
  const auto due = receivables::due_of(*books.app().lease(), AccountId{account}, Date{on});
  expect(fmt::format("account {} on {}", account, Date{on}.to_string()),
         fmt::format("{} + {}, advance {}, deposit {}", auditor.principal(account), auditor.late(account, on), auditor.advance(account), auditor.deposit(account)),
         fmt::format("{} + {}, advance {}, deposit {}", due.principal.value, due.late.value, due.advance.value, due.deposit.value));
  count("looks");
}

void Town::look_at_all() {
  for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account) look(account, day());
  Heads found;
  auto s = books.app().lease();
  for (auto rows = s->query("SELECT ledger_account, IF(ledger_account IN (?, ?, ?, ?, ?), subject_id, 0), CAST(SUM(amount_fen) AS SIGNED) FROM ledger_posting GROUP BY 1, 2", static_cast<int>(kCash),
                            static_cast<int>(kBank), static_cast<int>(kInTransit), static_cast<int>(kCashDifferences), static_cast<int>(kUnidentified)); rows.next();)
    found.move(rows.i64(2), {rows.i32(0), rows.i64(1)}, {0, 0});
  const auto told = [](const Heads& heads) {
    std::string text;
    for (const auto& [place, sum] : heads.sums())
      if (place.head != 0) text += fmt::format("{}/{} {}, ", place.head, place.subject, sum);
    return text;
  };
  expect("the ledger", told(auditor.heads), told(found));
  count("balances");
}

void Town::verify() {
  auto all = books.differences();
  for (auto* check : {&cashier::verify_cashier, &payment_channels::verify_channels, &payment_channels::verify_debits}) {
    const auto more = *check(books.app());
    all.insert(all.end(), more.begin(), more.end());
  }
  if (!all.empty()) {
    std::string text = "verify:";
    for (const auto& difference : all) text += "\n  " + difference;
    differ(text);
  }
  count("verifications");
}

}  // namespace sim
