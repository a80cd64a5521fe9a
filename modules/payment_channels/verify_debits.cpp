// Recomputes what must hold between batches, debits, statements, the payments in receivables and the ledger.
#include <fmt/format.h>

#include "modules/ledger/ledger.hpp"
#include "modules/payment_channels/debit_batch.hpp"
#include "modules/payment_channels/payment_channels.hpp"

namespace mis::payment_channels {
namespace {

using Differences = std::vector<std::string>;

constexpr int kMost = 20;  // of each kind: enough to see what happened

void check_debits(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT i.end_to_end_id, i.state, i.paid_fen, p.amount_fen, p.reversed, p.account_id = i.account_id AND p.source = 'channel' AND p.source_id = i.channel_id AND p.method = 'direct_debit' "
                           "FROM payment_channels_debit_item i LEFT JOIN receivables_payment_row p ON p.payment_id = i.payment_id "
                           "WHERE i.state IN ('paid', 'partly', 'returned') AND (p.payment_id IS NULL OR NOT (p.amount_fen <=> i.paid_fen) OR p.reversed <> (i.state = 'returned') "
                           "OR p.account_id <> i.account_id OR p.source <> 'channel' OR p.source_id <> i.channel_id OR p.method <> 'direct_debit') LIMIT ?", kMost); rows.next();) {
    std::string found = "no payment";
    if (!rows.is_null(3)) found = fmt::format("a payment of {} fen{}{}", rows.i64(3), rows.i32(4) != 0 ? ", taken back" : "", rows.i32(5) != 0 ? "" : ", of another account or channel");
    differences.push_back(fmt::format("debit {}: expected it {} with {} fen but found {}", rows.text(0), rows.text(1), rows.is_null(2) ? 0 : rows.i64(2), found));
  }
  for (auto rows = s.query("SELECT end_to_end_id, state FROM payment_channels_debit_item WHERE state NOT IN ('paid', 'partly', 'returned') AND payment_id IS NOT NULL LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("debit {}: expected no payment of a debit that is {} but it has one", rows.text(0), rows.text(1)));
  for (auto rows = s.query("SELECT end_to_end_id, amount_fen, paid_fen FROM payment_channels_debit_item WHERE state = 'partly' AND paid_fen >= amount_fen LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("debit {}: expected a part of {} fen but found {} fen", rows.text(0), rows.i64(1), rows.i64(2)));
  // A payment by direct debit without its debit; one that was taken back may have given way to another one.
  for (auto rows = s.query("SELECT p.payment_id, p.reference FROM receivables_payment_row p LEFT JOIN payment_channels_debit_item i ON i.payment_id = p.payment_id "
                           "WHERE p.method = 'direct_debit' AND p.reversed = 0 AND i.item_id IS NULL LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("payment {} ({}): expected the debit that it came by but there is none", rows.i64(0), rows.text(1)));
}

void check_batches(db::Session& s, Differences& differences) {
  // What was left out of the file may have been collected all the same, and taken in by two people.
  for (auto rows = s.query("SELECT b.batch_no, b.item_count, b.amount_fen, COALESCE(i.items, 0), COALESCE(i.amount, 0) FROM payment_channels_debit_batch b "
                           "LEFT JOIN (SELECT batch_id, COUNT(*) AS items, CAST(SUM(amount_fen) AS SIGNED) AS amount FROM payment_channels_debit_item WHERE state <> 'cancelled' AND reason <> ? GROUP BY batch_id) i ON i.batch_id = b.batch_id "
                           "WHERE b.state IN ('prepared', 'sent', 'closed') AND (b.item_count < COALESCE(i.items, 0) OR b.amount_fen < COALESCE(i.amount, 0) "
                           "OR (b.state = 'prepared' AND (b.item_count <> COALESCE(i.items, 0) OR b.amount_fen <> COALESCE(i.amount, 0)))) LIMIT ?", kLeftOut, kMost); rows.next();)
    differences.push_back(fmt::format("batch {}: expected {} debits of {} fen as in its file but found {} of {} fen", rows.text(0), rows.i64(1), rows.i64(2), rows.i64(3), rows.i64(4)));
  for (auto rows = s.query("SELECT b.batch_no, b.file_bytes, COALESCE(f.size, 0) FROM payment_channels_debit_batch b "
                           "LEFT JOIN (SELECT batch_id, edition, CAST(SUM(LENGTH(bytes)) AS SIGNED) AS size FROM payment_channels_debit_file GROUP BY batch_id, edition) f ON f.batch_id = b.batch_id AND f.edition = b.file_edition "
                           "WHERE b.state IN ('prepared', 'sent', 'closed') AND NOT (b.file_bytes <=> COALESCE(f.size, 0)) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("batch {}: expected its file to have {} bytes but it has {}", rows.text(0), rows.is_null(1) ? 0 : rows.i64(1), rows.i64(2)));
  for (auto rows = s.query("SELECT b.batch_no, COUNT(*) FROM payment_channels_debit_batch b JOIN payment_channels_debit_item i ON i.batch_id = b.batch_id "
                           "WHERE (b.state IN ('closed', 'cancelled') AND i.state IN ('prepared', 'sent', 'unknown')) OR (b.state = 'sent' AND i.state = 'prepared') GROUP BY b.batch_no LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("batch {}: expected no debit under way but {} are", rows.text(0), rows.i64(1)));
}

// What of each result was taken is what its lines' debits have.
void check_results(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT r.result_id, r.line_count, COALESCE(v.verdicts, 0) FROM payment_channels_debit_result r "
                           "LEFT JOIN (SELECT result_id, COUNT(*) AS verdicts FROM payment_channels_debit_verdict GROUP BY result_id) v ON v.result_id = r.result_id "
                           "WHERE r.state = 'taken' AND r.line_count <> COALESCE(v.verdicts, 0) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("result {}: expected a verdict on each of {} lines but found {}", rows.i64(0), rows.i64(1), rows.i64(2)));
  for (auto rows = s.query("SELECT v.result_id, v.seq, v.payment_id FROM payment_channels_debit_verdict v LEFT JOIN receivables_payment_row p ON p.payment_id = v.payment_id AND p.amount_fen = v.paid_fen "
                           "WHERE v.verdict = 'taken' AND p.payment_id IS NULL LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("result {}, line {}: expected its payment with the amount that was taken but there is none", rows.i64(0), rows.i64(1)));
}

void check_receipts(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT r.receipt_id, r.state, r.amount_fen, p.amount_fen FROM payment_channels_receipt r LEFT JOIN receivables_payment_row p ON p.payment_id = r.payment_id "
                           "AND p.reversed = 0 WHERE r.state IN ('paid', 'assigned', 'retracting') AND (p.payment_id IS NULL OR p.amount_fen <> r.amount_fen) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("receipt {}: expected it {} with a payment of {} fen but found {}", rows.i64(0), rows.text(1), rows.i64(2), rows.is_null(3) ? "none" : std::to_string(rows.i64(3))));
  for (auto rows = s.query("SELECT p.payment_id, p.reference FROM receivables_payment_row p WHERE p.source = 'unidentified' AND p.reversed = 0 "
                           "AND NOT EXISTS (SELECT 1 FROM payment_channels_receipt r WHERE r.payment_id = p.payment_id) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("payment {} ({}): expected the receipt that it was made of but there is none", rows.i64(0), rows.text(1)));
  constexpr int kUnidentified = static_cast<int>(ledger::LedgerAccount::kUnidentified);
  for (auto rows = s.query("SELECT c.code, COALESCE(r.amount, 0), COALESCE(l.amount, 0) FROM payment_channels_channel c "
                           "LEFT JOIN (SELECT channel_id, CAST(SUM(amount_fen) AS SIGNED) AS amount FROM payment_channels_receipt WHERE state IN ('unidentified', 'returning') OR (state = 'proposed' AND proposed_by IS NOT NULL) GROUP BY channel_id) r ON r.channel_id = c.channel_id "
                           "LEFT JOIN (SELECT subject_id, CAST(SUM(amount_fen) AS SIGNED) AS amount FROM ledger_standing_posting WHERE ledger_account = ? GROUP BY subject_id) l ON l.subject_id = c.channel_id "
                           "WHERE COALESCE(r.amount, 0) <> -COALESCE(l.amount, 0) LIMIT ?", kUnidentified, kMost); rows.next();)
    differences.push_back(fmt::format("channel {}: expected unidentified receipts of {} fen but the ledger owes {}", rows.text(0), rows.i64(1), -rows.i64(2)));
}

}  // namespace

Result<std::vector<std::string>> verify_debits(db::Database& database) {
  return database.snapshot([&](db::Session& s) -> Result<Differences> {
    Differences differences;
    check_debits(s, differences);
    check_batches(s, differences);
    check_results(s, differences);
    check_receipts(s, differences);
    return differences;
  });
}

}  // namespace mis::payment_channels
