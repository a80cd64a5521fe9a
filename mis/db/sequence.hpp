// Ids for rows that are written in bulk: a writer takes a block of them at once from `mis_sequence`.
//
// A block is taken inside the caller's transaction and the row stays locked until it ends, so ids have no gaps and two
// importers of one kind of row wait for each other rather than collide.
#pragma once

#include <cstdint>
#include <string_view>

#include "mis/db/session.hpp"

namespace mis::db {

// Returns the first of `count` consecutive ids. A sequence that nobody has used starts at 1.
std::int64_t take_block(Session& session, std::string_view name, std::int64_t count);

// Makes the sequence go on behind `last_used`, for loaders that bring their own ids. Never moves it backwards.
void advance_sequence(Session& session, std::string_view name, std::int64_t last_used);

}  // namespace mis::db
