// Mandates, batches, results and statements against the real server: the way of a month, rights, bad files.
#include <catch2/catch.hpp>

#include <algorithm>

#include "mis/base/decimal.hpp"
#include "modules/payment_channels/payment_channels.hpp"
#include "tests/api/billing/declared.hpp"
#include "tests/api/payment_channels/company.hpp"

using fixture::Client;
using fixture::Company;
using fixture::differs_from_declaration;
using nlohmann::json;

namespace {

constexpr const char* kBank = "/api/v1/channels/ICBC";

json bank() { return {{"name", "工商银行"}, {"kind", "bank"}, {"profile", {{"transport", "none"}, {"debits", {{"format", "text"}}}}}}; }

json mandate(const std::string& account_no) {
  return {{"account_no", account_no}, {"channel", "ICBC"}, {"bank_account", "6222020200112233"}, {"bank_account_name", "张三"}, {"signed_on", "2026-10-01"}};
}

// Account 11 owes 100 yuan, not yet due.
void owe(Company& c) {
  auto s = c.server.database.owner().lease();
  s->execute("INSERT INTO receivables_account (account_id) VALUES (11)");
  s->execute("INSERT INTO receivables_receivable (account_id, billing_month, revision, route_id, org_id, amount_fen, issued_on, due_on, category) "
             "VALUES (11, 202610, 1, 5, 11, 10000, '2026-11-01', '2026-11-11', 'residential')");
  s->execute("INSERT INTO receivables_open_item (account_id, billing_month, revision, org_id, category, amount_fen, due_on, outstanding_fen, late_to) "
             "VALUES (11, 202610, 1, 11, 'residential', 10000, '2026-11-11', 10000, '2026-11-11')");
}

std::pair<std::string, std::string> key(const std::string& name) { return fixture::idempotency_key("debits-" + name); }

fixture::Reply upload(Client& who, const std::string& path, const std::string& bytes, const std::string& name) {
  return who.send("POST", path, bytes, {key(name), {"Content-Type", "application/octet-stream"}, {"X-CSRF-Token", who.csrf_token}});
}

}  // namespace

TEST_CASE("a month of direct debit: signed, gathered, sent, answered, arrived at the bank") {
  Company c;
  REQUIRE(c.put("ICBC", bank()).status == 201);
  owe(c);
  const auto& registry = c.server.registry;
  auto clerk = c.clerk();
  auto supervisor = c.supervisor();

  const auto made = clerk.post("/api/v1/mandates", mandate(c.account_no(11)), {key("m1")});
  REQUIRE(made.status == 201);
  CHECK(differs_from_declaration(registry, "post", "/api/v1/mandates", made) == std::vector<std::string>{});
  const auto no = made.json().at("mandate_no").get<std::string>();
  CHECK(clerk.post("/api/v1/mandates", mandate(c.account_no(11)), {key("m2")}).code() == "payment_channels.account_has_mandate");
  const auto list = clerk.get("/api/v1/mandates?account_no=" + c.account_no(11));
  CHECK(differs_from_declaration(registry, "get", "/api/v1/mandates", list) == std::vector<std::string>{});
  CHECK(list.json().at("items").size() == 1);

  const auto job = clerk.post(std::string(kBank) + "/debit-batches", {{"collect_on", "2026-11-03"}}, {key("b1")});
  REQUIRE(job.status == 202);
  c.run_job(job.json().at("job_id"));
  const auto batches = clerk.get(std::string(kBank) + "/debit-batches");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/channels/{code}/debit-batches", batches) == std::vector<std::string>{});
  const auto batch = batches.json().at("items").at(0);
  CHECK(batch.at("state") == "prepared");
  CHECK(batch.at("amount") == "100.00");
  const auto path = std::string(kBank) + "/debit-batches/" + std::to_string(batch.at("batch_id").get<int>());
  CHECK(clerk.get(path + "/file").code() == "payment_channels.batch_state");
  REQUIRE(clerk.post(path + "/send", json::object(), {key("s1")}).json().at("state") == "sent");
  const auto file = clerk.get(path + "/file");
  CHECK(file.status == 200);
  CHECK(clerk.get(path + "/file").body == file.body);
  CHECK(file.header("Content-Disposition").find(".txt") != std::string::npos);

  const auto items = clerk.get(path + "/items").json().at("items");
  const auto id = items.at(0).at("end_to_end_id").get<std::string>();
  const auto result = "1|100.00|1|100.00\n1|" + no + "|6222020200112233|x|" + c.account_no(11) + "|100.00|" + id + "|202610|100.00|0000|\n";
  const auto cut = upload(clerk, path + "/results", result.substr(0, result.size() - 5), "r0");
  CHECK(cut.status == 422);
  CHECK(cut.code() == "payment_channels.file_cut");
  const auto loaded = upload(clerk, path + "/results?file_name=back.txt", result, "r1");
  REQUIRE(loaded.status == 202);
  c.run_job(loaded.json().at("job_id"));
  CHECK(upload(clerk, path + "/results", result, "r2").json().at("job_id") == loaded.json().at("job_id"));
  const auto closed = clerk.get(path);
  CHECK(differs_from_declaration(registry, "get", "/api/v1/channels/{code}/debit-batches/{batch_id}", closed) == std::vector<std::string>{});
  CHECK(closed.json().at("state") == "closed");
  CHECK(closed.json().at("totals").at(0).at("paid") == "100.00");

  const std::string statement =
      R"(<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S1</Id><Acct><Id><Othr><Id>1109</Id></Othr></Id></Acct>)"
      R"(<Ntry><Amt Ccy="CNY">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-02</Dt></BookgDt><AcctSvcrRef>E1</AcctSvcrRef></Ntry>)"
      R"(<Ntry><Amt Ccy="CNY">7.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-02</Dt></BookgDt><AcctSvcrRef>E2</AcctSvcrRef></Ntry></Stmt></BkToCstmrStmt></Document>)";
  const auto taken = upload(clerk, std::string(kBank) + "/statements", statement, "t1");
  REQUIRE(taken.status == 202);
  c.run_job(taken.json().at("job_id"));
  const auto receipts = clerk.get(std::string(kBank) + "/receipts");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/channels/{code}/receipts", receipts) == std::vector<std::string>{});
  CHECK(receipts.json().at("items").at(0).at("state") == "settled");
  const auto unknown = clerk.get(std::string(kBank) + "/receipts?state=unidentified").json().at("items").at(0);
  const auto receipt = std::string(kBank) + "/receipts/" + std::to_string(unknown.at("receipt_id").get<std::int64_t>());
  CHECK(clerk.post(receipt + "/assign", {{"account_no", "0000000000"}}, {key("a0")}).status == 404);
  CHECK(clerk.post(receipt + "/assign", {{"account_no", c.account_no(12)}}, {key("a1")}).json().at("state") == "assigned");

  // Refused after all: proposed by the clerk, approved by the supervisor.
  const auto back = "1|100.00|0|0.00\n1|" + no + "|6222020200112233|x|" + c.account_no(11) + "|100.00|" + id + "|202610|0.00|0004|\n";
  c.run_job(upload(clerk, path + "/results", back, "r3").json().at("job_id"));
  const auto differences = clerk.get(std::string(kBank) + "/debit-differences?state=open");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/channels/{code}/debit-differences", differences) == std::vector<std::string>{});
  REQUIRE(differences.json().at("items").size() == 1);
  const auto difference = std::string(kBank) + "/debit-differences/" + std::to_string(differences.json().at("items").at(0).at("difference_id").get<int>());
  REQUIRE(clerk.post(difference + "/resolve", {{"how", "take_back"}, {"note", "退票"}}, {key("d1")}).json().at("state") == "proposed");
  CHECK(clerk.post(difference + "/approve", json::object(), {key("d2")}).status == 403);
  CHECK(supervisor.post(difference + "/approve", json::object(), {key("d3")}).json().at("state") == "settled");
  CHECK(clerk.get(path + "/items").json().at("items").at(0).at("state") == "returned");
  CHECK(mis::payment_channels::verify_debits(c.server.database.app())->empty());

  CHECK(clerk.post("/api/v1/mandates/" + no + "/cancel", {{"reason", "moved"}}, {key("m3")}).json().at("state") == "cancelled");
  const auto history = clerk.get("/api/v1/mandates/" + no);
  CHECK(differs_from_declaration(registry, "get", "/api/v1/mandates/{mandate_no}", history) == std::vector<std::string>{});
  CHECK(history.json().at("history").size() == 2);
}

TEST_CASE("mandates of another station do not exist, and batches are for the whole utility") {
  Company c;
  REQUIRE(c.put("ICBC", bank()).status == 201);
  auto clerk = c.clerk();
  const auto no = clerk.post("/api/v1/mandates", mandate(c.account_no(11)), {key("m1")}).json().at("mandate_no").get<std::string>();
  auto west = c.server.client_of("west_supervisor");
  CHECK(west.get("/api/v1/mandates/" + no).status == 404);
  CHECK(west.get("/api/v1/mandates?account_no=" + c.account_no(11)).status == 404);
  CHECK(west.get("/api/v1/mandates?account_no=" + c.account_no(12)).status == 200);
  CHECK(west.get("/api/v1/mandates").code() == "security.scope");
  CHECK(west.get(std::string(kBank) + "/debit-batches").code() == "security.scope");
  CHECK(west.get(std::string(kBank) + "/receipts").code() == "security.scope");
  auto cashier = c.cashier();
  CHECK(cashier.get("/api/v1/mandates?account_no=" + c.account_no(11)).status == 403);
  CHECK(cashier.post(std::string(kBank) + "/debit-batches", {{"collect_on", "2026-11-03"}}, {key("x")}).status == 403);
  CHECK(c.server.client().get("/api/v1/mandates").status == 401);
}

TEST_CASE("what cannot be is refused with its reason") {
  Company c;
  auto wrong = bank();
  wrong["profile"]["debits"] = {{"format", "pdf"}, {"answer_days", 0}, {"colour", "red"}};
  const auto refused = c.put("ICBC", wrong);
  CHECK(refused.status == 422);
  const auto pointers = refused.pointers();
  for (const char* pointer : {"/profile/debits/format", "/profile/debits/answer_days", "/profile/debits/colour"}) {
    CAPTURE(pointer);
    CHECK(std::find(pointers.begin(), pointers.end(), pointer) != pointers.end());
  }
  REQUIRE(c.put("ICBC", bank()).status == 201);
  auto clerk = c.clerk();
  auto bad = mandate(c.account_no(11));
  bad["bank_account_name"] = "张|三";
  CHECK(clerk.post("/api/v1/mandates", bad, {key("m1")}).code() == "payment_channels.mandate");
  CHECK(clerk.post(std::string(kBank) + "/debit-batches", {{"collect_on", "2026-11-01"}}, {key("b1")}).code() == "payment_channels.collect_on");
  CHECK(upload(clerk, std::string(kBank) + "/debit-batches/7/results", "x", "r1").code() == "payment_channels.no_batch");
  CHECK(upload(clerk, std::string(kBank) + "/statements", "<a/>", "t1").status == 422);
  CHECK(upload(clerk, std::string(kBank) + "/statements", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "t2").status == 422);
  CHECK(c.number("SELECT COUNT(*) FROM payment_channels_receipt") == 0);
}
