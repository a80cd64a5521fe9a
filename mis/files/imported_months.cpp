#include "mis/files/imported_months.hpp"

namespace mis::files {

Status ImportedMonths::ensure(const ImportContext& context, BillingMonth last, const std::set<BillingMonth>& months) {
  constexpr int kMostMonthsBehind = 72;
  if (!context.ensure_months) return ok();
  for (const auto month : months) {
    if (month > last || month < last.plus(-kMostMonthsBehind) || ensured_.contains(month)) continue;
    if (auto status = context.ensure_months(month, month); !status) return status;
    ensured_.insert(month);
  }
  return ok();
}

}  // namespace mis::files
