// The county's counters behind the real server: who sits there, and the requests that tests make again and again.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/api/billing/declared.hpp"
#include "tests/api/billing/running_county.hpp"

namespace fixture {

class RunningCounter {
 public:
  // The county with its issued month; nobody has a session yet.
  RunningCounter();

  Reply open(Client& who, const std::string& float_yuan = "200.00") { return who.post("/api/v1/cashier/sessions", {{"float", float_yuan}}, {county.new_key()}); }
  Reply take(Client& who, const nlohmann::json& body) { return who.post("/api/v1/cashier/receipts", body, {county.new_key()}); }
  // A receipt of one account in cash.
  Reply take_cash(Client& who, const std::string& account_no, const std::string& amount);
  Reply reverse(Client& who, const std::string& receipt_no) { return who.post("/api/v1/cashier/receipts/" + receipt_no + "/reverse", {{"reason", "收错户号"}}, {county.new_key()}); }
  // Counts what the system expects and closes.
  Reply close(Client& who, const nlohmann::json& session);
  std::vector<std::string> verify();

  RunningCounty& county = emptied_county();
  Client cashier, supervisor;
  std::string account_no, second_account_no;  // of station 2, with a bill of more than ten yuan
};

void check_declared(const RunningCounter& counter, const std::string& method, const std::string& path, const Reply& reply);
void check_refused(const Reply& reply, int status, const std::string& code);

}  // namespace fixture
