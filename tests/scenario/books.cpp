#include "tests/scenario/books.hpp"

#include "mis/db/private_server.hpp"

namespace scenario {
namespace {

// Left out are only times and the numbers that follow the order of the work: runs, transactions, batches.
struct Sum { const char* table; const char* sql; };
constexpr Sum kSums[] = {
    {"accounts", "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', account_id, account_no, route_id, status))), 0) AS CHAR) FROM customers_account"},
    {"readings",
     "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', billing_month, installation_id, source, quality, total_e4, reactive_forward_e4))), 0) AS CHAR) "
     "FROM meter_reading_reading"},
    {"history", "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', billing_month, account_id, energy_wh, amount_fen, tier_energy_wh))), 0) AS CHAR) FROM billing_history"},
    {"bills",
     "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', billing_month, route_id, account_id, revision, category, period_from, period_to, energy_wh, "
     "amount_fen, funds_fen, export_fen, exported_wh, tier_energy_wh, flags))), 0) AS CHAR) FROM billing_bill"},
    {"bill lines",
     "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', billing_month, account_id, revision, line_no, usage_point_id, kind, role, unit, period, tier, "
     "component, percent_bp, quantity, price_e8, base_fen, amount_fen))), 0) AS CHAR) FROM billing_bill_line"},
    {"measured", "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', billing_month, account_id, usage_point_id, detail))), 0) AS CHAR) FROM billing_bill_usage"},
    {"exceptions",
     "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', route_id, account_id, reason, usage_point_id, severity, argument_1, argument_2))), 0) AS CHAR) "
     "FROM billing_exception"},
    {"receivables",
     "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', billing_month, account_id, revision, route_id, org_id, amount_fen))), 0) AS CHAR) FROM receivables_receivable"},
    {"postings",
     "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', line_no, account_id, ledger_account, amount_fen, billing_month, revision))), 0) AS CHAR) "
     "FROM ledger_posting"},
    {"batches", "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', template, transactions, debit_fen))), 0) AS CHAR) FROM ledger_batch"},
    {"payments", "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', account_id, source, method, amount_fen, advance_fen))), 0) AS CHAR) FROM receivables_payment"},
    {"counter days", "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', org_id, method, receipts, receipts_fen, reversals_fen, difference_fen))), 0) AS CHAR) FROM cashier_day_total"},
    {"channel differences", "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', kind, account_no, their_fen, state))), 0) AS CHAR) FROM payment_channels_difference"},
    {"notices", "SELECT COUNT(*), CAST(COALESCE(SUM(CRC32(CONCAT_WS('|', account_id, purpose, step, principal_fen))), 0) AS CHAR) FROM dunning_notice"},
    {"issued runs", "SELECT COUNT(*), CAST(COALESCE(SUM(billing_month), 0) AS CHAR) FROM billing_run WHERE state = 'issued'"},
};

}  // namespace

Books books_of(mis::db::Session& session) {
  Books books;
  for (const auto& sum : kSums) {
    auto rows = session.query(sum.sql);
    rows.next();
    books[sum.table] = std::to_string(rows.i64(0)) + " rows, " + rows.text(1);
  }
  return books;
}

Books books_in(const std::filesystem::path& data) {
  mis::db::PrivateServer server({.folder = data, .buffer_pool_mb = 128});
  mis::db::Session session(server.owner());
  return books_of(session);
}

}  // namespace scenario
