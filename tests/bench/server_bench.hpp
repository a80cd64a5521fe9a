// A hundred terminals that search while a bill run goes on, against the real program.
#pragma once

#include <filesystem>
#include <string>

#include "tests/bench/table.hpp"

namespace bench {

// `data` holds a county whose last month is calculated at least once; `program` is mis.
void run_server_bench(Table& table, const std::filesystem::path& program, const std::filesystem::path& data, const std::string& staff_password);

}  // namespace bench
