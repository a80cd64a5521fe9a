#include <catch2/catch.hpp>

#include "modules/billing/history_import.hpp"
#include "modules/meter_reading/import.hpp"
#include "tests/store/import/workshop.hpp"

using example::ImportOutcome;
using example::Workshop;
using mis::meter_reading::reading_import;
using Problems = std::vector<std::string>;

TEST_CASE("readings load, and again without a change") {
  Workshop& shop = example::small_county();
  const std::string content =
      "billing_month,asset_no,kind,read_at,source,quality,total\n"
      "2025-12,M1,installation,2025-12-01 10:00,manual,actual,0.5\n"
      "2026-10,M1,,2026-10-31 24:00,remote,actual,1234.5678\n2026-10,M2,regular,2026-10-31T16:00:00Z,remote,missing,\n";
  const ImportOutcome first = shop.import_text(reading_import(), content);
  CHECK(first.problems == Problems{});
  CHECK(first.summary.loaded == 3);
  CHECK(shop.count("SELECT total_e4 FROM meter_reading_reading WHERE billing_month = 202610 AND installation_id = 1") == 12'345'678);
  CHECK(shop.text("SELECT read_at FROM meter_reading_reading WHERE billing_month = 202610 AND installation_id = 1").starts_with("2026-10-31 16:00:00"));
  CHECK(shop.count("SELECT COUNT(*) FROM meter_reading_reading WHERE quality = 4 AND total_e4 IS NULL") == 1);
  CHECK(shop.import_text(reading_import(), content).summary.unchanged == 3);
  CHECK(shop.count("SELECT COUNT(*) FROM meter_reading_reading WHERE billing_month IN (202512, 202610)") == 3);
}

TEST_CASE("another reading of the same month supersedes, nothing is overwritten") {
  Workshop& shop = example::small_county();
  const std::string header = "billing_month,asset_no,read_at,source,quality,total\n";
  shop.import_text(reading_import(), header + "2026-03,M1,2026-03-31 16:00,manual,actual,100\n");
  const ImportOutcome outcome = shop.import_text(reading_import(), header + "2026-03,M1,2026-04-01 09:00,manual,actual,110\n");
  CHECK(outcome.summary.loaded == 1);
  CHECK(shop.count("SELECT COUNT(*) FROM meter_reading_reading WHERE billing_month = 202603") == 2);
  CHECK(shop.count("SELECT total_e4 FROM meter_reading_reading WHERE billing_month = 202603 AND seq = 2") == 1'100'000);
}

TEST_CASE("a reading that cannot be is refused") {
  Workshop& shop = example::small_county();
  const ImportOutcome outcome = shop.import_text(reading_import(),
                                                 "billing_month,asset_no,read_at,total\n2026-10,M9,2026-10-31 16:00,1\n2026-10,M1,2026-08-31 16:00,1\n"
                                                 "2026-10,M1,2026-10-31 16:00,1000000\n2025-10,M1,2025-10-31 16:00,1\n2026-10,M1,2026-10-31 16:00,\n"
                                                 "2027-06,M1,2027-06-30 16:00,1\n2026-10,M1,31.10.2026,1\n2026-10,M1,2026-10-31 16:00,-5\n");
  CHECK(outcome.summary.loaded == 0);
  CHECK(outcome.problems == Problems{"line 6, column total: expected an index, or the quality missing but found no register at all",
                                     "line 8, column read_at: expected a time like 2026-10-31 16:00:00 or 2026-10-31T08:00:00Z but found \"31.10.2026\"",
                                     "line 9, column total: expected a number from 0 to 9999999999.9999 but found \"-5\"",
                                     "line 2, column asset_no: expected a meter that is loaded and installed but found M9",
                                     "line 3, column read_at: expected a time in or near 2026-10 but found 2026-08-31",
                                     "line 4, column total: expected indexes of 6 digits before the point but found 1000000",
                                     "line 5, column read_at: expected a time when the meter was installed but found 2025-10-31",
                                     "line 7, column billing_month: expected a month up to 2027-01 but found 2027-06"});
}

TEST_CASE("an unlikely reading is loaded, reported, and suspect where the file leaves the quality open") {
  Workshop& shop = example::small_county();
  const ImportOutcome outcome = shop.import_text(
      reading_import(),
      "billing_month,asset_no,read_at,quality,total\n2026-05,M1,2026-05-31 16:00,,1000\n2026-06,M1,2026-06-30 16:00,,1200\n2026-07,M1,2026-07-31 16:00,,9000\n"
      "2026-06,M2,2026-06-30 16:00,,999950\n2026-07,M2,2026-07-31 16:00,,120\n2026-08,M2,2026-08-31 16:00,actual,60\n");
  CHECK(outcome.summary.loaded == 6);
  CHECK(outcome.summary.doubtful == 2);
  CHECK(outcome.problems == Problems{"line 4, column total: expected about as much more than 1200 as in the month before but found 9000",
                                     "line 7, column total: expected no less than 120 of the month before but found 60"});
  CHECK(shop.count("SELECT quality FROM meter_reading_reading WHERE billing_month = 202607 AND installation_id = 1") == 3);
  CHECK(shop.count("SELECT quality FROM meter_reading_reading WHERE billing_month = 202607 AND installation_id = 2") == 1);  // a rollover is none
  CHECK(shop.count("SELECT quality FROM meter_reading_reading WHERE billing_month = 202608 AND installation_id = 2") == 1);
}

TEST_CASE("months that another system billed load once") {
  Workshop& shop = example::small_county();
  const auto kind = mis::billing::history_import();
  const std::string header = "billing_month,account_no,energy_kwh,amount_yuan,tier_energy_kwh\n";
  const std::string content = header + "2026-09,0000000109,215,115.67,1200.5\n2026-09,0000000208,1000,538.00,\n";
  CHECK(shop.import_text(kind, content).summary.loaded == 2);
  CHECK(shop.import_text(kind, content).summary.unchanged == 2);
  CHECK(shop.import_text(kind, header + "2026-09,0000000109,215,115.68,1200.5\n").problems ==
        Problems{"line 2, column amount_yuan: expected \"11567\" as it was loaded before but found \"11568\""});
  CHECK(shop.import_text(kind, header + "2026-09,0000000109,215,115.678,1\n").problems ==
        Problems{"line 2, column amount_yuan: expected a number with at most 2 decimals but found \"115.678\""});
}

TEST_CASE("a month mistyped by decades makes no partitions, one of some years ago makes one") {
  Workshop& shop = example::small_county();
  const auto kind = mis::billing::history_import();
  const std::string header = "billing_month,account_no,energy_kwh,amount_yuan,tier_energy_kwh\n";
  const auto partitions = [&] { return shop.count("SELECT COUNT(*) FROM information_schema.partitions WHERE table_schema = DATABASE() AND table_name = 'billing_history'"); };
  const auto before = partitions();
  CHECK(shop.import_text(kind, header + "1996-10,0000000109,215,115.67,1\n2026-10,0000000109,215,115.67,1\n").summary.loaded == 2);
  CHECK(partitions() == before);
  CHECK(shop.import_text(kind, header + "2023-05,0000000109,215,115.67,1\n").summary.loaded == 1);
  CHECK(partitions() == before + 2);  // its own, and what lies before it apart
}
