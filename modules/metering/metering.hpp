// Where energy is measured and by which meter: usage points, meters, installations.
// Not here: the indexes that were read (meter_reading) and what is billed of them (billing).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"

namespace mis { class Registry; }

namespace mis::metering {

inline constexpr std::string_view kUsagePointKinds[] = {"consumption", "generation"};
inline constexpr std::string_view kDeductionKinds[] = {"child_meter", "fixed_quantity", "fixed_ratio"};
inline constexpr std::string_view kMeteredSides[] = {"hv", "lv"};
inline constexpr std::string_view kMeterKinds[] = {"single_phase", "three_phase", "multi_function"};

struct UsagePoint {
  UsagePointId usage_point_id;
  AccountId account_id;
  std::string usage_point_no;  // at most 20 ASCII characters, unique
  std::string kind = "consumption";
  std::optional<std::string> tariff_code;  // where it differs from the agreement
  std::optional<UsagePointId> parent_id;
  std::optional<std::string> deduction_kind;  // how this one is taken off its parent
  std::int64_t deduction_value = 0;           // Wh, or a ratio in 1/1,000,000
  std::string metered_side = "hv";            // "lv": transformer loss is added
  std::int64_t transformer_va = 0;
  std::int64_t p0_w = 0;
  std::int64_t pk_w = 0;
  std::int64_t i0_ppm = 0;
  std::int64_t uk_ppm = 0;
  int loss_k_e4 = 0;
  int line_loss_ppm = 0;
};

struct Meter {
  MeterId meter_id;
  std::string asset_no;  // 22 digits as a rule, unique
  std::string kind = "single_phase";
  int register_digits = 6;
  std::string maker;
  Date made_on;
};

struct Installation {
  InstallationId installation_id;
  UsagePointId usage_point_id;
  MeterId meter_id;
  DateRange valid;  // [from, to); open: to = kForever
  int ct_ratio = 1;
  int pt_ratio = 1;
};

// Bulk loaders: inside the caller's transaction, db::DbError where a row is there already. load_installations writes
// no search keys, as it knows neither accounts nor asset numbers: call customers::load_asset_search_keys beside it.
inline constexpr const char* kUsagePointSequence = "metering_usage_point";
inline constexpr const char* kMeterSequence = "metering_meter";
inline constexpr const char* kInstallationSequence = "metering_installation";
void load_usage_points(db::Session& session, std::span<const UsagePoint> rows);
void load_meters(db::Session& session, std::span<const Meter> rows);
void load_installations(db::Session& session, std::span<const Installation> rows);

void register_module(Registry& registry);

}  // namespace mis::metering
