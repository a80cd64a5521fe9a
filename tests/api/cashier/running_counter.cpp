#include "tests/api/cashier/running_counter.hpp"

#include <catch2/catch.hpp>

#include "mis/base/decimal.hpp"
#include "modules/cashier/cashier.hpp"

namespace fixture {

using nlohmann::json;

RunningCounter::RunningCounter() : cashier((county.issued_run(), county.client_of(kCashier))), supervisor(county.client_of(kCashierSupervisor)) {
  const auto account = [&](int nth) {
    return county.look_up("SELECT a.account_no FROM receivables_open_item i JOIN customers_account a ON a.account_id = i.account_id WHERE a.org_id = 2 AND i.outstanding_fen > 1000 ORDER BY a.account_id LIMIT 1 OFFSET " +
                          std::to_string(nth));
  };
  account_no = account(0);
  second_account_no = account(1);
}

Reply RunningCounter::take_cash(Client& who, const std::string& account, const std::string& amount) {
  return take(who, {{"accounts", {{{"account_no", account}, {"amount", amount}}}}, {"method", "cash"}});
}

Reply RunningCounter::close(Client& who, const json& session) {
  const std::string path = "/api/v1/cashier/sessions/" + std::to_string(session.at("session_id").get<std::int64_t>());
  const auto now = who.get(path);
  const auto expected = now.json().at("expected");
  const auto fen = mis::parse_yuan(expected.at("cash").get<std::string>())->value;
  return who.post(path + "/close", {{"cash", {{{"denomination", "0.01"}, {"count", fen}}}}, {"card", expected.at("card")}, {"cheque", expected.at("cheque")}, {"qr", expected.at("qr")}},
                  {county.new_key(), {"If-Match", now.header("ETag")}});
}

std::vector<std::string> RunningCounter::verify() { return *mis::cashier::verify_cashier(county.database().app()); }

void check_declared(const RunningCounter& counter, const std::string& method, const std::string& path, const Reply& reply) {
  INFO(reply.body);
  CHECK(differs_from_declaration(counter.county.registry(), method, path, reply) == std::vector<std::string>{});
}

void check_refused(const Reply& reply, int status, const std::string& code) {
  INFO(reply.body);
  CHECK(reply.status == status);
  CHECK(reply.header("Content-Type").find("application/problem+json") == 0);
  CHECK(reply.code() == code);
}

}  // namespace fixture
