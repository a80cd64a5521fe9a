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
                              "metering_installation", "meter_reading_route", "billing_history"}) {
      auto rows = session.query(std::string("CHECKSUM TABLE ") + table);
      REQUIRE(rows.next());
      found[table] = rows.text(1);
    }
    auto customers = session.query(
        "SELECT COUNT(*), CAST(SUM(CRC32(CONCAT_WS('|', customer_id, customer_no, kind, name, id_kind, id_no, phone))) AS SIGNED) FROM customers_customer");
    REQUIRE(customers.next());
    found["customers_customer"] = customers.text(0) + " rows, " + customers.text(1);
    // Without the time at which a reading was recorded, which is that of its loading.
    auto readings = session.query(
        "SELECT COUNT(*), CAST(SUM(CRC32(CONCAT_WS('|', billing_month, route_id, installation_id, seq, kind, read_at, source, quality, COALESCE(total_e4, '-'), COALESCE(sharp_e4, '-'), "
        "COALESCE(peak_e4, '-'), COALESCE(flat_e4, '-'), COALESCE(valley_e4, '-'), COALESCE(deep_e4, '-'), COALESCE(reactive_forward_e4, '-'), COALESCE(reactive_reverse_e4, '-'), "
        "COALESCE(reverse_total_e4, '-'), COALESCE(max_demand_w, '-'), COALESCE(recorded_by, '-')))) AS SIGNED) FROM meter_reading_reading");
    REQUIRE(readings.next());
    found["meter_reading_reading"] = readings.text(0) + " rows, " + readings.text(1);
    // Not by CHECKSUM TABLE: after an interrupted load it gave different sums for rows that were equal column by column.
    auto tariffs = session.query(
        "SELECT COUNT(*), CAST(SUM(CRC32(CONCAT_WS('|', tariff_code, version, valid_from, valid_to, status, definition))) AS SIGNED) FROM tariffs_version");
    REQUIRE(tariffs.next());
    found["tariffs_version"] = tariffs.text(0) + " rows, " + tariffs.text(1);
    return found;
  });
  REQUIRE(all);
  return std::move(*all);
}

}  // namespace county_example
