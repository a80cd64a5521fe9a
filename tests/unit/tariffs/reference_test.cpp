// The prices that the repository carries: readable, and equal to what was published.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/tariffs/price_table.hpp"
#include "modules/tariffs/tariffs.hpp"

using namespace mis;
using namespace mis::tariffs;

namespace {

std::string reference_folder() { return std::string(WATTHOUR_SOURCE_DIR) + "/db/reference"; }

std::vector<Tariff> reference() {
  auto loaded = load_reference(reference_folder());
  if (!loaded)
    for (const auto& e : loaded.error().fields) UNSCOPED_INFO(e.pointer << ": " << e.message);
  REQUIRE(loaded.ok());
  return std::move(loaded).value();
}

PriceTable beijing() {
  std::ifstream file(reference_folder() + "/price_tables/beijing_2024-02.json");
  std::vector<FieldError> errors;
  PriceTable table = price_table_from_json(nlohmann::json::parse(file), errors);
  REQUIRE(errors.empty());
  return table;
}

}  // namespace

TEST_CASE("Beijing's 42 printed prices of February 2024 follow from the components") {
  const PriceTable table = beijing();
  int cells = 0;
  for (const auto& row : table.rows) {
    if (row.flat_only) continue;
    CAPTURE(row.code);
    const ExactPeriodPrices exact = exact_prices(table, row);
    struct Cell {
      std::int64_t exact_e10;
      Price printed;
    };
    for (auto [exact_e10, printed] : {Cell{exact.peak_e10, row.printed_peak}, Cell{exact.flat_e10, row.printed_flat},
                                      Cell{exact.valley_e10, row.printed_valley}}) {
      // 4·10⁻⁷ yuan: less than half of the last printed decimal.
      CHECK(std::abs(exact_e10 - printed.value * 100) <= 4000);
      CHECK(divide_rounded(exact_e10, std::int64_t{10'000}, Rounding::kHalfUp) * 100 == printed.value);
      ++cells;
    }
  }
  CHECK(cells == 42);
}

TEST_CASE("the codes that the reference county bills with are all there") {
  const auto tariffs = reference();
  for (const char* code :
       {"ZJ-RES", "ZJ-RES-TOU", "ZJ-SHARED", "ZJ-SHARED-10", "AGRI", "AGRI-10", "BJ-C1-LV-FLAT", "BJ-C1-LV", "BJ-C1-10",
        "BJ-C1-35", "BJ-C1-220", "BJ-C2-10", "BJ-C2-35", "BJ-C2-220", "PV-EXPORT"}) {
    CAPTURE(code);
    const auto found = std::find_if(tariffs.begin(), tariffs.end(), [&](const Tariff& t) { return t.code == code; });
    REQUIRE(found != tariffs.end());
    CHECK(found->valid.contains(Date::of(2026, 11, 1)));
    CHECK_FALSE(found->source.document.empty());
  }
}

TEST_CASE("a reference tariff printed and read again is the same tariff") {
  for (const Tariff& tariff : reference()) {
    CAPTURE(tariff.code);
    const auto again = parse_tariff(to_json_text(tariff));
    if (!again)
      for (const auto& e : again.error().fields) UNSCOPED_INFO(e.pointer << ": " << e.message);
    REQUIRE(again.ok());
    CHECK(*again == tariff);
  }
}

TEST_CASE("a folder without prices is named in the error") {
  const auto loaded = load_reference("/nowhere");
  REQUIRE_FALSE(loaded.ok());
  CHECK(loaded.error().code == "tariffs.reference_missing");
  CHECK(loaded.error().message == "expected tariff files in /nowhere/tariffs but found none");
}
