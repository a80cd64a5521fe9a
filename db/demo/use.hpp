// How much an account uses in a month, in Wh on the primary side: the truth, before anybody reads it wrongly.
#pragma once

#include <cstdint>

#include "db/demo/layout.hpp"
#include "db/demo/premises.hpp"

namespace mis::demo {

struct MonthUse {
  std::int64_t energy_wh = 0;    // from the grid
  std::int64_t fed_in_wh = 0;    // photovoltaics: into the grid
  std::int64_t generated_wh = 0;
  std::int64_t child_wh = 0;     // of the dormitory's own meter, inside energy_wh
  std::int64_t reactive_varh = 0;
  std::int64_t demand_w = 0;     // highest of the month; 0 where nobody measures it
  std::array<int, 4> shares{};   // thousandths of sharp, peak, flat, valley
};

// `index` counts from the first month with a bill.
MonthUse use_of_month(const CountyLayout& layout, std::int64_t account_id, const Premises& premises, int index);

}  // namespace mis::demo
