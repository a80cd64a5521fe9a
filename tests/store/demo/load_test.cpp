// Loading a county: once, twice, on another one, and killed in the middle.
#include <catch2/catch.hpp>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <thread>

#include "tests/store/demo/county_store.hpp"

using namespace mis;
using namespace mis::demo;
using county_example::fingerprint;
using county_example::quiet_load;
using county_example::small_county;

TEST_CASE("a county loads once, and a second time changes nothing", "[demo][store]") {
  fixture::FreshDatabase database;
  auto load = quiet_load();
  int last_percent = -1;
  std::int64_t last_rows = -1;
  load.progress = [&](const LoadProgress& p) {
    CHECK(p.rows >= last_rows);
    last_rows = p.rows;
    if (p.stage == "routes") last_percent = p.percent;
  };
  const auto first = load_county(database.owner(), small_county(600), load);
  if (!first) FAIL(first.error().message);
  CHECK_FALSE(first->already_there);
  CHECK(last_percent == 100);
  CHECK(first->customers == 600);
  CHECK(first->accounts == 601);
  CHECK(first->logins.size() == 14);
  CHECK(first->readings > 14 * 580);
  const auto before = fingerprint(database.owner());

  const auto second = load_county(database.owner(), small_county(600), load);
  REQUIRE(second);
  CHECK(second->already_there);
  CHECK(second->readings == first->readings);
  CHECK(second->months_billed == first->months_billed);
  CHECK(fingerprint(database.owner()) == before);

  auto other = small_county(600);
  other.seed = 42;
  const auto refused = load_county(database.owner(), other, load);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "demo.other_county");
  CHECK(fingerprint(database.owner()) == before);
}

TEST_CASE("the number of threads does not show in the database", "[demo][store]") {
  fixture::FreshDatabase one, three;
  auto load = quiet_load();
  load.threads = 1;
  REQUIRE(load_county(one.owner(), small_county(500), load));
  load.threads = 3;
  REQUIRE(load_county(three.owner(), small_county(500), load));
  CHECK(fingerprint(one.owner()) == fingerprint(three.owner()));
}

TEST_CASE("a database with somebody's accounts is left alone", "[demo][store]") {
  fixture::FreshDatabase database;
  auto lease = database.owner().lease();
  customers::Account account;
  account.account_id = {1};
  account.account_no = make_account_no(7);
  account.customer_id = {1};
  account.org_id = {1};
  account.route_id = {1};
  account.opened_on = Date::of(2020, 1, 1);
  customers::load_accounts(*lease, std::span(&account, 1));
  const auto refused = load_county(database.owner(), small_county(500), quiet_load());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "demo.not_empty");
}

namespace {

std::int64_t shards_done(db::Database& database) {
  auto count = database.read([](db::Session& session) -> Result<std::int64_t> {
    auto rows = session.query("SELECT COUNT(*) FROM demo_county_shard");
    return rows.next() ? rows.i64(0) : 0;
  });
  REQUIRE(count);
  return *count;
}

// Loads in a process of its own and kills it a moment after so many more shards are done. True where it ended by itself.
bool load_and_kill(db::Database& database, const CountyOptions& options, std::int64_t more_shards, std::chrono::microseconds moment) {
  const auto wanted = shards_done(database) + more_shards;
  const auto endpoint = database.endpoint();
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    db::Database own(endpoint);
    const auto loaded = load_county(own, options, quiet_load());
    _exit(loaded ? 0 : 1);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (shards_done(database) < wanted) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    std::this_thread::sleep_for(moment);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    break;
  }
  if (WIFSIGNALED(status)) return false;
  REQUIRE(WEXITSTATUS(status) == 0);
  return true;
}

}  // namespace

TEST_CASE("killed again and again, the county still comes out whole", "[demo][store]") {
  const auto options = small_county(800);
  fixture::FreshDatabase undisturbed, killed;
  REQUIRE(load_county(undisturbed.owner(), options, quiet_load()));

  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  int kills = 0;
  while (!load_and_kill(killed.owner(), options, 1 + random() % 3, std::chrono::microseconds(random() % 4'000))) ++kills;
  CHECK(kills >= 1);
  const auto found = fingerprint(killed.owner());
  for (const auto& [table, checksum] : fingerprint(undisturbed.owner())) {
    INFO(table);
    CHECK(found.at(table) == checksum);
  }
}
