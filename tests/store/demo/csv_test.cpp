// The county through files: what the import makes of them is what the county loads directly.
#include <catch2/catch.hpp>

#include "db/demo/county_csv.hpp"
#include "mis/files/import.hpp"
#include "modules/administration/import.hpp"
#include "modules/billing/history_import.hpp"
#include "modules/customers/import.hpp"
#include "modules/meter_reading/import.hpp"
#include "modules/metering/import.hpp"
#include "modules/network/import.hpp"
#include "tests/store/demo/county_store.hpp"

using namespace mis;
using namespace mis::demo;
using county_example::fingerprint;
using county_example::quiet_load;
using county_example::small_county;

namespace {

class LateClock final : public Clock {
 public:
  Instant now() const override { return *Instant::parse("2026-11-02T01:00:00Z"); }
};

std::vector<files::ImportKind> kinds() {
  std::vector<files::ImportKind> all{administration::organisation_import()};
  const auto add = [&](std::vector<files::ImportKind> more) { for (auto& kind : more) all.push_back(std::move(kind)); };
  add(network::network_imports());
  all.push_back(meter_reading::route_import());
  add(customers::customer_imports());
  add(metering::metering_imports());
  all.push_back(meter_reading::reading_import());
  all.push_back(billing::history_import());
  return all;
}

files::ImportSummary import_one(db::Database& database, const CsvFile& file, std::vector<std::string>& rejected) {
  const LateClock clock;
  files::ImportContext context{database, clock, {}};  // the fixture has made the months' partitions
  for (const auto& kind : kinds()) {
    if (kind.name != file.kind) continue;
    files::ImportListener listener;
    listener.problem = [&](const files::Problem& problem, bool refused) { if (refused) rejected.push_back(file.kind + ": " + files::to_text(problem)); };
    const auto summary = files::import_file(context, kind, file.path, {}, listener);
    if (!summary) FAIL(file.kind << ": " << summary.error().message);
    return *summary;
  }
  FAIL("no import takes " << file.kind);
  return {};
}

void load_people_and_prices(db::Database& database, const County& county) {
  REQUIRE(database.transact([&](db::Session& session) -> Status {
    if (auto s = load_staff(session, county, quiet_load()); !s) return s;
    return load_county_tariffs(session, county);
  }));
}

}  // namespace

TEST_CASE("a county's files load to the same rows as the county itself", "[demo][store]") {
  fixture::FreshDatabase direct;
  const auto options = small_county(600);
  REQUIRE(load_county(direct.owner(), options, quiet_load()));
  const auto expected = fingerprint(direct.owner());
  const auto county = County::plan(options);
  REQUIRE(county);

  struct Form { const char* name; files::Encoding encoding; bool gzip; };
  for (const auto& form : {Form{"UTF-8", files::Encoding::kUtf8, false}, Form{"GB18030, gzip", files::Encoding::kGb18030, true}}) {
    INFO(form.name);
    const fixture::TemporaryFolder folder;
    fixture::FreshDatabase imported;
    const auto list = write_county_csv(folder.path() / "files", options, {form.encoding, form.gzip, true});
    if (!list) FAIL(list.error().message);
    REQUIRE(list->size() == 13);
    std::vector<std::string> rejected;
    for (const auto& file : *list) {
      // People belong to units and agreements to tariffs, and neither comes from a file here.
      if (file.kind == "routes") load_people_and_prices(imported.app(), *county);
      const auto summary = import_one(imported.app(), file, rejected);
      INFO(file.kind);
      CHECK(summary.read > 0);
      CHECK(summary.loaded == summary.read);
    }
    if (!rejected.empty()) FAIL(rejected.front());
    const auto found = fingerprint(imported.owner());
    for (const auto& [table, checksum] : expected) {
      INFO(table);
      CHECK(found.at(table) == checksum);
    }

    // Once more: nothing changes.
    for (const auto& file : *list) {
      const auto summary = import_one(imported.app(), file, rejected);
      INFO(file.kind);
      CHECK(summary.unchanged == summary.read);
    }
    CHECK(fingerprint(imported.owner()) == found);
  }
}
