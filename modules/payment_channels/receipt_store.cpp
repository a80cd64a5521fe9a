// The table of movements on bank accounts.
#include "modules/payment_channels/statements.hpp"

namespace mis::payment_channels {
namespace {

Receipt receipt_row(const db::Rows& row) {
  Receipt r;
  r.id = row.i64(0);
  r.channel_id = row.i64(1);
  r.entry_key = row.text(2);
  r.part_no = row.i32(3);
  r.credit = row.text(4) == "credit";
  r.reversal = row.i32(5) != 0;
  r.amount = {row.i64(6)};
  r.booked_on = row.date(7);
  r.value_on = row.date(8);
  r.payer_name = row.text(9);
  r.payer_account = row.text(10);
  r.remittance = row.text(11);
  r.end_to_end_id = row.text(12);
  r.return_reason = row.text(13);
  r.state = row.text(14);
  if (const auto account = row.i64_or_null(15)) r.account = AccountId{*account};
  r.payment_id = row.i64_or_null(16);
  r.batch_id = row.i64_or_null(17);
  r.day_on = row.date_or_null(18);
  r.settlement_id = row.i64_or_null(19);
  r.note = row.text(20);
  if (const auto by = row.i64_or_null(21)) r.proposed_by = UserId{*by};
  if (const auto by = row.i64_or_null(22)) r.decided_by = UserId{*by};
  r.changed_at = row.instant(23);
  r.version = row.i32(24);
  if (const auto by = row.i64_or_null(25)) r.retracted_by = UserId{*by};
  return r;
}

}  // namespace

std::vector<Receipt> list_receipts(db::Session& session, std::int64_t channel_id, const std::optional<std::string>& state, std::int64_t after, int limit) {
  std::vector<Receipt> list;
  for (auto rows = session.query("SELECT receipt_id, channel_id, entry_key, part_no, direction, reversal, amount_fen, booked_on, value_on, payer_name, payer_account, remittance, end_to_end_id, return_reason, state, "
                                 "account_id, payment_id, batch_id, day_on, settlement_id, note, proposed_by, decided_by, changed_at, version, retracted_by FROM payment_channels_receipt "
                                 "WHERE channel_id = ? AND (? IS NULL OR state = ?) AND receipt_id > ? ORDER BY receipt_id LIMIT ?", channel_id, state, state, after, limit); rows.next();)
    list.push_back(receipt_row(rows));
  return list;
}

std::optional<Receipt> lock_receipt(db::Session& session, std::int64_t channel_id, std::int64_t receipt_id) {
  auto rows = session.query("SELECT receipt_id, channel_id, entry_key, part_no, direction, reversal, amount_fen, booked_on, value_on, payer_name, payer_account, remittance, end_to_end_id, return_reason, state, "
                            "account_id, payment_id, batch_id, day_on, settlement_id, note, proposed_by, decided_by, changed_at, version, retracted_by FROM payment_channels_receipt "
                            "WHERE receipt_id = ? AND channel_id = ? FOR UPDATE", receipt_id, channel_id);
  if (!rows.next()) return {};
  return receipt_row(rows);
}

void update_receipt(db::Session& session, const Receipt& r) {
  session.execute("UPDATE payment_channels_receipt SET state = ?, account_id = ?, payment_id = ?, batch_id = ?, day_on = ?, settlement_id = ?, note = ?, proposed_by = ?, decided_by = ?, "
                  "retracted_by = ?, changed_at = ?, version = version + 1 WHERE receipt_id = ?", r.state, r.account, r.payment_id, r.batch_id, r.day_on, r.settlement_id, r.note, r.proposed_by, r.decided_by,
                  r.retracted_by, r.changed_at, r.id);
}

}  // namespace mis::payment_channels
