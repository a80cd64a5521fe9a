#include "tests/bench/payments_bench.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "modules/receivables/receivables.hpp"

namespace bench {
namespace {

using namespace mis;
using Steady = std::chrono::steady_clock;
double since(Steady::time_point t) { return std::chrono::duration<double>(Steady::now() - t).count(); }

constexpr int kSessions = 16;
constexpr std::int64_t kChannel = 990'001;  // of the bench alone

struct Owed {
  AccountId account;
  BillingMonth month;
  Money amount;
};

std::vector<Owed> open_bills(db::Session& session) {
  std::vector<Owed> bills;
  for (auto rows = session.query("SELECT i.account_id, i.billing_month, i.outstanding_fen FROM receivables_open_item i WHERE i.outstanding_fen > 0 ORDER BY i.billing_month DESC, i.account_id");
       rows.next();)
    bills.push_back({{rows.i64(0)}, rows.month(1), {rows.i64(2)}});
  return bills;
}

// Work shared by many hands; returns how many were done in the time.
template <class Work>
double rate_of(std::span<const Owed> bills, double seconds, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::int64_t> done{0};
  const auto begun = Steady::now();
  {
    std::vector<std::jthread> hands;
    for (int i = 0; i < kSessions; ++i)
      hands.emplace_back([&] {
        for (std::size_t n; since(begun) < seconds && (n = next++) < bills.size();) {
          work(bills[n], static_cast<std::int64_t>(n));
          ++done;
        }
      });
  }
  return static_cast<double>(done) / since(begun);
}

// The statements of one payment and nothing else, on tables of the same shape.
class Raw {
 public:
  explicit Raw(db::Database& owner) : owner_(owner) {
    auto s = owner_.lease();
    for (const char* table : {"receivables_account", "receivables_open_item", "receivables_payment", "ledger_transaction", "ledger_posting"}) {
      s->run_raw(fmt::format("DROP TABLE IF EXISTS bench_{}", table));
      s->run_raw(fmt::format("CREATE TABLE bench_{} LIKE {}", table, table));
    }
    s->run_raw("INSERT INTO bench_receivables_account SELECT * FROM receivables_account");
    s->run_raw("INSERT INTO bench_receivables_open_item SELECT * FROM receivables_open_item");
  }
  ~Raw() {
    auto s = owner_.lease();
    for (const char* table : {"receivables_account", "receivables_open_item", "receivables_payment", "ledger_transaction", "ledger_posting"}) s->run_raw(fmt::format("DROP TABLE bench_{}", table));
  }

  void pay(const Owed& bill, std::int64_t n, Date day, Instant now) {
    auto s = owner_.lease();
    const auto month = ledger::accounting_month_of(day);
    s->begin();
    const auto read = [](db::Rows rows) { while (rows.next()) continue; };
    read(s->query("SELECT account_id, advance_fen, deposit_fen FROM bench_receivables_account WHERE account_id IN (?) ORDER BY account_id FOR UPDATE", bill.account));
    read(s->query("SELECT account_id, billing_month, revision, org_id, category, amount_fen, due_on, outstanding_fen, late_milli_fen, late_to, late_settled_fen FROM bench_receivables_open_item "
                  "WHERE account_id IN (?)", bill.account));
    read(s->query("SELECT value FROM receivables_setting WHERE name = 'allocation_order'"));
    read(s->query("SELECT state FROM ledger_period WHERE accounting_month = ? LOCK IN SHARE MODE", month));
    s->execute("INSERT INTO bench_ledger_transaction (accounting_month, transaction_id, template, posted_on, value_on, posted_at, posted_by, debit_fen, note) VALUES (?, ?, 2, ?, ?, ?, NULL, ?, '')", month, n,
               day, day, now, bill.amount);
    s->execute("INSERT INTO bench_ledger_posting (accounting_month, transaction_id, line_no, account_id, ledger_account, amount_fen, billing_month, revision, template, posted_on, subject_id) "
               "VALUES (?, ?, 1, ?, 8, ?, 0, 0, 2, ?, ?), (?, ?, 2, ?, 1, ?, ?, 1, 2, ?, 0)", month, n, bill.account, bill.amount, day, kChannel, month, n, bill.account, -bill.amount, bill.month, day);
    s->execute("INSERT INTO bench_receivables_payment (payment_id, account_id, source, source_id, reference, method, amount_fen, advance_fen, value_on, paid_at, taken_by, accounting_month, transaction_id) "
               "VALUES (?, ?, 'channel', ?, ?, 'collection', ?, 0, ?, ?, NULL, ?, ?)", n, bill.account, kChannel, fmt::format("raw-{}", n), bill.amount, day, now, month, n);
    s->execute("DELETE i FROM bench_receivables_open_item AS i FORCE INDEX (PRIMARY) WHERE i.billing_month = ? AND i.revision = ? AND i.account_id IN (?)", bill.month, 1, bill.account);
    s->commit();
  }

 private:
  db::Database& owner_;
};

receivables::Payment payment_of(const Owed& bill, std::string reference, Date day, Instant now) {
  receivables::Payment p;
  p.account = bill.account;
  p.amount = bill.amount;
  p.source = receivables::Source::kChannel;
  p.source_id = kChannel;
  p.reference = std::move(reference);
  p.method = receivables::PaymentMethod::kCollection;
  p.into = {ledger::LedgerAccount::kInTransit, kChannel};
  p.posted_on = p.value_on = day;
  p.at = now;
  return p;
}

void pay(db::Database& database, std::span<const receivables::Payment> payments) {
  auto paid = database.transact([&](db::Session& s) { return receivables::pay_all(database, s, payments); });
  if (!paid) throw std::runtime_error(paid.error().message);
}

// A fixed number of payments a second, whether the ones before are done or not; how long each took from its planned moment.
double p99_ms_at(db::Database& database, std::span<const Owed> bills, int per_second, double seconds, Date day, Instant now) {
  const auto wanted = std::min(bills.size(), static_cast<std::size_t>(per_second * seconds));
  std::vector<double> took(wanted);
  std::atomic<std::size_t> next{0};
  const auto begun = Steady::now();
  {
    std::vector<std::jthread> hands;
    for (int i = 0; i < kSessions; ++i)
      hands.emplace_back([&] {
        for (std::size_t n; (n = next++) < wanted;) {
          const auto planned = begun + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(static_cast<double>(n) / per_second));
          std::this_thread::sleep_until(planned);
          pay(database, std::vector{payment_of(bills[n], fmt::format("paced-{}", n), day, now)});
          took[n] = since(planned) * 1000;
        }
      });
  }
  std::sort(took.begin(), took.end());
  return took.empty() ? 0 : took[took.size() * 99 / 100];
}

double bulk_seconds(db::Database& database, std::span<const Owed> bills, std::size_t lines, const std::string& name, Date day, Instant now) {
  constexpr std::size_t kChunk = 1'000;
  std::atomic<std::size_t> next{0};
  const auto begun = Steady::now();
  const auto work = [&] {
    for (std::size_t first; (first = next.fetch_add(kChunk)) < lines;) {
      std::vector<receivables::Payment> payments;
      for (std::size_t n = first; n < std::min(first + kChunk, lines); ++n) payments.push_back(payment_of(bills[n % bills.size()], fmt::format("{}-{}", name, n), day, now));
      pay(database, payments);
    }
  };
  std::jthread other(work);
  work();
  other.join();
  return since(begun);
}

}  // namespace

void pay_bills(commands::Installation& installation, BillingMonth month, int unpaid_of_hundred, Instant now) {
  auto bills = open_bills(*installation.app().lease());
  std::erase_if(bills, [&](const Owed& bill) { return bill.month != month || static_cast<int>((bill.account.value + month.yyyymm) % 100) < unpaid_of_hundred; });
  bulk_seconds(installation.app(), bills, bills.size(), fmt::format("month-{}", month.yyyymm), local_date(now), now);
}

void run_payments_bench(Table& table, commands::Installation& installation, Instant now) {
  constexpr double kSeconds = 5;
  auto& app = installation.app();
  const auto bills = open_bills(*app.lease());
  if (bills.size() < 1'000) throw std::runtime_error(fmt::format("expected at least 1000 open bills to pay but found {}", bills.size()));
  const auto day = local_date(now);
  // Opens the accounting month, whose row everybody then holds shared.
  pay(app, std::vector{payment_of(bills.back(), "first", day, now)});
  // Each measure has bills of its own: a bill that is paid already would be an advance.
  const auto part = [&](std::size_t i) { return std::span(bills).subspan(i * (bills.size() - 1) / 4, (bills.size() - 1) / 4); };
  double raw_rate = 0;
  {
    Raw raw(installation.owner());
    raw_rate = rate_of(part(0), kSeconds, [&](const Owed& bill, std::int64_t n) { raw.pay(bill, n, day, now); });
  }
  const auto rate = rate_of(part(1), kSeconds, [&](const Owed& bill, std::int64_t n) { pay(app, std::vector{payment_of(bill, fmt::format("bench-{}", n), day, now)}); });
  table.add({"payments, durable, 16 sessions", rate, "payments/s", 0, false, ""});
  table.add({"the same statements raw, 16 sessions", raw_rate, "payments/s", 0, false, "the ceiling"});
  table.add({"payments / raw", rate / raw_rate, "ratio", 0.7, false, ""});
  table.add({"a payment at 1,000/s, p99", p99_ms_at(app, part(2), 1'000, kSeconds, day, now), "ms", 50, true, ""});
  table.add({"100,000 payments in bulk, 2 connections", bulk_seconds(app, part(3), 100'000, "bulk", day, now), "s", 10, true, "units of work of 1,000"});
}

}  // namespace bench
