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
  CHECK(first->logins.size() == 7);
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

TEST_CASE("killed again and again, the county still comes out whole", "[demo][store]") {
  fixture::FreshDatabase undisturbed, killed;
  REQUIRE(load_county(undisturbed.owner(), small_county(800), quiet_load()));

  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto endpoint = killed.owner().endpoint();
  int kills = 0;
  bool complete = false;
  for (int attempt = 0; attempt < 60 && !complete; ++attempt) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      db::Database own(endpoint);
      const auto loaded = load_county(own, small_county(800), quiet_load());
      _exit(loaded ? 0 : 1);
    }
    // Later attempts live longer, so that the end is reached whatever the machine does.
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 500 + 300 * static_cast<unsigned>(attempt)));
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == 0) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      ++kills;
    } else {
      REQUIRE(WIFEXITED(status));
      REQUIRE(WEXITSTATUS(status) == 0);
      complete = true;
    }
  }
  if (!complete) REQUIRE(load_county(killed.owner(), small_county(800), quiet_load()));
  CHECK(kills > 0);
  CHECK(fingerprint(killed.owner()) == fingerprint(undisturbed.owner()));
}
