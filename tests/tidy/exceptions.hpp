// Where the house allows what a rule forbids elsewhere, each with its reason. The list is short on purpose; a new row is
// a decision, not a way round.
#pragma once

#include <array>
#include <string_view>

namespace tidy {

// Headers that rooms above may include although they are not a module's <name>.hpp.
struct PublicHeader { std::string_view path, reason; };
inline constexpr std::array kPublicHeaders = {
    PublicHeader{"modules/tariffs/tariff_names.hpp", "the field's names of categories and periods, which bills print too"},
    PublicHeader{"modules/tariffs/tariff_json.hpp", "a tariff's one written form, which cases and stored versions share"},
    PublicHeader{"modules/meter_reading/estimate.hpp", "billing's exceptions are resolved with an estimated reading"},
    PublicHeader{"modules/receivables/statement.hpp", "a customer's statement, which invoicing puts on paper; few others need it"},
};

// Headers of the kernel that rooms below their own room may include.
inline constexpr std::array kSharedKernelHeaders = {
    PublicHeader{"mis/security/caller.hpp", "who asks: plain values that the router hands on"},
    PublicHeader{"mis/registry.hpp", "what a room registers; it stands between the kernel's rooms and main"},
};

// Heavy headers that a header may bring along all the same.
inline constexpr std::array kHeavyHeaderUsers = {
    PublicHeader{"mis/base/json_fields.hpp", "it is for .cpp files that read JSON, and says so"},
    PublicHeader{"modules/billing/case_expect.hpp", "private to the reader of case files"},
};

// Libraries that domain/ may use: values in, values out.
inline constexpr std::array kPureLibraries = {
    PublicHeader{"fmt/format.h", "numbers to text"},
    PublicHeader{"iconv.h", "the order of GBK's first level is the order of pinyin; iconv gives a character's place in it"},
};

struct TableUse { std::string_view path_start, table, reason; };
inline constexpr std::array kTableUses = {
    TableUse{"mis/security/", "administration_", "sign-in locks the user's row and reads roles; administration edits them"},
    TableUse{"modules/administration/store.cpp", "security_", "the audit trail's page, and the sessions of a user whose rights change"},
    TableUse{"db/demo/load.cpp", "", "counts what its loaders have written, and refuses a database that holds somebody's accounts"},
};

// Files that may build SQL text, because what they paste in are names of tables and columns from constants.
struct SqlBuilder { std::string_view path, reason; };
inline constexpr std::array kSqlBuilders = {
    SqlBuilder{"mis/db/bulk_writer.cpp", "the column list and the number of rows differ; values are parameters"},
    SqlBuilder{"mis/db/migrations.cpp", "GRANT and ALTER take no parameters; the names are quoted"},
    SqlBuilder{"mis/db/month_partitions.cpp", "ALTER takes no parameters, and a partition is a name; both come from the schema"},
};

}  // namespace tidy
