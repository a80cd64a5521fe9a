#include "tests/store/receivables/books.hpp"

#include <stdexcept>

#include "modules/customers/customers.hpp"
#include "modules/receivables/post_issue.hpp"

using namespace mis;

namespace books {
namespace {

constexpr RouteId kRoute{5};

void load_customers(fixture::FreshDatabase& database) {
  const auto loaded = database.owner().transact([](db::Session& s) -> Status {
    std::vector<customers::Customer> people;
    std::vector<customers::Account> accounts;
    for (std::int64_t id = 11; id <= 20; ++id) {
      people.push_back({{id}, "C" + std::to_string(id), "person", "客户" + std::to_string(id), "resident_id", "", "13800000000", Books::at("2026-01-01")});
      customers::Account account;
      account.account_id = {id};
      account.account_no = make_account_no(id);
      account.customer_id = {id};
      account.org_id = {id % 2 == 0 ? 3 : 2};
      account.route_id = kRoute;
      account.address = "测试路" + std::to_string(id) + "号";
      account.opened_on = day("2020-01-01");
      account.customer_name = people.back().name;
      accounts.push_back(account);
    }
    s.execute("INSERT INTO administration_org_unit (org_id, parent_id, kind, code, name, name_en, path) VALUES (1, NULL, 'company', 'X', '公司', 'Company', '/1/'), "
              "(2, 1, 'supply_station', 'X1', '一所', 'First station', '/1/2/'), (3, 1, 'supply_station', 'X2', '二所', 'Second station', '/1/3/')");
    customers::load_customers(s, people);
    customers::load_accounts(s, accounts);
    return ok();
  });
  if (!loaded) throw std::runtime_error(loaded.error().message);
}

fixture::FreshDatabase& emptied_database() {
  static fixture::FreshDatabase shared;
  static const bool loaded = (load_customers(shared), true);
  (void)loaded;
  auto owner = shared.owner().lease();
  for (const char* statement : {"DELETE FROM billing_run", "DELETE FROM billing_bill", "DELETE FROM ledger_posting", "DELETE FROM ledger_transaction", "DELETE FROM ledger_batch",
                                "DELETE FROM ledger_reversal", "DELETE FROM ledger_period", "DELETE FROM ledger_period_balance", "DELETE FROM receivables_receivable",
                                "DELETE FROM receivables_open_item", "DELETE FROM receivables_account", "DELETE FROM receivables_payment", "DELETE FROM receivables_payment_reversal",
                                "DELETE FROM receivables_late_waiver", "DELETE FROM receivables_proposal", "DELETE FROM receivables_plan", "DELETE FROM receivables_plan_bill",
                                "DELETE FROM receivables_plan_instalment", "UPDATE receivables_setting SET value = 'late_first' WHERE name = 'allocation_order'"})
    owner->execute(statement);
  return shared;
}

}  // namespace

Date day(const char* text) { return *Date::parse(text); }
Instant Books::at(const char* on) { return *Instant::parse(std::string(on) + "T04:00:00Z"); }

Books::Books() : database_(emptied_database()) {}

RunId Books::write_bills(BillingMonth month, const char* issued_on, const std::vector<BillRow>& bills) {
  const RunId run{month.yyyymm};
  auto s = owner().lease();
  if (number("SELECT COUNT(*) FROM billing_run WHERE run_id = " + std::to_string(run.value)) == 0)
    s->execute("INSERT INTO billing_run (run_id, billing_month, state, created_at) VALUES (?, ?, 'issued', ?)", run, month, at(issued_on));
  for (const auto& bill : bills)
    s->execute("INSERT IGNORE INTO billing_bill (billing_month, route_id, account_id, revision, run_id, org_id, category, version_id, period_from, period_to, energy_wh, amount_fen, "
               "funds_fen, export_fen, exported_wh, tier_energy_wh, flags) VALUES (?, ?, ?, 1, ?, 2, ?, 1, ?, ?, 1000, ?, ?, ?, 0, 1000, 0)",
               month, kRoute, bill.account, run, bill.category, month.first_day(), month.range().to, bill.amount_fen, bill.funds_fen, bill.export_fen);
  return run;
}

billing::IssuedShard Books::issued_shard(RunId run, BillingMonth month, const char* issued_on, Instant moment) { return {run, month, kRoute, day(issued_on), moment, UserId{3}}; }

Status Books::issue(BillingMonth month, const char* issued_on, const std::vector<BillRow>& bills, std::optional<Instant> moment) {
  const auto shard = issued_shard(write_bills(month, issued_on, bills), month, issued_on, moment.value_or(at(issued_on)));
  return app().transact([&](db::Session& s) { return receivables::post_issued_shard(app(), s, shard); });
}

receivables::Payment Books::payment(std::int64_t account, int amount_fen, const char* on) {
  receivables::Payment p;
  p.account = {account};
  p.amount = {amount_fen};
  p.source_id = 1;
  p.reference = "test-" + std::to_string(++references_);
  p.into = {ledger::LedgerAccount::kCash, 1};
  p.posted_on = p.value_on = day(on);
  p.at = at(on);
  p.by = kCashier;
  return p;
}

Result<receivables::PaymentOutcome> Books::pay(const receivables::Payment& payment) {
  return app().transact([&](db::Session& s) { return receivables::pay(app(), s, payment); });
}

Result<ledger::TransactionKey> Books::take_back(receivables::PaymentId payment, const char* on) {
  return app().transact([&](db::Session& s) { return receivables::reverse_payment(app(), s, {payment, "paid for the wrong account", day(on), at(on), kCashier, kSupervisor}); });
}

receivables::AccountDue Books::due(std::int64_t account, const char* on) { return receivables::due_of(*app().lease(), AccountId{account}, day(on)); }

std::vector<std::string> Books::postings_of(std::int64_t account) {
  std::vector<std::string> lines;
  auto s = app().lease();
  for (auto rows = s->query("SELECT l.code, p.amount_fen FROM ledger_posting p JOIN ledger_chart l ON l.ledger_account = p.ledger_account "
                            "LEFT JOIN ledger_transaction t ON t.transaction_id = p.transaction_id AND t.accounting_month = p.accounting_month WHERE p.account_id = ? "
                            "ORDER BY t.posted_at IS NOT NULL, t.posted_at, p.transaction_id, p.line_no", account); rows.next();)
    lines.push_back(rows.text(0) + " " + std::to_string(rows.i64(1)));
  return lines;
}

std::vector<std::string> Books::differences(bool repair) {
  auto all = *ledger::verify(app());
  auto more = *receivables::verify_receivables(app(), repair);
  for (auto& difference : more) all.push_back(std::move(difference));
  return all;
}

std::int64_t Books::number(std::string_view sql) {
  auto s = owner().lease();
  auto rows = s->query(sql);
  return rows.next() ? rows.i64(0) : -1;
}

bool says(const std::vector<std::string>& differences, const std::string& words) {
  for (const auto& difference : differences)
    if (difference.find(words) != std::string::npos) return true;
  return false;
}

}  // namespace books
