#include "tests/api/receivables/money_county.hpp"

#include <stdexcept>

#include "modules/customers/customers.hpp"
#include "modules/receivables/receivables.hpp"

namespace fixture {

using namespace mis;

namespace {

void hire(RunningCounty& county) {
  const auto hired = county.database().owner().transact([](db::Session& s) {
    for (const auto& [id, username, name, org, role] : {std::tuple{9'101, kMoneyClerk, "账务员", 1, "receivables_clerk"}, std::tuple{9'102, kMoneySupervisor, "账务主管", 1, "account_supervisor"},
                                                        std::tuple{9'103, kStationHead, "所长", 2, "station_head"}}) {
      s.execute("INSERT IGNORE INTO administration_user (user_id, username, name, org_id, password_hash, must_change_password, created_at) "
                "SELECT ?, ?, ?, ?, password_hash, 0, created_at FROM administration_user WHERE username = ?", id, username, name, org, kClerk);
      s.execute("INSERT IGNORE INTO administration_user_role (user_id, role_code) VALUES (?, ?)", id, role);
    }
    return ok();
  });
  if (!hired) throw std::runtime_error(hired.error().message);
}

}  // namespace

MoneyCounty::MoneyCounty() : county(emptied_county()) {
  county.issued_run();
  hire(county);
}

std::string MoneyCounty::account_of(OrgId station) {
  return county.look_up("SELECT MIN(a.account_no) FROM receivables_open_item i JOIN customers_account a ON a.account_id = i.account_id WHERE a.org_id = ?", station);
}

std::string MoneyCounty::settled_account(OrgId station) {
  const auto account_no = county.look_up("SELECT MAX(a.account_no) FROM receivables_open_item i JOIN customers_account a ON a.account_id = i.account_id WHERE a.org_id = ?", station);
  pay(account_no, due_of(account_no) + Money{1'000});
  return account_no;
}

AccountId MoneyCounty::id_of(const std::string& account_no) { return {std::stoll(county.look_up("SELECT account_id FROM customers_account WHERE account_no = ?", account_no))}; }

void MoneyCounty::pay(const std::string& account_no, Money amount) {
  receivables::Payment p;
  p.account = id_of(account_no);
  p.amount = amount;
  p.source_id = 1;
  p.reference = "api-" + std::to_string(++references_);
  p.into = {ledger::LedgerAccount::kCash, 1};
  p.at = county.clock().now();
  p.posted_on = p.value_on = local_date(p.at);
  p.by = UserId{9'102};
  auto& app = county.database().app();
  if (auto paid = app.transact([&](db::Session& s) { return receivables::pay(app, s, p); }); !paid) throw std::runtime_error(paid.error().message);
}

Money MoneyCounty::due_of(const std::string& account_no) { return receivables::due_of(*county.database().app().lease(), id_of(account_no), local_date(county.clock().now())).due(); }

std::vector<std::string> MoneyCounty::differences() {
  auto all = *ledger::verify(county.database().app());
  const auto more = receivables::verify_receivables(county.database().app()).value();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace fixture
