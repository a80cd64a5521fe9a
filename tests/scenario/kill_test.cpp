// Killed at any moment — the program or its database, while it makes the database, loads, calculates or issues — and
// started again until it is through: the books are those of a run that nobody disturbed.
#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <random>
#include <thread>

#include "tests/scenario/books.hpp"
#include "tests/scenario/county.hpp"

using namespace scenario;

namespace {

constexpr int kKills = 30;
constexpr int kMostKillsOfOneCounty = 6;

// WATTHOUR_SEED repeats a run that failed.
std::uint64_t seed() {
  if (const char* given = std::getenv("WATTHOUR_SEED")) return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of("\r\n ");
  if (end == std::string::npos) return "(nothing yet)";
  const auto begin = text.find_last_of("\r\n", end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1, end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

enum class Victim { kProgram, kDatabase };

// Starts the month and kills the victim after the time. Returns what the program said last before; nothing where the
// month was through by then.
std::optional<std::string> run_and_kill(const CountyFolder& county, Victim victim, std::chrono::milliseconds after) {
  Program program(county.month_once(), county.output());
  for (const auto end = std::chrono::steady_clock::now() + after; std::chrono::steady_clock::now() < end;) {
    if (!program.runs()) {
      INFO(program.output());
      REQUIRE(program.wait(1) == kGood);
      return std::nullopt;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const auto said = last_line(program.output());
  const auto database = database_pid(county.data());
  if (victim == Victim::kProgram || !process_exists(database)) {
    program.send(SIGKILL);
    program.wait(10);
  } else {
    kill(database, SIGKILL);
    const auto exit = program.wait(120);
    INFO("the database was killed; mis said:\n" << program.output());
    // It ends by itself, with a reason, and not by a crash. Right at the end it may have been through already.
    CHECK(exit.signal == 0);
    if (exit.code != 0) CHECK(program.output().find("database") != std::string::npos);
  }
  return said;
}

}  // namespace

TEST_CASE("a month that was killed many times ends with the books of an undisturbed one", "[kill]") {
  const CountyFolder undisturbed;
  const auto reference_run = undisturbed.run_month();
  INFO(reference_run.output);
  REQUIRE(reference_run.exit == kGood);
  const auto reference = books_in(undisturbed.data());
  REQUIRE(reference.at("issued runs").substr(0, 6) == "1 rows");

  const auto start = seed();
  WARN("seed " << start << "; an undisturbed month takes " << reference_run.seconds << " s");
  std::mt19937_64 random(start);
  // Half of what the whole takes: a county is then killed several times on its way, each time a little further on.
  const auto longest_ms = static_cast<std::uint64_t>(reference_run.seconds * 500) + 1;
  int kills = 0;
  while (kills < kKills) {
    const CountyFolder county;
    std::string story;
    for (int i = 0; i < kMostKillsOfOneCounty; ++i) {
      const auto victim = random() % 2 == 0 ? Victim::kProgram : Victim::kDatabase;
      const auto after = std::chrono::milliseconds(random() % longest_ms);
      const auto killed_at = run_and_kill(county, victim, after);
      if (!killed_at) break;
      ++kills;
      story += std::string(victim == Victim::kProgram ? "program" : "database") + " killed after " + std::to_string(after.count()) + " ms, at: " + *killed_at + "\n";
    }
    CAPTURE(start, story);
    const auto last = county.run_month();
    INFO(last.output);
    REQUIRE(last.exit == kGood);
    CHECK(books_in(county.data()) == reference);
    const auto verified = county.verify();
    INFO(verified.output);
    CHECK(verified.exit == kGood);
  }
}
