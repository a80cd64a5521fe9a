// Reading routes, readings and interval data: what the registers showed, when, and how far to trust it.
// A reading is never overwritten; a later one of the same installation, month and kind supersedes it (`seq`).
// Not here: energies and bills that are made of readings (billing).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"

namespace mis { class Registry; }

namespace mis::meter_reading {

enum class ReadingKind : std::uint8_t { kRegular = 1, kInstallation = 2, kRemoval = 3 };
enum class Source : std::uint8_t { kManual = 1, kRemote = 2, kImport = 3, kEstimate = 4, kSelf = 5 };
enum class Quality : std::uint8_t { kActual = 1, kEstimated = 2, kSuspect = 3, kMissing = 4 };

// A register index in 1/10,000 kWh (kvarh); kNoIndex where the meter has no such register or nobody read it. A plain
// integer with one reserved value keeps the two million rows of a county cheap.
inline constexpr std::int64_t kNoIndex = INT64_MIN;

struct Registers {
  std::int64_t total_e4 = kNoIndex;
  std::int64_t sharp_e4 = kNoIndex;
  std::int64_t peak_e4 = kNoIndex;
  std::int64_t flat_e4 = kNoIndex;
  std::int64_t valley_e4 = kNoIndex;
  std::int64_t deep_e4 = kNoIndex;
  std::int64_t reactive_forward_e4 = kNoIndex;
  std::int64_t reactive_reverse_e4 = kNoIndex;
  std::int64_t reverse_total_e4 = kNoIndex;
  std::int64_t max_demand_w = kNoIndex;  // secondary side, before the ratio
  bool operator==(const Registers&) const = default;
};

struct Route {
  RouteId route_id;
  std::string code;  // unique
  std::string name;
  OrgId org_id;
  std::optional<UserId> reader_user_id;
  int cycle_day = 1;
};

struct Reading {
  BillingMonth billing_month;
  RouteId route_id;  // of the account when it was read: the shard that bills it
  InstallationId installation_id;
  int seq = 1;
  ReadingKind kind = ReadingKind::kRegular;
  Instant read_at;  // whole seconds
  Source source = Source::kRemote;
  Quality quality = Quality::kActual;
  Registers registers;
  std::optional<UserId> recorded_by;
};

// One usage point, channel and day of interval data. `points` are Wh (varh), one per interval from midnight.
struct IntervalDay {
  UsagePointId usage_point_id;
  std::string channel;  // "E1", "B1", "Q1", "K1" as NEM12 names them
  Date day;
  int seq = 1;
  int interval_minutes = 30;
  char quality = 'A';  // A E F N S V
  std::string qualities;  // one of A E F N S per interval where quality is V, else empty
  std::vector<std::int32_t> points;
};

// Bulk loaders: inside the caller's transaction, db::DbError where a row is there already. The partitions of the
// months must exist (db::ensure_month_partitions). Rows sorted by (billing_month, route_id, installation_id) load
// fastest; threads should take different routes.
inline constexpr const char* kRouteSequence = "meter_reading_route";
void load_routes(db::Session& session, std::span<const Route> rows);
void load_readings(db::Session& session, std::span<const Reading> rows);
void load_interval_days(db::Session& session, std::span<const IntervalDay> rows);

void register_module(Registry& registry);

}  // namespace mis::meter_reading
