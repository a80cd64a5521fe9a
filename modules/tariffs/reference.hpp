// The prices that come with Watthour: `db/reference` holds published tables with their source, validity and confidence.
#pragma once

#include <string>
#include <vector>

#include "mis/base/result.hpp"
#include "modules/tariffs/domain/tariff.hpp"

namespace mis::tariffs {

// Reads every tariff below `folder` (…/db/reference): the tariff files of `tariffs/` as they are and the price tables
// of `price_tables/` computed from their components. Ordered by code. One unreadable file fails the whole with every
// error of every file, each pointer preceded by the file's name.
Result<std::vector<Tariff>> load_reference(const std::string& folder);

}  // namespace mis::tariffs
