#include "modules/payment_channels/item_store.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/db/bulk_writer.hpp"
#include "mis/db/database.hpp"
#include "mis/http/digest.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;

std::string answer_text(const ItemAnswer& a) {
  return json({{"key", a.key}, {"account_no", a.account_no}, {"name", a.name}, {"amount_fen", a.amount.value}, {"principal_fen", a.principal.value}, {"late_fen", a.late.value},
               {"advance_fen", a.advance.value}, {"business_date", a.business_date.to_string()}, {"receipt_no", a.receipt_no}, {"state", name_of(a.state)}}).dump();
}

ItemAnswer answer_of(std::string_view response, const std::string& text) {
  const auto stored = json::parse(text);
  ItemAnswer a;
  a.response = response_of(response).value_or(Response::kUnavailable);
  a.state = item_state_of(stored.at("state").get_ref<const std::string&>()).value_or(ItemState::kReceived);
  a.key = stored.at("key");
  a.account_no = stored.at("account_no");
  a.name = stored.at("name");
  a.amount = {stored.at("amount_fen").get<std::int64_t>()};
  a.principal = {stored.at("principal_fen").get<std::int64_t>()};
  a.late = {stored.at("late_fen").get<std::int64_t>()};
  a.advance = {stored.at("advance_fen").get<std::int64_t>()};
  a.business_date = Date::parse(stored.at("business_date").get_ref<const std::string&>()).value_or(Date{});
  a.receipt_no = stored.at("receipt_no");
  return a;
}

Item item_row(const db::Rows& row) {
  Item item;
  item.id = row.i64(0);
  item.channel_id = row.i64(1);
  item.key = row.text(2);
  item.kind = row.text(3) == "pay" ? ItemKind::kPay : ItemKind::kReverse;
  item.state = item_state_of(row.text(4)).value_or(ItemState::kReceived);
  item.content_hash = row.text(5);
  item.original_key = row.text_or_null(6).value_or("");
  item.serial_no = row.text_or_null(7).value_or("");
  item.account_no = row.text(8);
  if (const auto account = row.i64_or_null(9)) item.account = AccountId{*account};
  item.amount = {row.i64(10)};
  item.business_date = row.date(11);
  item.answer = answer_of(row.text(12), row.text(13));
  if (const auto payment = row.i64_or_null(14)) item.payment = receivables::PaymentId{*payment};
  item.received_at = row.instant(15);
  item.changed_at = row.instant(16);
  return item;
}

std::optional<std::string> or_null(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

Error item_taken() { return conflict("payment_channels.item_taken", "expected an item with a key and a serial number of its own but there is one already"); }

std::optional<Item> first_of(db::Rows rows) {
  if (!rows.next()) return {};
  return item_row(rows);
}

}  // namespace

std::optional<Item> find_item(db::Session& session, std::int64_t channel_id, std::string_view key) {
  return first_of(session.query("SELECT item_id, channel_id, request_key, kind, state, content_hash, original_key, serial_no, account_no, account_id, amount_fen, business_date, response, answer, "
                                "payment_id, received_at, changed_at FROM payment_channels_item WHERE channel_id = ? AND request_key = ?", channel_id, key));
}

std::optional<Item> lock_item(db::Session& session, std::int64_t channel_id, std::string_view key) {
  return first_of(session.query("SELECT item_id, channel_id, request_key, kind, state, content_hash, original_key, serial_no, account_no, account_id, amount_fen, business_date, response, answer, "
                                "payment_id, received_at, changed_at FROM payment_channels_item WHERE channel_id = ? AND request_key = ? FOR UPDATE", channel_id, key));
}

std::optional<Item> lock_item(db::Session& session, std::int64_t item_id) {
  return first_of(session.query("SELECT item_id, channel_id, request_key, kind, state, content_hash, original_key, serial_no, account_no, account_id, amount_fen, business_date, response, answer, "
                                "payment_id, received_at, changed_at FROM payment_channels_item WHERE item_id = ? FOR UPDATE", item_id));
}

std::optional<Item> lock_item(db::Session& session, std::int64_t channel_id, Date business_date, std::string_view serial_no) {
  return first_of(session.query("SELECT item_id, channel_id, request_key, kind, state, content_hash, original_key, serial_no, account_no, account_id, amount_fen, business_date, response, answer, "
                                "payment_id, received_at, changed_at FROM payment_channels_item WHERE channel_id = ? AND business_date = ? AND serial_no = ? FOR UPDATE", channel_id, business_date, serial_no));
}

std::string file_key(Date business_date, std::string_view serial_no) {
  const auto ymd = business_date.ymd();
  const auto day = fmt::format("{}{:04}{:02}{:02}/", kFileKeyPrefix, static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
  // As short as a message's key, since a payment's reference holds it and what is put behind it.
  return day.size() + serial_no.size() <= kMostKeyBytes ? day + std::string(serial_no) : day + http::sha256_hex(serial_no).substr(0, 32);
}

std::optional<Item> find_taken_in(db::Session& session, const Item& like) {
  return first_of(session.query("SELECT item_id, channel_id, request_key, kind, state, content_hash, original_key, serial_no, account_no, account_id, amount_fen, business_date, response, answer, "
                                "payment_id, received_at, changed_at FROM payment_channels_item WHERE channel_id = ? AND business_date IN (?, ?, ?, ?, ?) AND serial_no = ? AND kind = 'pay' AND state = 'paid' "
                                "AND content_hash = '' AND payment_id IS NOT NULL AND account_no = ? AND amount_fen = ? ORDER BY item_id LIMIT 1", like.channel_id, like.business_date + -2,
                                like.business_date + -1, like.business_date, like.business_date + 1, like.business_date + 2, like.serial_no, like.account_no, like.amount));
}

Status rename_item(db::Session& session, const Item& item) {
  try {
    session.execute("UPDATE payment_channels_item SET request_key = ?, content_hash = ?, answer = ? WHERE item_id = ?", item.key, item.content_hash, answer_text(item.answer), item.id);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return conflict("payment_channels.item_taken", "expected an item with a key of its own but there is one already");
  }
  return ok();
}

Status insert_item(db::Session& session, const Item& item) {
  try {
    session.execute("INSERT INTO payment_channels_item (item_id, channel_id, request_key, kind, state, content_hash, original_key, serial_no, account_no, account_id, amount_fen, business_date, response, "
                    "answer, payment_id, received_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    item.id, item.channel_id, item.key, item.kind == ItemKind::kPay ? "pay" : "reverse", name_of(item.state), item.content_hash, or_null(item.original_key), or_null(item.serial_no),
                    item.account_no, item.account, item.amount, item.business_date, name_of(item.answer.response), answer_text(item.answer), item.payment, item.received_at, item.changed_at);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return item_taken();
  }
  return ok();
}

Status insert_items(db::Session& session, std::span<const Item> items) {
  db::BulkWriter rows("payment_channels_item", {"item_id", "channel_id", "request_key", "kind", "state", "content_hash", "original_key", "serial_no", "account_no", "account_id", "amount_fen", "business_date",
                                                "response", "answer", "payment_id", "received_at", "changed_at"});
  for (const auto& item : items) {
    rows.add(item.id).add(item.channel_id).add(item.key).add(item.kind == ItemKind::kPay ? "pay" : "reverse").add(name_of(item.state)).add(item.content_hash).add(or_null(item.original_key));
    rows.add(or_null(item.serial_no)).add(item.account_no).add(item.account).add(item.amount).add(item.business_date).add(name_of(item.answer.response)).add(answer_text(item.answer)).add(item.payment);
    rows.add(item.received_at).add(item.changed_at);
    rows.end_row();
  }
  try {
    rows.flush(session);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return item_taken();
  }
  return ok();
}

Status update_item(db::Session& session, const Item& item) {
  try {
    session.execute("UPDATE payment_channels_item SET state = ?, business_date = ?, content_hash = ?, account_no = ?, account_id = ?, amount_fen = ?, response = ?, answer = ?, payment_id = ?, changed_at = ? "
                    "WHERE item_id = ?", name_of(item.state), item.business_date, item.content_hash, item.account_no, item.account, item.amount, name_of(item.answer.response), answer_text(item.answer), item.payment,
                    item.changed_at, item.id);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return item_taken();
  }
  return ok();
}

std::vector<Item> list_items(db::Session& session, const ItemFilter& filter, int limit) {
  std::vector<Item> items;
  const Date from = filter.business_date.value_or(Date::of(2000, 1, 1)), to = filter.business_date.value_or(kForever);
  const auto state = filter.state ? std::optional(std::string(name_of(*filter.state))) : std::nullopt;
  for (auto rows = session.query("SELECT item_id, channel_id, request_key, kind, state, content_hash, original_key, serial_no, account_no, account_id, amount_fen, business_date, response, answer, "
                                 "payment_id, received_at, changed_at FROM payment_channels_item WHERE channel_id = ? AND business_date BETWEEN ? AND ? AND (? IS NULL OR state = ?) AND item_id < ? "
                                 "ORDER BY item_id DESC LIMIT ?", filter.channel_id, from, to, state, state, filter.before, limit); rows.next();)
    items.push_back(item_row(rows));
  return items;
}

DayTotals day_totals(db::Session& session, std::int64_t channel_id, Date business_date) {
  DayTotals totals;
  auto rows = session.query("SELECT CAST(SUM(state IN ('paid', 'reversed')) AS SIGNED), CAST(SUM(IF(state IN ('paid', 'reversed'), amount_fen, 0)) AS SIGNED), CAST(SUM(state = 'reversed') AS SIGNED), "
                            "CAST(SUM(IF(state = 'reversed', amount_fen, 0)) AS SIGNED) FROM payment_channels_item WHERE channel_id = ? AND business_date = ? AND kind = 'pay'", channel_id, business_date);
  if (rows.next() && !rows.is_null(0)) totals = {rows.i64(0), rows.i64(2), {rows.i64(1)}, {rows.i64(3)}};
  return totals;
}

}  // namespace mis::payment_channels
