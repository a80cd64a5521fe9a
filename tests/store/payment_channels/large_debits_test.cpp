// A whole county's direct debits and a bank's day of transfers: right whatever their size. How long they took is printed, not judged.
#include <catch2/catch.hpp>

#include <chrono>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "modules/customers/customers.hpp"
#include "tests/store/payment_channels/debit_books.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::day;
using books::DebitBooks;

namespace {

constexpr int kAccounts = 100'000;
constexpr std::int64_t kFirst = 2'000'001;

class Stopwatch {
 public:
  std::int64_t ms() {
    const auto now = std::chrono::steady_clock::now();
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - start_).count();
    start_ = now;
    return passed;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Each of a hundred thousand accounts owes a yuan and as many fen as its place in the line, due some days from now; each has a mandate.
class County : public DebitBooks {
 public:
  explicit County(const char* profile = kTextProfile) : DebitBooks(profile) {
    auto s = owner().lease();
    s->begin();
    std::vector<customers::Customer> people;
    std::vector<customers::Account> accounts;
    db::BulkWriter items("receivables_open_item", {"account_id", "billing_month", "revision", "org_id", "category", "amount_fen", "due_on", "outstanding_fen", "late_milli_fen", "late_to", "late_settled_fen",
                                                   "late_stop"});
    db::BulkWriter states("receivables_account", {"account_id", "advance_fen", "deposit_fen"});
    db::BulkWriter mandates("payment_channels_mandate", {"mandate_id", "mandate_no", "account_id", "channel_id", "state", "bank_account", "bank_account_name", "signed_on", "changed_at"});
    for (std::int64_t id = kFirst; id < kFirst + kAccounts; ++id) {
      people.push_back({{id}, fmt::format("C{}", id), "person", fmt::format("客户{}", id), "resident_id", "", "13800000000", at("2026-01-01")});
      customers::Account account;
      account.account_id = {id};
      account.account_no = make_account_no(id);
      account.customer_id = {id};
      account.org_id = {2};
      account.route_id = {5};
      account.address = "测试路";
      account.opened_on = day("2020-01-01");
      account.customer_name = people.back().name;
      accounts.push_back(account);
      items.add(id).add(202611).add(1).add(2).add("residential").add(amount_of(id)).add(day("2026-12-05")).add(amount_of(id)).add(0).add(day("2026-12-05")).add(0).add(kForever);
      items.end_row();
      states.add(id).add(0).add(0);
      states.end_row();
      mandates.add(10'000'000 + id).add(fmt::format("M{}", id)).add(id).add(bank.id).add("active").add(fmt::format("62220202{}", id)).add("张瑋").add(day("2026-01-05")).add(clock.now());
      mandates.end_row();
    }
    customers::load_customers(*s, people);
    customers::load_accounts(*s, accounts);
    items.flush(*s);
    states.flush(*s);
    mandates.flush(*s);
    s->commit();
  }
  ~County() {
    auto s = owner().lease();
    s->execute("DELETE FROM customers_search_key WHERE account_id >= ?", kFirst);
    s->execute("DELETE FROM customers_account WHERE account_id >= ?", kFirst);
    s->execute("DELETE FROM customers_customer WHERE customer_id >= ?", kFirst);
  }
  static Money amount_of(std::int64_t id) { return {100 + id - kFirst}; }
  static constexpr std::int64_t kSum = 100LL * kAccounts + std::int64_t{kAccounts} * (kAccounts - 1) / 2;
};

std::string yuan(std::int64_t fen) { return fmt::format("{}.{:02}", fen / 100, fen % 100); }

}  // namespace

TEST_CASE("a bank's answers to a hundred thousand debits") {
  County b;
  Stopwatch watch;
  const auto batch = b.sent();
  const auto gathered = watch.ms();
  CHECK(batch.count == kAccounts + 2);
  const auto debits = list_debits(*b.app().lease(), batch.id, {}, 0, INT32_MAX);
  std::string lines;
  int count = 0;
  std::int64_t sum = 0, paid_sum = 0;
  for (const auto& d : debits) {
    // Every thousandth has no money.
    const bool paid = d.account.value % 1'000 != 0;
    sum += d.amount.value;
    if (paid) paid_sum += d.amount.value;
    lines += fmt::format("{}|{}|{}|x|{}|{}|{}|202611|{}|{}|\r\n", ++count, d.mandate_ref, d.debtor.number, d.account_no, yuan(d.amount.value), d.end_to_end_id, yuan(paid ? d.amount.value : 0), paid ? "0000" : "0001");
  }
  const int refused = kAccounts / 1'000;
  const std::string file = fmt::format("{}|{}|{}|{}\r\n", count, yuan(sum), count - refused, yuan(paid_sum)) + lines;
  watch.ms();
  const auto loaded = b.load(batch.id, file);
  REQUIRE(loaded);
  const auto read = watch.ms();
  b.run_job(*loaded->job, 2);
  const auto taken = watch.ms();
  WARN("100,000 debits gathered in " << gathered << " ms; the bank's answers loaded in " << read << " ms, taken in " << taken << " ms");
  CHECK(b.in_transit() == Money{paid_sum});
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_debit_item WHERE state = 'paid'") == count - refused);
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_debit_item WHERE state = 'refused'") == refused);
  CHECK(b.number("SELECT COUNT(*) FROM receivables_payment WHERE method = 'direct_debit'") == count - refused);
  CHECK(b.number("SELECT COUNT(*) FROM receivables_open_item WHERE account_id >= 2000000") == refused);
  CHECK(b.number("SELECT COALESCE(CAST(SUM(outstanding_fen) AS SIGNED), 0) FROM receivables_open_item WHERE account_id >= 2000000") == sum - paid_sum);
  CHECK(b.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM ledger_posting") == b.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM ledger_posting WHERE account_id < 2000000"));
  CHECK(b.batch(batch.id).state == BatchState::kClosed);
  CHECK(verify_channels(b.app())->empty());
  CHECK(verify_debits(b.app())->empty());
}
