// What happens to the demonstration's bills after their issue: a bank and three counters take money, a day is closed, a file is
// reconciled, reminders go out. Told day by day (story.hpp), through the API that people use and the port that banks use.
//
// Deterministic from the county's seed. Interrupted anywhere it goes on from there, since everything bears a key of its own, and once
// it is complete it is not begun again.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "db/demo/bank_day.hpp"
#include "db/demo/county.hpp"
#include "modules/receivables/totals.hpp"

namespace mis::demo {

struct MoneyOptions {
  BankPlace place;
  std::string staff_password;
  int threads = 2;
  std::function<void(std::string_view stage)> progress;
};

struct MoneyDone {
  bool told = false;  // false: it was complete before, or its days are not over yet
  payment_channels::HonestDay bank;
  std::int64_t differences = 0;
  int receipts = 0;
};

// The registry's services go by the story's clock. `issued` is the day on which the month was. Errors: whatever the API says.
Result<MoneyDone> play_money(Registry& registry, StoryClock& clock, const County& county, const MoneyOptions& options, Date issued, Date today);

}  // namespace mis::demo
