// What the utility has decided about its counters. Internal to the module.
#pragma once

#include <optional>
#include <string>

#include "mis/base/money.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"

namespace mis::cashier {

struct Settings {
  bool round_up_to_yuan = false;  // the rest stays as an advance and pays the next bill (调尾)
  Money reversal_limit{50'000};   // a cashier takes a receipt of up to it back alone, in the own open session
  std::string receipt_format = "roll";
  int version = 1;
};
Settings read_settings(db::Session& session, bool lock = false);
void write_settings(db::Session& session, const Settings& settings, UserId by, Instant now);

}  // namespace mis::cashier
