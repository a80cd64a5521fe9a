#include "tests/bench/days_bench.hpp"

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "mis/observe/metrics.hpp"
#include "modules/cashier/counter.hpp"
#include "modules/cashier/days.hpp"
#include "modules/payment_channels/reconcile.hpp"
#include "modules/payment_channels/reconciliation_store.hpp"

namespace bench {
namespace {

using namespace mis;
using Steady = std::chrono::steady_clock;
double since(Steady::time_point t) { return std::chrono::duration<double>(Steady::now() - t).count(); }

constexpr UserId kClerk{2}, kSupervisor{4};
constexpr std::size_t kMostPending = 4U << 20U;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}
void must(Status status) {
  if (!status) throw std::runtime_error(status.error().message);
}

// ── A bank's day ──

constexpr int kLines = 100'000;
constexpr std::int64_t kFirstItem = 900'000'000'000;  // beyond what the sequence reaches in a bench
constexpr const char* kDayProfile = R"({"transport": "rest", "reconciliation_file": {"name": "bench", "encoding": "utf-8", "crlf": false,
  "columns": [{"field": "serial_no", "title": "s"}, {"field": "account_no", "title": "a"}, {"field": "amount", "title": "m"}]}})";

std::string serial_of(int i) { return fmt::format("B{:09}", i); }

// Items alone, without their payments: what is compared is items and lines.
void make_items(db::Database& owner, std::int64_t channel, Date day, Instant now) {
  must(owner.transact([&](db::Session& s) -> Status {
    db::BulkWriter items("payment_channels_item", {"item_id", "channel_id", "request_key", "kind", "state", "content_hash", "serial_no", "account_no", "account_id", "amount_fen", "business_date", "response",
                                                   "answer", "received_at", "changed_at"});
    for (int i = 0; i < kLines; ++i) {
      items.add(kFirstItem + i).add(channel).add(serial_of(i)).add("pay").add("paid").add("").add(serial_of(i)).add(make_account_no(i)).add(i).add(i + 1).add(day).add("approved").add("{}").add(now).add(now);
      items.end_row();
      items.flush_when_over(s, kMostPending);
    }
    items.flush(s);
    return ok();
  }));
}

// Theirs lacks the first ten, has ten more, and ten other amounts.
std::string day_file() {
  std::string lines;
  std::int64_t sum = 0;
  for (int i = 10; i < kLines + 10; ++i) {
    const std::int64_t fen = i + 1 + (i < 20 ? 5 : 0);
    sum += fen;
    lines += fmt::format("{}|{}|{}.{:02}\n", serial_of(i), make_account_no(i), fen / 100, fen % 100);
  }
  return fmt::format("{}|{}.{:02}\n", kLines, sum / 100, sum % 100) + lines;
}

void run_bank_day(Table& table, commands::Installation& installation) {
  using namespace payment_channels;
  SystemClock clock;
  observe::Metrics metrics;
  const Services services{installation.app(), clock, metrics};
  auto& app = installation.app();
  const Date day = local_date(clock.now()) + -1;
  Channel channel;
  channel.code = "BENCHDAY";
  channel.name = "测试银行";
  channel.profile_text = kDayProfile;
  channel.profile = must(parse_channel_profile(kDayProfile));
  channel = must(app.transact([&](db::Session& s) { return save_channel(s, channel, clock.now(), kClerk); }));
  make_items(installation.owner(), channel.id, day, clock.now());
  const auto file = day_file();
  ReconciliationService service(services);
  auto begun = Steady::now();
  const auto loaded = must(app.transact([&](db::Session& s) { return service.load(s, channel, {day, "day.txt", file}, kClerk); }));
  const auto load_s = since(begun);
  begun = Steady::now();
  must(app.transact([&](db::Session& s) { return service.compare(s, loaded.id); }));
  const auto compare_s = since(begun);
  const auto r = find_reconciliation(*app.lease(), loaded.id);
  if (!r || r->equal.count != kLines - 20 || list_differences(*app.lease(), r->id, 0, 1'000).size() != 30) throw std::runtime_error("expected all but twenty lines to agree, with thirty differences, but they do not");
  table.add({"a bank's day file of 100,000 lines, loaded", load_s, "s", 5, true, "durable"});
  table.add({"100,000 lines against 100,000 items", compare_s, "s", 5, true, "30 differences found"});
  auto s = installation.owner().lease();
  s->execute("DELETE FROM payment_channels_difference WHERE reconciliation_id = ?", loaded.id);
  s->execute("DELETE FROM payment_channels_their_item WHERE reconciliation_id = ?", loaded.id);
  s->execute("DELETE FROM payment_channels_reconciliation WHERE reconciliation_id = ?", loaded.id);
  s->execute("DELETE FROM payment_channels_item WHERE channel_id = ?", channel.id);
}

// ── The company's day ──

constexpr int kSessions = 100, kReceipts = 500;
constexpr std::int64_t kFirstSession = 900'000'000;
constexpr int kFen = 100;

// A hundred closed sessions in one hall, their receipts and the ledger's side of each.
void make_sessions(db::Database& owner, OrgId hall, Date day, Instant at) {
  using namespace cashier;
  must(owner.transact([&](db::Session& s) -> Status {
    for (const std::int64_t org : {std::int64_t{0}, hall.value}) s.execute("INSERT INTO cashier_day (org_id, day, state, sessions) VALUES (?, ?, 'open', ?)", org, day, kSessions);
    db::BulkWriter sessions("cashier_session", {"session_id", "session_no", "cashier", "org_id", "day", "state", "float_fen", "opened_at", "closed_at"});
    db::BulkWriter closes("cashier_close", {"session_id", "returned_fen", "closed_by", "closed_at"}), methods("cashier_close_method", {"session_id", "method", "expected_fen", "counted_fen"});
    db::BulkWriter receipts("cashier_receipt", {"receipt_id", "receipt_no", "session_id", "number", "taken_at", "method", "total_fen", "tendered_fen", "reference"});
    db::BulkWriter postings("ledger_posting", {"accounting_month", "transaction_id", "line_no", "account_id", "ledger_account", "amount_fen", "billing_month", "revision", "template", "posted_on", "subject_id"});
    const auto month = ledger::accounting_month_of(day);
    for (int i = 0; i < kSessions; ++i) {
      const std::int64_t id = kFirstSession + i;
      const auto session_no = make_session_no("BENCH", day, i + 1);
      sessions.add(id).add(session_no).add(kClerk).add(hall).add(day).add("closed").add(0).add(at).add(at);
      sessions.end_row();
      closes.add(id).add(0).add(kClerk).add(at);
      closes.end_row();
      for (const auto method : kMethods) {
        const int fen = method == CounterMethod::kCash ? kReceipts * kFen : 0;
        methods.add(id).add(name_of(method)).add(fen).add(fen);
        methods.end_row();
      }
      for (int n = 1; n <= kReceipts; ++n) {
        const std::int64_t receipt = id * 1'000 + n;
        receipts.add(receipt).add(make_receipt_no(session_no, n)).add(id).add(n).add(at).add("cash").add(kFen).add(kFen).add_null();
        receipts.end_row();
        for (int line = 1; line <= 2; ++line) {
          const auto account = line == 1 ? ledger::LedgerAccount::kCash : ledger::LedgerAccount::kAdvances;
          postings.add(month).add(receipt * 10).add(line).add(11).add(static_cast<int>(account)).add(line == 1 ? kFen : -kFen).add(0).add(0).add(2).add(day).add(line == 1 ? id : 0);
          postings.end_row();
        }
      }
    }
    for (auto* rows : {&sessions, &closes, &methods, &receipts, &postings}) rows->flush(s);
    return ok();
  }));
}

void run_company_day(Table& table, commands::Installation& installation) {
  SystemClock clock;
  const auto now = clock.now();
  const Date day = local_date(now) + -2;
  const auto month = ledger::accounting_month_of(day);
  must(installation.ensure_months(month, month));
  auto& owner = installation.owner();
  OrgId hall;
  {
    auto s = owner.lease();
    auto rows = s->query("SELECT MAX(org_id) FROM administration_org_unit");
    if (!rows.next() || rows.is_null(0)) throw std::runtime_error("expected a business unit in the county but there is none");
    hall = {rows.i64(0)};
  }
  make_sessions(owner, hall, day, now);
  const auto begun = Steady::now();
  must(installation.app().transact([&](db::Session& s) { return cashier::close_company_day(s, {kSupervisor, hall, now}, {day, true}); }));
  table.add({"the company's day of 50,000 receipts, closed", since(begun), "s", 5, true, "100 sessions, beside the month's bills"});
  auto s = owner.lease();
  const auto last = kFirstSession + kSessions;
  s->execute("DELETE FROM ledger_posting WHERE accounting_month = ? AND transaction_id BETWEEN ? AND ?", month, kFirstSession * 10'000, last * 10'000);
  s->execute("DELETE FROM cashier_receipt WHERE session_id BETWEEN ? AND ?", kFirstSession, last);
  for (const char* statement : {"DELETE FROM cashier_close_method WHERE session_id BETWEEN ? AND ?", "DELETE FROM cashier_close WHERE session_id BETWEEN ? AND ?",
                                "DELETE FROM cashier_session WHERE session_id BETWEEN ? AND ?"})
    s->execute(statement, kFirstSession, last);
  for (const char* statement : {"DELETE FROM cashier_day_total WHERE day = ?", "DELETE FROM cashier_day_session WHERE day = ?", "DELETE FROM cashier_day WHERE day = ?"}) s->execute(statement, day);
}

}  // namespace

void run_days_bench(Table& table, commands::Installation& installation) {
  run_bank_day(table, installation);
  run_company_day(table, installation);
}

}  // namespace bench
