// Dunning over HTTP: rules, a run, a disconnection from its proposal to the light, who may do what, and what is said to requests
// that cannot be meant.
#include <catch2/catch.hpp>

#include "mis/jobs/routes.hpp"
#include "mis/jobs/worker.hpp"
#include "mis/outbox/file_provider.hpp"
#include "modules/customers/customers.hpp"
#include "modules/dunning/dunning.hpp"
#include "modules/receivables/post_issue.hpp"
#include "modules/receivables/receivables.hpp"
#include "tests/api/billing/declared.hpp"
#include "tests/api/running_server.hpp"

using namespace mis;
using fixture::Client;
using fixture::differs_from_declaration;
using fixture::Reply;
using nlohmann::json;

namespace {

constexpr std::int64_t kDay = 24 * 60;

void register_modules(Registry& registry) {
  jobs::register_module(registry);
  outbox::register_module(registry);
  customers::register_module(registry);
  receivables::register_module(registry);
  dunning::register_module(registry);
}

// Station 11 has account 11, station 12 account 12; both owe 100 yuan since 12 November 2026. Collector and approver see all,
// "west.collector" sees station 12.
class Utility : public fixture::RunningServer {
 public:
  Utility() : RunningServer(register_modules, {}, fixture::DatabaseUse::kOwn) {
    outbox::use_files(registry.part<outbox::Providers>(), folder.path() / "outbox");
    const auto loaded = database.owner().transact([&](db::Session& s) -> Status {
      add_user(s, 21, "collector", 1, "debt_collector");
      add_user(s, 22, "approver", 1, "account_supervisor");
      add_user(s, 23, "west.collector", 12, "debt_collector");
      add_user(s, 24, "cashier", 1, "cashier");
      std::vector<customers::Customer> people;
      std::vector<customers::Account> accounts;
      for (std::int64_t id = 11; id <= 12; ++id) {
        people.push_back({{id}, "C" + std::to_string(id), "person", "客户" + std::to_string(id), "resident_id", "", "13800000000", clock.now()});
        customers::Account account;
        account.account_id = {id};
        account.account_no = make_account_no(id);
        account.customer_id = {id};
        account.org_id = {id};
        account.route_id = {5};
        account.address = "测试路1号";
        account.opened_on = Date::of(2020, 1, 1);
        account.customer_name = people.back().name;
        accounts.push_back(account);
      }
      customers::load_customers(s, people);
      customers::load_accounts(s, accounts);
      s.execute("INSERT INTO billing_run (run_id, billing_month, state, created_at) VALUES (1, 202610, 'issued', ?)", clock.now());
      for (std::int64_t id = 11; id <= 12; ++id)
        s.execute("INSERT INTO billing_bill (billing_month, route_id, account_id, revision, run_id, org_id, category, version_id, period_from, period_to, energy_wh, amount_fen, funds_fen, export_fen, "
                  "exported_wh, tier_energy_wh, flags) VALUES (202610, 5, ?, 1, 1, ?, 'residential', 1, '2026-10-01', '2026-11-01', 1000, 10000, 0, 0, 0, 1000, 0)", id, id);
      return receivables::post_issued_shard(database.owner(), s, {{1}, {202610}, {5}, local_date(clock.now()), clock.now(), {}});
    });
    if (!loaded) throw std::runtime_error(loaded.error().message);
  }

  std::pair<std::string, std::string> key() { return fixture::idempotency_key("dunning-" + std::to_string(++keys_)); }
  std::string no(std::int64_t account) const { return make_account_no(account); }
  void days(int n) { clock.advance_minutes(n * static_cast<int>(kDay)); }
  Reply post(Client& client, const std::string& path, const json& body = json::object()) { return client.post("/api/v1" + path, body, {key()}); }
  // Works a job off on this thread.
  void work(const Reply& accepted) {
    INFO(accepted.body);
    REQUIRE(accepted.status == 202);
    jobs::Worker worker(database.app(), clock, registry.part<jobs::Kinds>(), {.threads = 1, .poll_ms = 20, .nice = 0});
    const auto job = worker.run_to_end({accepted.json().at("job_id").get<std::int64_t>()});
    REQUIRE(job);
    INFO(job->message);
    REQUIRE(job->state == jobs::State::kDone);
  }
  void pay(std::int64_t account, int amount_fen) {
    receivables::Payment p;
    p.account = {account};
    p.amount = {amount_fen};
    p.source_id = 1;
    p.reference = "api-" + std::to_string(++keys_);
    p.into = {ledger::LedgerAccount::kCash, 1};
    p.posted_on = p.value_on = local_date(clock.now());
    p.at = clock.now();
    const auto paid = database.app().transact([&](db::Session& s) { return receivables::pay(database.app(), s, p); });
    REQUIRE(paid);
  }
  std::string in_days(int n) const { return Instant{clock.now().micros + n * kDay * 60'000'000}.to_string(); }

 private:
  static void add_user(db::Session& s, std::int64_t id, const char* name, std::int64_t org, const char* role) {
    s.execute("INSERT INTO administration_user (user_id, username, name, org_id, password_hash, must_change_password, created_at) SELECT ?, ?, ?, ?, password_hash, 0, created_at "
              "FROM administration_user WHERE username = 'manager'", id, name, name, org);
    s.execute("INSERT INTO administration_user_role (user_id, role_code) VALUES (?, ?)", id, role);
  }
  int keys_ = 0;
};

void check_refused(const Reply& reply, int status, const std::string& code) {
  INFO(reply.body);
  CHECK(reply.status == status);
  CHECK(reply.code() == code);
}

const json kGoodRules = json::array({{{"category", "other"}, {"step", 1}, {"days_after_due", 2}, {"action", "sms"}, {"minimum", "5.00"}},
                                     {{"category", "other"}, {"step", 2}, {"days_after_due", 30}, {"action", "disconnection"}, {"minimum", "50.00"}}});

}  // namespace

TEST_CASE("a debt is dunned, stopped, paid and connected again, over HTTP") {
  Utility utility;
  Client collector = utility.client_of("collector"), approver = utility.client_of("approver"), west = utility.client_of("west.collector");
  // Sessions end while the clock is moved on.
  const auto sign_in_again = [&] {
    for (auto& [client, name] : {std::pair<Client&, const char*>{collector, "collector"}, {approver, "approver"}, {west, "west.collector"}}) client.sign_in(name);
  };
  const auto& registry = utility.registry;
  utility.days(20);
  sign_in_again();  // 22 November: 10 days overdue

  utility.work(utility.post(collector, "/dunning/runs"));
  const auto runs = collector.get("/api/v1/dunning/runs");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/dunning/runs", runs) == std::vector<std::string>{});
  CHECK(runs.json().at("items").at(0).at("notices") == 2);
  CHECK(runs.json().at("items").at(0).at("overdue") == "202.00");
  const auto notices = collector.get("/api/v1/dunning/notices?account_no=" + utility.no(11));
  CHECK(differs_from_declaration(registry, "get", "/api/v1/dunning/notices", notices) == std::vector<std::string>{});
  REQUIRE(notices.json().at("items").size() == 1);
  CHECK(notices.json().at("items").at(0).at("purpose") == "reminder");
  CHECK(notices.json().at("items").at(0).at("late_charge") == "1.00");
  CHECK(west.get("/api/v1/dunning/notices").json().at("items").size() == 1);

  // The message waits, goes out, and is seen.
  const auto queued = collector.get("/api/v1/outbox/messages?state=queued");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/outbox/messages", queued) == std::vector<std::string>{});
  CHECK(queued.json().at("items").size() == 2);
  CHECK(queued.json().at("items").at(0).at("address") == "138****0000");
  CHECK(west.get("/api/v1/outbox/messages").json().at("items").size() == 1);
  utility.work(utility.post(approver, "/outbox/deliveries"));
  CHECK(collector.get("/api/v1/outbox/messages?state=sent").json().at("items").size() == 2);
  const auto message = std::to_string(queued.json().at("items").at(0).at("message_id").get<std::int64_t>());
  CHECK(collector.get("/api/v1/outbox/messages/" + message).json().at("provider") == "file");
  check_refused(utility.post(approver, "/outbox/messages/" + message + "/retry"), 409, "outbox.message_state");
  CHECK(collector.get("/api/v1/outbox/summary").json().at("items").at(0).at("messages") == 2);

  utility.days(22);  // 14 December: 32 days overdue
  sign_in_again();
  utility.work(utility.post(collector, "/dunning/runs", {{"kind", "reminders"}}));
  const auto list = approver.get("/api/v1/disconnections?state=candidate");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/disconnections", list) == std::vector<std::string>{});
  REQUIRE(list.json().at("items").size() == 2);
  CHECK(west.get("/api/v1/disconnections").json().at("items").size() == 1);
  const auto id = std::to_string(approver.get("/api/v1/disconnections?account_no=" + utility.no(11)).json().at("items").at(0).at("case_id").get<std::int64_t>());
  const std::string path = "/disconnections/" + id;

  check_refused(west.get("/api/v1" + path), 404, "dunning.no_case");
  check_refused(utility.post(west, path + "/execute"), 404, "dunning.no_case");
  check_refused(utility.post(collector, path + "/approve"), 403, "security.permission");
  check_refused(utility.post(collector, path + "/execute"), 409, "dunning.case_state");
  CHECK(utility.post(approver, path + "/approve").json().at("state") == "approved");
  check_refused(utility.post(collector, path + "/notify"), 422, "dunning.stop_time");
  check_refused(utility.post(collector, path + "/notify", {{"stop_at", utility.in_days(2)}}), 422, "dunning.stop_time");
  check_refused(utility.post(collector, path + "/notify", {{"stop_at", "tomorrow"}}), 422, "http.invalid_fields");
  const auto noticed = utility.post(collector, path + "/notify", {{"stop_at", utility.in_days(4)}});
  CHECK(differs_from_declaration(registry, "post", "/api/v1/disconnections/{case_id}/notify", noticed) == std::vector<std::string>{});
  CHECK(noticed.json().at("state") == "noticed");
  check_refused(utility.post(collector, path + "/notify"), 409, "dunning.notice_not_sent");
  utility.work(utility.post(approver, "/outbox/deliveries"));
  check_refused(utility.post(collector, path + "/notify"), 409, "dunning.too_early");
  utility.clock.advance_minutes(4 * static_cast<int>(kDay) - 30);
  sign_in_again();
  CHECK(utility.post(collector, path + "/notify").json().at("state") == "noticed_again");
  utility.work(utility.post(approver, "/outbox/deliveries"));
  check_refused(utility.post(collector, path + "/execute"), 409, "dunning.too_early");
  utility.clock.advance_minutes(30);
  sign_in_again();
  CHECK(utility.post(collector, path + "/execute").json().at("state") == "disconnected");
  check_refused(utility.post(collector, path + "/reconnect"), 409, "dunning.case_state");
  check_refused(utility.post(collector, path + "/cancel", {{"note", "mistake"}}), 409, "dunning.case_state");

  CHECK(utility.post(collector, path + "/check-payment").json().at("state") == "disconnected");

  // Given back without payment: asked for, refused, asked for again, and then paid after all.
  check_refused(utility.post(collector, path + "/release"), 422, "http.invalid_fields");
  check_refused(utility.post(west, path + "/release", {{"note", "not mine"}}), 404, "dunning.no_case");
  check_refused(utility.post(approver, path + "/approve-release"), 409, "dunning.release_not_asked");
  const auto asked = utility.post(collector, path + "/release", {{"note", "a ventilator at home"}});
  CHECK(differs_from_declaration(registry, "post", "/api/v1/disconnections/{case_id}/release", asked) == std::vector<std::string>{});
  CHECK(asked.json().at("release_asked_by") == "collector");
  CHECK(asked.json().at("release_reason") == "a ventilator at home");
  check_refused(utility.post(collector, path + "/release", {{"note", "again"}}), 409, "dunning.release_asked");
  check_refused(utility.post(collector, path + "/approve-release"), 403, "security.permission");
  const auto refused = utility.post(approver, path + "/refuse-release", {{"note", "no doctor's paper"}});
  CHECK(refused.json().at("state") == "disconnected");
  CHECK(refused.json().at("release_asked_by").is_null());
  CHECK(utility.post(collector, path + "/release", {{"note", "with the paper"}}).status == 200);
  utility.pay(11, 20'000);
  CHECK(utility.post(collector, path + "/check-payment").json().at("state") == "paid");
  CHECK(collector.get("/api/v1/disconnections?overdue=true").json().at("items").empty());
  utility.clock.advance_minutes(static_cast<int>(kDay) + 1);
  sign_in_again();
  CHECK(collector.get("/api/v1/disconnections?overdue=true").json().at("items").at(0).at("reconnect_overdue") == true);
  CHECK(utility.post(collector, path + "/reconnect", {{"note", "by the night shift"}}).json().at("state") == "reconnected");
  CHECK(collector.get("/api/v1/disconnections?overdue=true").json().at("items").empty());
  const auto history = collector.get("/api/v1" + path);
  CHECK(differs_from_declaration(registry, "get", "/api/v1/disconnections/{case_id}", history) == std::vector<std::string>{});
  REQUIRE(history.json().at("events").size() == 9);
  CHECK(history.json().at("events").at(0).at("by") == "approver");
  CHECK(history.json().at("events").at(5).at("note") == "no doctor's paper");
  CHECK(history.json().at("events").at(7).at("note") == "paid");
  CHECK(history.json().at("events").at(8).at("note") == "by the night shift");
}

TEST_CASE("supply given back without payment takes two people, and is due within a day") {
  Utility utility;
  Client collector = utility.client_of("collector"), approver = utility.client_of("approver");
  utility.days(42);
  collector.sign_in("collector");
  approver.sign_in("approver");
  const auto id = utility.post(collector, "/disconnections", {{"account_no", utility.no(11)}, {"reason", "moved away"}}).json().at("case_id").get<std::int64_t>();
  const std::string path = "/disconnections/" + std::to_string(id);
  // The way to the stop is another test's.
  utility.database.owner().lease()->execute("UPDATE dunning_case SET state = 'disconnected', disconnected_at = ? WHERE case_id = ?", utility.clock.now(), id);
  CHECK(utility.post(collector, path + "/release", {{"note", "stopped by mistake"}}).json().at("state") == "disconnected");
  const auto released = utility.post(approver, path + "/approve-release");
  CHECK(differs_from_declaration(utility.registry, "post", "/api/v1/disconnections/{case_id}/approve-release", released) == std::vector<std::string>{});
  CHECK(released.json().at("state") == "released");
  CHECK(released.json().at("released_by") == "approver");
  CHECK(released.json().at("reconnect_due_at") == utility.in_days(1));
  CHECK(utility.post(collector, path + "/check-payment").json().at("state") == "released");
  CHECK(collector.get("/api/v1/disconnections?state=released").json().at("items").size() == 1);
  CHECK(utility.post(collector, path + "/reconnect").json().at("state") == "reconnected");
}

TEST_CASE("a request sent twice moves a case once") {
  Utility utility;
  utility.days(42);
  Client collector = utility.client_of("collector");
  const auto key = utility.key();
  const json body = {{"account_no", utility.no(11)}, {"reason", "moved away"}};
  const auto first = collector.post("/api/v1/disconnections", body, {key}), again = collector.post("/api/v1/disconnections", body, {key});
  CHECK(first.status == 201);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(differs_from_declaration(utility.registry, "post", "/api/v1/disconnections", first) == std::vector<std::string>{});
  check_refused(utility.post(collector, "/disconnections", body), 409, "dunning.case_open");
  const auto path = "/disconnections/" + std::to_string(first.json().at("case_id").get<std::int64_t>());
  Client approver = utility.client_of("approver");
  CHECK(utility.post(approver, path + "/approve", {{"note", "seen"}}).status == 200);
  check_refused(utility.post(collector, path + "/notify", {{"stop_at", utility.in_days(4)}}), 409, "dunning.not_reminded");
  check_refused(utility.post(collector, path + "/cancel"), 422, "http.invalid_fields");
  CHECK(utility.post(collector, path + "/cancel", {{"note", "a plan was agreed"}}).json().at("state") == "cancelled");
}

TEST_CASE("rules, settings and important customers are changed by those who may, and what does not fit is named") {
  Utility utility;
  Client collector = utility.client_of("collector"), approver = utility.client_of("approver"), cashier = utility.client_of("cashier"), west = utility.client_of("west.collector");
  const auto rules = collector.get("/api/v1/dunning/rules");
  CHECK(differs_from_declaration(utility.registry, "get", "/api/v1/dunning/rules", rules) == std::vector<std::string>{});
  CHECK(rules.json().at("rules").size() == 4);
  const auto put = [&](Client& client, const std::string& path, const json& body, fixture::Headers headers = {}) {
    headers.push_back(utility.key());
    return client.put("/api/v1" + path, body, headers);
  };
  const std::pair<std::string, std::string> etag{"If-Match", rules.header("ETag")};
  const json good = {{"valid_from", "2026-12-01"}, {"rules", kGoodRules}};
  check_refused(put(collector, "/dunning/rules", good, {etag}), 403, "security.permission");
  CHECK(put(approver, "/dunning/rules", good).status == 428);
  json bad = good;
  bad["rules"][1]["days_after_due"] = 20;
  const auto refused = put(approver, "/dunning/rules", bad, {etag});
  check_refused(refused, 422, "dunning.bad_rules");
  CHECK(refused.pointers() == std::vector<std::string>{"/rules/1/days_after_due"});
  bad = good;
  bad["rules"][0]["minimum"] = 5;  // a number is no amount
  CHECK(put(approver, "/dunning/rules", bad, {etag}).pointers() == std::vector<std::string>{"/rules/0/minimum"});
  bad = good;
  bad["valid_from"] = "2026-11-01";
  check_refused(put(approver, "/dunning/rules", bad, {etag}), 422, "dunning.valid_from");
  const auto changed = put(approver, "/dunning/rules", good, {etag});
  CHECK(changed.status == 200);
  CHECK(changed.json().at("rules") == kGoodRules);
  check_refused(put(approver, "/dunning/rules", good, {etag}), 412, "http.changed");
  CHECK(collector.get("/api/v1/dunning/rules").json().at("rules").size() == 4);  // today's
  CHECK(collector.get("/api/v1/dunning/rules?on=2026-12-01").json().at("rules") == kGoodRules);

  const json settings = {{"contacts_per_week", 1}, {"language", "en"}, {"sender", "Qinghe Power"}, {"phone", "95598"}};
  CHECK(put(approver, "/dunning/settings", settings).status == 200);
  CHECK(collector.get("/api/v1/dunning/settings").json() == settings);
  json eight = settings;
  eight["contacts_per_week"] = 8;
  CHECK(put(approver, "/dunning/settings", eight).pointers() == std::vector<std::string>{"/contacts_per_week"});

  const json important = {{"reason", "hospital"}, {"authority", "county energy bureau"}};
  const auto account = "/dunning/important-users/" + utility.no(11);
  check_refused(put(collector, account, important), 403, "security.permission");
  CHECK(put(approver, account, important).status == 200);
  CHECK(collector.get("/api/v1/dunning/important-users").json().at("items").size() == 1);
  CHECK(west.get("/api/v1/dunning/important-users").json().at("items").empty());
  CHECK(approver.del("/api/v1" + account).status == 204);
  check_refused(approver.del("/api/v1" + account), 404, "dunning.not_important");

  CHECK(cashier.get("/api/v1/disconnections").status == 200);
  check_refused(cashier.get("/api/v1/outbox/messages"), 403, "security.permission");
  check_refused(utility.post(cashier, "/dunning/runs"), 403, "security.permission");
  check_refused(utility.post(west, "/dunning/runs"), 403, "security.scope");
  check_refused(utility.post(collector, "/dunning/runs", {{"kind", "everything"}}), 422, "http.invalid_fields");
  check_refused(collector.get("/api/v1/disconnections?state=lost"), 422, "http.invalid_fields");
  check_refused(collector.get("/api/v1/disconnections/999"), 404, "dunning.no_case");
  check_refused(utility.post(west, "/disconnections", {{"account_no", utility.no(11)}, {"reason", "not mine"}}), 404, "customers.no_account");
}

TEST_CASE("a fee-controlled account is enrolled, estimated and ended") {
  Utility utility;
  Client collector = utility.client_of("collector"), west = utility.client_of("west.collector");
  const json limits = {{"account_no", utility.no(11)}, {"warn_limit", "30.00"}, {"stop_limit", "0.00"}, {"credit", "5.00"}};
  check_refused(utility.post(west, "/prepaid/accounts", limits), 404, "customers.no_account");
  const auto enrolled = utility.post(collector, "/prepaid/accounts", limits);
  CHECK(enrolled.status == 201);
  CHECK(differs_from_declaration(utility.registry, "post", "/api/v1/prepaid/accounts", enrolled) == std::vector<std::string>{});
  check_refused(utility.post(collector, "/prepaid/accounts", limits), 409, "dunning.prepaid_enrolled");
  utility.work(utility.post(collector, "/dunning/runs", {{"kind", "prepaid"}}));
  const auto list = collector.get("/api/v1/prepaid/accounts?level=empty");
  CHECK(differs_from_declaration(utility.registry, "get", "/api/v1/prepaid/accounts", list) == std::vector<std::string>{});
  REQUIRE(list.json().at("items").size() == 1);
  CHECK(west.get("/api/v1/prepaid/accounts").json().at("items").empty());
  const auto one = collector.get("/api/v1/prepaid/accounts/" + utility.no(11));
  CHECK(differs_from_declaration(utility.registry, "get", "/api/v1/prepaid/accounts/{account_no}", one) == std::vector<std::string>{});
  CHECK(one.json() == list.json().at("items").at(0));
  check_refused(west.get("/api/v1/prepaid/accounts/" + utility.no(11)), 404, "customers.no_account");
  check_refused(collector.get("/api/v1/prepaid/accounts/" + utility.no(12)), 404, "dunning.prepaid_not_enrolled");
  const auto balance = collector.get("/api/v1/prepaid/accounts/" + utility.no(11) + "/balance");
  CHECK(differs_from_declaration(utility.registry, "get", "/api/v1/prepaid/accounts/{account_no}/balance", balance) == std::vector<std::string>{});
  CHECK(balance.json().at("due") == "100.00");
  CHECK(balance.json().at("estimated") == "3.23");  // a day of 100 yuan over 31 days
  CHECK(balance.json().at("balance") == "-103.23");
  CHECK(balance.json().at("days").size() == 1);
  CHECK(collector.get("/api/v1/disconnections").json().at("items").at(0).at("kind") == "prepaid");
  const json wrong = {{"warn_limit", "1.00"}, {"stop_limit", "2.00"}};
  check_refused(collector.put("/api/v1/prepaid/accounts/" + utility.no(11), wrong, {utility.key()}), 422, "dunning.prepaid_limits");
  const json right = {{"warn_limit", "50.00"}, {"stop_limit", "2.00"}};
  CHECK(collector.put("/api/v1/prepaid/accounts/" + utility.no(11), right, {utility.key()}).json().at("warn_limit") == "50.00");
  CHECK(utility.post(collector, "/prepaid/accounts/" + utility.no(11) + "/end").json().at("ended_on") == "2026-11-02");
  check_refused(utility.post(collector, "/prepaid/accounts/" + utility.no(11) + "/end"), 409, "dunning.prepaid_not_enrolled");
  CHECK(collector.get("/api/v1/prepaid/accounts").json().at("items").empty());
}
