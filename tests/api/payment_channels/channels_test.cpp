// The staff's side of payment channels, against the real server: profiles, keys, items, reconciliation, settlement, rights.
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/api/billing/declared.hpp"
#include "tests/api/payment_channels/company.hpp"

using fixture::Client;
using fixture::Company;
using fixture::differs_from_declaration;
using fixture::idempotency_key;
using nlohmann::json;

namespace {

json bank() {
  return {{"name", "工商银行"},
          {"kind", "bank"},
          {"profile",
           {{"transport", "rest"},
            {"cut_off", "23:00"},
            {"reconciliation_file",
             {{"name", "day"}, {"encoding", "utf-8"}, {"columns", {{{"field", "date"}, {"title", "日期"}}, {{"field", "serial_no"}, {"title", "流水号"}}, {{"field", "account_no"}, {"title", "户号"}}, {{"field", "amount"}, {"title", "金额"}}}}}}}},
          {"key_id", "company-1"},
          {"secrets", {{"webhook_secret", Company::kWebhookSecret}}}};
}

}  // namespace

TEST_CASE("a channel is made, read, changed with its version, and never tells a secret") {
  Company c;
  const auto& registry = c.server.registry;
  const auto made = c.put("ICBC", bank());
  REQUIRE(made.status == 201);
  CHECK(made.json().at("secrets") == json({"webhook_secret"}));
  CHECK(made.body.find("whsec") == std::string::npos);
  auto supervisor = c.supervisor();
  const auto read = supervisor.get("/api/v1/channels/ICBC");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/channels/{code}", read) == std::vector<std::string>{});
  CHECK(read.body.find("whsec") == std::string::npos);
  CHECK(c.number("SELECT COUNT(*) FROM security_audit WHERE after_json LIKE '%whsec%'") == 0);
  CHECK(c.put("ICBC", bank()).status == 428);
  CHECK(c.put("ICBC", bank(), {{"If-Match", "\"7\""}}).status == 412);
  auto next = bank();
  next["state"] = "suspended";
  CHECK(c.put("ICBC", next, {{"If-Match", read.header("ETag")}}).json().at("state") == "suspended");
  CHECK(c.put("BOC", bank()).code() == "payment_channels.not_unique");  // the key's id is ICBC's
  const auto list = supervisor.get("/api/v1/channels");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/channels", list) == std::vector<std::string>{});
  CHECK(list.json().at("items").size() == 1);
}

TEST_CASE("a channel that could not work is refused with every complaint") {
  Company c;
  auto wrong = bank();
  wrong["kind"] = "shop";
  wrong["profile"]["cut_off"] = "25:00";
  wrong["profile"]["most_per_payment"] = 100;
  wrong["secrets"] = {{"webhook_secret", "short"}, {"password", "x"}};
  wrong["colour"] = "red";
  const auto reply = c.put("ICBC", wrong);
  CHECK(reply.status == 422);
  const auto pointers = reply.pointers();
  for (const char* pointer : {"/kind", "/profile/cut_off", "/profile/most_per_payment", "/secrets/webhook_secret", "/secrets/password", "/colour"}) {
    CAPTURE(pointer);
    CHECK(std::find(pointers.begin(), pointers.end(), pointer) != pointers.end());
  }
  CHECK(reply.body.find("short") == std::string::npos);
  CHECK(c.put("lower", bank()).status == 422);
}

TEST_CASE("who may not sees nothing, and a station does not decide for the utility") {
  Company c;
  REQUIRE(c.put("ICBC", bank()).status == 201);
  auto cashier = c.cashier();
  CHECK(cashier.get("/api/v1/channels").status == 403);
  CHECK(c.clerk().put("/api/v1/channels/BOC", bank()).status == 403);
  auto west = c.server.client_of("west_supervisor");
  for (const char* path : {"/api/v1/channels", "/api/v1/channels/ICBC", "/api/v1/channels/ICBC/items", "/api/v1/channels/ICBC/reconciliations", "/api/v1/channels/ICBC/settlements"}) {
    CAPTURE(path);
    CHECK(west.get(path).code() == "security.scope");
  }
  CHECK(c.server.client().get("/api/v1/channels").status == 401);
}

TEST_CASE("a day from the bank's file to the last difference, by two people") {
  Company c;
  const auto& registry = c.server.registry;
  REQUIRE(c.put("ICBC", bank()).status == 201);
  REQUIRE(c.signed_post("/pay/v1/payments", {{"account_no", c.account_no(11)}, {"amount", "10.00"}}, "order-equal").status == 200);
  REQUIRE(c.signed_post("/pay/v1/payments", {{"account_no", c.account_no(12)}, {"amount", "20.00"}}, "order-ours").status == 200);
  auto clerk = c.clerk();
  const auto items = clerk.get("/api/v1/channels/ICBC/items?date=2026-11-02&state=paid&limit=1");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/channels/{code}/items", items) == std::vector<std::string>{});
  CHECK(items.json().at("items").at(0).at("name") == "客户12");
  CHECK(items.json().at("has_more") == true);

  const std::string load = "/api/v1/channels/ICBC/reconciliations?business_date=2026-11-02&file_name=day.txt";
  const std::string file = "2|40.00\r\n20261102|order-equal|" + c.account_no(11) + "|10.00\r\n20261102|order-theirs|" + c.account_no(13) + "|30.00\r\n";
  const auto send = [&](Client& who, const std::string& bytes, const char* key) {
    return who.send("POST", load, bytes, {{"Content-Type", "text/plain"}, {"X-CSRF-Token", who.csrf_token}, idempotency_key(key)});
  };
  CHECK(send(clerk, file, "load-0001").code() == "payment_channels.day_not_over");
  c.server.clock.advance_minutes(18 * 60);
  clerk.sign_in("receivables");
  CHECK(send(clerk, file.substr(0, file.size() - 4), "load-0002").code() == "payment_channels.file_cut");
  const auto loaded = send(clerk, file, "load-0003");
  REQUIRE(loaded.status == 202);
  CHECK(send(clerk, file, "load-0004").json().at("job_id") == loaded.json().at("job_id"));
  c.run_job(loaded.json().at("job_id").get<std::int64_t>());

  const std::string day = "/api/v1/channels/ICBC/reconciliations/2026-11-02";
  const auto found = clerk.get(day);
  CHECK(differs_from_declaration(registry, "get", "/api/v1/channels/{code}/reconciliations/{date}", found) == std::vector<std::string>{});
  CHECK(found.json().at("reconciliation").at("theirs").at("amount") == "40.00");
  CHECK(found.json().at("reconciliation").at("ours").at("amount") == "30.00");
  CHECK(found.json().at("reconciliation").at("equal").at("count") == 1);
  REQUIRE(found.json().at("items").size() == 2);
  CHECK(clerk.get("/api/v1/channels/ICBC/reconciliations/2026-11-01").status == 404);

  auto supervisor = c.supervisor();
  int n = 0;
  const json differences = found.json().at("items");
  for (const auto& item : differences) {
    const auto path = day + "/items/" + std::to_string(item.at("difference_id").get<std::int64_t>());
    const char* how = item.at("kind") == "only_ours" ? "reverse" : "post";
    const auto key = [&] { return idempotency_key("settle-" + std::to_string(1'000 + ++n)); };
    CHECK(clerk.post(path + "/approve", json::object(), {key()}).status == 403);
    const auto proposed = clerk.post(path + "/resolve", {{"how", how}, {"note", "asked the bank"}}, {key()});
    CHECK(proposed.status == 200);
    CHECK(differs_from_declaration(registry, "post", "/api/v1/channels/{code}/reconciliations/{date}/items/{difference_id}/resolve", proposed) == std::vector<std::string>{});
    const auto approve = key();
    CHECK(supervisor.post(path + "/approve", json::object(), {approve}).json().at("state") == "settled");
    CHECK(supervisor.post(path + "/approve", json::object(), {approve}).json().at("state") == "settled");
    CHECK(supervisor.post(path + "/approve", json::object(), {key()}).code() == "payment_channels.not_proposed");
  }
  const auto list = clerk.get("/api/v1/channels/ICBC/reconciliations").json();
  CHECK(list.at("items").at(0).at("state") == "settled");

  // The money arrives.
  CHECK(clerk.get("/api/v1/channels/ICBC").json().at("in_transit") == "40.00");
  const auto told = clerk.post("/api/v1/channels/ICBC/settlements", {{"business_date", "2026-11-02"}, {"amount", "40.00"}, {"reference", "STMT-1"}}, {idempotency_key("arrived-1")});
  REQUIRE(told.status == 201);
  CHECK(differs_from_declaration(registry, "post", "/api/v1/channels/{code}/settlements", told) == std::vector<std::string>{});
  const auto post = "/api/v1/channels/ICBC/settlements/" + std::to_string(told.json().at("settlement_id").get<std::int64_t>()) + "/post";
  CHECK(clerk.post(post, json::object(), {idempotency_key("arrived-2")}).status == 403);
  CHECK(supervisor.post(post, json::object(), {idempotency_key("arrived-3")}).json().at("state") == "posted");
  CHECK(clerk.get("/api/v1/channels/ICBC").json().at("in_transit") == "0.00");
  CHECK(clerk.get("/api/v1/channels/ICBC/settlements").json().at("items").size() == 1);
  CHECK(c.differences().empty());
}
