// What metering reads of its tables for the account page.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/db/session.hpp"
#include "modules/metering/metering.hpp"

namespace mis::metering::store {

// The registers of an installation's start or end, in the order of `kRegisterNames`.
inline constexpr std::array<std::string_view, 10> kRegisterNames = {
    "total", "sharp", "peak", "flat", "valley", "deep", "reactive_forward", "reactive_reverse", "reverse_total", "max_demand"};
using RegisterValues = std::array<std::optional<std::int64_t>, 10>;

struct InstalledMeter {
  InstallationId installation_id;
  std::string asset_no, meter_kind;
  int register_digits = 0;
  DateRange valid;
  int ct_ratio = 1, pt_ratio = 1;
  std::optional<RegisterValues> start, end;
};

struct PointPage {
  UsagePoint point;
  std::string parent_no;
  std::vector<InstalledMeter> meters;  // newest first
};

// The usage points of an account within the data scope; nothing where there is no such account in it.
std::optional<std::vector<PointPage>> points_of_account(db::Session& session, std::string_view account_no, const std::string& scope_pattern);

}  // namespace mis::metering::store
