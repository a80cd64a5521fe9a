// What a demonstration county is made from. The same options always give the same rows.
#pragma once

#include <cstdint>
#include <filesystem>

#include "mis/base/result.hpp"
#include "mis/base/time.hpp"

namespace mis::demo {

struct CountyOptions {
  std::uint64_t seed = 20'261'001;
  int customers = 153'000;                // 500 or more; everything else scales with it
  BillingMonth last_month{202610};        // the month that waits to be billed
  int months = 13;                        // months with readings up to the last one; one more opening reading before them
  std::filesystem::path reference_folder = "db/reference";  // roles and tariffs
};

inline constexpr int kFewestCustomers = 500;
inline constexpr int kMostCustomers = 5'000'000;
inline constexpr int kMostMonths = 60;

// Complains of every option that cannot be used, all at once.
Status check(const CountyOptions& options);

}  // namespace mis::demo
