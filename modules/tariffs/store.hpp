// The tables of tariffs: codes and their versions, each with its definition as JSON text.
// Reads and writes rows; what a definition means is the business of tariffs.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"

namespace mis::tariffs {

// One version of a tariff as it is stored. Rows of one code agree in names and category.
struct StoredVersion {
  std::string code;
  std::string name;
  std::string name_en;
  std::string category;
  int version = 1;
  DateRange valid;
  std::string status = "published";  // or "draft"
  std::string definition;            // JSON, the format of tests/cases
  std::optional<UserId> created_by;
  std::optional<UserId> approved_by;
};

// Bulk loader: inside the caller's transaction; codes that are there already stay as they are, a version that is there
// already is left alone (a published version never changes). Returns how many versions are new.
std::int64_t load_versions(db::Session& session, std::span<const StoredVersion> rows);

// The newest version of each code behind `after_code`, in the order of codes.
std::vector<StoredVersion> newest_versions(db::Session& session, const std::string& after_code, int limit);
// All versions of a code, newest first; empty where there is no such tariff.
std::vector<StoredVersion> versions_of(db::Session& session, std::string_view code);

}  // namespace mis::tariffs
