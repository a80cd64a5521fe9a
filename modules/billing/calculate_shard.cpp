#include "modules/billing/calculate_shard.hpp"

#include "modules/billing/domain/flags.hpp"
#include "modules/billing/shard_input.hpp"
#include "modules/billing/shard_output.hpp"

namespace mis::billing {
namespace {

int flags_of(const ShardAccount& account, const Bill& bill) {
  int flags = compare_flags({bill.totals.energy, account.previous.energy, bill.totals.amount, account.previous.amount, account.has_previous});
  for (const auto& e : bill.exceptions) {
    if (e.kind == ExceptionKind::kAbsurdJump) flags |= static_cast<int>(Flag::kJump);
    if (e.kind == ExceptionKind::kRollover) flags |= static_cast<int>(Flag::kRollover);
  }
  if (account.estimated) flags |= static_cast<int>(Flag::kEstimated);
  if (account.meter_changed) flags |= static_cast<int>(Flag::kMeterChange);
  if (account.agreement_changed) flags |= static_cast<int>(Flag::kAgreementChange);
  return flags;
}

}  // namespace

Result<ShardCounts> calculate_shard(db::Session& session, RunId run, BillingMonth month, RouteId route, std::shared_ptr<const TariffBook> tariffs) {
  ShardInput input;
  if (auto status = read_shard(session, run, month, route, std::move(tariffs), input); !status) return std::move(status).error();
  ShardOutput output(run, input);
  ShardCounts counts;
  Bill bill;
  for (const auto& account : input.accounts) {
    ++counts.accounts;
    output.count_account(account);
    if (account.decision == "exclude") continue;  // somebody decided that there is no bill this month
    calculate(account.input, bill);
    output.add_exceptions(account, bill);
    if (bill.blocked()) continue;
    output.add_bill(account, bill, flags_of(account, bill));
    ++counts.bills;
  }
  output.write(session);
  return counts;
}

}  // namespace mis::billing
