// Looks many keys up with few statements.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mis/db/session.hpp"

namespace mis::files {

// Runs `sql`, a constant text whose "(*)" stands for the list of keys ("… WHERE code IN (*)"), for all keys in lists of
// up to 500, and calls `on_row` for each row. `first` are the parameters before the list.
void query_in(db::Session& session, std::string_view sql, std::span<const std::string> keys,
              const std::function<void(db::Rows&)>& on_row, std::span<const db::Param> first = {});
void query_in(db::Session& session, std::string_view sql, std::span<const std::int64_t> keys,
              const std::function<void(db::Rows&)>& on_row, std::span<const db::Param> first = {});
// The same for a statement that changes rows.
void execute_in(db::Session& session, std::string_view sql, std::span<const std::int64_t> keys, std::span<const db::Param> first = {});

// The ids of printed codes: `sql` selects (code, id). Codes that do not exist are not in the map; each code once in `keys`
// or often, as it comes.
std::unordered_map<std::string, std::int64_t> ids_of(db::Session& session, std::string_view sql, std::vector<std::string> keys);

}  // namespace mis::files
