// Stores tariffs as published versions: for the reference prices, before a county is billed.
#pragma once

#include <cstdint>
#include <span>

#include "mis/db/session.hpp"
#include "modules/tariffs/domain/tariff.hpp"

namespace mis::tariffs {

// Inside the caller's transaction. Versions that are there already stay as they are. Returns how many are new.
std::int64_t publish(db::Session& session, std::span<const Tariff> all);

}  // namespace mis::tariffs
