// An estimated index where nobody could read the meter or what was read cannot be: what the meter would show if the
// month had been like the last one that is known.
#pragma once

#include <optional>

#include "mis/base/id.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"

namespace mis::meter_reading {

// Records an estimated regular reading of `month` for the installation; it supersedes what is there. Each register goes
// on by its difference between the two newest usable readings before the month, times the months passed since, and rolls
// over at the dial's end. An Error{kConflict, "meter_reading.no_basis"} where there are not two such readings.
Status record_estimate(db::Session& session, InstallationId installation, RouteId route, BillingMonth month, std::optional<UserId> by);

}  // namespace mis::meter_reading
