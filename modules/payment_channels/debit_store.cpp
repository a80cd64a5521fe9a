// The tables of debit batches.
#include <array>

#include <fmt/format.h>

#include "modules/payment_channels/debit_batch.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::array<std::string_view, 5> kBatchStates = {"preparing", "prepared", "sent", "closed", "cancelled"};

DebitFormat format_of(std::string_view name) {
  if (name == name_of(DebitFormat::kText)) return DebitFormat::kText;
  return name == name_of(DebitFormat::kPain00802) ? DebitFormat::kPain00802 : DebitFormat::kPain00808;
}

DebitBatch batch_row(const db::Rows& row) {
  DebitBatch b;
  b.id = row.i64(0);
  b.batch_no = row.text_or_null(1).value_or("");
  b.channel_id = row.i64(2);
  b.state = batch_state_of(row.text(3)).value_or(BatchState::kCancelled);
  b.note = row.text(4);
  b.collect_on = row.date(5);
  b.answer_by = row.date(6);
  b.basis = row.text(7) == "principal" ? DebitBasis::kPrincipal : DebitBasis::kDue;
  if (const auto month = row.i64_or_null(8)) b.month = BillingMonth{static_cast<std::int32_t>(*month)};
  b.format = format_of(row.text(9));
  b.count = row.i64(10);
  b.amount = {row.i64(11)};
  b.file_name = row.text_or_null(12).value_or("");
  b.file_sha256 = row.text_or_null(13).value_or("");
  b.file_bytes = row.i64_or_null(14).value_or(0);
  if (const auto job = row.i64_or_null(15)) b.job = JobId{*job};
  if (const auto by = row.i64_or_null(16)) b.created_by = UserId{*by};
  b.created_at = row.instant(17);
  if (const auto by = row.i64_or_null(18)) b.sent_by = UserId{*by};
  b.sent_at = row.instant_or_null(19);
  b.version = row.i32(20);
  b.file_edition = row.i32(21);
  return b;
}

DebitItem item_row(const db::Rows& row) {
  DebitItem item;
  item.id = row.i64(0);
  item.batch_id = row.i64(1);
  item.channel_id = row.i64(2);
  item.end_to_end_id = row.text(3);
  item.account = {row.i64(4)};
  item.account_no = row.text(5);
  item.mandate_ref = row.text(6);
  item.signed_on = row.date(7);
  item.first = row.text(8) == "FRST";
  item.debtor = {row.text(9), row.text(10), row.text(11)};
  item.amount = {row.i64(12)};
  if (const auto month = row.i64_or_null(13)) item.month = BillingMonth{static_cast<std::int32_t>(*month)};
  item.state = debit_state_of(row.text(14)).value_or(DebitState::kCancelled);
  if (const auto paid = row.i64_or_null(15)) item.paid = Money{*paid};
  item.paid_on = row.date_or_null(16);
  item.reason = row.text(17);
  item.bank_reference = row.text(18);
  item.payment_id = row.i64_or_null(19);
  return item;
}

}  // namespace

std::string_view name_of(BatchState state) { return kBatchStates[static_cast<std::size_t>(state)]; }

std::optional<BatchState> batch_state_of(std::string_view name) {
  for (std::size_t i = 0; i < kBatchStates.size(); ++i)
    if (kBatchStates[i] == name) return static_cast<BatchState>(i);
  return {};
}

// Items of channels' own requests have keys that may look like this; whoever pays looks for the reference before.
std::string debit_reference(std::string_view end_to_end_id, std::int64_t again) { return again == 0 ? fmt::format("debit/{}", end_to_end_id) : fmt::format("debit/{}/{}", end_to_end_id, again); }

std::optional<DebitBatch> find_batch(db::Session& session, std::int64_t channel_id, std::int64_t batch_id) {
  auto rows = session.query("SELECT batch_id, batch_no, channel_id, state, note, collect_on, answer_by, basis, billing_month, format, item_count, amount_fen, file_name, file_sha256, file_bytes, job_id, created_by, "
                            "created_at, sent_by, sent_at, version, file_edition FROM payment_channels_debit_batch WHERE batch_id = ? AND channel_id = ?", batch_id, channel_id);
  if (!rows.next()) return {};
  return batch_row(rows);
}

std::optional<DebitBatch> lock_batch(db::Session& session, std::int64_t channel_id, std::int64_t batch_id) {
  auto rows = session.query("SELECT batch_id, batch_no, channel_id, state, note, collect_on, answer_by, basis, billing_month, format, item_count, amount_fen, file_name, file_sha256, file_bytes, job_id, created_by, "
                            "created_at, sent_by, sent_at, version, file_edition FROM payment_channels_debit_batch WHERE batch_id = ? AND channel_id = ? FOR UPDATE", batch_id, channel_id);
  if (!rows.next()) return {};
  return batch_row(rows);
}

std::vector<DebitBatch> list_batches(db::Session& session, std::int64_t channel_id, std::int64_t before, int limit) {
  std::vector<DebitBatch> list;
  for (auto rows = session.query("SELECT batch_id, batch_no, channel_id, state, note, collect_on, answer_by, basis, billing_month, format, item_count, amount_fen, file_name, file_sha256, file_bytes, job_id, "
                                 "created_by, created_at, sent_by, sent_at, version, file_edition FROM payment_channels_debit_batch WHERE channel_id = ? AND batch_id < ? ORDER BY batch_id DESC LIMIT ?", channel_id, before,
                                 limit); rows.next();)
    list.push_back(batch_row(rows));
  return list;
}

std::vector<DebitStateTotal> batch_totals(db::Session& session, std::int64_t batch_id) {
  std::vector<DebitStateTotal> totals;
  for (auto rows = session.query("SELECT state, COUNT(*), CAST(SUM(amount_fen) AS SIGNED), CAST(SUM(COALESCE(paid_fen, 0)) AS SIGNED) FROM payment_channels_debit_item WHERE batch_id = ? GROUP BY state ORDER BY state",
                                 batch_id); rows.next();)
    totals.push_back({debit_state_of(rows.text(0)).value_or(DebitState::kCancelled), rows.i64(1), {rows.i64(2)}, {rows.i64(3)}});
  return totals;
}

std::vector<DebitItem> list_debits(db::Session& session, std::int64_t batch_id, std::optional<DebitState> state, std::int64_t after, int limit) {
  std::vector<DebitItem> list;
  std::optional<std::string> name;
  if (state) name = name_of(*state);
  for (auto rows = session.query("SELECT item_id, batch_id, channel_id, end_to_end_id, account_id, account_no, mandate_ref, signed_on, sequence, bank_account, bank_account_name, bank_code, amount_fen, billing_month, "
                                 "state, paid_fen, paid_on, reason, bank_reference, payment_id FROM payment_channels_debit_item WHERE batch_id = ? AND item_id > ? AND (? IS NULL OR state = ?) ORDER BY item_id LIMIT ?",
                                 batch_id, after, name, name, limit); rows.next();)
    list.push_back(item_row(rows));
  return list;
}

std::optional<DebitItem> lock_debit(db::Session& session, std::int64_t item_id) {
  auto rows = session.query("SELECT item_id, batch_id, channel_id, end_to_end_id, account_id, account_no, mandate_ref, signed_on, sequence, bank_account, bank_account_name, bank_code, amount_fen, billing_month, state, "
                            "paid_fen, paid_on, reason, bank_reference, payment_id FROM payment_channels_debit_item WHERE item_id = ? FOR UPDATE", item_id);
  if (!rows.next()) return {};
  return item_row(rows);
}

void update_debit(db::Session& session, const DebitItem& item, Instant now) {
  session.execute("UPDATE payment_channels_debit_item SET state = ?, paid_fen = ?, paid_on = ?, reason = ?, bank_reference = ?, payment_id = ?, changed_at = ? WHERE item_id = ?", name_of(item.state), item.paid,
                  item.paid_on, item.reason, item.bank_reference, item.payment_id, now, item.id);
}

void close_answered(db::Session& session, std::int64_t batch_id) {
  session.execute("UPDATE payment_channels_debit_batch b SET b.state = 'closed', b.version = b.version + 1 WHERE b.batch_id = ? AND b.state = 'sent' "
                  "AND NOT EXISTS (SELECT 1 FROM payment_channels_debit_item i WHERE i.batch_id = b.batch_id AND i.state IN ('sent', 'unknown'))", batch_id);
}

}  // namespace mis::payment_channels
