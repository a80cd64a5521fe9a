// Value-added tax inside amounts that include it (价税分离): what of a total is tax, to the fen, for the invoice and for its lines.
#pragma once

#include <span>
#include <vector>

#include "mis/base/money.hpp"

namespace mis::invoicing {

struct Taxed {
  Money net, tax;
  Money total() const { return net + tax; }
  bool operator==(const Taxed&) const = default;
};

// The amount without tax is total / (1 + rate), rounded half up; the tax is what is left of the total. The rate is in 1/100 of a
// per cent, 0 to 10,000.
Taxed split_tax(Money total, int rate_bp);

// The same for the lines of an invoice. Each is rounded by itself but for the last one, which takes what is left of the split of
// their sum: the lines add up to the invoice, and each line's parts to the line.
std::vector<Taxed> split_tax(std::span<const Money> lines, int rate_bp);

}  // namespace mis::invoicing
