// What is metered at an account, in numbers: capacity, transformers, meter, level of use, contract. A pure function of
// the seed and the account.
#pragma once

#include <cstdint>
#include <string_view>

#include "db/demo/layout.hpp"

namespace mis::demo {

// A 10 kV distribution transformer's nameplate (type S9 and S11).
struct Nameplate {
  std::int64_t kva;
  std::int64_t p0_w, pk_w;  // no-load and load loss
  std::int64_t i0_ppm, uk_ppm;
};

struct Premises {
  std::int64_t capacity_va = 0;
  int ct_ratio = 1, pt_ratio = 1;
  int digits = 6;
  bool lv_metered = false;           // 高供低计: the transformer's loss is the customer's
  Nameplate transformer{};           // where lv_metered
  int loss_k_e4 = 0;
  std::int64_t level_wh = 0;         // energy of an average month
  int reactive_permille = 0;         // kvarh per 1,000 kWh
  int demand_factor_permille = 0;    // highest demand over average power
  std::string_view billing_mode = "single";
  std::int64_t contract_demand_w = 0;
  std::int64_t panels_w = 0;         // photovoltaics
  std::int64_t child_level_wh = 0;   // the dormitory behind the factory's meter, or the fixed quantity
  int child_ct_ratio = 1;
  Date opened_on;
  int household_size = 0;
  int event_day = 0;                 // day of the month on which somebody comes, leaves or gets another meter

  std::int64_t ratio() const { return std::int64_t{ct_ratio} * pt_ratio; }
};

// The capacity alone; the transformer's row in the network needs it before anything else is known.
std::int64_t capacity_va_of(std::uint64_t seed, std::int64_t account_id, AccountKind kind);

Premises premises_of(const CountyLayout& layout, std::int64_t account_id);

}  // namespace mis::demo
