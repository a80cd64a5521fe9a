#include "tests/bench/collection_bench.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "mis/db/bulk_writer.hpp"
#include "mis/jobs/worker.hpp"
#include "mis/observe/metrics.hpp"
#include "modules/dunning/runs.hpp"
#include "modules/payment_channels/debit_batch.hpp"
#include "modules/payment_channels/debit_results.hpp"

namespace bench {
namespace {

using namespace mis;
using Steady = std::chrono::steady_clock;
double since(Steady::time_point t) { return std::chrono::duration<double>(Steady::now() - t).count(); }

constexpr UserId kClerk{2};
constexpr int kMostDebits = 100'000;
constexpr int kThreads = 2;
constexpr std::int64_t kDay_us = 86'400'000'000;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

// A moment that stands still: the county's newest bills are not overdue today.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Instant now) : now_(now) {}
  Instant now() const override { return now_; }

 private:
  Instant now_;
};

jobs::Job run_job(db::Database& app, const Clock& clock, const jobs::Kinds& kinds, JobId id) {
  jobs::Worker worker(app, clock, kinds, {.threads = kThreads, .poll_ms = 20, .nice = 0});
  auto job = must(worker.run_to_end(id));
  if (job.state != jobs::State::kDone) throw std::runtime_error("the job failed: " + job.message);
  return job;
}

std::int64_t number(db::Database& database, std::string_view sql) {
  auto s = database.lease();
  auto rows = s->query(sql);
  if (!rows.next()) throw std::runtime_error("expected a number but found none");
  return rows.i64(0);
}

void run_dunning(Table& table, commands::Installation& installation) {
  auto& app = installation.app();
  const FixedClock clock({SystemClock().now().micros + 45 * kDay_us});
  observe::Metrics metrics;
  const Services services{app, clock, metrics};
  jobs::Kinds kinds;
  kinds.add(dunning::reminder_kind(services));
  const auto accounts = number(app, "SELECT COUNT(*) FROM customers_account");
  const auto begun = Steady::now();
  const auto job = must(app.transact([&](db::Session& s) { return dunning::start_run(services, s, dunning::RunKind::kReminders, kClerk); }));
  const auto run = run_job(app, clock, kinds, job).subject;
  const auto seconds = since(begun);
  auto s = app.lease();
  auto rows = s->query("SELECT CAST(COALESCE(SUM(notices), 0) AS SIGNED), CAST(COALESCE(SUM(candidates), 0) AS SIGNED) FROM dunning_run_shard WHERE run_id = ?", run);
  rows.next();
  table.add({fmt::format("dunning run over {} accounts", accounts), seconds, "s", std::max(2.0, static_cast<double>(accounts) / 15'300), true, fmt::format("{} reminders, {} candidates", rows.i64(0), rows.i64(1))});
}

payment_channels::Channel make_channel(db::Database& app, Instant now) {
  using namespace payment_channels;
  constexpr const char* kProfile = R"({"transport": "rest", "debits": {"format": "text", "basis": "due"}})";
  Channel channel;
  channel.code = "BENCHDEBIT";
  channel.name = "测试银行";
  channel.profile_text = kProfile;
  channel.profile = must(parse_channel_profile(kProfile));
  return must(app.transact([&](db::Session& s) { return save_channel(s, channel, now, kClerk); }));
}

// For accounts that owe something and have none yet.
void make_mandates(db::Database& owner, std::int64_t channel, Instant now) {
  std::vector<std::int64_t> accounts;
  {
    auto s = owner.lease();
    for (auto rows = s->query("SELECT DISTINCT i.account_id FROM receivables_open_item i LEFT JOIN payment_channels_mandate m ON m.active_account = i.account_id "
                              "WHERE i.outstanding_fen > 0 AND m.mandate_id IS NULL ORDER BY i.account_id LIMIT ?", kMostDebits); rows.next();)
      accounts.push_back(rows.i64(0));
  }
  auto id = owner.take_ids("payment_channels_mandate", static_cast<std::int64_t>(accounts.size()));
  auto made = owner.transact([&](db::Session& s) -> Status {
    db::BulkWriter mandates("payment_channels_mandate", {"mandate_id", "mandate_no", "account_id", "channel_id", "state", "bank_account", "bank_account_name", "bank_code", "signed_on", "changed_at"});
    db::BulkWriter events("payment_channels_mandate_event", {"mandate_id", "version", "state", "source", "happened_at"});
    for (const auto account : accounts) {
      mandates.add(id).add(fmt::format("B{:09}", id)).add(account).add(channel).add("active").add(fmt::format("62220{:011}", account)).add("测试").add("102100000089").add(local_date(now) + -30).add(now);
      mandates.end_row();
      events.add(id++).add(1).add("active").add("import").add(now);
      events.end_row();
    }
    mandates.flush(s);
    events.flush(s);
    return ok();
  });
  if (!made) throw std::runtime_error(made.error().message);
}

// Every debit answered, one in fifty refused.
std::string answers(db::Database& app, std::int64_t batch) {
  std::string lines;
  std::int64_t count = 0, paid_count = 0;
  Money sum, paid_sum;
  auto s = app.lease();
  for (auto rows = s->query("SELECT mandate_ref, bank_account, account_no, amount_fen, end_to_end_id FROM payment_channels_debit_item WHERE batch_id = ? ORDER BY item_id", batch); rows.next();) {
    const bool refused = ++count % 50 == 0;
    const Money amount{rows.i64(3)}, paid = refused ? Money{} : amount;
    sum += amount;
    paid_sum += paid;
    paid_count += refused ? 0 : 1;
    lines += fmt::format("{}|{}|{}|x|{}|{}|{}|202609|{}|{}|\r\n", count, rows.text(0), rows.text(1), rows.text(2), format_yuan(amount), rows.text(4), format_yuan(paid), refused ? "0001" : "0000");
  }
  return fmt::format("{}|{}|{}|{}\r\n", count, format_yuan(sum), paid_count, format_yuan(paid_sum)) + lines;
}

void run_debits(Table& table, commands::Installation& installation) {
  using namespace payment_channels;
  auto& app = installation.app();
  const SystemClock clock;
  observe::Metrics metrics;
  const Services services{app, clock, metrics};
  jobs::Kinds kinds;
  kinds.add(debit_prepare_job(services));
  kinds.add(debit_result_job(services));
  const auto channel = make_channel(app, clock.now());
  make_mandates(installation.owner(), channel.id, clock.now());
  DebitBatchService batches(services);
  DebitResultService results(services);
  auto begun = Steady::now();
  const auto made = must(app.transact([&](db::Session& s) { return batches.create(s, channel, {local_date(clock.now()), {}}, kClerk); }));
  run_job(app, clock, kinds, made.job.value());
  const auto gather_s = since(begun);
  const auto batch = must(app.transact([&](db::Session& s) { return batches.send(s, channel, made.id, kClerk); }));
  table.add({fmt::format("{} direct debits gathered", batch.count), gather_s, "s", std::max(2.0, static_cast<double>(batch.count) / 5'000), true, "with their file"});
  const auto file = answers(app, batch.id);
  begun = Steady::now();
  const auto loaded = must(app.transact([&](db::Session& s) { return results.load(s, channel, batch.id, {"result.txt", file}, kClerk); }));
  const auto load_s = since(begun);
  run_job(app, clock, kinds, loaded.job.value());
  table.add({fmt::format("debit result of {} lines, taken", batch.count), since(begun), "s", std::max(2.0, static_cast<double>(batch.count) / 10'000), true, fmt::format("loaded in {:.1f} s", load_s)});
}

}  // namespace

void run_collection_bench(Table& table, commands::Installation& installation) {
  run_debits(table, installation);
  run_dunning(table, installation);
}

}  // namespace bench
