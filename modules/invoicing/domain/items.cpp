#include "modules/invoicing/domain/items.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"

namespace mis::invoicing {
namespace {

// The short name of the goods stands before each item (商品和服务分类简称).
constexpr const char* kGoods = "*供电*";

std::string unit_name(const std::string& unit) { return unit == "kWh" ? "千瓦时" : unit == "kW" ? "千瓦" : unit == "kVA" ? "千伏安" : ""; }

std::string period_name(const std::string& period) {
  return period == "sharp" ? "尖" : period == "peak" ? "峰" : period == "flat" ? "平" : period == "valley" ? "谷" : period == "deep" ? "深谷" : "";
}

std::string item_name(const BillCharge& charge) {
  std::string which = period_name(charge.period);
  if (charge.tier > 0) which += fmt::format("{}第{}档", which.empty() ? "" : "，", charge.tier);
  const auto with_which = [&](const char* name) { return which.empty() ? std::string(name) : fmt::format("{}（{}）", name, which); };
  if (charge.item == "energy") return with_which("电费");
  if (charge.item == "tier_increment") return with_which("阶梯加价");
  if (charge.item == "free_energy") return "免费电量";
  if (charge.item == "surcharge") return with_which("附加电费");
  if (charge.item == "capacity_charge") return "基本电费（容量）";
  if (charge.item == "demand_charge") return "基本电费（需量）";
  if (charge.item == "over_contract_demand") return "超合同需量电费";
  if (charge.item == "power_factor_adjustment") return "功率因数调整电费";
  return "其他电费";
}

struct Group {
  BillCharge charge;
  std::string name;
  bool counted = true;  // its quantity means something
};

std::vector<Group> grouped(std::span<const BillCharge> charges) {
  std::vector<Group> groups;
  for (const auto& charge : charges) {
    if (charge.amount.value == 0) continue;
    auto name = item_name(charge);
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == name; });
    if (same == groups.end()) {
      groups.push_back({charge, std::move(name), !charge.unit.empty() && charge.quantity > 0 && charge.amount.value > 0});
      continue;
    }
    same->counted = same->counted && charge.unit == same->charge.unit && charge.quantity > 0 && charge.amount.value > 0;
    same->charge.quantity += charge.quantity;
    same->charge.amount += charge.amount;
  }
  return groups;
}

}  // namespace

std::vector<InvoiceLine> invoice_lines(LineMode mode, std::span<const BillCharge> charges, Energy energy, Money total, int tax_rate_bp) {
  Money sum;
  for (const auto& charge : charges) sum += charge.amount;
  if (mode == LineMode::kComponent && sum == total) {
    if (const auto groups = grouped(charges); !groups.empty()) {
      std::vector<Money> amounts;
      for (const auto& group : groups) amounts.push_back(group.charge.amount);
      const auto parts = split_tax(amounts, tax_rate_bp);
      std::vector<InvoiceLine> lines;
      for (std::size_t i = 0; i < groups.size(); ++i) {
        const auto& [charge, name, counted] = groups[i];
        lines.push_back({kGoods + name, counted ? unit_name(charge.unit) : "", counted ? std::optional(charge.quantity) : std::nullopt, tax_rate_bp, parts[i]});
      }
      return lines;
    }
  }
  InvoiceLine line{kGoods + std::string("电费"), "", {}, tax_rate_bp, split_tax(total, tax_rate_bp)};
  if (energy.value > 0) {
    line.unit = "千瓦时";
    line.quantity = energy.value;
  }
  return {line};
}

std::string unit_price(const InvoiceLine& line) {
  if (!line.quantity || *line.quantity == 0) return {};
  // fen per thousandth of a unit are 10 yuan per unit.
  // Both are negative on a red-letter invoice, and a divisor has to be positive.
  const int sign = *line.quantity < 0 ? -1 : 1;
  const auto price = divide_rounded(int128{line.amount.net.value} * sign * 10 * kPriceScale, int128{*line.quantity} * sign, Rounding::kHalfUp);
  if (price >= int128{INT64_MAX} || price <= int128{INT64_MIN}) return {};
  return format_decimal(static_cast<std::int64_t>(price), 8, 2);
}

}  // namespace mis::invoicing
