// What accounts owe, receipts, their prints.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "modules/cashier/receipt_store.hpp"
#include "modules/cashier/routes.hpp"
#include "modules/customers/customers.hpp"

namespace mis::cashier {
namespace {

using nlohmann::json;
using namespace mis::http;

constexpr std::size_t kMostAccounts = 20;  // of one receipt
constexpr TextRule kAccountNo{.max_length = 20, .characters = TextRule::Characters::kDigits};
constexpr TextRule kBillNo{.max_length = 40, .characters = TextRule::Characters::kCode};

Error no_account(std::string pointer, std::string_view account_no) {
  return invalid("customers.no_account", fmt::format("expected accounts that exist but {} does not", account_no),
                 {{std::move(pointer), "customers.no_account", fmt::format("expected an account with the number {} but there is none", account_no)}});
}

// ── What is owed ────────────────────────────────────────────────────────────────────────────────────────────────────

json due_to_json(const customers::AccountLabel& label, const receivables::AccountDue& due, Date today, bool round_up) {
  json bills = json::array();
  for (const auto& item : due.items) {
    const Money late = item.late_due(today);
    bills.push_back({{"bill_no", make_bill_no(item.bill.month, label.account_no, item.bill.revision)},
                     {"billing_month", item.bill.month.to_string()},
                     {"due_on", item.due_on.to_string()},
                     {"amount", format_yuan(item.amount)},
                     {"outstanding", format_yuan(item.outstanding)},
                     {"late_charge", format_yuan(late)},
                     {"total", format_yuan(item.outstanding + late)}});
  }
  return {{"account_no", label.account_no},
          {"name", label.name},
          {"address", label.address},
          {"bills", std::move(bills)},
          {"due", format_yuan(due.due())},
          {"advance", format_yuan(due.advance)},
          {"suggested", format_yuan(round_up ? rounded_up_to_yuan(due.due()) : due.due())}};
}

// The one query with a parameter that comes several times.
Result<std::vector<std::string>> account_numbers(const Request& request) {
  std::vector<std::string> numbers;
  std::vector<FieldError> complaints;
  for (const auto& [name, value] : request.query) {
    if (name != "account_no") complaints.push_back({"/" + name, "field.unknown", "expected account_no only"});
    else if (value.empty() || value.size() > kAccountNo.max_length || !std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }))
      complaints.push_back({"/account_no", "field.characters", fmt::format("expected an account number of 1 to {} digits but found '{}'", kAccountNo.max_length, value.substr(0, 40))});
    else if (std::find(numbers.begin(), numbers.end(), value) == numbers.end()) numbers.push_back(value);
  }
  if (numbers.empty() && complaints.empty()) complaints.push_back({"/account_no", "field.missing", "expected at least one account number but found none"});
  if (numbers.size() > kMostAccounts) complaints.push_back({"/account_no", "field.list", fmt::format("expected at most {} accounts but found {}", kMostAccounts, numbers.size())});
  if (!complaints.empty()) return invalid("http.invalid_fields", "expected account numbers but found something else", std::move(complaints));
  return numbers;
}

Result<Answer> due_answer(const Services& services, const Request& request) {
  auto numbers = account_numbers(request);
  if (!numbers) return std::move(numbers).error();
  const Date today = local_date(services.clock.now());
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    const bool round_up = read_settings(s).round_up_to_yuan;
    // Customers pay at whichever counter they come by, so no account is out of scope here.
    std::vector<customers::AccountLabel> labels;
    std::vector<AccountId> ids;
    for (const auto& number : *numbers) {
      auto label = customers::find_label(s, number);
      if (!label) return not_found("customers.no_account", fmt::format("expected accounts that exist but {} does not", number));
      ids.push_back(label->id);
      labels.push_back(std::move(*label));
    }
    json items = json::array();
    Money due, suggested;
    const auto dues = receivables::due_of(s, ids, today);
    for (std::size_t i = 0; i < dues.size(); ++i) {
      items.push_back(due_to_json(labels[i], dues[i], today, round_up));
      due += dues[i].due();
      suggested += round_up ? rounded_up_to_yuan(dues[i].due()) : dues[i].due();
    }
    return json_answer({{"items", std::move(items)}, {"due", format_yuan(due)}, {"suggested", format_yuan(suggested)}});
  });
}

// ── Taking money ────────────────────────────────────────────────────────────────────────────────────────────────────

struct AskedLine {
  std::string account_no;
  Money amount;
  std::vector<std::string> bills;
};
struct AskedReceipt {
  Take take;
  std::vector<AskedLine> lines;
};

Result<AskedReceipt> read_receipt(const Request& request) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  AskedReceipt asked;
  auto lines = body->objects("accounts", kMostAccounts);
  std::set<std::string> seen;
  for (auto& fields : lines) {
    AskedLine line{fields.text("account_no", kAccountNo), fields.money("amount", kSomeMoney), fields.optional_texts("bills", 60, kBillNo).value_or(std::vector<std::string>{})};
    if (!line.account_no.empty() && !seen.insert(line.account_no).second)
      fields.complain("account_no", "cashier.account_twice", "expected each account once on a receipt but this one comes again");
    for (const auto& bill : line.bills)
      if (!parse_bill_no(bill, line.account_no)) fields.complain("bills", "cashier.bad_bill_no", fmt::format("expected numbers of bills of account {} but found '{}'", line.account_no, bill));
    if (std::set(line.bills.begin(), line.bills.end()).size() != line.bills.size()) fields.complain("bills", "cashier.bill_twice", "expected each bill once but one comes again");
    asked.lines.push_back(std::move(line));
  }
  if (lines.empty()) body->complain("accounts", "field.list", "expected at least one account but found none");
  const auto method = counter_method_of(body->one_of("method", {"cash", "card", "cheque", "qr"}));
  asked.take.method = method.value_or(CounterMethod::kCash);
  asked.take.tendered = body->optional_money("tendered", kSomeMoney);
  const auto reference = body->optional_text("reference", {.max_length = 64});
  asked.take.reference = reference.value_or("");
  if (method && *method == CounterMethod::kCash && reference) body->complain("reference", "cashier.no_reference_for_cash", "expected no reference for cash but found one");
  if (method && *method != CounterMethod::kCash && !reference) body->complain("reference", "field.missing", fmt::format("expected the reference of the {} but found none", name_of(*method)));
  if (method && *method != CounterMethod::kCash && asked.take.tendered) body->complain("tendered", "cashier.tendered_for_cash_only", "expected what was handed over for cash only");
  if (auto error = body->finish()) return *error;
  return asked;
}

Result<Answer> take_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto asked = read_receipt(request);
  if (!asked) return std::move(asked).error();
  // No row in the audit chain: all counters of the company would queue for its head. The receipt itself is kept for ever.
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    Take take = asked->take;
    for (std::size_t i = 0; i < asked->lines.size(); ++i) {
      const auto& line = asked->lines[i];
      auto label = customers::find_label(session, line.account_no);
      if (!label) return no_account(fmt::format("/accounts/{}/account_no", i), line.account_no);
      TakeLine part{label->id, label->account_no, label->name, line.amount, {}};
      for (const auto& bill : line.bills) {
        const auto no = *parse_bill_no(bill, line.account_no);
        part.bills.push_back({label->id, no.month, no.revision});
      }
      take.lines.push_back(std::move(part));
    }
    auto receipt = take_receipt(services.database, session, act_of(services, caller), take);
    if (!receipt) return std::move(receipt).error();
    return json_answer(receipt_to_json(*receipt), 201);
  });
}

Result<Answer> list_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  ReceiptFilter filter;
  if (const auto id = query.optional_integer("session_id", {.min = 1})) filter.session = SessionId{*id};
  const auto account_no = query.optional_text("account_no", kAccountNo);
  filter.day = query.optional_date("date");
  if (auto error = query.finish()) return *error;
  filter.scope_pattern = caller.scope_pattern();
  filter.before = {page.key(0, 0)};
  filter.limit = page.limit + 1;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    if (account_no) {
      auto label = customers::find_label(s, *account_no);
      if (!label) return std::move(label).error();
      filter.account = label->id;
    }
    const auto receipts = list_receipts(s, filter);
    json items = json::array();
    for (const auto& receipt : receipts) items.push_back(receipt_to_json(receipt));
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(receipts[i].id.value)}; });
  });
}

Result<Answer> print_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto format = body->one_of("format", {"roll", "a5"});
  const auto language = body->one_of("language", {"zh", "en"});
  if (auto error = body->finish()) return *error;
  const std::string receipt_no(request.param("receipt_no"));
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    auto print_no = count_print(session, act_of(services, caller), receipt_no, caller.scope_pattern(), format, language);
    if (!print_no) return std::move(print_no).error();
    return json_answer({{"document_url", fmt::format("/api/v1/cashier/receipts/{}/document?format={}&language={}&print={}", receipt_no, format, language, *print_no)}, {"prints", *print_no}});
  });
}

}  // namespace

void register_receipt_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  const auto due_bill = named("DueBill", object({{"bill_no", text()}, {"billing_month", month()}, {"due_on", date()}, {"amount", yuan()}, {"outstanding", yuan()}, {"late_charge", yuan()}, {"total", yuan()}}));
  const auto due_item = named("DueAccount", object({{"account_no", text()}, {"name", text()}, {"address", text()}, {"bills", list_of(due_bill)}, {"due", yuan()}, {"advance", yuan()}, {"suggested", yuan()}}));
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/cashier/due",
                  .permission = Permission("cashier.take"),
                  .summary = "What up to twenty accounts owe today, bill by bill, late charges included",
                  .handler = [&services](const Request& r, const security::Caller&) { return due_answer(services, r); },
                  .query = {{"account_no", text(20), "An account; several times for several accounts", true}},
                  .response = named("CounterDue", object({{"items", list_of(due_item)}, {"due", yuan()}, {"suggested", yuan()}}))});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/cashier/receipts",
                  .permission = Permission("cashier.take"),
                  .summary = "Take money for one or several accounts into the own open session; one receipt for all",
                  .handler = [&services](const Request& r, const security::Caller& c) { return take_answer(services, r, c); },
                  .request = object({{"accounts", list_of(object({{"account_no", text(20)}, {"amount", yuan()}, {"bills", list_of(text(40)), false}}))},
                                     {"method", one_of({"cash", "card", "cheque", "qr"})},
                                     {"tendered", yuan(), false},
                                     {"reference", text(64), false}}),
                  .response = receipt_schema(),
                  .status = 201,
                  .idempotency_key = true});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/cashier/receipts",
                  .permission = Permission("cashier.view"),
                  .summary = "Receipts of the halls in one's data scope, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_answer(services, r, c); },
                  .query = page_parameters({{"session_id", integer(), "Only of this session"}, {"account_no", text(20), "Only for this account"}, {"date", date(), "Only of this day"}}),
                  .response = page_of(receipt_schema())});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/cashier/receipts/{receipt_no}",
                  .permission = Permission("cashier.view"),
                  .summary = "One receipt",
                  .handler = [&services](const Request& r, const security::Caller& c) -> Result<Answer> {
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      auto receipt = find_receipt(s, r.param("receipt_no"), c.scope_pattern());
                      if (!receipt) return std::move(receipt).error();
                      return json_answer(receipt_to_json(*receipt));
                    });
                  },
                  .response = receipt_schema()});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/cashier/receipts/{receipt_no}/print",
                  .permission = Permission("cashier.take"),
                  .summary = "Count a print of a receipt and tell where its document is; every print after the first is marked",
                  .handler = [&services](const Request& r, const security::Caller& c) { return print_answer(services, r, c); },
                  .request = object({{"format", one_of({"roll", "a5"})}, {"language", one_of({"zh", "en"})}}),
                  .response = named("ReceiptPrint", object({{"document_url", text()}, {"prints", integer()}})),
                  .idempotency_key = true});
}

}  // namespace mis::cashier
