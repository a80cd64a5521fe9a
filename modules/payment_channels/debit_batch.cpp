// Gathering a batch, releasing it, taking it back before.
#include "modules/payment_channels/debit_batch.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "modules/customers/customers.hpp"
#include "modules/payment_channels/domain/channel_amount.hpp"
#include "modules/payment_channels/domain/fitted_text.hpp"
#include "modules/payment_channels/mandates.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::int64_t kAccountsPerShard = 4096;
constexpr int kMostDaysAhead = 60;

// Accounts are gathered by ranges of their ids, so a mandate that is signed meanwhile falls into one shard or none.
std::vector<jobs::Shard> shards_of(db::Session& session, std::int64_t channel_id, Date collect_on) {
  std::vector<jobs::Shard> shards;
  for (auto rows = session.query("SELECT account_id DIV ?, COUNT(*) FROM payment_channels_mandate WHERE channel_id = ? AND state = 'active' AND signed_on <= ? GROUP BY 1 ORDER BY 1", kAccountsPerShard, channel_id,
                                 collect_on); rows.next();)
    shards.push_back({rows.i64(0), rows.i32(1)});
  return shards;
}

struct Candidate {
  std::int64_t mandate_id = 0;
  AccountId account;
  std::string reference;
  BankAccount debtor;
  Date signed_on;
  std::optional<Money> most;
  bool first = true;
};

// Active mandates of the range whose account is in no open batch.
std::vector<Candidate> candidates(db::Session& session, const DebitBatch& batch, std::int64_t range) {
  std::vector<Candidate> list;
  for (auto rows = session.query("SELECT m.mandate_id, m.account_id, COALESCE(m.agreement_no, m.mandate_no), m.bank_account, m.bank_account_name, m.bank_code, m.signed_on, m.most_fen, "
                                 "NOT EXISTS (SELECT 1 FROM payment_channels_debit_item p WHERE p.mandate_id = m.mandate_id AND p.state IN ('paid', 'partly')) "
                                 "FROM payment_channels_mandate m LEFT JOIN payment_channels_debit_item o ON o.open_account = m.account_id "
                                 "WHERE m.channel_id = ? AND m.state = 'active' AND m.account_id >= ? AND m.account_id < ? AND m.signed_on <= ? AND o.item_id IS NULL ORDER BY m.account_id",
                                 batch.channel_id, range * kAccountsPerShard, (range + 1) * kAccountsPerShard, batch.collect_on); rows.next();) {
    Candidate c{rows.i64(0), {rows.i64(1)}, rows.text(2), {rows.text(3), rows.text(4), rows.text(5)}, rows.date(6), {}, rows.i32(8) != 0};
    if (const auto most = rows.i64_or_null(7)) c.most = Money{*most};
    list.push_back(std::move(c));
  }
  return list;
}

struct Wanted {
  Money amount;
  std::optional<BillingMonth> month;  // the oldest
};

// What is to be collected of an account: what it owes on the day of collection, less what it has in advance.
Wanted wanted_of(const receivables::AccountDue& due, const DebitBatch& batch) {
  Wanted wanted;
  for (const auto& item : due.items) {
    if (batch.month && item.bill.month != *batch.month) continue;
    const Money amount = batch.basis == DebitBasis::kDue ? item.due(batch.collect_on) : item.outstanding;
    if (amount.value <= 0) continue;
    wanted.amount += amount;
    if (!wanted.month || item.bill.month < *wanted.month) wanted.month = item.bill.month;
  }
  wanted.amount -= due.advance;
  return wanted;
}

Result<std::int64_t> gather(const Services& services, db::Session& session, std::int64_t batch_id, std::int64_t range) {
  auto found = session.query("SELECT channel_id FROM payment_channels_debit_batch WHERE batch_id = ?", batch_id);
  if (!found.next()) return not_found("payment_channels.no_batch", "expected a batch with this number but there is none");
  const auto batch = find_batch(session, found.i64(0), batch_id);
  const auto list = candidates(session, *batch, range);
  std::vector<AccountId> accounts;
  for (const auto& c : list) accounts.push_back(c.account);
  const auto dues = receivables::due_of(session, accounts, batch->collect_on);
  const auto labels = customers::labels_of(session, accounts);
  const Instant now = services.clock.now();
  db::BulkWriter items("payment_channels_debit_item", {"item_id", "batch_id", "channel_id", "end_to_end_id", "account_id", "account_no", "mandate_id", "mandate_ref", "signed_on", "sequence", "bank_account",
                                                       "bank_account_name", "bank_code", "amount_fen", "billing_month", "state", "reason", "changed_at"});
  std::vector<std::pair<const Candidate*, Wanted>> chosen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto wanted = wanted_of(dues[i], *batch);
    if (wanted.amount.value > 0 && wanted.amount < kAmountLimit && labels.contains(list[i].account)) chosen.emplace_back(&list[i], wanted);
  }
  if (chosen.empty()) return 0;
  auto id = services.database.take_ids(kDebitItemSequence, static_cast<std::int64_t>(chosen.size()));
  for (const auto& [c, wanted] : chosen) {
    const bool over = c->most && wanted.amount > *c->most;
    items.add(id).add(batch->id).add(batch->channel_id).add(fmt::format("{}-{}", batch->batch_no, id)).add(c->account).add(labels.at(c->account).account_no).add(c->mandate_id).add(c->reference).add(c->signed_on);
    items.add(c->first ? "FRST" : "RCUR").add(c->debtor.number).add(c->debtor.name).add(c->debtor.bank_code).add(wanted.amount);
    items.add(wanted.month ? std::optional<std::int64_t>(wanted.month->yyyymm) : std::nullopt).add(name_of(over ? DebitState::kCancelled : DebitState::kPrepared));
    items.add(over ? kLeftOut : "").add(now);
    items.end_row();
    ++id;
  }
  return items.flush(session);
}

void free_items(db::Session& session, std::int64_t batch_id, std::string_view reason, Instant now) {
  session.execute("UPDATE payment_channels_debit_item SET state = 'cancelled', reason = ?, changed_at = ? WHERE batch_id = ? AND state = 'prepared'", reason, now, batch_id);
}

// After the last shard: the file, or why there is none.
Status finish(const Services& services, db::Session& session, std::int64_t batch_id) {
  auto found = session.query("SELECT b.channel_id, c.code FROM payment_channels_debit_batch b JOIN payment_channels_channel c ON c.channel_id = b.channel_id WHERE b.batch_id = ?", batch_id);
  if (!found.next()) return ok();
  const auto channel_id = found.i64(0);
  const auto code = found.text(1);
  auto batch = lock_batch(session, channel_id, batch_id);
  if (batch->state != BatchState::kPreparing) return ok();
  auto channel = find_channel(session, code);
  if (!channel) return std::move(channel).error();
  auto sums = session.query("SELECT COUNT(*), COALESCE(CAST(SUM(amount_fen) AS SIGNED), 0) FROM payment_channels_debit_item WHERE batch_id = ? AND state = 'prepared'", batch_id);
  sums.next();
  batch->count = sums.i64(0);
  batch->amount = {sums.i64(1)};
  batch->state = BatchState::kPrepared;
  if (batch->count == 0) {
    batch->state = BatchState::kCancelled;
    batch->note = "nothing to collect";
  } else if (auto written = write_batch_file(session, *channel, *batch); !written) {
    // The rows cannot be what the bank takes; nobody may wait for this batch.
    batch->state = BatchState::kCancelled;
    batch->note = fitted_text(written.error().message, 500);
    free_items(session, batch_id, "the batch could not be written", services.clock.now());
  }
  session.execute("UPDATE payment_channels_debit_batch SET state = ?, note = ?, item_count = ?, amount_fen = ?, file_name = ?, file_sha256 = ?, file_bytes = ?, version = version + 1 WHERE batch_id = ?",
                  name_of(batch->state), batch->note, batch->count, batch->amount, batch->file_name.empty() ? std::nullopt : std::optional(batch->file_name),
                  batch->file_sha256.empty() ? std::nullopt : std::optional(batch->file_sha256), batch->file_bytes, batch_id);
  return ok();
}

Result<DebitBatch> batch_in(db::Session& session, const Channel& channel, std::int64_t batch_id, BatchState expected) {
  auto batch = lock_batch(session, channel.id, batch_id);
  if (!batch) return not_found("payment_channels.no_batch", "expected a batch of this channel with this number but there is none");
  if (batch->state != expected) return conflict("payment_channels.batch_state", fmt::format("expected a batch that is {} but it is {}", name_of(expected), name_of(batch->state)));
  return std::move(*batch);
}

}  // namespace

Result<DebitBatch> DebitBatchService::create(db::Session& session, const Channel& channel, const Order& order, UserId by) {
  if (!channel.active) return conflict("payment_channels.suspended", "expected a channel that is active but it is suspended");
  const auto& debits = channel.profile.debits;
  if (!debits.configured) return conflict("payment_channels.no_debits", "expected a channel that collects direct debits but its profile has no \"debits\"");
  const Instant now = services_.clock.now();
  const Date today = local_date(now);
  if (order.collect_on < today || order.collect_on - today > kMostDaysAhead)
    return invalid("payment_channels.collect_on", fmt::format("expected a day from {} to {} but found {}", today.to_string(), (today + kMostDaysAhead).to_string(), order.collect_on.to_string()));
  // Two that gather the channel's accounts at once would both take them.
  session.query("SELECT channel_id FROM payment_channels_channel WHERE channel_id = ? FOR UPDATE", channel.id).next();
  if (session.query("SELECT 1 FROM payment_channels_debit_batch WHERE channel_id = ? AND state = 'preparing' LIMIT 1", channel.id).next())
    return conflict("payment_channels.batch_preparing", "expected no other batch of the channel to be in the making but there is one");
  session.execute("INSERT INTO payment_channels_debit_batch (channel_id, state, collect_on, answer_by, basis, billing_month, format, created_by, created_at) VALUES (?, 'preparing', ?, ?, ?, ?, ?, ?, ?)", channel.id,
                  order.collect_on, order.collect_on + debits.answer_days, name_of(debits.basis), order.month, name_of(debits.format), by, now);
  const auto batch_id = session.last_insert_id();
  const auto ymd = order.collect_on.ymd();
  const auto batch_no = fmt::format("DD{:04}{:02}{:02}-{}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), batch_id);
  const auto job = jobs::create(session, now, kDebitPrepareJob, batch_id, "mandates", shards_of(session, channel.id, order.collect_on), by);
  session.execute("UPDATE payment_channels_debit_batch SET batch_no = ?, job_id = ? WHERE batch_id = ?", batch_no, job, batch_id);
  return *find_batch(session, channel.id, batch_id);
}

Result<DebitBatch> DebitBatchService::send(db::Session& session, const Channel& channel, std::int64_t batch_id, UserId by) {
  auto batch = batch_in(session, channel, batch_id, BatchState::kPrepared);
  if (!batch) return batch;
  const Instant now = services_.clock.now();
  session.execute("UPDATE payment_channels_debit_item SET state = 'sent', changed_at = ? WHERE batch_id = ? AND state = 'prepared'", now, batch_id);
  session.execute("UPDATE payment_channels_debit_batch SET state = 'sent', sent_by = ?, sent_at = ?, version = version + 1 WHERE batch_id = ?", by, now, batch_id);
  return *find_batch(session, channel.id, batch_id);
}

Result<DebitBatch> DebitBatchService::cancel(db::Session& session, const Channel& channel, std::int64_t batch_id) {
  auto batch = batch_in(session, channel, batch_id, BatchState::kPrepared);
  if (!batch) return batch;
  free_items(session, batch_id, "the batch was cancelled", services_.clock.now());
  session.execute("UPDATE payment_channels_debit_batch SET state = 'cancelled', note = 'cancelled before it was sent', version = version + 1 WHERE batch_id = ?", batch_id);
  return *find_batch(session, channel.id, batch_id);
}

Result<std::int64_t> DebitBatchService::expire(db::Session& session, const Channel& channel, std::int64_t batch_id) {
  auto batch = batch_in(session, channel, batch_id, BatchState::kSent);
  if (!batch) return std::move(batch).error();
  const Instant now = services_.clock.now();
  if (local_date(now) <= batch->answer_by)
    return conflict("payment_channels.deadline", fmt::format("expected a batch whose deadline has passed but the bank may answer until {}", batch->answer_by.to_string()));
  session.execute("INSERT INTO payment_channels_debit_difference (channel_id, batch_id, kind, end_to_end_id, item_id, expected_fen, message) "
                  "SELECT channel_id, batch_id, 'unanswered', end_to_end_id, item_id, amount_fen, 'expected an answer by the deadline but there is none; ask the bank' "
                  "FROM payment_channels_debit_item WHERE batch_id = ? AND state = 'sent'", batch_id);
  return session.execute("UPDATE payment_channels_debit_item SET state = 'unknown', changed_at = ? WHERE batch_id = ? AND state = 'sent'", now, batch_id);
}

jobs::Kind debit_prepare_job(const Services& services) {
  return {kDebitPrepareJob,
          [&services](db::Session& session, const jobs::Job& job, const jobs::Shard& shard) { return gather(services, session, job.subject, shard.key); },
          [&services](db::Session& session, const jobs::Job& job) { return finish(services, session, job.subject); }};
}

}  // namespace mis::payment_channels
