// Killed at any moment — the program or its database, while it makes the database, loads, calculates or issues — and
// started again until it is through: the books are those of a run that nobody disturbed.
#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <map>
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

// When to kill: so long after the start, or after the month has begun to be calculated or issued, which takes a small
// part of the whole.
struct Moment {
  bool while_billing;
  std::chrono::milliseconds after;
};

bool bills(const Program& program) {
  const auto output = program.output();
  return output.find("Calculating") != std::string::npos || output.find("Issuing") != std::string::npos;
}

// Starts the month and kills the victim at the moment. Returns what the program said last before; nothing where the
// month was through by then.
std::optional<std::string> run_and_kill(const CountyFolder& county, Victim victim, Moment moment) {
  Program program(county.month_once(), county.output());
  while (moment.while_billing && program.runs() && !bills(program)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (const auto end = std::chrono::steady_clock::now() + moment.after; std::chrono::steady_clock::now() < end;) {
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
  std::map<std::string, int> kills_by_stage;  // by the first word of what the program was about
  int kills = 0;
  while (kills < kKills) {
    const CountyFolder county;
    std::string story;
    for (int i = 0; i < kMostKillsOfOneCounty; ++i) {
      const auto victim = random() % 2 == 0 ? Victim::kProgram : Victim::kDatabase;
      const bool while_billing = random() % 2 == 0;
      const Moment moment{while_billing, std::chrono::milliseconds(random() % (while_billing ? longest_ms / 4 + 1 : longest_ms))};
      const auto killed_at = run_and_kill(county, victim, moment);
      if (!killed_at) break;
      ++kills;
      story += std::string(victim == Victim::kProgram ? "program" : "database") + " killed after " + std::to_string(moment.after.count()) + (while_billing ? " ms of billing" : " ms") + ", at: " + *killed_at + "\n";
      ++kills_by_stage[killed_at->substr(0, killed_at->find(' '))];
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
  std::string stages;
  for (const auto& [stage, count] : kills_by_stage) stages += " " + stage + " " + std::to_string(count);
  WARN("killed at:" << stages);
}
