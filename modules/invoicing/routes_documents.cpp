// Receipts and statements as papers: what the counter and the receivables know, put on the layouts of documents/.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "modules/cashier/cashier.hpp"
#include "modules/customers/customers.hpp"
#include "modules/invoicing/domain/mask_name.hpp"
#include "modules/invoicing/routes.hpp"
#include "modules/receivables/receivables.hpp"
#include "modules/receivables/statement.hpp"

namespace mis::invoicing {
namespace {

using namespace mis::http;

// Whose papers these are: the seller of the invoices, or, before anybody has said so, the company at the root of the organisation.
std::string utility_name(db::Session& session) {
  if (auto seller = read_settings(session).seller_name; !seller.empty()) return seller;
  auto rows = session.query("SELECT name FROM administration_org_name ORDER BY CHAR_LENGTH(path), path LIMIT 1");
  return rows.next() ? rows.text(0) : std::string();
}

LocalText method_text(cashier::PaymentMethod method) {
  using enum cashier::PaymentMethod;
  switch (method) {
    case kCash: return {"现金", "Cash"};
    case kCard: return {"银行卡", "Bank card"};
    case kCheque: return {"支票", "Cheque"};
    case kQr: return {"扫码支付", "QR payment"};
    case kTransfer: return {"转账", "Transfer"};
    case kCollection: return {"代收", "Collection"};
    case kDirectDebit: return {"代扣", "Direct debit"};
  }
  return {};
}

// `print`: the number that the paper bears.
ReceiptDocument receipt_document(db::Session& session, const cashier::Receipt& receipt, int print) {
  ReceiptDocument document;
  document.utility = utility_name(session);
  document.hall = receipt.hall_name;
  document.cashier = receipt.cashier_name;
  document.receipt_no = receipt.receipt_no;
  document.paid_at = receipt.taken_at;
  document.reprint = print - 1;
  for (const auto& line : receipt.lines) {
    auto rows = session.query("SELECT kind FROM customers_invoice_party WHERE account_id = ?", line.account);
    const auto name = rows.next() && rows.text(0) == "body" ? line.name : mask_name(line.name);
    for (const auto& bill : line.bills) {
      std::optional<Energy> energy;
      auto energies = session.query("SELECT energy_wh FROM billing_invoice_bill WHERE billing_month = ? AND account_id = ? AND revision = ?", bill.month, line.account, bill.revision);
      if (energies.next()) energy = Energy{energies.i64(0)};
      document.lines.push_back({line.account_no, name, bill.month, energy, bill.principal, bill.late, {}});
    }
    if (line.advance.value != 0) document.lines.push_back({line.account_no, name, {}, {}, line.advance, {}, {"预收电费", "Advance"}});
  }
  document.payments = {{method_text(receipt.method), receipt.total, receipt.reference, receipt.tendered}};
  // A receipt that was taken back says so, whoever prints it again.
  if (receipt.reversal) document.remark = fmt::format("本收据已于 {} 冲正 / Reversed: {}", local_date(receipt.reversal->reversed_at).to_string(), receipt.reversal->reason);
  return document;
}

Result<Answer> receipt_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto format = query.one_of("format", {"roll", "a5"});
  const auto language = query.optional_one_of("language", {"zh", "en", "both"}).value_or("zh");
  const auto print = query.optional_integer("print", {.min = 1, .max = 10'000});
  if (auto error = query.finish()) return *error;
  std::optional<ReceiptDocument> document;
  const auto read = services.database.read([&](db::Session& s) -> Status {
    auto receipt = cashier::find_receipt(s, request.param("receipt_no"), caller.scope_pattern());
    if (!receipt) return std::move(receipt).error();
    // Prints are counted before they are made, so that no second paper goes without its mark.
    const auto wanted = print.value_or(receipt->prints);
    if (wanted < 1 || wanted > receipt->prints)
      return conflict("invoicing.print_not_counted", fmt::format("expected a print that was counted, 1 to {}, but found {}", receipt->prints, wanted));
    // Once a second print was counted there is no first paper to be had any more: whichever is asked for, it is a reprint.
    document = receipt_document(s, *receipt, std::max(static_cast<int>(wanted), std::min(receipt->prints, 2)));
    return ok();
  });
  if (!read) return Error(read.error());
  auto pdf = render_receipt(*document, format == "roll" ? ReceiptPaper::kRoll80 : ReceiptPaper::kA5, *parse_document_language(language));
  if (!pdf) return std::move(pdf).error();
  return pdf_answer(std::move(*pdf), "receipt-" + document->receipt_no);
}

Result<Answer> statement_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto from = query.date("from"), to = query.date("to");
  const auto language = query.optional_one_of("language", {"zh", "en", "both"}).value_or("zh");
  if (to < from || to - from > receivables::kMostStatementDays)
    query.complain("to", "field.range", fmt::format("expected a day from {} to {} but found {}", from.to_string(), (from + receivables::kMostStatementDays).to_string(), to.to_string()));
  if (auto error = query.finish()) return *error;
  const auto now = services.clock.now();
  const Date today = local_date(now);
  StatementDocument document;
  const auto read = services.database.read([&](db::Session& s) -> Status {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    const auto statement = receivables::read_statement(s, account->id, account->account_no, from, to);
    document = {};
    document.utility = utility_name(s);
    document.account_no = account->account_no;
    document.customer_name = account->name;
    document.address = account->address;
    document.from = from;
    document.to = to;
    document.opening = statement.opening;
    for (const auto& row : statement.rows) document.rows.push_back({row.date, {row.what, row.what_en}, row.debit, row.credit});
    document.closing = statement.closing;
    document.made_at = now;
    // Late charges run until they are paid and are not in the books before; today's are told beside.
    if (to >= today)
      if (const auto late = receivables::due_of(s, account->id, today).late; late.value > 0)
        document.remark = fmt::format("截至 {} 另有违约金 {} 元 / Late charge to {}: {}", today.to_string(), format_yuan(late), today.to_string(), format_yuan(late));
    return ok();
  });
  if (!read) return Error(read.error());
  auto pdf = render_statement(document, *parse_document_language(language));
  if (!pdf) return std::move(pdf).error();
  return pdf_answer(std::move(*pdf), fmt::format("statement-{}-{}", document.account_no, to.to_string()));
}

}  // namespace

void register_document_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/cashier/receipts/{receipt_no}/document",
                  .permission = Permission("cashier.view"),
                  .summary = "A receipt as a PDF file; every print after the first bears its mark",
                  .handler = [&services](const Request& r, const security::Caller& c) { return receipt_answer(services, r, c); },
                  .query = {{"format", one_of({"roll", "a5"}), "80 mm roll or A5", true},
                            {"language", one_of({"zh", "en", "both"}), "zh where left out"},
                            {"print", integer(), "Which of the prints that were counted; the last one where left out"}}});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/statement/document",
                  .permission = Permission("receivables.view"),
                  .summary = "An account's statement as a PDF file",
                  .handler = [&services](const Request& r, const security::Caller& c) { return statement_answer(services, r, c); },
                  .query = {{"from", date(), "The first day", true}, {"to", date(), "The last day", true}, {"language", one_of({"zh", "en", "both"}), "zh where left out"}}});
}

}  // namespace mis::invoicing
