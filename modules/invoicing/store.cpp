#include "modules/invoicing/store.hpp"

#include <algorithm>
#include <map>

#include "mis/db/bulk_writer.hpp"
#include "modules/invoicing/check_code.hpp"

namespace mis::invoicing {
namespace {

constexpr std::string_view kColumns =
    "SELECT i.invoice_id, i.number, i.kind, i.state, i.account_id, a.account_no, a.name, a.org_id, i.billing_month, i.revision, i.lane, i.setting_version, i.buyer_name, i.buyer_tax_id, "
    "i.buyer_address_phone, i.buyer_bank_account, i.email, i.remarks, i.reason, i.check_code, i.net_fen, i.tax_fen, COALESCE(r.number, ''), COALESCE(v.number, ''), COALESCE(u.name, ''), i.provider, "
    "i.provider_reference, i.error, i.drawn_on, i.drawn_at, i.issued_at, i.standing IS NOT NULL AND (b.outstanding_fen IS NOT NULL OR w.written_off_fen IS NOT NULL) AND v.number IS NULL "
    "FROM invoicing_invoice i JOIN customers_account_label a ON a.account_id = i.account_id JOIN administration_org_name o ON o.org_id = a.org_id "
    "LEFT JOIN invoicing_invoice r ON r.invoice_id = i.reverses_id LEFT JOIN invoicing_invoice v ON v.live_reversal = i.invoice_id "
    "LEFT JOIN administration_user_name u ON u.user_id = i.drawn_by "
    "LEFT JOIN receivables_open_bill b ON b.account_id = i.account_id AND b.billing_month = i.billing_month AND b.revision = i.revision "
    "LEFT JOIN receivables_written_off_bill w ON w.account_id = i.account_id AND w.billing_month = i.billing_month AND w.revision = i.revision ";

Invoice from_row(const db::Rows& row) {
  Invoice i;
  i.id = row.id<InvoiceTag>(0);
  i.number = row.text(1);
  i.kind = invoice_kind_of(row.text(2));
  i.state = row.text(3);
  i.account = {row.i64(4)};
  i.account_no = row.text(5);
  i.customer_name = row.text(6);
  i.org = {row.i64(7)};
  i.month = row.month(8);
  i.revision = row.i32(9);
  i.lane = row.i32(10);
  i.setting_version = row.i32(11);
  i.buyer = {row.text(12), row.text(13), row.text(14), row.text(15), row.text(16)};
  i.remarks = row.text(17);
  i.reason = row.text(18);
  i.check_code = row.text(19);
  i.amount = {{row.i64(20)}, {row.i64(21)}};
  i.reverses = row.text(22);
  i.reversed_by = row.text(23);
  i.drawn_by_name = row.text(24);
  i.provider = row.text(25);
  i.provider_reference = row.text(26);
  i.error = row.text(27);
  i.drawn_on = row.date(28);
  i.drawn_at = row.instant(29);
  i.issued_at = row.instant_or_null(30);
  i.to_reverse = row.i64(31) != 0;
  return i;
}

void read_lines(db::Session& session, Invoice& invoice) {
  for (auto rows = session.query("SELECT name, unit, quantity_milli, tax_rate_bp, net_fen, tax_fen FROM invoicing_invoice_line WHERE invoice_id = ? ORDER BY line_no", invoice.id); rows.next();)
    invoice.lines.push_back({rows.text(0), rows.text(1), rows.i64_or_null(2), rows.i32(3), {{rows.i64(4)}, {rows.i64(5)}}});
}

// What the account wants stands before what the customer is known by, field by field.
std::string wanted_or(std::string wanted, std::string known) { return wanted.empty() ? known : wanted; }

}  // namespace

std::vector<PayableBill> payable_bills(db::Session& session, const BillFilter& filter, bool with_charges) {
  std::vector<PayableBill> bills;
  const std::int64_t from = filter.account ? filter.account->value : 0, to = filter.account ? filter.account->value : INT64_MAX;
  for (auto rows = session.query(
           "SELECT b.account_id, b.revision, p.account_no, p.address, p.kind, b.period_from, b.period_to, b.energy_wh, b.amount_fen, p.name, p.tax_id, p.phone, "
           "COALESCE(w.name, ''), COALESCE(w.tax_id, ''), COALESCE(w.address_phone, ''), COALESCE(w.bank_account, ''), COALESCE(w.email, '') "
           "FROM billing_invoice_bill b JOIN receivables_bill_payment q ON q.billing_month = b.billing_month AND q.account_id = b.account_id AND q.revision = b.revision "
           "JOIN customers_invoice_party p ON p.account_id = b.account_id JOIN administration_org_name o ON o.org_id = p.org_id LEFT JOIN invoicing_buyer w ON w.account_id = b.account_id "
           "WHERE b.billing_month = ? AND b.route_id = ? AND b.account_id BETWEEN ? AND ? AND b.amount_fen > 0 AND q.outstanding_fen = 0 AND q.written_off_fen <= 0 "
           "AND (? IS NULL OR p.kind = ?) AND o.path LIKE ? "
           "AND NOT EXISTS (SELECT 1 FROM invoicing_invoice i WHERE i.account_id = b.account_id AND i.billing_month = b.billing_month AND i.revision = b.revision AND i.standing = 1) "
           "ORDER BY b.account_id, b.revision",
           filter.month, filter.route, from, to, filter.customer_kind, filter.customer_kind, filter.scope); rows.next();) {
    PayableBill bill;
    bill.account = {rows.i64(0)};
    bill.month = filter.month;
    bill.revision = rows.i32(1);
    bill.route = filter.route;
    bill.account_no = rows.text(2);
    bill.address = rows.text(3);
    bill.customer_kind = rows.text(4);
    bill.period = {rows.date(5), rows.date(6)};
    bill.energy = {rows.i64(7)};
    bill.amount = {rows.i64(8)};
    const auto phone = rows.text(11);
    const bool is_body = bill.customer_kind == "body";
    bill.buyer = {wanted_or(rows.text(12), rows.text(9)), wanted_or(rows.text(13), rows.text(10)), wanted_or(rows.text(14), is_body ? bill.address + (phone.empty() ? "" : " " + phone) : ""), rows.text(15), rows.text(16)};
    bills.push_back(std::move(bill));
  }
  if (!with_charges || bills.empty()) return bills;
  std::map<std::pair<std::int64_t, int>, PayableBill*> by_key;
  for (auto& bill : bills) by_key[{bill.account.value, bill.revision}] = &bill;
  for (auto rows = session.query("SELECT account_id, revision, item, unit, period, tier, quantity, amount_fen FROM billing_invoice_line "
                                 "WHERE billing_month = ? AND route_id = ? AND account_id BETWEEN ? AND ? ORDER BY account_id, revision, line_no",
                                 filter.month, filter.route, from, to); rows.next();)
    if (const auto bill = by_key.find({rows.i64(0), rows.i32(1)}); bill != by_key.end())
      bill->second->charges.push_back({rows.text(2), rows.text(3), rows.text(4), rows.i32(5), rows.i64(6), {rows.i64(7)}});
  return bills;
}

void lock_series(db::Session& session, int year, InvoiceKind kind) {
  session.execute("INSERT INTO invoicing_series (year, kind, last) VALUES (?, ?, 0) ON DUPLICATE KEY UPDATE last = last", year, name_of(kind));
  session.query("SELECT last FROM invoicing_series WHERE year = ? AND kind = ? FOR UPDATE", year, name_of(kind)).next();
}

std::set<std::pair<AccountId, int>> standing_in(db::Session& session, BillingMonth month, RouteId route) {
  std::set<std::pair<AccountId, int>> standing;
  for (auto rows = session.query("SELECT account_id, revision FROM invoicing_invoice WHERE billing_month = ? AND route_id = ? AND standing = 1", month, route); rows.next();)
    standing.insert({AccountId{rows.i64(0)}, rows.i32(1)});
  return standing;
}

void insert_invoices(db::Database& database, db::Session& session, std::span<NewInvoice> invoices, const std::string& key, Date drawn_on, Instant at, std::optional<UserId> by) {
  if (invoices.empty()) return;
  const int year = static_cast<int>(drawn_on.ymd().year());
  const auto kind = invoices.front().kind;
  int serial = 0;
  {
    auto rows = session.query("SELECT last FROM invoicing_series WHERE year = ? AND kind = ? FOR UPDATE", year, name_of(kind));
    if (rows.next()) serial = rows.i32(0);
  }
  session.execute("UPDATE invoicing_series SET last = ? WHERE year = ? AND kind = ?", serial + static_cast<int>(invoices.size()), year, name_of(kind));
  auto id = database.take_ids("invoicing_invoice", static_cast<std::int64_t>(invoices.size()));
  db::BulkWriter out("invoicing_invoice",
                     {"invoice_id", "number", "year", "kind", "serial", "account_id", "billing_month", "revision", "route_id", "state", "standing", "reverses_id", "live_reversal", "lane", "setting_version",
                      "buyer_name", "buyer_tax_id", "buyer_address_phone", "buyer_bank_account", "email", "remarks", "net_fen", "tax_fen", "total_fen", "check_code", "reason", "drawn_on", "drawn_at", "drawn_by"});
  db::BulkWriter lines("invoicing_invoice_line", {"invoice_id", "line_no", "name", "unit", "quantity_milli", "tax_rate_bp", "net_fen", "tax_fen"});
  for (auto& invoice : invoices) {
    invoice.id = {id++};
    invoice.number = make_invoice_number(year, kind, ++serial);
    Taxed sum;
    int line_no = 0;
    for (const auto& line : invoice.lines) {
      sum.net += line.amount.net;
      sum.tax += line.amount.tax;
      lines.add(invoice.id).add(++line_no).add(line.name).add(line.unit).add(line.quantity).add(line.tax_rate_bp).add(line.amount.net).add(line.amount.tax).end_row();
    }
    out.add(invoice.id).add(invoice.number).add(year).add(name_of(kind)).add(serial).add(invoice.account).add(invoice.month).add(invoice.revision).add(invoice.route).add("drawn");
    if (kind == InvoiceKind::kBlue) out.add(1); else out.add_null();
    out.add(invoice.reverses).add(invoice.reverses).add(static_cast<int>(invoice.id.value % kLanes)).add(invoice.setting_version);
    out.add(invoice.buyer.name).add(invoice.buyer.tax_id).add(invoice.buyer.address_phone).add(invoice.buyer.bank_account).add(invoice.buyer.email).add(invoice.remarks);
    out.add(sum.net).add(sum.tax).add(sum.total()).add(check_code({invoice.number, drawn_on, sum.net, sum.total(), invoice.buyer.tax_id}, key));
    out.add(invoice.reason).add(drawn_on).add(at).add(by).end_row();
  }
  out.flush(session);
  lines.flush(session);
}

std::optional<Invoice> find_invoice(db::Session& session, std::string_view number, std::string_view scope) {
  if (!is_invoice_number(number)) return {};
  std::optional<Invoice> invoice;
  {
    auto rows = session.query(std::string(kColumns) + "WHERE i.number = ? AND o.path LIKE ?", number, scope);
    if (rows.next()) invoice = from_row(rows);
  }
  if (invoice) read_lines(session, *invoice);
  return invoice;
}

std::vector<Invoice> find_invoices(db::Session& session, std::span<const InvoiceId> ids) {
  std::vector<Invoice> invoices;
  for (const auto id : ids) {
    {
      auto rows = session.query(std::string(kColumns) + "WHERE i.invoice_id = ?", id);
      if (!rows.next()) continue;
      invoices.push_back(from_row(rows));
    }
    read_lines(session, invoices.back());
  }
  return invoices;
}

std::vector<Invoice> list_invoices(db::Session& session, const InvoiceFilter& f) {
  std::vector<Invoice> invoices;
  const auto read = [&](db::Rows rows) {
    while (rows.next()) invoices.push_back(from_row(rows));
  };
  // One statement per way into the table, so that each list is a range of an index.
  if (f.state == "to_reverse") {
    // Bills that are open again, and bills that were written off since: paid they are no more, either way.
    read(session.query(std::string(kColumns) + "WHERE i.standing = 1 AND b.outstanding_fen > 0 AND v.number IS NULL AND (? IS NULL OR i.account_id = ?) AND (? IS NULL OR i.billing_month = ?) "
                                               "AND o.path LIKE ? AND i.invoice_id < ? ORDER BY i.invoice_id DESC LIMIT ?",
                       f.account, f.account, f.month, f.month, f.scope, f.before, f.limit));
    read(session.query(std::string(kColumns) + "WHERE i.standing = 1 AND w.written_off_fen > 0 AND b.outstanding_fen IS NULL AND v.number IS NULL AND (? IS NULL OR i.account_id = ?) "
                                               "AND (? IS NULL OR i.billing_month = ?) AND o.path LIKE ? AND i.invoice_id < ? ORDER BY i.invoice_id DESC LIMIT ?",
                       f.account, f.account, f.month, f.month, f.scope, f.before, f.limit));
    std::sort(invoices.begin(), invoices.end(), [](const Invoice& a, const Invoice& b) { return a.id > b.id; });
    if (invoices.size() > static_cast<std::size_t>(f.limit)) invoices.resize(static_cast<std::size_t>(f.limit));
  } else if (f.account)
    read(session.query(std::string(kColumns) + "WHERE i.account_id = ? AND (? IS NULL OR i.billing_month = ?) AND (? IS NULL OR i.state = ?) AND o.path LIKE ? AND i.invoice_id < ? "
                                               "ORDER BY i.invoice_id DESC LIMIT ?",
                       *f.account, f.month, f.month, f.state, f.state, f.scope, f.before, f.limit));
  else if (f.month)
    read(session.query(std::string(kColumns) + "WHERE i.billing_month = ? AND (? IS NULL OR i.state = ?) AND o.path LIKE ? AND i.invoice_id < ? ORDER BY i.invoice_id DESC LIMIT ?", *f.month, f.state, f.state,
                       f.scope, f.before, f.limit));
  else
    read(session.query(std::string(kColumns) + "WHERE (? IS NULL OR i.state = ?) AND o.path LIKE ? AND i.invoice_id < ? ORDER BY i.invoice_id DESC LIMIT ?", f.state, f.state, f.scope, f.before, f.limit));
  return invoices;
}

}  // namespace mis::invoicing
