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

std::map<std::string, std::string> fingerprint(db::Database& database) {
  auto all = database.read([](db::Session& session) -> Result<std::map<std::string, std::string>> {
    std::map<std::string, std::string> found;
    for (const char* table : {"administration_org_unit", "administration_user_role", "network_substation", "network_feeder", "network_transformer_area",
                              "customers_account", "customers_agreement", "customers_search_key", "metering_usage_point", "metering_meter",
                              "metering_installation", "meter_reading_route", "meter_reading_reading", "billing_history", "tariffs_version"}) {
      auto rows = session.query(std::string("CHECKSUM TABLE ") + table);
      REQUIRE(rows.next());
      found[table] = rows.text(1);
    }
    auto customers = session.query(
        "SELECT COUNT(*), CAST(SUM(CRC32(CONCAT_WS('|', customer_id, customer_no, kind, name, id_kind, id_no, phone))) AS SIGNED) FROM customers_customer");
    REQUIRE(customers.next());
    found["customers_customer"] = customers.text(0) + " rows, " + customers.text(1);
    return found;
  });
  REQUIRE(all);
  return std::move(*all);
}

}  // namespace county_example
