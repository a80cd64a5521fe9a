// From paid bills to invoices with numbers.
#include <algorithm>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/invoicing/check_code.hpp"
#include "modules/invoicing/service.hpp"

namespace mis::invoicing {
namespace {

std::string remarks_of(const PayableBill& bill) {
  return fmt::format("户号：{}　用电地址：{}\n电费年月：{}　计费周期：{} 至 {}", bill.account_no, bill.address, bill.month.to_string(), bill.period.from.to_string(), (bill.period.to + -1).to_string());
}

NewInvoice invoice_of(PayableBill& bill, const Settings& settings) {
  NewInvoice invoice;
  invoice.account = bill.account;
  invoice.month = bill.month;
  invoice.revision = bill.revision;
  invoice.route = bill.route;
  invoice.setting_version = settings.version;
  invoice.remarks = remarks_of(bill);
  invoice.buyer = std::move(bill.buyer);
  invoice.lines = invoice_lines(settings.line_mode, bill.charges, bill.energy, bill.amount, settings.tax_rate_bp);
  return invoice;
}

Error standing_error(std::string_view bill_no) {
  return conflict("invoicing.standing", fmt::format("expected the bill {} to have no invoice but one stands: reverse that one first", bill_no));
}

// Why a bill is not among those that can be invoiced.
Error why_not(db::Session& session, const BillName& name, AccountId account, std::string_view bill_no) {
  auto rows = session.query("SELECT q.outstanding_fen, q.written_off_fen, q.amount_fen FROM receivables_bill_payment q WHERE q.billing_month = ? AND q.account_id = ? AND q.revision = ?", name.yyyymm, account, name.revision);
  if (!rows.next()) return not_found("invoicing.no_bill", fmt::format("expected an issued bill {} but there is none", bill_no));
  if (rows.i64(2) <= 0) return conflict("invoicing.nothing_to_invoice", fmt::format("expected the bill {} to have an amount to collect but it has none", bill_no));
  if (rows.i64(0) > 0) return conflict("invoicing.not_paid", fmt::format("expected the bill {} to be paid but it is not: an invoice follows the payment", bill_no));
  if (rows.i64(1) > 0) return conflict("invoicing.written_off", fmt::format("expected the bill {} to be paid but it was written off", bill_no));
  return standing_error(bill_no);
}

void override_field(std::string& field, const std::string& wanted) {
  if (!wanted.empty()) field = wanted;
}

}  // namespace

Result<Settings> ready_to_draw(db::Session& session, const Equipment& equipment) {
  if (!equipment.provider) return unavailable("invoicing.no_equipment", "expected a provider of electronic invoices but this server has none");
  auto settings = read_settings(session);
  if (settings.seller_name.empty() || settings.seller_tax_id.empty())
    return conflict("invoicing.no_seller", "expected the settings of invoices to name the seller and its tax number but they do not");
  return settings;
}

Result<NewInvoice> draw_bill(db::Database& database, db::Session& session, const Equipment& equipment, std::string_view bill_no, const Buyer& wanted, std::string_view scope, const Occasion& when) {
  auto settings = ready_to_draw(session, equipment);
  if (!settings) return std::move(settings).error();
  const auto no_bill = [&] { return not_found("invoicing.no_bill", fmt::format("expected an issued bill {} but there is none", bill_no)); };
  const auto name = parse_bill_no(bill_no);
  if (!name) return no_bill();
  std::optional<BillFilter> filter;
  {
    auto rows = session.query("SELECT p.account_id, b.route_id FROM customers_invoice_party p JOIN administration_org_name o ON o.org_id = p.org_id "
                              "JOIN billing_invoice_bill b ON b.account_id = p.account_id AND b.billing_month = ? AND b.revision = ? WHERE p.account_no = ? AND o.path LIKE ?",
                              name->yyyymm, name->revision, name->account_no, scope);
    if (rows.next()) filter = BillFilter{{name->yyyymm}, {rows.i64(1)}, AccountId{rows.i64(0)}};
  }
  if (!filter) return no_bill();
  auto key = check_key(equipment.folder);
  if (!key) return std::move(key).error();
  // From here on nobody else draws in this series: what is found to have no invoice has none until we have written it.
  lock_series(session, static_cast<int>(when.on.ymd().year()), InvoiceKind::kBlue);
  auto bills = payable_bills(session, *filter, settings->line_mode == LineMode::kComponent);
  const auto bill = std::find_if(bills.begin(), bills.end(), [&](const auto& b) { return b.revision == name->revision; });
  if (bill == bills.end()) return why_not(session, *name, *filter->account, bill_no);
  if (bill->customer_kind != "body" && (!wanted.name.empty() || !wanted.tax_id.empty()))
    return invalid("invoicing.buyer_of_person", "expected another buyer's name or tax number for a body only but the customer is a person");
  override_field(bill->buyer.name, wanted.name);
  override_field(bill->buyer.tax_id, wanted.tax_id);
  override_field(bill->buyer.address_phone, wanted.address_phone);
  override_field(bill->buyer.bank_account, wanted.bank_account);
  override_field(bill->buyer.email, wanted.email);
  std::vector<NewInvoice> invoices{invoice_of(*bill, *settings)};
  insert_invoices(database, session, invoices, *key, when.on, when.at, when.by);
  return std::move(invoices.front());
}

Result<std::int64_t> draw_route(db::Database& database, db::Session& session, const Equipment& equipment, const BillFilter& filter, const Occasion& when) {
  auto settings = ready_to_draw(session, equipment);
  if (!settings) return std::move(settings).error();
  auto key = check_key(equipment.folder);
  if (!key) return std::move(key).error();
  auto bills = payable_bills(session, filter, settings->line_mode == LineMode::kComponent);
  if (bills.empty()) return std::int64_t{0};
  std::vector<NewInvoice> invoices;
  invoices.reserve(bills.size());
  for (auto& bill : bills) invoices.push_back(invoice_of(bill, *settings));
  // All routes queue for the series, so it is locked when everything is ready to be written. What was drawn meanwhile is left out.
  lock_series(session, static_cast<int>(when.on.ymd().year()), InvoiceKind::kBlue);
  const auto standing = standing_in(session, filter.month, filter.route);
  std::erase_if(invoices, [&](const NewInvoice& i) { return standing.contains({i.account, i.revision}); });
  insert_invoices(database, session, invoices, *key, when.on, when.at, when.by);
  return static_cast<std::int64_t>(invoices.size());
}

InvoiceDocument document_of(const Invoice& invoice, const Settings& settings) {
  InvoiceDocument document;
  document.number = invoice.number;
  document.issued_on = invoice.drawn_on;
  document.made_at = invoice.issued_at.value_or(invoice.drawn_at);
  document.buyer = {invoice.buyer.name, invoice.buyer.tax_id, invoice.buyer.address_phone, invoice.buyer.bank_account};
  document.seller = {settings.seller_name, settings.seller_tax_id, settings.seller_address_phone, settings.seller_bank_account};
  for (const auto& line : invoice.lines)
    document.lines.push_back({line.name, "", line.unit, line.quantity ? format_kwh({*line.quantity}) : "", unit_price(line), line.amount.net, line.tax_rate_bp, line.amount.tax});
  document.remarks = invoice.remarks;
  if (!invoice.reason.empty()) document.remarks += "\n冲红原因：" + invoice.reason;
  if (invoice.state == "reversed") document.remarks += "\n已红冲，红字发票号码：" + invoice.reversed_by;
  document.payee = settings.payee;
  document.reviewer = settings.reviewer;
  document.drawer = invoice.drawn_by_name;
  document.reverses_number = invoice.reverses;
  document.verification = fmt::format("{},{},{},{}", invoice.number, invoice.drawn_on.to_string(), format_yuan(invoice.amount.total()), invoice.check_code);
  return document;
}

}  // namespace mis::invoicing
