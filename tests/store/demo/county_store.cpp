#include "tests/store/demo/county_store.hpp"

#include <catch2/catch.hpp>

namespace county_example {

using namespace mis;

demo::CountyOptions small_county(int customers) {
  demo::CountyOptions options;
  options.customers = customers;
  options.reference_folder = fixture::source_folder() / "db/reference";
  return options;
}

demo::LoadOptions quiet_load() {
  demo::LoadOptions load;
  load.staff_password = "correct horse battery staple";
  load.now = *Instant::parse("2026-11-02T01:00:00Z");
  return load;
}

namespace {

// The number of rows of a table and the sum of their checksums. `version_id` counts attempts too: a load that was killed
// leaves a gap in it, as an automatic number is never given twice.
std::string sum_of(db::Session& session, const std::string& table) {
  std::string columns;
  for (auto rows = session.query("SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? "
                                 "AND column_name NOT IN ('created_at', 'recorded_at', 'version_id') ORDER BY ordinal_position", table); rows.next();)
    columns += (columns.empty() ? "IFNULL(" : ", IFNULL(") + rows.text(0) + ", 'NULL')";
  auto rows = session.query("SELECT COUNT(*), CAST(SUM(CRC32(CONCAT_WS('|', " + columns + "))) AS SIGNED) FROM " + table);
  REQUIRE(rows.next());
  return rows.text(0) + " rows, " + rows.text(1);
}

}  // namespace

std::map<std::string, std::string> fingerprint(db::Database& database) {
  auto all = database.read([](db::Session& session) -> Result<std::map<std::string, std::string>> {
    std::map<std::string, std::string> found;
    for (const char* table : {"administration_org_unit", "administration_user_role", "network_substation", "network_feeder", "network_transformer_area",
                              "customers_customer", "customers_account", "customers_agreement", "customers_search_key", "metering_usage_point",
                              "metering_meter", "metering_installation", "meter_reading_route", "meter_reading_reading", "billing_history",
                              "tariffs_tariff", "tariffs_version"})
      found[table] = sum_of(session, table);
    return found;
  });
  REQUIRE(all);
  return std::move(*all);
}

}  // namespace county_example
