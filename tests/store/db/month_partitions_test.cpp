#include <catch2/catch.hpp>

#include "mis/db/month_partitions.hpp"
#include "tests/store/fixture.hpp"

using namespace mis;

namespace {

// The boundaries of a table's partitions, each the first month that its partition no longer holds.
std::string boundaries(db::Session& session, const std::string& table) {
  std::string list;
  for (auto rows = session.query("SELECT partition_description FROM information_schema.partitions WHERE table_schema = DATABASE() AND table_name = ? "
                                 "ORDER BY partition_ordinal_position", table); rows.next();)
    list += (list.empty() ? "" : " ") + rows.text(0);
  return list;
}

class MonthlyTable {
 public:
  MonthlyTable() : session_(database_.owner().lease()) {
    session_->run_raw("CREATE TABLE sample (billing_month INT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (billing_month, id)) COMMENT='month-partitioned: a sample' "
                      "PARTITION BY RANGE (billing_month) (PARTITION p202001 VALUES LESS THAN (202002))");
  }
  void ensure(int from, int to) { REQUIRE(db::ensure_month_partitions(*session_, {from}, {to})); }
  void write(int month) { session_->execute("INSERT INTO sample VALUES (?, 1)", BillingMonth{month}); }
  std::string now() { return boundaries(*session_, "sample"); }

 private:
  fixture::FreshDatabase database_;
  db::Database::Lease session_;
};

}  // namespace

TEST_CASE("each month has a partition of its own, whatever the order in which they are asked for") {
  MonthlyTable table;
  table.ensure(202609, 202611);
  CHECK(table.now() == "202002 202609 202610 202611 202612");  // what lies before is apart
  SECTION("again") { table.ensure(202609, 202611); CHECK(table.now() == "202002 202609 202610 202611 202612"); }
  SECTION("later ones, over the end of a year") { table.ensure(202611, 202701); CHECK(table.now() == "202002 202609 202610 202611 202612 202701 202702"); }
  SECTION("earlier ones are split off, though later months hold rows") {
    table.write(202609);
    table.ensure(202607, 202610);
    CHECK(table.now() == "202002 202607 202608 202609 202610 202611 202612");
    table.write(202607);
    table.ensure(202512, 202601);  // a gap stays whole
    CHECK(table.now() == "202002 202512 202601 202602 202607 202608 202609 202610 202611 202612");
  }
  SECTION("before everything") { table.ensure(201912, 201912); CHECK(table.now() == "201912 202001 202002 202609 202610 202611 202612"); }
  SECTION("a range that holds rows stays as it is") {
    table.write(202603);
    table.ensure(202605, 202609);
    CHECK(table.now() == "202002 202609 202610 202611 202612");
  }
}
