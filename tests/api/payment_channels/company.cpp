#include "tests/api/payment_channels/company.hpp"

#include <stdexcept>

#include "mis/jobs/routes.hpp"
#include "mis/jobs/worker.hpp"
#include "modules/administration/administration.hpp"
#include "modules/customers/customers.hpp"
#include "modules/payment_channels/formats/webhook.hpp"
#include "modules/payment_channels/payment_channels.hpp"
#include "modules/receivables/receivables.hpp"

namespace fixture {

using namespace mis;
using namespace mis::payment_channels;
using nlohmann::json;

namespace {

void require(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

void load_people_and_accounts(RunningServer& server) {
  require(server.database.owner().transact([&](db::Session& s) -> Status {
    const std::string password = "watthour-2026";
    const std::vector<administration::NewUser> users{
        {UserId{31}, "supervisor", "账务专责", OrgId{1}, {"account_supervisor"}, password, false},
        {UserId{32}, "receivables", "账务员", OrgId{1}, {"receivables_clerk"}, password, false},
        {UserId{33}, "cashier", "收费员", OrgId{11}, {"cashier"}, password, false},
        {UserId{34}, "west_supervisor", "城西账务", OrgId{12}, {"account_supervisor"}, password, false},
    };
    if (auto loaded = administration::load_users(s, users, server.clock.now()); !loaded) return loaded;
    std::vector<customers::Customer> people;
    std::vector<customers::Account> accounts;
    for (std::int64_t id = 11; id <= 14; ++id) {
      people.push_back({{id}, "C" + std::to_string(id), "person", "客户" + std::to_string(id), "resident_id", "", "13800000000", server.clock.now()});
      customers::Account account;
      account.account_id = {id};
      account.account_no = make_account_no(id);
      account.customer_id = {id};
      account.org_id = {id % 2 == 0 ? 12 : 11};
      account.route_id = {5};
      account.address = "东风镇测试路" + std::to_string(id) + "号";
      account.opened_on = Date::of(2020, 1, 1);
      account.customer_name = people.back().name;
      accounts.push_back(account);
    }
    customers::load_customers(s, people);
    customers::load_accounts(s, accounts);
    return ok();
  }));
}

}  // namespace

Result<std::string> FakeProvider::create(const OpenChannel&, const QrOrder& order) {
  if (!answers) return unavailable("net.timeout", "expected an answer but there was none");
  orders[order.order_no] = {Asked::State::kWaiting, order.amount, "T" + order.order_no, "https://qr.example/" + order.order_no};
  return orders[order.order_no].code_url;
}

Result<QrProvider::Asked> FakeProvider::query(const OpenChannel&, const QrOrder& order) {
  if (!answers) return unavailable("net.timeout", "expected an answer but there was none");
  const auto found = orders.find(order.order_no);
  return found == orders.end() ? Asked{} : found->second;
}

Company::Company()
    : server([this](Registry& registry) {
        registry.part<KeyPlace>().folder = keys.path();
        registry.part<QrProviders>().provider = provider;
        jobs::register_module(registry);
        customers::register_module(registry);
        ledger::register_module(registry);
        receivables::register_module(registry);
        payment_channels::register_module(registry);
      }, {}, DatabaseUse::kOwn) {
  load_people_and_accounts(server);
}

Headers Company::signature(const std::string& method, const std::string& path, const std::string& body, const std::string& id) {
  const auto now = server.clock.now().micros / 1'000'000;
  const auto text = method + "\n" + path + "\n" + body;
  Headers headers{{"Watthour-Key-Id", "company-1"}, {"webhook-id", id}, {"webhook-timestamp", std::to_string(now)}, {"webhook-signature", *sign_webhook(*read_webhook_secret(kWebhookSecret), id, now, text)}};
  if (method == "POST") {
    headers.emplace_back("Idempotency-Key", id);
    headers.emplace_back("Content-Type", "application/json");
  }
  return headers;
}

Reply Company::signed_post(const std::string& path, const json& body, const std::string& id) {
  const auto text = body.dump();
  return server.client().send("POST", path, text, signature("POST", path, text, id));
}
Reply Company::signed_get(const std::string& path) { return server.client().send("GET", path, "", signature("GET", path, "", "ask")); }

Reply Company::put(const std::string& code, const json& body, Headers headers) {
  auto client = supervisor();
  return client.put("/api/v1/channels/" + code, body, std::move(headers));
}

std::int64_t Company::number(std::string_view sql) {
  auto s = server.database.owner().lease();
  auto rows = s->query(sql);
  return rows.next() && !rows.is_null(0) ? rows.i64(0) : -1;
}

std::vector<std::string> Company::differences() {
  auto all = *ledger::verify(server.database.app());
  for (auto* verify : {+[](db::Database& d) { return receivables::verify_receivables(d); }, +[](db::Database& d) { return verify_channels(d); }}) {
    const auto more = verify(server.database.app()).value();
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

void Company::run_job(std::int64_t job_id) {
  jobs::Worker worker(server.database.app(), server.clock, server.registry.part<jobs::Kinds>());
  auto done = worker.run_to_end({job_id});
  if (!done || done->state != jobs::State::kDone) throw std::runtime_error("the job did not end well");
}

}  // namespace fixture
