// Recomputes the counter's books from payments and the ledger and says what differs.
#include <map>

#include <fmt/format.h>

#include "modules/cashier/cashier.hpp"
#include "modules/cashier/domain/drawer.hpp"

namespace mis::cashier {
namespace {

using Differences = std::vector<std::string>;
using ledger::LedgerAccount;
using ledger::Template;

constexpr int kMost = 20;  // of each kind: enough to see what happened
constexpr int kCash = static_cast<int>(LedgerAccount::kCash), kInTransit = static_cast<int>(LedgerAccount::kInTransit), kPayment = static_cast<int>(Template::kPayment);

void check_numbers(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT session_id, COUNT(*), MIN(number), MAX(number) FROM cashier_receipt GROUP BY session_id HAVING MIN(number) <> 1 OR MAX(number) <> COUNT(*) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("session {}: expected receipts numbered from 1 without gaps but {} have numbers from {} to {}", rows.i64(0), rows.i64(1), rows.i64(2), rows.i64(3)));
  for (auto rows = s.query("SELECT s.session_no, s.state, s.open_for, s.cashier, c.session_id FROM cashier_session s LEFT JOIN cashier_close c ON c.session_id = s.session_id "
                           "WHERE (s.state = 'open') <> (c.session_id IS NULL) OR NOT (s.open_for <=> IF(s.state = 'open', s.cashier, NULL)) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("session {}: expected its state to fit its close but it is {} and {}", rows.text(0), rows.text(1), rows.is_null(4) ? "was never closed" : "was closed"));
}

// A receipt is its lines, a line is its payment, and its bills are what the payment was posted against.
void check_receipts(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT r.receipt_no, r.total_fen, CAST(COALESCE(SUM(l.amount_fen), 0) AS SIGNED) AS total FROM cashier_receipt r LEFT JOIN cashier_receipt_line l ON l.receipt_id = r.receipt_id "
                           "GROUP BY r.receipt_id, r.receipt_no, r.total_fen HAVING total <> r.total_fen LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("receipt {}: expected lines of {} fen but they have {}", rows.text(0), rows.i64(1), rows.i64(2)));
  for (auto rows = s.query("SELECT r.receipt_no, l.line_no, l.amount_fen, p.amount_fen FROM cashier_receipt_line l JOIN cashier_receipt r ON r.receipt_id = l.receipt_id "
                           "LEFT JOIN receivables_payment_row p ON p.payment_id = l.payment_id AND p.source = 'cashier' AND p.source_id = r.session_id AND p.method = r.method AND p.account_id = l.account_id "
                           "WHERE p.payment_id IS NULL OR p.amount_fen <> l.amount_fen OR p.advance_fen <> l.advance_fen OR p.reference <> CONCAT(r.receipt_no, '/', l.line_no) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("receipt {} line {}: expected its payment of {} fen but found {}", rows.text(0), rows.i32(1), rows.i64(2), rows.is_null(3) ? std::string("none") : std::to_string(rows.i64(3))));
  for (auto rows = s.query("SELECT x.receipt_id FROM (SELECT receipt_id FROM cashier_receipt_line UNION SELECT receipt_id FROM cashier_reversal) x LEFT JOIN cashier_receipt r ON r.receipt_id = x.receipt_id "
                           "WHERE r.receipt_id IS NULL LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("receipt with the key {}: expected the receipt of a line or reversal but there is none", rows.i64(0)));
  for (auto rows = s.query("SELECT p.payment_id, p.reference FROM receivables_payment_row p LEFT JOIN cashier_receipt_line l ON l.payment_id = p.payment_id WHERE p.source = 'cashier' AND l.payment_id IS NULL LIMIT ?",
                           kMost); rows.next();)
    differences.push_back(fmt::format("payment {} ({}): expected a receipt of the counter but there is none", rows.i64(0), rows.text(1)));
  for (auto rows = s.query("SELECT r.receipt_no, p.reversed FROM cashier_receipt_line l JOIN cashier_receipt r ON r.receipt_id = l.receipt_id JOIN receivables_payment_row p ON p.payment_id = l.payment_id "
                           "LEFT JOIN cashier_reversal v ON v.receipt_id = l.receipt_id WHERE p.reversed <> (v.receipt_id IS NOT NULL) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("receipt {}: expected receipt and payment to be taken back together but only the {} is", rows.text(0), rows.i32(1) != 0 ? "payment" : "receipt"));
  for (auto rows = s.query("SELECT r.receipt_no, l.line_no FROM cashier_receipt_line l JOIN cashier_receipt r ON r.receipt_id = l.receipt_id "
                           "LEFT JOIN (SELECT receipt_id, line_no, SUM(principal_fen + late_fen) AS total FROM cashier_receipt_bill GROUP BY receipt_id, line_no) b "
                           "ON b.receipt_id = l.receipt_id AND b.line_no = l.line_no WHERE l.amount_fen <> l.advance_fen + COALESCE(b.total, 0) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("receipt {} line {}: expected its bills and its advance to make its amount but they do not", rows.text(0), rows.i32(1)));
  for (auto rows = s.query("SELECT r.receipt_no, b.billing_month, b.principal_fen, b.late_fen, q.principal, q.late FROM cashier_receipt_bill b JOIN cashier_receipt r ON r.receipt_id = b.receipt_id "
                           "JOIN cashier_receipt_line l ON l.receipt_id = b.receipt_id AND l.line_no = b.line_no JOIN receivables_payment_row p ON p.payment_id = l.payment_id LEFT JOIN "
                           "(SELECT accounting_month, transaction_id, account_id, billing_month, revision, CAST(SUM(IF(ledger_account = 1, -amount_fen, 0)) AS SIGNED) AS principal, "
                           "CAST(SUM(IF(ledger_account = 10, -amount_fen, 0)) AS SIGNED) AS late FROM ledger_bill_credit GROUP BY accounting_month, transaction_id, account_id, billing_month, revision) q "
                           "ON q.accounting_month = p.accounting_month AND q.transaction_id = p.transaction_id AND q.account_id = l.account_id AND q.billing_month = b.billing_month AND q.revision = b.revision "
                           "WHERE q.principal IS NULL OR q.principal <> b.principal_fen OR q.late <> b.late_fen LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("receipt {}, bill of {}: expected postings of {} and {} fen of late charge but found {} and {}", rows.text(0), rows.month(1).to_string(), rows.i64(2), rows.i64(3),
                                      rows.i64_or_null(4).value_or(0), rows.i64_or_null(5).value_or(0)));
}

struct SessionSum {
  std::string no;
  bool open = true;
  Drawer drawer;
  MethodSums expected_at_close, counted;
  Money deposited_open, deposited_closed;
};
using Sums = std::map<std::int64_t, SessionSum>;

// Every session's money, from its receipts, reversals, deposits and close.
Sums read_sums(db::Session& s) {
  Sums sums;
  for (auto rows = s.query("SELECT session_id, session_no, state, float_fen FROM cashier_session"); rows.next();) {
    auto& sum = sums[rows.i64(0)];
    sum.no = rows.text(1);
    sum.open = rows.text(2) == "open";
    sum.drawer.float_taken = {rows.i64(3)};
  }
  for (auto rows = s.query("SELECT session_id, method, CAST(SUM(total_fen) AS SIGNED) FROM cashier_receipt GROUP BY session_id, method"); rows.next();)
    if (const auto method = counter_method_of(rows.text(1))) sums[rows.i64(0)].drawer.taken[*method] = {rows.i64(2)};
  for (auto rows = s.query("SELECT v.session_id, r.method, CAST(SUM(r.total_fen) AS SIGNED) FROM cashier_reversal v JOIN cashier_receipt r ON r.receipt_id = v.receipt_id GROUP BY v.session_id, r.method"); rows.next();)
    if (const auto method = counter_method_of(rows.text(1))) sums[rows.i64(0)].drawer.given[*method] = {rows.i64(2)};
  for (auto rows = s.query("SELECT session_id, stage, CAST(SUM(amount_fen) AS SIGNED) FROM cashier_deposit GROUP BY session_id, stage"); rows.next();) {
    auto& sum = sums[rows.i64(0)];
    const auto stage = rows.text(1);
    sum.drawer.deposited += Money{rows.i64(2)};
    if (stage == "open") sum.deposited_open = {rows.i64(2)};
    if (stage == "closed") sum.deposited_closed = {rows.i64(2)};
  }
  for (auto rows = s.query("SELECT session_id, returned_fen FROM cashier_close"); rows.next();) sums[rows.i64(0)].drawer.returned = {rows.i64(1)};
  for (auto rows = s.query("SELECT session_id, method, expected_fen, counted_fen FROM cashier_close_method"); rows.next();)
    if (const auto method = counter_method_of(rows.text(1))) {
      auto& sum = sums[rows.i64(0)];
      sum.expected_at_close[*method] = {rows.i64(2)};
      sum.counted[*method] = {rows.i64(3)};
      if (*method == CounterMethod::kCash) sum.drawer.difference = Money{rows.i64(3) - rows.i64(2)};
    }
  return sums;
}

void check_drawers(db::Session& s, const Sums& sums, Differences& differences) {
  std::map<std::int64_t, Money> ledger;
  for (auto rows = s.query("SELECT subject_id, CAST(SUM(amount_fen) AS SIGNED) FROM ledger_subject_posting WHERE ledger_account = ? GROUP BY subject_id", kCash); rows.next();) ledger[rows.i64(0)] = {rows.i64(1)};
  for (const auto& [id, sum] : sums) {
    if (sum.no.empty()) differences.push_back(fmt::format("session {}: expected the session of a receipt, deposit or close but there is none", id));
    const Money found = ledger[id], wanted = sum.drawer.cash_left();
    if (wanted != found) differences.push_back(fmt::format("session {}: expected {} fen of cash in the ledger but found {}", sum.no, wanted.value, found.value));
  }
  for (const auto& [subject, found] : ledger)
    if (subject != kSafe && !sums.contains(subject)) differences.push_back(fmt::format("cash of subject {}: expected a cashier's session but there is none, and the ledger has {} fen", subject, found.value));
}

void check_closes(db::Session& s, const Sums& sums, Differences& differences) {
  std::map<std::int64_t, Money> pieces;
  for (auto rows = s.query("SELECT session_id, CAST(SUM(denomination_fen * pieces) AS SIGNED) FROM cashier_close_count GROUP BY session_id"); rows.next();) pieces[rows.i64(0)] = {rows.i64(1)};
  for (const auto& [id, sum] : sums) {
    if (sum.open) continue;
    auto expected = sum.drawer.taken - sum.drawer.given;
    expected[CounterMethod::kCash] += sum.drawer.float_taken - sum.deposited_open;
    for (const auto method : kMethods)
      if (expected[method] != sum.expected_at_close[method])
        differences.push_back(fmt::format("session {}: expected {} fen of {} at its close but the close says {}", sum.no, expected[method].value, name_of(method), sum.expected_at_close[method].value));
    if (pieces[id] != sum.counted[CounterMethod::kCash])
      differences.push_back(fmt::format("session {}: expected notes and coins of {} fen but they make {}", sum.no, sum.counted[CounterMethod::kCash].value, pieces[id].value));
  }
}

void check_in_transit(db::Session& s, Differences& differences) {
  std::map<std::pair<std::int32_t, std::int64_t>, std::pair<Money, Money>> days;  // by day and subject: of the receipts, of the ledger
  const auto subject_of = [](std::string_view method) { return method == "card" ? kCardsInTransit : method == "cheque" ? kChequesInTransit : kQrInTransit; };
  for (auto rows = s.query("SELECT s.day, r.method, CAST(SUM(r.total_fen) AS SIGNED) FROM cashier_receipt r JOIN cashier_session s ON s.session_id = r.session_id WHERE r.method <> 'cash' GROUP BY s.day, r.method");
       rows.next();)
    days[{rows.date(0).days, subject_of(rows.text(1))}].first += Money{rows.i64(2)};
  for (auto rows = s.query("SELECT v.reversed_on, r.method, CAST(SUM(r.total_fen) AS SIGNED) FROM cashier_reversal v JOIN cashier_receipt r ON r.receipt_id = v.receipt_id WHERE r.method <> 'cash' "
                           "GROUP BY v.reversed_on, r.method"); rows.next();)
    days[{rows.date(0).days, subject_of(rows.text(1))}].first -= Money{rows.i64(2)};
  for (auto rows = s.query("SELECT posted_on, subject_id, CAST(SUM(amount_fen) AS SIGNED) FROM ledger_subject_posting WHERE ledger_account = ? AND subject_id IN (?, ?, ?) AND template IN (?, ?) "
                           "GROUP BY posted_on, subject_id", kInTransit, kCardsInTransit, kChequesInTransit, kQrInTransit, kPayment, -kPayment); rows.next();)
    days[{rows.date(0).days, rows.i64(1)}].second += Money{rows.i64(2)};
  for (const auto& [key, sums] : days)
    if (sums.first != sums.second)
      differences.push_back(fmt::format("in transit {} on {}: expected {} fen of the receipts but the ledger has {}", key.second, Date{key.first}.to_string(), sums.first.value, sums.second.value));
  for (auto rows = s.query("SELECT d.total, l.total FROM (SELECT CAST(COALESCE(SUM(amount_fen), 0) AS SIGNED) AS total FROM cashier_deposit) d, "
                           "(SELECT CAST(COALESCE(SUM(amount_fen), 0) AS SIGNED) AS total FROM ledger_subject_posting WHERE ledger_account = ? AND subject_id = ? AND template = ?) l WHERE d.total <> l.total",
                           kInTransit, kDepositsInTransit, static_cast<int>(Template::kCashDeposited)); rows.next();)
    differences.push_back(fmt::format("deposits: expected {} fen of the slips in the ledger but found {}", rows.i64(0), rows.i64(1)));
}

// What a closed day stored is what its sessions come to, and nothing of it was opened or taken afterwards.
void check_days(db::Session& s, const Sums& sums, Differences& differences) {
  for (auto rows = s.query("SELECT q.org_id, q.day, q.method, CAST(q.net AS SIGNED), CAST(COALESCE(t.receipts_fen - t.reversals_fen, 0) AS SIGNED) FROM ("
                           "SELECT x.org_id, x.day, x.method, SUM(x.net) AS net FROM ("
                           "SELECT s.org_id, s.day, r.method, SUM(r.total_fen) AS net FROM cashier_session s JOIN cashier_receipt r ON r.session_id = s.session_id GROUP BY s.org_id, s.day, r.method UNION ALL "
                           "SELECT s.org_id, s.day, r.method, -SUM(r.total_fen) FROM cashier_session s JOIN cashier_reversal v ON v.session_id = s.session_id JOIN cashier_receipt r ON r.receipt_id = v.receipt_id "
                           "GROUP BY s.org_id, s.day, r.method UNION ALL "
                           "SELECT t.org_id, t.day, t.method, 0 FROM cashier_day_total t WHERE t.org_id <> 0) x GROUP BY x.org_id, x.day, x.method) q "
                           "JOIN cashier_day d ON d.org_id = q.org_id AND d.day = q.day AND d.state = 'closed' "
                           "LEFT JOIN cashier_day_total t ON t.org_id = q.org_id AND t.day = q.day AND t.method = q.method WHERE q.net <> COALESCE(t.receipts_fen - t.reversals_fen, 0) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("day {} of hall {}: expected {} fen of {} but the close says {}", rows.date(1).to_string(), rows.i64(0), rows.i64(3), rows.text(2), rows.i64(4)));
  for (auto rows = s.query("SELECT c.day, c.method, CAST(c.receipts_fen - c.reversals_fen AS SIGNED), CAST(SUM(h.receipts_fen - h.reversals_fen) AS SIGNED) FROM cashier_day_total c "
                           "LEFT JOIN cashier_day_total h ON h.day = c.day AND h.method = c.method AND h.org_id <> 0 WHERE c.org_id = 0 GROUP BY c.day, c.method, c.receipts_fen, c.reversals_fen "
                           "HAVING c.receipts_fen - c.reversals_fen <> COALESCE(SUM(h.receipts_fen - h.reversals_fen), 0) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("day {} of the company: expected {} fen of {} of its halls but its close says {}", rows.date(0).to_string(), rows.i64_or_null(3).value_or(0), rows.text(1), rows.i64(2)));
  for (auto rows = s.query("SELECT s.session_no FROM cashier_session s JOIN cashier_day d ON d.org_id = s.org_id AND d.day = s.day AND d.state = 'closed' "
                           "LEFT JOIN cashier_day_session x ON x.session_id = s.session_id WHERE x.session_id IS NULL OR s.state = 'open' LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("session {}: expected it to be part of its closed day but it is not", rows.text(0)));
  for (auto rows = s.query("SELECT session_id, carried_fen FROM cashier_day_session"); rows.next();) {
    const auto it = sums.find(rows.i64(0));
    if (it == sums.end()) continue;
    const auto& sum = it->second;
    const Money wanted = sum.counted[CounterMethod::kCash] - sum.drawer.returned - sum.deposited_closed;
    if (wanted.value != rows.i64(1)) differences.push_back(fmt::format("session {}: expected {} fen to be carried over but its day's close says {}", sum.no, wanted.value, rows.i64(1)));
  }
}

}  // namespace

Result<std::vector<std::string>> verify_cashier(db::Database& database) {
  return database.snapshot([](db::Session& s) -> Result<Differences> {
    Differences differences;
    check_numbers(s, differences);
    check_receipts(s, differences);
    const auto sums = read_sums(s);
    check_drawers(s, sums, differences);
    check_closes(s, sums, differences);
    check_in_transit(s, differences);
    check_days(s, sums, differences);
    return differences;
  });
}

}  // namespace mis::cashier
