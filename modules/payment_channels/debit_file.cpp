// The file of a batch: made of its rows once, kept, and given out as it is.
#include <algorithm>

#include <fmt/format.h>

#include "mis/http/digest.hpp"
#include "modules/payment_channels/debit_batch.hpp"
#include "modules/payment_channels/formats/debit_text.hpp"
#include "modules/payment_channels/formats/pain_008.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kPartBytes = 512 * 1024;

std::string remittance_of(const DebitItem& item) { return item.month ? fmt::format("电费 {} {}", item.account_no, item.month->to_string()) : fmt::format("电费 {}", item.account_no); }

DirectDebit debit_of(const DebitItem& item) {
  DirectDebit debit;
  debit.end_to_end_id = item.end_to_end_id;
  debit.mandate_id = item.mandate_ref;
  debit.mandate_signed_on = item.signed_on;
  debit.sequence = item.first ? DebitSequence::kFirst : DebitSequence::kRecurring;
  debit.amount = item.amount;
  debit.debtor = item.debtor;
  debit.remittance = remittance_of(item);
  return debit;
}

DebitTextRow row_of(const DebitItem& item, Date collect_on) {
  DebitTextRow row;
  row.debit_id = item.end_to_end_id;
  row.account_no = item.account_no;
  row.mandate_no = item.mandate_ref;
  row.bank_account = item.debtor.number;
  row.bank_account_name = item.debtor.name;
  row.bank_code = item.debtor.bank_code;
  row.amount = item.amount;
  row.date = collect_on;
  row.month = item.month;
  row.remark = "电费";
  return row;
}

Result<std::string> text_of(const Channel& channel, const DebitBatch& batch, const std::vector<DebitItem>& items) {
  const auto& profile = channel.profile.debits;
  if (batch.format == DebitFormat::kText) {
    std::vector<DebitTextRow> rows;
    for (const auto& item : items) rows.push_back(row_of(item, batch.collect_on));
    DebitTextTotal head;
    head.date = batch.collect_on;
    head.batch_no = batch.batch_no;
    head.unit_code = profile.unit_code;
    return write_debit_text(profile.request, rows, head);
  }
  DirectDebitBatch out;
  out.id = batch.batch_no;
  out.created_at = batch.created_at;
  out.collect_on = batch.collect_on;
  out.initiator = profile.creditor.name;
  out.creditor = profile.creditor;
  out.creditor_id = profile.creditor_id;
  for (const auto& item : items) out.debits.push_back(debit_of(item));
  return write_pain_008(out, batch.format == DebitFormat::kPain00802 ? Pain008Version::k02 : Pain008Version::k08);
}

}  // namespace

Status write_batch_file(db::Session& session, const Channel& channel, DebitBatch& batch) {
  // By account: whoever takes the answers then holds neighbouring accounts, and two who do it rarely wait for each other.
  auto items = list_debits(session, batch.id, DebitState::kPrepared, 0, INT32_MAX);
  std::sort(items.begin(), items.end(), [](const DebitItem& a, const DebitItem& b) { return a.account < b.account; });
  auto text = text_of(channel, batch, items);
  if (!text) return std::move(text).error();
  int part = 0;
  for (std::size_t at = 0; at < text->size(); at += kPartBytes)
    session.execute("INSERT INTO payment_channels_debit_file (batch_id, edition, part_no, bytes) VALUES (?, ?, ?, ?)", batch.id, batch.file_edition, part++, std::string_view(*text).substr(at, kPartBytes));
  batch.file_name = batch.batch_no + (batch.format == DebitFormat::kText ? ".txt" : ".xml");
  batch.file_sha256 = http::sha256_hex(*text);
  batch.file_bytes = static_cast<std::int64_t>(text->size());
  return ok();
}

Result<std::string> read_batch_file(db::Session& session, const DebitBatch& batch) {
  if (batch.state != BatchState::kSent && batch.state != BatchState::kClosed)
    return conflict("payment_channels.batch_state", fmt::format("expected a batch that was sent, since what is released is not cancelled any more, but it is {}", name_of(batch.state)));
  std::string text;
  for (auto rows = session.query("SELECT bytes FROM payment_channels_debit_file WHERE batch_id = ? AND edition = ? ORDER BY part_no", batch.id, batch.file_edition); rows.next();) text += rows.text(0);
  if (http::sha256_hex(text) != batch.file_sha256) return internal("payment_channels.file_damaged", "expected the file as it was written but its sum is another");
  return text;
}

}  // namespace mis::payment_channels
