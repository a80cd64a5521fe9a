// From a bill's charges to the lines of its invoice: one for the bill, or one per kind of charge. How amounts become net and tax is
// in tax.hpp; what was charged is billing's.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mis/base/money.hpp"
#include "modules/invoicing/domain/tax.hpp"

namespace mis::invoicing {

enum class LineMode : std::uint8_t { kBill, kComponent };
constexpr std::string_view name_of(LineMode mode) { return mode == LineMode::kBill ? "bill" : "component"; }

// A charge line of a bill, in the words of the view billing_invoice_line.
struct BillCharge {
  std::string item;    // "energy", "capacity_charge", …
  std::string unit;    // "kWh", "kW", "kVA" or nothing
  std::string period;  // "sharp", …, or nothing
  int tier = 0;
  std::int64_t quantity = 0;  // thousandths of the unit
  Money amount;
};

struct InvoiceLine {
  std::string name;  // 项目名称
  std::string unit;  // 千瓦时
  std::optional<std::int64_t> quantity;  // thousandths of the unit
  int tax_rate_bp = 0;
  Taxed amount;
  bool operator==(const InvoiceLine&) const = default;
};

// Charges of one kind, period and tier are one line, in the order in which they first come. Where charges do not add up to the
// total, or the mode asks for it, the bill is one line: an invoice is never of another amount than its bill.
std::vector<InvoiceLine> invoice_lines(LineMode mode, std::span<const BillCharge> charges, Energy energy, Money total, int tax_rate_bp);

// The price without tax of one unit, to eight decimals, for a line that has a quantity; empty otherwise.
std::string unit_price(const InvoiceLine& line);

}  // namespace mis::invoicing
