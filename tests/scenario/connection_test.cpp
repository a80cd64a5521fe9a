// The database closes our connections in the middle of the work, again and again: sessions are replaced, the shard in
// hand is done again, and the month comes out the same.
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "mis/db/private_server.hpp"
#include "tests/scenario/books.hpp"
#include "tests/scenario/county.hpp"

using namespace scenario;

namespace {

// Closes every connection but this one; returns how many.
int close_connections(mis::db::Session& session) {
  std::vector<std::int64_t> others;
  for (auto rows = session.query("SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND db = 'watthour'"); rows.next();)
    others.push_back(rows.i64(0));
  int closed = 0;
  for (const auto id : others) {
    try {
      closed += session.run_raw("KILL CONNECTION " + std::to_string(id)) >= 0 ? 1 : 0;
    } catch (const mis::db::DbError&) {  // it has gone by itself in between
    }
  }
  return closed;
}

}  // namespace

TEST_CASE("lost connections in the middle of a month cost nothing but time", "[connection]") {
  const CountyFolder undisturbed, county;
  REQUIRE(undisturbed.run_month().exit == kGood);

  // The database is made first, so that there are connections to lose from the start.
  { mis::db::PrivateServer made({.folder = county.data(), .buffer_pool_mb = 128}); }
  int closed = 0;
  {
    Program program(county.month_once(), county.output());
    while (database_pid(county.data()) == 0 && program.runs()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    mis::db::PrivateServer joined({.folder = county.data(), .buffer_pool_mb = 128});
    mis::db::Session session(joined.owner());
    for (int i = 0; i < 8 && program.runs(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
      try {
        closed += close_connections(session);
      } catch (const mis::db::DbError&) {  // the month is through and its database stops
        break;
      }
    }
    program.wait(120);
  }
  CHECK(closed > 0);
  // Whatever the program was doing, it went on or it stopped with a reason; started again, it ends well.
  const auto again = county.run_month();
  INFO(again.output);
  REQUIRE(again.exit == kGood);
  CHECK(books_in(county.data()) == books_in(undisturbed.data()));
  CHECK(county.verify().exit == kGood);
}
