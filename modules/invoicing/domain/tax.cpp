#include "modules/invoicing/domain/tax.hpp"

namespace mis::invoicing {

Taxed split_tax(Money total, int rate_bp) {
  const Money net{static_cast<std::int64_t>(divide_rounded(int128{total.value} * 10'000, int128{10'000 + rate_bp}, Rounding::kHalfUp))};
  return {net, total - net};
}

std::vector<Taxed> split_tax(std::span<const Money> lines, int rate_bp) {
  std::vector<Taxed> parts;
  Money total, net_so_far;
  for (const auto line : lines) {
    parts.push_back(split_tax(line, rate_bp));
    total += line;
    net_so_far += parts.back().net;
  }
  if (parts.empty()) return parts;
  const Money left = split_tax(total, rate_bp).net - net_so_far;
  parts.back().net += left;
  parts.back().tax -= left;
  return parts;
}

}  // namespace mis::invoicing
