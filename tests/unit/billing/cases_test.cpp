// Bills every case of tests/cases and compares it with what its source published. A case is data that anybody can add;
// see tests/cases/README.md.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "modules/billing/case_check.hpp"
#include "modules/billing/case_file.hpp"

using namespace mis;
using namespace mis::billing;
namespace fs = std::filesystem;

namespace {

const std::string kSource = WATTHOUR_SOURCE_DIR;

const std::vector<Tariff>& reference() {
  static const std::vector<Tariff> loaded = [] {
    auto result = tariffs::load_reference(kSource + "/db/reference");
    return result ? std::move(result).value() : std::vector<Tariff>{};
  }();
  return loaded;
}

std::vector<fs::path> case_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kSource + "/tests/cases"))
    if (entry.path().string().ends_with(".case.json")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string printed(const std::vector<FieldError>& errors) {
  std::string text;
  for (const auto& e : errors) text += e.pointer + ": " + e.message + "\n";
  return text;
}

// A case whose own file is wrong says which mistakes it expects, all of them.
std::vector<FieldError> expected_errors(const std::string& text) {
  std::vector<FieldError> errors;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("expect_errors")) return errors;
  for (const auto& e : json["expect_errors"]) errors.push_back({e.at("pointer"), "", e.at("message")});
  return errors;
}

}  // namespace

TEST_CASE("every case comes out as its source says") {
  const auto files = case_files();
  REQUIRE(files.size() >= 40);  // an empty or lost folder must not pass
  for (const auto& path : files) {
    const std::string name = fs::relative(path, kSource + "/tests/cases").string();
    DYNAMIC_SECTION(name) {
      const std::string text = read(path);
      const auto parsed = parse_case(text, reference());
      const auto wanted_errors = expected_errors(text);
      if (!wanted_errors.empty()) {
        REQUIRE_FALSE(parsed.ok());
        auto found = parsed.error().fields;
        for (auto& e : found) e.code.clear();
        CHECK(printed(found) == printed(wanted_errors));
        continue;
      }
      if (!parsed) FAIL(parsed.error().message << "\n" << printed(parsed.error().fields));
      CHECK_FALSE(parsed->source.empty());
      CHECK_FALSE(parsed->reason.empty());
      REQUIRE(parsed->expectation);
      Bill bill;
      calculate(parsed->input(), bill);
      std::string all;
      for (const auto& d : differences(*parsed, bill)) all += d + "\n";
      if (!all.empty()) FAIL_CHECK(all);
    }
  }
}

TEST_CASE("every published worked example of a bill has its case") {
  std::set<std::string> covered;
  for (const auto& path : case_files()) {
    const auto json = nlohmann::json::parse(read(path), nullptr, false);
    if (json.is_object() && json.contains("example")) covered.insert(json["example"].get<std::string>());
  }
  // Published answers that follow from published inputs. The collection's other examples are penalties, corrections of
  // wrong metering and foreign tariffs, which are no bills of this engine.
  for (const char* example : {"PF-01", "TP-01", "TP-02", "TP-04b", "BC-04", "BC-05", "RS-01", "RS-03", "RS-05", "MS-04", "TL-01"}) {
    CAPTURE(example);
    CHECK(covered.count(example) == 1);
  }
}
