#include <signal.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>
#include <thread>

#include "mis/db/bulk_writer.hpp"
#include "tests/store/fixture.hpp"

using namespace mis;
using mis::db::DbError;
using mis::db::Session;

namespace {

std::int64_t count(Session& s, std::string_view sql) {
  auto rows = s.query(sql);
  rows.next();
  return rows.i64(0);
}

}  // namespace

TEST_CASE("parameters and columns keep their values exactly") {
  fixture::FreshDatabase database;
  auto s = database.owner().lease();
  s->run_raw("CREATE TABLE sample (id BIGINT PRIMARY KEY, word VARCHAR(60), day DATE, at DATETIME(6), gone BIGINT NULL)");
  const auto at = *Instant::parse("2026-10-31T15:59:59.123456Z");
  s->execute("INSERT INTO sample VALUES (?, ?, ?, ?, ?)", INT64_MIN, "电费 'quoted' \\ \"", Date::of(2026, 2, 28), at, nullptr);
  auto rows = s->query("SELECT id, word, day, at, gone FROM sample WHERE id = ?", INT64_MIN);
  REQUIRE(rows.next());
  CHECK(rows.i64(0) == INT64_MIN);
  CHECK(rows.text(1) == "电费 'quoted' \\ \"");
  CHECK(rows.date(2) == Date::of(2026, 2, 28));
  CHECK(rows.instant(3) == at);
  CHECK(rows.is_null(4));
  CHECK_THROWS_AS(rows.i64(4), DbError);
  CHECK_FALSE(rows.next());
}

TEST_CASE("bulk rows arrive whole, in both ways of sending them") {
  fixture::FreshDatabase database;
  auto s = database.owner().lease();
  s->run_raw("CREATE TABLE sample (id BIGINT PRIMARY KEY, word VARCHAR(60) NULL, points BLOB NOT NULL)");
  const bool by_insert = GENERATE(false, true);
  CAPTURE(by_insert);
  if (by_insert) s->note_local_infile_forbidden();
  const std::string bytes("\x00\xff\t\n\\\x80", 6);
  db::BulkWriter writer("sample", {"id", "word", "points"});
  for (int i = 0; i < 1203; ++i) {
    writer.add(i);
    if (i % 2) writer.add("行\t\n\\N"); else writer.add_null();
    writer.add(std::string_view(bytes)).end_row();
  }
  CHECK(writer.flush(*s) == 1203);
  CHECK(count(*s, "SELECT COUNT(*) FROM sample WHERE word IS NULL") == 602);
  auto rows = s->query("SELECT word, points FROM sample WHERE id = 1");
  REQUIRE(rows.next());
  CHECK(rows.text(0) == "行\t\n\\N");
  CHECK(rows.text(1) == bytes);

  SECTION("a key that exists is an error, not a lost row") {
    s->begin();
    writer.add(5000).add("x").add("y").end_row();
    writer.add(7).add("again").add("y").end_row();
    CHECK_THROWS_AS(writer.flush(*s), DbError);
    s->rollback();
    CHECK(count(*s, "SELECT COUNT(*) FROM sample") == 1203);
  }
  SECTION("a value that does not fit is an error, not a bent value") {
    s->begin();
    writer.add(5000).add(std::string(61, 'x')).add("y").end_row();
    CHECK_THROWS_AS(writer.flush(*s), DbError);
    s->rollback();
  }
  SECTION("a row with another number of fields is a mistake of the code") {
    writer.add(1);
    CHECK_THROWS_AS(writer.end_row(), std::logic_error);
  }
}

TEST_CASE("a unit of work commits a good result and nothing else") {
  fixture::FreshDatabase database;
  auto& db = database.owner();
  db.lease()->run_raw("CREATE TABLE sample (id BIGINT PRIMARY KEY)");
  CHECK(db.transact([](Session& s) { s.execute("INSERT INTO sample VALUES (1)"); return ok(); }));
  const auto refused = db.transact([](Session& s) -> Status {
    s.execute("INSERT INTO sample VALUES (2)");
    return conflict("sample.no", "expected otherwise");
  });
  CHECK(refused.error().code == "sample.no");
  const auto duplicate = db.transact([](Session& s) { s.execute("INSERT INTO sample VALUES (1)"); return ok(); });
  CHECK(duplicate.error().code == "db.duplicate");
  CHECK(count(*db.lease(), "SELECT COUNT(*) FROM sample") == 1);
}

TEST_CASE("a session that is given back in the middle of a unit of work holds nothing any more") {
  fixture::FreshDatabase database;
  auto one = database.owner().lease();
  one->run_raw("CREATE TABLE left_open (id INT PRIMARY KEY)");
  try {
    auto session = database.owner().lease();
    session->begin();
    session->execute("INSERT INTO left_open VALUES (1)");
    throw std::runtime_error("left");
  } catch (const std::runtime_error&) {}
  CHECK_FALSE(one->query("SELECT 1 FROM left_open WHERE id = 1 FOR UPDATE NOWAIT").next());
}

TEST_CASE("a deadlock repeats the whole unit of work") {
  fixture::FreshDatabase database;
  auto& db = database.owner();
  db.lease()->run_raw("CREATE TABLE sample (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)");
  db.lease()->run_raw("INSERT INTO sample VALUES (1, 0), (2, 0)");
  std::atomic<int> runs{0};
  const auto work = [&](int first, int second) {
    for (int i = 0; i < 50; ++i) {
      const auto status = db.transact([&](Session& s) {
        ++runs;
        s.execute("UPDATE sample SET n = n + 1 WHERE id = ?", first);
        s.execute("UPDATE sample SET n = n + 1 WHERE id = ?", second);
        return ok();
      });
      REQUIRE(status);
    }
  };
  std::thread other(work, 2, 1);
  work(1, 2);
  other.join();
  CHECK(count(*db.lease(), "SELECT CAST(SUM(n) AS SIGNED) FROM sample") == 200);
  CHECK(runs >= 100);
}

TEST_CASE("a lost connection is replaced and the work repeated; the transaction is not") {
  fixture::FreshDatabase database;
  auto& db = database.owner();
  db.lease()->run_raw("CREATE TABLE sample (id BIGINT PRIMARY KEY)");
  int runs = 0;
  const auto status = db.transact([&](Session& s) {
    s.execute("INSERT INTO sample VALUES (?)", ++runs);
    if (runs == 1) {
      const auto id = count(s, "SELECT CONNECTION_ID()");
      Session(db.endpoint()).run_raw("KILL CONNECTION " + std::to_string(id));
    }
    s.execute("INSERT INTO sample VALUES (?)", 100 + runs);
    return ok();
  });
  CHECK(status);
  CHECK(runs == 2);
  CHECK(count(*db.lease(), "SELECT COUNT(*) FROM sample") == 2);
  CHECK(db.stats().lost_sessions >= 1);
}

TEST_CASE("the application may not rewrite what is append-only") {
  fixture::FreshDatabase database;
  auto s = database.app().lease();
  for (const char* sql : {"UPDATE ledger_posting SET amount_fen = 0", "DELETE FROM ledger_posting", "DELETE FROM security_audit",
                          "UPDATE meter_reading_reading SET total_e4 = 0", "DELETE FROM mis_migration", "DROP TABLE jobs_job"}) {
    CAPTURE(sql);
    try {
      s->execute(sql);
      FAIL("was allowed");
    } catch (const DbError& e) {
      CHECK(e.kind() == DbError::Kind::kDenied);
    }
  }
  CHECK(s->execute("DELETE FROM jobs_shard") == 0);
}

TEST_CASE("a migration that changed, failed half-way or is from the future is told apart") {
  fixture::FreshDatabase database;
  auto s = database.owner().lease();
  fixture::TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& text) { std::ofstream(folder.path() / name) << text; };
  for (const auto& entry : std::filesystem::directory_iterator(fixture::source_folder() / "db" / "migrations"))
    std::filesystem::copy(entry.path(), folder.path() / entry.path().filename());
  const auto run = [&] {
    auto list = db::read_migrations(folder.path());
    REQUIRE(list);
    return db::migrate(*s, *list);
  };
  CHECK(run()->applied == 0);

  write("29990101T0000__test__two_steps.sql", "CREATE TABLE first_step (id INT);\nCREATE TABEL second_step (id INT);\n");
  const auto failed = run();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("statement 2 of 2") != std::string::npos);
  write("29990101T0000__test__two_steps.sql", "CREATE TABLE first_step (id INT);\nCREATE TABLE second_step (id INT);\n");
  CHECK(run()->applied == 1);  // goes on behind the first statement, which is done

  // Killed between a statement and the note that it is done: the statement is there, the note is not.
  s->execute("UPDATE mis_migration SET finished = 0, statements_done = 1 WHERE name = '29990101T0000__test__two_steps'");
  CHECK(run()->applied == 1);

  write("29990101T0000__test__two_steps.sql", "CREATE TABLE other (id INT);\n");
  CHECK(run().error().code == "db.migration_changed");
  std::filesystem::remove(folder.path() / "29990101T0000__test__two_steps.sql");
  CHECK(run().error().code == "db.schema_newer");
  write("2999__wrong.sql", "SELECT 1;\n");
  CHECK(db::read_migrations(folder.path()).error().code == "db.migration_name");
}

TEST_CASE("a server whose mis was killed is found again with everything that was committed") {
  fixture::TemporaryFolder folder;
  const auto endpoint = [&] {
    db::PrivateServer server({.folder = folder.path(), .buffer_pool_mb = 64});
    CHECK(server.timing().install_s > 0);
    Session s(server.owner());
    s.run_raw("CREATE TABLE sample (id BIGINT PRIMARY KEY)");
    s.execute("INSERT INTO sample VALUES (1)");
    kill(server.pid(), SIGKILL);
    return server.owner();
  }();
  db::PrivateServer again({.folder = folder.path(), .buffer_pool_mb = 64});
  CHECK(again.timing().install_s == 0);
  Session s(again.owner());
  CHECK(count(s, "SELECT COUNT(*) FROM sample") == 1);

  REQUIRE(db::grant_app_rights(s, "watthour", "watthour_app", "localhost"));
  db::PrivateServer joined({.folder = folder.path(), .buffer_pool_mb = 64});  // a second mis on the same folder
  CHECK(joined.pid() == -1);
  Session other(joined.app());
  CHECK(count(other, "SELECT 1") == 1);
}
