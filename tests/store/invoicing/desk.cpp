#include "tests/store/invoicing/desk.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace mis;
using namespace mis::invoicing;

namespace desk {

EInvoiceAnswer TestProvider::issue(const EInvoiceOrder& order) {
  const std::lock_guard lock(mutex_);
  ++calls;
  using Outcome = EInvoiceAnswer::Outcome;
  const auto& number = order.content.number;
  if (mood == Mood::kRefuses) return {Outcome::kRefused, "", "expected a tax number of 18 characters but got another"};
  if (mood == Mood::kTimesOutBefore) return {Outcome::kUnknown, "", "expected an answer within 5 seconds but none came"};
  if (!issued.contains(number)) {
    ++issued[number];
    orders.emplace(number, order);
  }
  if (mood == Mood::kTimesOutAfter) return {Outcome::kUnknown, "", "expected an answer within 5 seconds but none came"};
  if (mood == Mood::kThrowsAfter) throw std::runtime_error("expected an answer but the connection was closed");
  if (mood == Mood::kDiesAfter) throw Killed{};
  return {Outcome::kIssued, "receipt-" + number, ""};
}

EInvoiceAnswer TestProvider::ask(const std::string& number) {
  const std::lock_guard lock(mutex_);
  ++questions;
  using Outcome = EInvoiceAnswer::Outcome;
  if (deaf) return {Outcome::kUnknown, "", "expected an answer but the provider is away"};
  if (issued.contains(number)) return {Outcome::kIssued, "receipt-" + number, ""};
  return {Outcome::kAbsent, "", ""};
}

Desk::Desk() {
  auto owner = this->owner().lease();
  for (const char* statement :
       {"DELETE FROM invoicing_invoice", "DELETE FROM invoicing_invoice_line", "DELETE FROM invoicing_series", "DELETE FROM invoicing_buyer", "DELETE FROM invoicing_reversal_request", "DELETE FROM invoicing_batch",
        "DELETE FROM invoicing_batch_item", "DELETE FROM invoicing_batch_file", "DELETE FROM invoicing_setting WHERE version > 1", "DELETE FROM outbox_message", "DELETE FROM jobs_job", "DELETE FROM jobs_shard",
        "DELETE FROM billing_bill_line", "UPDATE customers_customer SET kind = 'body', name = '清河机械厂', id_kind = 'business_licence', id_no = '91370000123456789X', phone = '0536-2222222' WHERE customer_id = 12"})
    owner->execute(statement);
  configure([](Settings& s) {
    s.seller_name = "清河县供电公司";
    s.seller_tax_id = "91370000765432109A";
    s.seller_address_phone = "清河县人民路1号 0536-95598";
    s.seller_bank_account = "中国工商银行清河支行 1607000000000000001";
    s.reversal_limit = {100'000};
  });
  equipment = {provider, folder.path()};
}

void Desk::bills(const std::vector<OneBill>& bills, BillingMonth month) {
  const auto issued_on = month.plus(1).first_day().to_string();
  std::vector<books::BillRow> rows;
  for (const auto& bill : bills) rows.push_back({bill.account, bill.amount_fen});
  REQUIRE(issue(month, issued_on.c_str(), rows));
  for (const auto& bill : bills) {
    if (!bill.paid || bill.amount_fen <= 0) continue;
    auto outcome = pay(payment(bill.account, bill.amount_fen, issued_on.c_str()));
    REQUIRE(outcome);
    last_payment = outcome->id;
  }
}

std::string Desk::account_no(std::int64_t account) { return make_account_no(account); }

Result<NewInvoice> Desk::draw(const std::string& bill_no, const Buyer& buyer, std::string_view scope) {
  return app().transact([&](db::Session& s) { return draw_bill(app(), s, equipment, bill_no, buyer, scope, now()); });
}

std::string Desk::code_of_draw(const std::string& bill_no, const Buyer& buyer, std::string_view scope) {
  auto drawn = draw(bill_no, buyer, scope);
  return drawn ? "" : drawn.error().code;
}

Result<Reversed> Desk::reverse(const std::string& number, UserId by) {
  return app().transact([&](db::Session& s) { return invoicing::reverse(app(), s, equipment, number, "开错购买方", "/%", by, now()); });
}

Sent Desk::send() {
  Sent total;
  for (int lane = 0; lane < kLanes; ++lane) {
    auto sent = app().transact([&](db::Session& holder) { return send_lane(app(), holder, clock, equipment, lane); });
    REQUIRE(sent);
    total.issued += sent->issued;
    total.failed += sent->failed;
    total.unknown += sent->unknown;
  }
  return total;
}

std::string Desk::issued(std::int64_t account, BillingMonth month) {
  auto drawn = draw(bill_no(account, month));
  REQUIRE(drawn);
  send();
  REQUIRE(state(drawn->number) == "issued");
  return drawn->number;
}

Invoice Desk::invoice(const std::string& number) {
  auto found = find_invoice(*app().lease(), number, "/%");
  REQUIRE(found);
  return *found;
}

std::vector<std::string> Desk::differences() {
  auto all = Books::differences();
  auto more = *verify_invoicing(app());
  for (auto& difference : more) all.push_back(std::move(difference));
  return all;
}

void Desk::configure(const std::function<void(Settings&)>& change) {
  const auto written = app().transact([&](db::Session& s) -> Status {
    auto settings = read_settings(s);
    change(settings);
    write_settings(s, settings, kSupervisor, clock.at);
    return ok();
  });
  REQUIRE(written);
}

}  // namespace desk
