// Recomputes what must hold between what channels were told, the payments in receivables and the ledger.
#include <fmt/format.h>

#include "modules/payment_channels/payment_channels.hpp"
#include "modules/ledger/ledger.hpp"

namespace mis::payment_channels {
namespace {

using Differences = std::vector<std::string>;

constexpr int kMost = 20;  // of each kind: enough to see what happened

void check_items(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT i.item_id, i.request_key, i.state, i.amount_fen, p.amount_fen, p.reversed, p.account_id <=> i.account_id AND p.source = 'channel' AND p.source_id = i.channel_id "
                           "FROM payment_channels_item i LEFT JOIN receivables_payment_row p ON p.payment_id = i.payment_id "
                           "WHERE i.kind = 'pay' AND i.state IN ('paid', 'reversed') AND (p.payment_id IS NULL OR p.amount_fen <> i.amount_fen OR p.reversed <> (i.state = 'reversed') "
                           "OR NOT (p.account_id <=> i.account_id AND p.source = 'channel' AND p.source_id = i.channel_id)) LIMIT ?", kMost); rows.next();) {
    std::string found = "no payment";
    if (!rows.is_null(4)) found = fmt::format("a payment of {} fen{}{}", rows.i64(4), rows.i32(5) != 0 ? ", taken back" : "", rows.i32(6) != 0 ? "" : ", of another account or channel");
    differences.push_back(fmt::format("item {} ({}): expected it {} with {} fen but found {}", rows.i64(0), rows.text(1), rows.text(2), rows.i64(3), found));
  }
  for (auto rows = s.query("SELECT item_id, request_key, state, payment_id FROM payment_channels_item WHERE payment_id IS NOT NULL AND (kind <> 'pay' OR state NOT IN ('paid', 'reversed')) LIMIT ?", kMost);
       rows.next();)
    differences.push_back(fmt::format("item {} ({}): expected no payment of an item that is {} but found payment {}", rows.i64(0), rows.text(1), rows.text(2), rows.i64(3)));
}

void check_payments(db::Session& s, Differences& differences) {
  // A payment that was taken back may have given way to another one for the same item.
  for (auto rows = s.query("SELECT p.payment_id, p.reference FROM receivables_payment_row p JOIN payment_channels_channel c ON c.channel_id = p.source_id "
                           "LEFT JOIN payment_channels_item i ON i.payment_id = p.payment_id WHERE p.source = 'channel' AND p.reversed = 0 AND i.item_id IS NULL "
                           "AND NOT EXISTS (SELECT 1 FROM payment_channels_debit_item d WHERE d.payment_id = p.payment_id) "
                           "AND NOT EXISTS (SELECT 1 FROM payment_channels_receipt e WHERE e.payment_id = p.payment_id) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("payment {} ({}): expected the item that a channel asked for but there is none", rows.i64(0), rows.text(1)));
}

void check_in_transit(db::Session& s, Differences& differences) {
  constexpr int kPayment = static_cast<int>(ledger::Template::kPayment);
  for (auto rows = s.query("SELECT c.code, COALESCE(i.amount, 0), COALESCE(l.amount, 0) FROM payment_channels_channel c "
                           "LEFT JOIN (SELECT channel_id, CAST(SUM(fen) AS SIGNED) AS amount FROM (SELECT channel_id, amount_fen AS fen FROM payment_channels_item WHERE kind = 'pay' AND state = 'paid' "
                           "UNION ALL SELECT channel_id, paid_fen FROM payment_channels_debit_item WHERE state IN ('paid', 'partly')) t GROUP BY channel_id) i "
                           "ON i.channel_id = c.channel_id "
                           "LEFT JOIN (SELECT subject_id, CAST(SUM(amount_fen) AS SIGNED) AS amount FROM ledger_standing_posting WHERE template = ? AND ledger_account = ? GROUP BY subject_id) l "
                           "ON l.subject_id = c.channel_id WHERE COALESCE(i.amount, 0) <> COALESCE(l.amount, 0) LIMIT ?", kPayment, static_cast<int>(ledger::LedgerAccount::kInTransit), kMost);
       rows.next();)
    differences.push_back(fmt::format("channel {}: expected payments in transit of {} fen by its items but the ledger has {}", rows.text(0), rows.i64(1), rows.i64(2)));
}

void check_settlements(db::Session& s, Differences& differences) {
  constexpr int kSettled = static_cast<int>(ledger::Template::kChannelSettled);
  for (auto rows = s.query("SELECT c.code, COALESCE(t.amount, 0), COALESCE(-l.amount, 0) FROM payment_channels_channel c "
                           "LEFT JOIN (SELECT channel_id, CAST(SUM(amount_fen) AS SIGNED) AS amount FROM payment_channels_settlement WHERE state = 'posted' GROUP BY channel_id) t "
                           "ON t.channel_id = c.channel_id "
                           "LEFT JOIN (SELECT subject_id, CAST(SUM(amount_fen) AS SIGNED) AS amount FROM ledger_standing_posting WHERE template = ? AND ledger_account = ? GROUP BY subject_id) l "
                           "ON l.subject_id = c.channel_id WHERE COALESCE(t.amount, 0) <> COALESCE(-l.amount, 0) LIMIT ?", kSettled, static_cast<int>(ledger::LedgerAccount::kInTransit), kMost);
       rows.next();)
    differences.push_back(fmt::format("channel {}: expected {} fen to have left transit by its settlements but the ledger has {}", rows.text(0), rows.i64(1), rows.i64(2)));
}

}  // namespace

Result<std::vector<std::string>> verify_channels(db::Database& database) {
  return database.snapshot([&](db::Session& s) -> Result<Differences> {
    Differences differences;
    check_items(s, differences);
    check_payments(s, differences);
    check_in_transit(s, differences);
    check_settlements(s, differences);
    return differences;
  });
}

}  // namespace mis::payment_channels
