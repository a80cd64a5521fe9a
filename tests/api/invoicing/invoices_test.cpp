// Invoices over the API: from a paid month to papers, with everybody's rights.
#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <tuple>

#include "mis/base/decimal.hpp"
#include "modules/invoicing/invoicing.hpp"
#include "modules/receivables/receivables.hpp"
#include "tests/api/billing/declared.hpp"
#include "tests/api/billing/running_county.hpp"

using fixture::Client;
using fixture::differs_from_declaration;
using fixture::Reply;
using fixture::RunningCounty;
using namespace mis;
using nlohmann::json;

namespace {

constexpr std::string_view kSupervisor = "zhou.ping";     // account supervisor, whole county
constexpr std::string_view kSecond = "wu.fang";           // another one
constexpr std::string_view kHallManager = "hall.manager"; // business hall manager of station 2
const std::vector<std::string> kNothing;

struct PaidBill {
  std::string account_no, bill_no;
  std::int64_t amount = 0;
  std::string kind;
};

// The issued month of the small county, some of its bills paid, and the people of the invoice desk.
class Hall {
 public:
  Hall() : county(fixture::emptied_county()) {
    county.issued_run();
    auto owner = county.database().owner().lease();
    int id = 9700;
    for (const auto& [username, role, org] : {std::tuple{kSupervisor, "account_supervisor", 1}, std::tuple{kSecond, "account_supervisor", 1}, std::tuple{kHallManager, "business_hall_manager", 2}}) {
      owner->execute("INSERT IGNORE INTO administration_user (user_id, username, name, org_id, password_hash, must_change_password, created_at) "
                     "SELECT ?, ?, ?, ?, password_hash, 0, created_at FROM administration_user WHERE username = ?", ++id, username, username, org, fixture::kClerk);
      owner->execute("INSERT IGNORE INTO administration_user_role (user_id, role_code) VALUES (?, ?)", id, role);
    }
  }

  // Somebody pays his October bill; the n-th account of this kind in station `org`.
  PaidBill paid(const char* kind, int org, int n = 0, std::int64_t at_least = 1) {
    auto bill = unpaid(kind, org, n, at_least);
    const auto account = AccountId{std::stoll(county.look_up("SELECT account_id FROM customers_account WHERE account_no = ?", bill.account_no))};
    receivables::Payment payment;
    payment.account = account;
    payment.amount = {bill.amount};
    payment.source_id = 1;
    payment.reference = "paid-" + bill.account_no;
    payment.into = {ledger::LedgerAccount::kCash, 1};
    payment.posted_on = payment.value_on = *Date::parse("2026-11-02");
    payment.at = county.clock().now();
    auto taken = county.database().app().transact([&](db::Session& s) { return receivables::pay(county.database().app(), s, payment); });
    REQUIRE(taken);
    payment_id = taken->id;
    return bill;
  }
  PaidBill unpaid(const char* kind, int org, int n, std::int64_t at_least = 1) {
    auto session = county.database().app().lease();
    auto rows = session->query("SELECT a.account_no, b.revision, b.amount_fen FROM billing_bill b JOIN customers_account a ON a.account_id = b.account_id JOIN customers_customer c ON c.customer_id = a.customer_id "
                               "JOIN administration_org_unit o ON o.org_id = a.org_id WHERE c.kind = ? AND o.path LIKE ? AND b.amount_fen >= ? ORDER BY b.account_id LIMIT ?, 1",
                               kind, "/1/" + std::to_string(org) + "/%", at_least, n);
    REQUIRE(rows.next());
    return {rows.text(0), "202610-" + rows.text(0) + "-" + std::to_string(rows.i32(1)), rows.i64(2), kind};
  }
  void take_back() {
    const auto reversed = county.database().app().transact([&](db::Session& s) -> Status {
      auto key = receivables::reverse_payment(county.database().app(), s, {payment_id, "paid twice", *Date::parse("2026-11-02"), county.clock().now(), {}, {}});
      return key ? ok() : Status(key.error());
    });
    REQUIRE(reversed);
  }

  void name_seller(Client& supervisor, const char* line_mode = "component", const char* limit = "500.00") {
    const auto before = supervisor.get("/api/v1/invoices/settings");
    const auto reply = supervisor.put("/api/v1/invoices/settings", settings(line_mode, limit), {{"If-Match", before.header("ETag")}});
    REQUIRE(reply.status == 200);
  }
  static json settings(const char* line_mode, const char* limit) {
    return {{"seller", {{"name", "清河县供电公司"}, {"tax_id", "91370000765432109A"}, {"address_phone", "清河县人民路1号 0536-95598"}, {"bank_account", "工行清河支行 1607000000000000001"}}},
            {"payee", "孙丽"}, {"reviewer", "赵磊"}, {"line_mode", line_mode}, {"tax_rate_percent", "13"}, {"reversal_limit", limit}};
  }

  // Polls an invoice until the provider has it.
  json wait_for(Client& client, const std::string& number) {
    for (int look = 0; look < 1'500; ++look) {
      auto invoice = client.get("/api/v1/invoices/" + number).json();
      if (invoice.at("state") != "drawn" && invoice.at("state") != "sending") return invoice;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    FAIL("expected the invoice to be sent within half a minute but it was not");
    return {};
  }
  json issued(Client& client, const PaidBill& bill) {
    const auto reply = client.post("/api/v1/invoices", {{"bill_no", bill.bill_no}}, {county.new_key()});
    REQUIRE(reply.status == 201);
    return wait_for(client, reply.json().at("number"));
  }

  RunningCounty& county;
  receivables::PaymentId payment_id;
};

std::int64_t fen(const json& yuan) { return parse_yuan(yuan.get<std::string>())->value; }

}  // namespace

TEST_CASE("an invoice's journey: drawn from a paid bill, issued, shown, printed, reversed and drawn again") {
  Hall hall;
  Client supervisor = hall.county.client_of(kSupervisor);
  hall.name_seller(supervisor, "component", "999999999.00");
  const auto& registry = hall.county.registry();
  const auto bill = hall.paid("body", 2);
  const auto key = hall.county.new_key();
  const auto drawn = supervisor.post("/api/v1/invoices", {{"bill_no", bill.bill_no}, {"buyer", {{"bank_account", "农行清河支行 95599"}}}}, {key});
  CHECK(differs_from_declaration(registry, "post", "/api/v1/invoices", drawn) == kNothing);
  REQUIRE(drawn.status == 201);
  const std::string number = drawn.json().at("number");
  // The same request once more is the same answer; another one is refused.
  CHECK(supervisor.post("/api/v1/invoices", {{"bill_no", bill.bill_no}, {"buyer", {{"bank_account", "农行清河支行 95599"}}}}, {key}).body == drawn.body);
  CHECK(supervisor.post("/api/v1/invoices", {{"bill_no", bill.bill_no}}, {hall.county.new_key()}).code() == "invoicing.standing");

  const auto invoice = hall.wait_for(supervisor, number);
  CHECK(invoice.at("state") == "issued");
  CHECK(invoice.at("buyer").at("bank_account") == "农行清河支行 95599");
  CHECK(invoice.at("buyer").at("tax_id") != "");
  CHECK(fen(invoice.at("total")) == bill.amount);
  CHECK(fen(invoice.at("net")) + fen(invoice.at("tax")) == bill.amount);
  std::int64_t net = 0, tax = 0;
  for (const auto& line : invoice.at("lines")) {
    net += fen(line.at("net"));
    tax += fen(line.at("tax"));
    CHECK(line.at("tax_rate_percent") == "13");
  }
  CHECK(net == fen(invoice.at("net")));
  CHECK(tax == fen(invoice.at("tax")));

  const std::string path = "/api/v1/invoices/" + number;
  CHECK(differs_from_declaration(registry, "get", "/api/v1/invoices/{number}", supervisor.get(path)) == kNothing);
  std::string zh;
  for (const char* language : {"zh", "en", "both"}) {
    const auto paper = supervisor.get(path + "/document?language=" + language);
    CHECK(paper.status == 200);
    CHECK(paper.header("Content-Type") == "application/pdf");
    CHECK(paper.body.starts_with("%PDF-"));
    if (zh.empty()) zh = paper.body;
    else CHECK(paper.body != zh);
  }
  CHECK(supervisor.get(path + "/document").body == zh);  // a second print is the same paper

  const auto red = supervisor.post(path + "/reverse", {{"reason", "购买方开户行有误"}}, {hall.county.new_key()});
  CHECK(differs_from_declaration(registry, "post", "/api/v1/invoices/{number}/reverse", red) == kNothing);
  REQUIRE(red.status == 201);
  const auto mirror = hall.wait_for(supervisor, red.json().at("number"));
  CHECK(mirror.at("reverses") == number);
  CHECK(fen(mirror.at("total")) == -bill.amount);
  CHECK(supervisor.get(path).json().at("state") == "reversed");
  CHECK(supervisor.get(path).json().at("reversed_by") == red.json().at("number"));
  CHECK(supervisor.get("/api/v1/invoices/" + red.json().at("number").get<std::string>() + "/document").status == 200);
  CHECK(hall.issued(supervisor, bill).at("number") != number);

  // All three are on the account's list, newest first, in pages.
  const auto first = supervisor.get("/api/v1/invoices?limit=2&account_no=" + bill.account_no);
  CHECK(differs_from_declaration(registry, "get", "/api/v1/invoices", first) == kNothing);
  REQUIRE(first.json().at("has_more") == true);
  const auto rest = supervisor.get("/api/v1/invoices?limit=2&account_no=" + bill.account_no + "&cursor=" + first.json().at("next_cursor").get<std::string>()).json();
  REQUIRE(rest.at("items").size() == 1);
  CHECK(rest.at("items").at(0).at("number") == number);
  CHECK(supervisor.get("/api/v1/invoices?month=2026-10&state=reversed").json().at("items").size() == 1);
  CHECK(supervisor.get("/api/v1/invoices?month=2026-09").json().at("items").empty());
  CHECK(*invoicing::verify_invoicing(hall.county.database().app()) == kNothing);
}

TEST_CASE("invoices: who may do what, and only with the accounts of his own unit") {
  Hall hall;
  Client supervisor = hall.county.client_of(kSupervisor), manager = hall.county.client_of(kHallManager), cashier = hall.county.client_of(fixture::kCashier), reader = hall.county.client_of(fixture::kMeterReader);
  hall.name_seller(supervisor);
  const auto own = hall.paid("person", 2), foreign = hall.paid("person", 3);
  const auto number = hall.issued(manager, own).at("number").get<std::string>();
  const auto elsewhere = hall.issued(supervisor, foreign).at("number").get<std::string>();
  const auto key = [&] { return fixture::Headers{hall.county.new_key()}; };

  CHECK(manager.post("/api/v1/invoices", {{"bill_no", foreign.bill_no}}, key()).code() == "invoicing.no_bill");
  for (const char* what : {"", "/document"}) CHECK(manager.get("/api/v1/invoices/" + elsewhere + what).code() == "invoicing.no_invoice");
  CHECK(manager.post("/api/v1/invoices/" + elsewhere + "/reverse", {{"reason", "x"}}, key()).code() == "invoicing.no_invoice");
  CHECK(manager.get("/api/v1/invoices?account_no=" + foreign.account_no).code() == "customers.no_account");
  CHECK(manager.get("/api/v1/invoices").json().at("items").size() == 1);
  CHECK(supervisor.get("/api/v1/invoices").json().at("items").size() == 2);

  CHECK(cashier.get("/api/v1/invoices/" + number + "/document").status == 200);
  CHECK(cashier.post("/api/v1/invoices", {{"bill_no", own.bill_no}}, key()).status == 403);
  CHECK(cashier.post("/api/v1/invoices/" + number + "/reverse", {{"reason", "x"}}, key()).status == 403);
  CHECK(cashier.post("/api/v1/invoices/batches", {{"what", "draw"}, {"billing_month", "2026-10"}}, key()).status == 403);
  CHECK(reader.get("/api/v1/invoices").status == 403);
  CHECK(manager.put("/api/v1/invoices/settings", Hall::settings("bill", "1.00"), {{"If-Match", "\"2\""}}).status == 403);
  CHECK(manager.get("/api/v1/invoices/settings").status == 200);

  // A batch of the station is about its own accounts, and nobody of another unit sees it.
  const auto batch = manager.post("/api/v1/invoices/batches", {{"what", "print"}, {"billing_month", "2026-10"}}, key());
  REQUIRE(batch.status == 202);
  CHECK(batch.json().at("invoices") == 1);
  CHECK(hall.county.wait_for(supervisor, batch.json().at("job_id")).at("state") == "done");
  const std::string path = "/api/v1/invoices/batches/" + std::to_string(batch.json().at("batch_id").get<int>());
  CHECK(manager.get(path + "/files/1").body.starts_with("%PDF-"));
  CHECK(supervisor.get(path).status == 200);
  const auto whole = supervisor.post("/api/v1/invoices/batches", {{"what", "print"}, {"billing_month", "2026-10"}}, key()).json();
  CHECK(whole.at("invoices") == 2);
  CHECK(manager.get("/api/v1/invoices/batches/" + std::to_string(whole.at("batch_id").get<int>())).code() == "invoicing.no_batch");
}

TEST_CASE("invoices: what is wrong with a request is said field by field, and nothing happens") {
  Hall hall;
  Client supervisor = hall.county.client_of(kSupervisor);
  const auto bill = hall.paid("person", 2);
  const auto open = hall.unpaid("person", 2, 1);
  const auto post = [&](const std::string& path, const json& body) { return supervisor.post("/api/v1/invoices" + path, body, {hall.county.new_key()}); };
  CHECK(post("", {{"bill_no", bill.bill_no}}).code() == "invoicing.no_seller");
  hall.name_seller(supervisor);
  CHECK(supervisor.post("/api/v1/invoices", {{"bill_no", bill.bill_no}}).code() == "http.idempotency_key_missing");
  CHECK(post("", json::object()).pointers() == std::vector<std::string>{"/bill_no"});
  CHECK(post("", {{"bill_no", bill.bill_no}, {"buyer", "me"}}).pointers() == std::vector<std::string>{"/buyer"});
  CHECK(post("", {{"bill_no", bill.bill_no}, {"buyer", {{"email", "not an address"}}}, {"more", 1}}).status == 422);
  CHECK(post("", {{"bill_no", bill.bill_no}, {"buyer", {{"name", "别人"}}}}).code() == "invoicing.buyer_of_person");
  CHECK(post("", {{"bill_no", open.bill_no}}).code() == "invoicing.not_paid");
  CHECK(post("", {{"bill_no", "202610-0000000000-1"}}).code() == "invoicing.no_bill");
  CHECK(post("", {{"bill_no", "%"}}).code() == "invoicing.no_bill");
  for (const char* number : {"2026010000000001", "1", "%25", "2026010000000001'"}) CHECK(supervisor.get("/api/v1/invoices/" + std::string(number)).code() == "invoicing.no_invoice");
  CHECK(post("/2026010000000001/reverse", {{"reason", ""}}).pointers() == std::vector<std::string>{"/reason"});
  CHECK(post("/batches", {{"what", "burn"}, {"billing_month", "2026-13"}}).pointers() == std::vector<std::string>{"/what", "/billing_month"});
  CHECK(post("/batches", {{"what", "draw"}, {"billing_month", "2026-09"}}).code() == "invoicing.nothing_to_do");
  CHECK(post("/batches", {{"what", "draw"}, {"billing_month", "2026-10"}, {"route", "nowhere"}}).code() == "invoicing.no_route");
  CHECK(post("/reversal-requests/1/approve", json::object()).code() == "invoicing.no_request");
  CHECK(supervisor.get("/api/v1/invoices?state=burnt").status == 422);
  CHECK(supervisor.get("/api/v1/invoices?cursor=xyz").status == 422);

  auto settings = Hall::settings("bill", "1.00");
  const auto version = supervisor.get("/api/v1/invoices/settings").header("ETag");
  CHECK(supervisor.put("/api/v1/invoices/settings", settings).status == 428);
  CHECK(supervisor.put("/api/v1/invoices/settings", settings, {{"If-Match", "\"1\""}}).status == 412);
  settings["tax_rate_percent"] = "13.001";
  settings["reversal_limit"] = "-1.00";
  settings["seller"]["tax_id"] = "";
  CHECK(supervisor.put("/api/v1/invoices/settings", settings, {{"If-Match", version}}).pointers() == std::vector<std::string>{"/seller/tax_id", "/tax_rate_percent", "/reversal_limit"});
  CHECK(supervisor.get("/api/v1/invoices/settings").header("ETag") == version);
  CHECK(hall.county.look_up("SELECT COUNT(*) FROM invoicing_invoice") == "0");
  CHECK(hall.county.look_up("SELECT COUNT(*) FROM invoicing_batch") == "0");
}

TEST_CASE("above the limit one asks and another one reverses; a payment taken back puts the invoice on the list") {
  Hall hall;
  Client supervisor = hall.county.client_of(kSupervisor), second = hall.county.client_of(kSecond);
  hall.name_seller(supervisor, "bill", "0.00");
  const auto bill = hall.paid("person", 2);
  const auto number = hall.issued(supervisor, bill).at("number").get<std::string>();
  CHECK(supervisor.get("/api/v1/invoices?state=to_reverse").json().at("items").empty());
  hall.take_back();
  const auto flagged = supervisor.get("/api/v1/invoices?state=to_reverse").json().at("items");
  REQUIRE(flagged.size() == 1);
  CHECK(flagged.at(0).at("number") == number);
  CHECK(flagged.at(0).at("to_reverse") == true);

  const auto asked = supervisor.post("/api/v1/invoices/" + number + "/reverse", {{"reason", "收费已冲正"}}, {hall.county.new_key()});
  CHECK(asked.status == 202);
  const std::string request = "/api/v1/invoices/reversal-requests/" + std::to_string(asked.json().at("request_id").get<int>());
  CHECK(supervisor.post(request + "/approve", json::object(), {hall.county.new_key()}).code() == "security.second_person");
  const auto waiting = second.get("/api/v1/invoices/reversal-requests?state=requested");
  CHECK(differs_from_declaration(hall.county.registry(), "get", "/api/v1/invoices/reversal-requests", waiting) == kNothing);
  REQUIRE(waiting.json().at("items").size() == 1);
  CHECK(waiting.json().at("items").at(0).at("number") == number);
  const auto red = second.post(request + "/approve", json::object(), {hall.county.new_key()});
  REQUIRE(red.status == 201);
  CHECK(hall.wait_for(second, red.json().at("number")).at("state") == "issued");
  CHECK(second.get("/api/v1/invoices?state=to_reverse").json().at("items").empty());
  CHECK(second.post(request + "/refuse", {{"note", "too late"}}, {hall.county.new_key()}).code() == "invoicing.request_state");
  CHECK(*invoicing::verify_invoicing(hall.county.database().app()) == kNothing);
}

TEST_CASE("a month is drawn and printed in batches, and an account that wants it gets its invoice by e-mail") {
  Hall hall;
  Client supervisor = hall.county.client_of(kSupervisor);
  hall.name_seller(supervisor);
  const auto& registry = hall.county.registry();
  std::vector<PaidBill> paid;
  for (int n = 0; n < 4; ++n) paid.push_back(hall.paid(n < 2 ? "person" : "body", 2, n % 2));
  const std::string buyer = "/api/v1/accounts/" + paid[3].account_no + "/invoice-buyer";
  const auto before = supervisor.get(buyer);
  CHECK(differs_from_declaration(registry, "get", "/api/v1/accounts/{account_no}/invoice-buyer", before) == kNothing);
  const json wanted{{"name", ""}, {"tax_id", ""}, {"address_phone", ""}, {"bank_account", "农行 1"}, {"email", "kuaiji@qinghe.example"}};
  CHECK(supervisor.put(buyer, wanted, {{"If-Match", before.header("ETag")}}).json() == wanted);
  CHECK(supervisor.put(buyer, wanted, {{"If-Match", before.header("ETag")}}).status == 412);
  const auto seen = supervisor.get(buyer).header("ETag");
  std::atomic<int> won{0}, lost{0};
  {
    std::vector<std::jthread> hands;
    for (int i = 0; i < 6; ++i)
      hands.emplace_back([&, client = hall.county.client_of(kSupervisor)]() mutable {
        const auto status = client.put(buyer, wanted, {{"If-Match", seen}}).status;
        if (status == 200) ++won;
        else if (status == 412) ++lost;
      });
  }
  CHECK(won == 1);
  CHECK(lost == 5);
  CHECK(supervisor.put("/api/v1/accounts/" + paid[0].account_no + "/invoice-buyer", {{"name", "别人"}, {"tax_id", ""}, {"address_phone", ""}, {"bank_account", ""}, {"email", ""}}, {{"If-Match", "\"0\""}}).code() ==
        "invoicing.buyer_of_person");

  const auto batch = supervisor.post("/api/v1/invoices/batches", {{"what", "draw"}, {"billing_month", "2026-10"}}, {hall.county.new_key()});
  CHECK(differs_from_declaration(registry, "post", "/api/v1/invoices/batches", batch) == kNothing);
  REQUIRE(batch.status == 202);
  CHECK(hall.county.wait_for(supervisor, batch.json().at("job_id")).at("state") == "done");
  const std::string path = "/api/v1/invoices/batches/";
  CHECK(supervisor.get(path + std::to_string(batch.json().at("batch_id").get<int>())).json().at("invoices") == 4);
  const auto drawn = supervisor.get("/api/v1/invoices?month=2026-10").json().at("items");
  REQUIRE(drawn.size() == 4);
  for (const auto& invoice : drawn) CHECK(hall.wait_for(supervisor, invoice.at("number")).at("state") == "issued");
  CHECK(hall.county.look_up("SELECT COUNT(*) FROM outbox_message WHERE address = 'kuaiji@qinghe.example'") == "1");

  const auto printing = supervisor.post("/api/v1/invoices/batches", {{"what", "print"}, {"billing_month", "2026-10"}, {"customer_kind", "body"}, {"language", "both"}}, {hall.county.new_key()});
  REQUIRE(printing.status == 202);
  CHECK(printing.json().at("invoices") == 2);
  hall.county.wait_for(supervisor, printing.json().at("job_id"));
  const auto one = supervisor.get(path + std::to_string(printing.json().at("batch_id").get<int>()));
  CHECK(differs_from_declaration(registry, "get", "/api/v1/invoices/batches/{batch_id}", one) == kNothing);
  CHECK(one.json().at("state") == "done");
  REQUIRE(one.json().at("files").size() == 1);
  const auto file = supervisor.get(path + std::to_string(printing.json().at("batch_id").get<int>()) + "/files/1");
  CHECK(file.header("Content-Type") == "application/pdf");
  CHECK(file.body.size() == one.json().at("files").at(0).at("bytes").get<std::size_t>());
  CHECK(supervisor.get(path + std::to_string(printing.json().at("batch_id").get<int>()) + "/files/2").code() == "invoicing.no_file");
  CHECK(supervisor.get(path).status == 404);
  const auto list = supervisor.get("/api/v1/invoices/batches");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/invoices/batches", list) == kNothing);
  CHECK(list.json().at("items").size() == 2);

  const auto number = drawn.at(0).at("number").get<std::string>();
  const auto mailed = supervisor.post("/api/v1/invoices/" + number + "/email", {{"address", "somebody@qinghe.example"}}, {hall.county.new_key()});
  CHECK(differs_from_declaration(registry, "post", "/api/v1/invoices/{number}/email", mailed) == kNothing);
  CHECK(mailed.status == 202);
  CHECK(supervisor.post("/api/v1/invoices/" + number + "/email", {{"address", "nobody"}}, {hall.county.new_key()}).pointers() == std::vector<std::string>{"/address"});
  CHECK(hall.county.look_up("SELECT COUNT(*) FROM outbox_message WHERE entity_id = ? AND entity = 'invoice' AND address = 'somebody@qinghe.example'", number) == "1");
  CHECK(*invoicing::verify_invoicing(hall.county.database().app()) == kNothing);
}
