#include "tests/store/payment_channels/debit_books.hpp"

#include <stdexcept>

#include "mis/base/decimal.hpp"

using namespace mis;
using namespace mis::payment_channels;

namespace books {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().code + ": " + result.error().message);
  return std::move(*result);
}

}  // namespace

DebitBooks::DebitBooks(const char* profile) : ChannelBooks(profile), batches(services), results(services), settling(services), statements(services) {
  {
    auto s = owner().lease();
    for (const char* statement :
         {"DELETE FROM payment_channels_mandate", "DELETE FROM payment_channels_mandate_event", "DELETE FROM payment_channels_debit_batch", "DELETE FROM payment_channels_debit_file",
          "DELETE FROM payment_channels_debit_item", "DELETE FROM payment_channels_debit_result", "DELETE FROM payment_channels_debit_answer", "DELETE FROM payment_channels_debit_verdict",
          "DELETE FROM payment_channels_debit_difference", "DELETE FROM payment_channels_statement_file", "DELETE FROM payment_channels_statement", "DELETE FROM payment_channels_receipt",
          "DELETE FROM payment_channels_settlement"})
      s->execute(statement);
  }
  kinds.add(debit_prepare_job(services));
  kinds.add(debit_result_job(services));
  kinds.add(statement_job(services));
  must(sign(11, "6222020200112233"));
  must(sign(12, "6222020200445566"));
}

security::Caller DebitBooks::caller(std::int64_t user) {
  security::Caller c;
  c.user_id = {user};
  c.username = c.name = "user " + std::to_string(user);
  c.org_path = "/1/";
  c.remote = "test";
  return c;
}

Result<Mandate> DebitBooks::sign(std::int64_t account, const std::string& bank_account, std::optional<Money> most) {
  Mandate m;
  m.account = {account};
  m.channel_id = bank.id;
  m.state = MandateState::kActive;
  m.debtor = {bank_account, "张瑋", "102100000089"};
  m.signed_on = day("2026-01-05");
  m.most = most;
  return app().transact([&](db::Session& s) { return sign_mandate(app(), s, m, {clock.now(), MandateSource::kStaff, kCashier}); });
}

void DebitBooks::run_job(JobId job, int threads) {
  jobs::Worker worker(app(), clock, kinds, {.threads = threads, .poll_ms = 20, .nice = 0});
  const auto done = must(worker.run_to_end(job));
  if (done.state != jobs::State::kDone) throw std::runtime_error("the job failed: " + done.message + (done.failures.empty() ? "" : done.failures.front().message));
}

DebitBatch DebitBooks::gather(const char* collect_on) {
  const auto made = must(app().transact([&](db::Session& s) { return batches.create(s, bank, {day(collect_on)}, kCashier); }));
  run_job(*made.job);
  return batch(made.id);
}

DebitBatch DebitBooks::sent(const char* collect_on) {
  const auto made = gather(collect_on);
  return must(app().transact([&](db::Session& s) { return batches.send(s, bank, made.id, kCashier); }));
}

DebitBatch DebitBooks::batch(std::int64_t batch_id) { return *find_batch(*app().lease(), bank.id, batch_id); }

std::string DebitBooks::file(std::int64_t batch_id) { return must(read_batch_file(*app().lease(), batch(batch_id))); }

DebitItem DebitBooks::debit(std::int64_t batch_id, std::int64_t account) {
  for (auto& item : list_debits(*app().lease(), batch_id, {}, 0, 1000))
    if (item.account == AccountId{account}) return item;
  throw std::runtime_error("no such debit");
}

std::string DebitBooks::result_text(std::int64_t batch_id, const std::vector<Answer>& answers) {
  std::string lines;
  int count = 0, paid_count = 0;
  Money sum, paid_sum;
  for (const auto& answer : answers) {
    const auto item = debit(batch_id, answer.account);
    const Money paid{answer.paid_fen};
    sum += item.amount;
    paid_sum += paid;
    paid_count += paid.value > 0 ? 1 : 0;
    lines += std::to_string(++count) + "|" + item.mandate_ref + "|" + item.debtor.number + "|x|" + item.account_no + "|" + format_yuan(item.amount) + "|" + item.end_to_end_id + "|202609|" + format_yuan(paid) + "|" +
             answer.code + "|\r\n";
  }
  return std::to_string(count) + "|" + format_yuan(sum) + "|" + std::to_string(paid_count) + "|" + format_yuan(paid_sum) + "\r\n" + lines;
}

Result<DebitResult> DebitBooks::load(std::int64_t batch_id, const std::string& bytes) {
  return app().transact([&](db::Session& s) { return results.load(s, bank, batch_id, {"result.txt", bytes}, kCashier); });
}

DebitResult DebitBooks::take(std::int64_t batch_id, const std::string& bytes) {
  const auto loaded = must(load(batch_id, bytes));
  run_job(*loaded.job);
  return *find_result(*app().lease(), loaded.id);
}

Result<StatementLoad> DebitBooks::load_statement(const std::string& bytes) {
  return app().transact([&](db::Session& s) { return statements.load(s, bank, {"statement.xml", bytes}, kCashier); });
}

StatementLoad DebitBooks::take_statement(const std::string& bytes) {
  const auto loaded = must(load_statement(bytes));
  run_job(*loaded.job);
  return *find_statement_load(*app().lease(), loaded.id);
}

std::vector<DebitDifferenceRow> DebitBooks::open_differences() { return list_debit_differences(*app().lease(), bank.id, "open", 0, 1000); }
std::vector<Receipt> DebitBooks::receipts() { return list_receipts(*app().lease(), bank.id, {}, 0, 1000); }

Money DebitBooks::ledger_balance(ledger::LedgerAccount account) {
  return {number("SELECT COALESCE(CAST(SUM(amount_fen) AS SIGNED), 0) FROM ledger_posting WHERE ledger_account = " + std::to_string(static_cast<int>(account)) + " AND subject_id = " + std::to_string(bank.id))};
}

std::vector<std::string> DebitBooks::every_difference() {
  auto all = all_differences();
  for (auto& difference : must(verify_debits(app()))) all.push_back(std::move(difference));
  return all;
}

}  // namespace books
