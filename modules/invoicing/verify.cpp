// What must hold of invoices, recomputed from the rows.
#include <fmt/format.h>

#include "modules/invoicing/service.hpp"

namespace mis::invoicing {

Result<std::vector<std::string>> verify_invoicing(db::Database& database) {
  return database.snapshot([](db::Session& s) -> Result<std::vector<std::string>> {
    std::vector<std::string> found;
    for (auto rows = s.query("SELECT s.year, s.kind, s.last, COUNT(i.invoice_id), COALESCE(MIN(i.serial), 1), COALESCE(MAX(i.serial), 0) FROM invoicing_series s "
                             "LEFT JOIN invoicing_invoice i ON i.year = s.year AND i.kind = s.kind GROUP BY s.year, s.kind, s.last "
                             "HAVING COUNT(i.invoice_id) <> s.last OR COALESCE(MIN(i.serial), 1) <> 1 OR COALESCE(MAX(i.serial), 0) <> s.last"); rows.next();)
      found.push_back(fmt::format("series {} {}: expected {} numbers from 1 on without a gap but found {} from {} to {}", rows.i32(0), rows.text(1), rows.i32(2), rows.i64(3), rows.i32(4), rows.i32(5)));
    for (auto rows = s.query("SELECT i.number FROM invoicing_invoice i LEFT JOIN invoicing_series s ON s.year = i.year AND s.kind = i.kind WHERE s.year IS NULL LIMIT 100"); rows.next();)
      found.push_back(fmt::format("invoice {}: expected its series to be there but it is not", rows.text(0)));
    for (auto rows = s.query("SELECT number FROM invoicing_invoice WHERE number <> CONCAT(LPAD(year, 4, '0'), IF(kind = 'blue', '01', '02'), LPAD(serial, 10, '0')) LIMIT 100"); rows.next();)
      found.push_back(fmt::format("invoice {}: expected the number of its year, kind and serial", rows.text(0)));
    // One standing invoice per bill, and a state that says the same as the mark.
    for (auto rows = s.query("SELECT account_id, billing_month, revision, COUNT(*) FROM invoicing_invoice WHERE kind = 'blue' AND state IN ('drawn', 'sending', 'issued', 'unknown') "
                             "GROUP BY account_id, billing_month, revision HAVING COUNT(*) > 1 LIMIT 100"); rows.next();)
      found.push_back(fmt::format("bill {} of account {} revision {}: expected one standing invoice but found {}", rows.i32(1), rows.i64(0), rows.i32(2), rows.i64(3)));
    for (auto rows = s.query("SELECT number, state FROM invoicing_invoice WHERE (standing IS NOT NULL) <> (kind = 'blue' AND state IN ('drawn', 'sending', 'issued', 'unknown')) LIMIT 100"); rows.next();)
      found.push_back(fmt::format("invoice {}: expected it to stand exactly while it is blue and neither failed nor reversed but it is {}", rows.text(0), rows.text(1)));
    // Amounts: the bill's, and what the lines add up to.
    for (auto rows = s.query("SELECT i.number, i.total_fen, b.amount_fen FROM invoicing_invoice i LEFT JOIN billing_invoice_bill b ON b.billing_month = i.billing_month AND b.route_id = i.route_id AND "
                             "b.account_id = i.account_id AND b.revision = i.revision WHERE i.kind = 'blue' AND (b.amount_fen IS NULL OR b.amount_fen <> i.total_fen) LIMIT 100"); rows.next();)
      found.push_back(rows.is_null(2) ? fmt::format("invoice {}: expected an issued bill but there is none", rows.text(0))
                                      : fmt::format("invoice {}: expected the bill's {} fen but found {}", rows.text(0), rows.i64(2), rows.i64(1)));
    for (auto rows = s.query("SELECT i.number FROM invoicing_invoice i LEFT JOIN (SELECT invoice_id, SUM(net_fen) AS net, SUM(tax_fen) AS tax FROM invoicing_invoice_line GROUP BY invoice_id) l "
                             "ON l.invoice_id = i.invoice_id WHERE l.net IS NULL OR l.net <> i.net_fen OR l.tax <> i.tax_fen OR i.net_fen + i.tax_fen <> i.total_fen LIMIT 100"); rows.next();)
      found.push_back(fmt::format("invoice {}: expected lines, amount without tax and tax to add up but they do not", rows.text(0)));
    // Red letters mirror what they name, and a blue one is reversed exactly when its red one is issued.
    for (auto rows = s.query("SELECT r.number FROM invoicing_invoice r LEFT JOIN invoicing_invoice b ON b.invoice_id = r.reverses_id WHERE r.kind = 'red' AND (b.invoice_id IS NULL OR b.kind <> 'blue' OR "
                             "b.net_fen <> -r.net_fen OR b.tax_fen <> -r.tax_fen OR b.account_id <> r.account_id OR b.billing_month <> r.billing_month OR b.revision <> r.revision OR b.buyer_name <> r.buyer_name) "
                             "LIMIT 100"); rows.next();)
      found.push_back(fmt::format("red-letter invoice {}: expected it to mirror a blue one but it does not", rows.text(0)));
    for (auto rows = s.query("SELECT b.number, b.state FROM invoicing_invoice b LEFT JOIN invoicing_invoice r ON r.live_reversal = b.invoice_id "
                             "WHERE b.kind = 'blue' AND (b.state = 'reversed') <> (r.state IS NOT NULL AND r.state = 'issued') LIMIT 100"); rows.next();)
      found.push_back(fmt::format("invoice {}: expected it to be reversed exactly when its red letter is issued but it is {}", rows.text(0), rows.text(1)));
    return found;
  });
}

}  // namespace mis::invoicing
