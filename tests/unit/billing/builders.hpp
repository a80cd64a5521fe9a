// Small inputs for engine tests: an account that owns what its AccountInput points to.
#pragma once

#include <vector>

#include "modules/billing/domain/calculate.hpp"

namespace mis::billing::testing {

inline constexpr std::int64_t kE4 = 10'000;

// A household-like account of n usage points, each with one meter.
struct Account {
  std::vector<MeterSegment> segments;
  std::vector<UsagePointInput> points;
  std::vector<Transformer> transformers;
  std::vector<CapacityChange> changes;
  AccountInput in;

  explicit Account(std::size_t n, const Tariff* tariff) : segments(n), points(n) {
    for (std::size_t i = 0; i < n; ++i) {
      points[i].id = {static_cast<std::int64_t>(i + 1)};
      points[i].tariff = tariff;
    }
    in.month = {202407};
    in.service = in.month.range();
  }
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  Bill bill() {
    for (std::size_t i = 0; i < points.size(); ++i)
      if (points[i].segments.empty() && segments[i].present != 0) points[i].segments = {&segments[i], 1};
    in.usage_points = points;
    in.transformers = transformers;
    in.capacity_changes = changes;
    Bill b;
    calculate(in, b);
    return b;
  }
};

inline Tariff flat_tariff(Price price) {
  Tariff t;
  t.code = "T";
  t.price[0] = price;
  return t;
}

inline bool raised(const Bill& bill, ExceptionKind kind) {
  for (const auto& e : bill.exceptions)
    if (e.kind == kind) return true;
  return false;
}

}  // namespace mis::billing::testing
