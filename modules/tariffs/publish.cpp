#include "modules/tariffs/publish.hpp"

#include <nlohmann/json.hpp>

#include "modules/tariffs/store.hpp"
#include "modules/tariffs/tariff_json.hpp"

namespace mis::tariffs {

std::int64_t publish(db::Session& session, std::span<const Tariff> all) {
  std::vector<StoredVersion> rows;
  for (const auto& tariff : all) {
    const auto json = tariff_to_json(tariff);
    StoredVersion row;
    row.code = tariff.code;
    row.name = tariff.name_zh;
    row.name_en = tariff.name_en;
    row.category = json.at("category").get<std::string>();
    row.version = tariff.version;
    row.valid = tariff.valid;
    row.definition = to_json_text(tariff);
    rows.push_back(std::move(row));
  }
  return load_versions(session, rows);
}

}  // namespace mis::tariffs
