// What a data folder holds at the end of a month, as sums that do not depend on the order of the work: what two runs of
// the same county must have alike, however often one of them was killed.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "mis/db/session.hpp"

namespace scenario {

using Books = std::map<std::string, std::string>;  // table → "rows, checksum"

Books books_of(mis::db::Session& session);

// Of a data folder on which no `mis` runs: starts its database for the time of the question.
Books books_in(const std::filesystem::path& data);

}  // namespace scenario
