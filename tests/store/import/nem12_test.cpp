#include <catch2/catch.hpp>

#include <cstdio>

#include "modules/meter_reading/import.hpp"
#include "modules/metering/import.hpp"
#include "tests/store/import/workshop.hpp"

using example::ImportOutcome;
using example::Workshop;
using mis::meter_reading::nem12_import;

namespace {

std::string day_of(const std::string& date, const std::string& value, const std::string& nmi = "NMI0000001") {
  std::string record = "200," + nmi + ",E1,1,E1,N1,M1,kWh,60,\n300," + date;
  for (int i = 0; i < 24; ++i) record += "," + value;
  return record + ",A,,,\n";
}

std::string file_of(const std::string& days) { return "100,NEM12,202610010000,MDA1,Ret1\n" + days + "900\n"; }

// A usage point for the NMI of a published sample, on an account of the small county.
void add_usage_point(Workshop& shop, const std::string& nmi) {
  shop.import_text(mis::metering::metering_imports()[0], "usage_point_no,account_no,kind\n" + nmi + ",0000000109,consumption\n");
}

}  // namespace

TEST_CASE("interval days load as packed rows, once; another content supersedes") {
  Workshop& shop = example::small_county();
  const std::string content = file_of(day_of("20260901", "1.5") + day_of("20260902", "0.25"));
  CHECK(shop.import_text(nem12_import(), content).summary.loaded == 2);
  CHECK(shop.import_text(nem12_import(), content).summary.unchanged == 2);
  CHECK(shop.text("SELECT HEX(points) FROM meter_reading_interval_day WHERE day = '2026-09-01'").substr(0, 16) == "DC050000DC050000");  // 1,500 Wh
  CHECK(shop.import_text(nem12_import(), file_of(day_of("20260901", "1.6"))).summary.loaded == 1);
  CHECK(shop.count("SELECT MAX(seq) FROM meter_reading_interval_day WHERE day = '2026-09-01'") == 2);
}

TEST_CASE("rejected days land in a NEM12 file that loads once its fault is mended") {
  Workshop& shop = example::small_county();
  const auto file = shop.write("intervals.csv", file_of(day_of("20260905", "1") + day_of("20260906", "x") + day_of("20260907", "1", "NMI9")));
  const ImportOutcome first = shop.import(nem12_import(), file);
  CHECK(first.summary.loaded == 1);
  CHECK(first.problems == std::vector<std::string>{"line 5, column interval 1: expected a number of at least 0 but found \"x\"",
                                                    "line 7, column NMI: expected a usage point that is loaded but found NMI9"});
  std::string corrected = Workshop::read(mis::files::default_reject_file(file));
  for (std::size_t at = 0; (at = corrected.find(",x", at)) != std::string::npos;) corrected.replace(at, 2, ",2");
  corrected.replace(corrected.find("NMI9"), 4, "NMI0000002");
  const ImportOutcome second = shop.import(nem12_import(), shop.write("corrected.csv", corrected));
  CHECK(second.problems.empty());
  CHECK(second.summary.loaded == 2);
}

TEST_CASE("a file that was cut loads nothing of its last day") {
  Workshop& shop = example::small_county();
  std::string content = file_of(day_of("20260910", "1") + day_of("20260911", "1"));
  content.resize(content.size() - 5);  // without the 900 record and the end of the day before it
  const ImportOutcome outcome = shop.import_text(nem12_import(), content);
  CHECK(outcome.error == "meter_reading.nem12_end");
  CHECK(shop.count("SELECT COUNT(*) FROM meter_reading_interval_day WHERE day IN ('2026-09-10', '2026-09-11')") == 1);
}

TEST_CASE("the published NEM12 samples load, or say what is wrong with them") {
  const auto folder = fixture::source_folder().parent_path() / "shared" / "protocols" / "nem12";
  if (!std::filesystem::exists(folder)) {
    std::fprintf(stderr, "0 of 4 published NEM12 samples were tried: there is no folder %s\n", folder.c_str());
    return;
  }
  Workshop& shop = example::small_county();
  add_usage_point(shop, "VABD000163");
  add_usage_point(shop, "C123");

  const auto try_sample = [&](const char* name) {
    const auto copy = shop.write(name, Workshop::read(folder / name));
    return shop.import(nem12_import(), copy);
  };
  const ImportOutcome actual = try_sample("Example_NEM12_actual_interval.csv");
  CHECK(actual.summary.loaded == 2);
  CHECK(actual.problems.empty());

  const ImportOutcome lengths = try_sample("Example_NEM12_different_interval_length.csv");
  CHECK(lengths.summary.loaded == 2);
  CHECK(lengths.summary.ignored == 1);  // V1 counts volts

  const ImportOutcome incomplete = try_sample("Example_NEM12_incomplete_interval.csv");
  CHECK(incomplete.summary.loaded + incomplete.summary.unchanged == 3);
  CHECK(incomplete.problems == std::vector<std::string>{"line 3, column interval 1: expected 48 values of 30 minutes but found 0"});

  const ImportOutcome headless = try_sample("Example_NEM12_missing_header.csv");
  CHECK(headless.error == "meter_reading.nem12_header");
}
