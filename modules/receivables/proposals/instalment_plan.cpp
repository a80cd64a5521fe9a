// 分期缴费: what is due is paid in parts, and late charges stop meanwhile. See domain/plan.hpp.
//
// What is due is taken as of the day of the proposal, so that the sum that the customer agreed to still fits when the second
// person looks at it a day later; late charges stop with that day. Anything else that changed since makes the sum wrong.
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/receivables/late_returns.hpp"
#include "modules/receivables/proposals/kinds.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;

constexpr std::size_t kMostInstalments = 60;

std::vector<Instalment> instalments_of(const Case& c) {
  std::vector<Instalment> list;
  for (const auto& row : c.detail.at("instalments")) list.push_back({Date::parse(row.at("due_on").get<std::string>()).value_or(Date{}), amount_of(row.at("amount"))});
  return list;
}

json read(http::Fields& body, AccountId, const std::string&) {
  json instalments = json::array();
  for (auto& row : body.objects("instalments", kMostInstalments)) {
    const auto due_on = row.date("due_on");
    instalments.push_back({{"due_on", due_on.to_string()}, {"amount", format_yuan(read_amount(row))}});
  }
  return {{"instalments", instalments}};
}

Result<Money> check(Case& c) {
  // A plan that was kept goes on where a bill of it is open again, or is broken by now; nobody need have looked since.
  auto changed = review_account_plans(c.session, c.account, c.today);
  if (!changed) return std::move(changed).error();
  if (*changed) c.items = read_open_items(c.session, {&c.account, 1})[c.account];
  if (!planned_bills(c.session, c.account).empty()) return conflict("receivables.plan_exists", "expected an account without an active instalment plan but it has one");
  return check_instalments(instalments_of(c), c.due(c.proposed_on), c.today);
}

Result<MovedBy> apply(Case& c) {
  Plan plan;
  plan.account = c.account;
  plan.total = c.due(c.proposed_on);
  plan.late_stop = c.proposed_on;
  plan.approved_on = c.today;
  plan.instalments = instalments_of(c);
  for (const auto& item : c.items) plan.bills.push_back(item.bill);
  insert_plan(c.session, plan, c.proposal);
  // Worked out anew with the late charge stopped: what was paid in between counts differently now, and the sum must hold still.
  Money due;
  const auto open = read_open_items(c.session, {&c.account, 1});
  if (const auto mine = open.find(c.account); mine != open.end())
    for (const auto& item : mine->second) due += item.due(c.today);
  if (auto sum = check_instalments(plan.instalments, due, c.today); !sum) return std::move(sum).error();
  // A late charge that was paid for days after the stop comes back.
  auto items = replay_items(c.session, plan.bills);
  for (auto& item : items) {
    auto returned = return_late_charge(c.database, c.session, item, c.occasion(), {});
    if (!returned) return std::move(returned).error();
    c.state().advance += *returned;
  }
  write_items(c.session, items);
  write_accounts(c.session, c.accounts);
  return MovedBy{};
}

}  // namespace

Kind instalment_plan_kind() { return {ProposalKind::kInstalmentPlan, read, check, apply}; }

}  // namespace mis::receivables
