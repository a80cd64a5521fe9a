#include "modules/tariffs/reference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mis/base/decimal.hpp"
#include "mis/base/json_fields.hpp"
#include "modules/tariffs/price_table.hpp"
#include "modules/tariffs/tariff_json.hpp"

namespace mis::tariffs {
namespace {

namespace fs = std::filesystem;

// Errors of one document are moved to the common list with its name in front.
void move_errors(std::vector<FieldError>& from, const std::string& file, std::vector<FieldError>& to) {
  for (FieldError& e : from) to.push_back({file + "#" + e.pointer, std::move(e.code), std::move(e.message)});
}

Result<nlohmann::json> read_json(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream)
    return not_found("tariffs.reference_unreadable",
                     "expected a readable file but could not read " + path.filename().string());
  return parse_json(text.str());
}

std::vector<fs::path> json_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<std::vector<Tariff>> load_reference(const std::string& folder) {
  std::vector<Tariff> tariffs;
  std::vector<FieldError> errors;
  const auto tariff_files = json_files(fs::path(folder) / "tariffs");
  if (tariff_files.empty())
    return not_found("tariffs.reference_missing",
                     fmt::format("expected tariff files in {}/tariffs but found none", folder));
  for (const auto& path : tariff_files) {
    const std::string name = path.filename().string();
    auto json = read_json(path);
    std::vector<FieldError> own;
    if (!json) {
      errors.push_back({name, json.error().code, json.error().message});
      continue;
    }
    JsonFields f(*json, "", own);
    for (const auto& [item, pointer] : f.items("tariffs", JsonFields::Need::kRequired))
      tariffs.push_back(tariff_from_json(*item, pointer, own));
    f.finish();
    move_errors(own, name, errors);
  }
  for (const auto& path : json_files(fs::path(folder) / "price_tables")) {
    const std::string name = path.filename().string();
    auto json = read_json(path);
    std::vector<FieldError> own;
    if (!json) {
      errors.push_back({name, json.error().code, json.error().message});
      continue;
    }
    const PriceTable table = price_table_from_json(*json, own);
    if (own.empty())
      for (Tariff& tariff : tariffs_of(table)) tariffs.push_back(std::move(tariff));
    move_errors(own, name, errors);
  }
  std::sort(tariffs.begin(), tariffs.end(), [](const Tariff& a, const Tariff& b) { return a.code < b.code; });
  for (std::size_t i = 1; i < tariffs.size(); ++i)
    if (tariffs[i].code == tariffs[i - 1].code && tariffs[i].version == tariffs[i - 1].version)
      errors.push_back({tariffs[i].code, "duplicate",
                        fmt::format("expected each code and version once but found {} twice", tariffs[i].code)});
  if (!errors.empty()) {
    std::string message = fmt::format("expected correct reference prices but found {} mistakes", errors.size());
    return invalid("tariffs.reference_invalid", std::move(message), std::move(errors));
  }
  return tariffs;
}

}  // namespace mis::tariffs
