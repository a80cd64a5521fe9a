// What the store tests of the county share: a small county's options and a fingerprint of every table that it fills.
#pragma once

#include <map>
#include <string>

#include "db/demo/load.hpp"
#include "tests/store/fixture.hpp"

namespace county_example {

mis::demo::CountyOptions small_county(int customers);
mis::demo::LoadOptions quiet_load();

// Table → number and checksum of its rows, in any order. When this database came to know of something (created_at,
// recorded_at) and passwords, whose salts are random, are left out.
std::map<std::string, std::string> fingerprint(mis::db::Database& database);

}  // namespace county_example
