// Red-letter invoices: the full amount of another one, taken back.
#include <fmt/format.h>

#include "modules/invoicing/check_code.hpp"
#include "modules/invoicing/service.hpp"

namespace mis::invoicing {
namespace {

// Locks the invoice until the transaction ends and says whether it can be reversed.
Result<Invoice> lock_reversible(db::Session& session, std::string_view number, std::string_view scope) {
  auto invoice = find_invoice(session, number, scope);
  if (!invoice) return not_found("invoicing.no_invoice", fmt::format("expected an invoice with the number {} but there is none", number));
  session.query("SELECT invoice_id FROM invoicing_invoice WHERE invoice_id = ? FOR UPDATE", invoice->id).next();
  invoice = find_invoice(session, number, scope);  // as it is now that nobody else changes it
  if (invoice->kind == InvoiceKind::kRed) return conflict("invoicing.not_reversible", fmt::format("expected a blue invoice but {} is a red one: draw the bill's invoice anew", number));
  if (!invoice->reversed_by.empty()) return conflict("invoicing.reversal_exists", fmt::format("expected {} not to be reversed yet but {} reverses it", number, invoice->reversed_by));
  if (invoice->state != "issued") return conflict("invoicing.not_reversible", fmt::format("expected {} to be issued but it is {}", number, invoice->state));
  return std::move(*invoice);
}

Result<NewInvoice> draw_red(db::Database& database, db::Session& session, const Equipment& equipment, const Invoice& blue, std::string_view reason, const Occasion& when) {
  if (!equipment.provider) return unavailable("invoicing.no_equipment", "expected a provider of electronic invoices but this server has none");
  auto key = check_key(equipment.folder);
  if (!key) return std::move(key).error();
  NewInvoice red;
  red.kind = InvoiceKind::kRed;
  red.account = blue.account;
  red.month = blue.month;
  red.revision = blue.revision;
  red.reverses = blue.id;
  red.setting_version = blue.setting_version;
  red.buyer = blue.buyer;
  red.remarks = blue.remarks;
  red.reason = reason;
  red.lines = blue.lines;
  for (auto& line : red.lines) {
    line.amount = {-line.amount.net, -line.amount.tax};
    if (line.quantity) line.quantity = -*line.quantity;
  }
  {
    auto rows = session.query("SELECT route_id FROM invoicing_invoice WHERE invoice_id = ?", blue.id);
    if (rows.next()) red.route = {rows.i64(0)};
  }
  std::vector<NewInvoice> reds{std::move(red)};
  lock_series(session, static_cast<int>(when.on.ymd().year()), InvoiceKind::kRed);
  insert_invoices(database, session, reds, *key, when.on, when.at, when.by);
  return std::move(reds.front());
}

struct Request {
  std::string number, reason;
  UserId requested_by;
};

Result<Request> lock_request(db::Session& session, std::int64_t request, std::string_view scope) {
  // Its own row first, so that of two who decide one waits and sees what the other one did.
  session.query("SELECT request_id FROM invoicing_reversal_request WHERE request_id = ? FOR UPDATE", request).next();
  auto rows = session.query("SELECT i.number, q.reason, q.requested_by, q.state FROM invoicing_reversal_request q JOIN invoicing_invoice i ON i.invoice_id = q.invoice_id "
                            "JOIN customers_account_label a ON a.account_id = i.account_id JOIN administration_org_name o ON o.org_id = a.org_id WHERE q.request_id = ? AND o.path LIKE ?", request, scope);
  if (!rows.next()) return not_found("invoicing.no_request", fmt::format("expected a request to reverse with the number {} but there is none", request));
  if (rows.text(3) != "requested") return conflict("invoicing.request_state", fmt::format("expected the request to wait for a decision but it is {}", rows.text(3)));
  return Request{rows.text(0), rows.text(1), {rows.i64(2)}};
}

void decide(db::Session& session, std::int64_t request, const char* state, std::string_view note, UserId by, Instant at) {
  session.execute("UPDATE invoicing_reversal_request SET state = ?, waiting = NULL, decided_by = ?, decided_at = ?, decision_note = ? WHERE request_id = ?", state, by, at, note, request);
}

}  // namespace

Result<Reversed> reverse(db::Database& database, db::Session& session, const Equipment& equipment, std::string_view number, std::string_view reason, std::string_view scope, UserId by, const Occasion& when) {
  auto blue = lock_reversible(session, number, scope);
  if (!blue) return std::move(blue).error();
  // Whoever asks for a reversal that waits already hears so, also where it is below a limit that was raised meanwhile.
  if (session.query("SELECT request_id FROM invoicing_reversal_request WHERE invoice_id = ? AND waiting = 1", blue->id).next())
    return conflict("invoicing.reversal_requested", fmt::format("expected no request to reverse {} but one waits for a second person", number));
  if (blue->amount.total() > read_settings(session).reversal_limit) {
    session.execute("INSERT INTO invoicing_reversal_request (invoice_id, reason, requested_by, requested_at) VALUES (?, ?, ?, ?)", blue->id, reason, by, when.at);
    return Reversed{{}, session.last_insert_id()};
  }
  auto red = draw_red(database, session, equipment, *blue, reason, when);
  if (!red) return std::move(red).error();
  return Reversed{std::move(*red), {}};
}

Result<NewInvoice> approve_reversal(db::Database& database, db::Session& session, const Equipment& equipment, std::int64_t request, std::string_view scope, UserId by, const Occasion& when) {
  auto asked = lock_request(session, request, scope);
  if (!asked) return std::move(asked).error();
  if (asked->requested_by == by) return forbidden("security.second_person", "expected a second person to approve but it is the one who asked for the reversal");
  auto blue = lock_reversible(session, asked->number, scope);
  if (!blue) return std::move(blue).error();
  decide(session, request, "approved", "", by, when.at);
  return draw_red(database, session, equipment, *blue, asked->reason, when);
}

Status refuse_reversal(db::Session& session, std::int64_t request, std::string_view note, std::string_view scope, UserId by, const Occasion& when) {
  auto asked = lock_request(session, request, scope);
  if (!asked) return std::move(asked).error();
  if (asked->requested_by == by) return forbidden("security.second_person", "expected a second person to decide but it is the one who asked for the reversal");
  decide(session, request, "refused", note, by, when.at);
  return ok();
}

}  // namespace mis::invoicing
