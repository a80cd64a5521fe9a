// Years of money, seed by seed. WATTHOUR_SIM_SEEDS and WATTHOUR_SIM_FIRST choose how many and from where; a seed that breaks
// is printed and breaks again, but for the moment at which something was killed. WATTHOUR_SIM_GO_ON=1 goes on behind one that broke.
#include <catch2/catch.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "tests/sim/years.hpp"

namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace

TEST_CASE("years of money through every channel: every answer and every balance is what the auditor says") {
  const auto first = setting("WATTHOUR_SIM_FIRST", 1), seeds = setting("WATTHOUR_SIM_SEEDS", 12);
  const bool go_on = setting("WATTHOUR_SIM_GO_ON", 0) != 0;
  const auto begun = std::chrono::steady_clock::now();
  sim::Counts counts;
  std::uint64_t broken = 0;
  for (auto seed = first; seed < first + seeds; ++seed) {
    try {
      sim::Years years(seed);
      years.live();
      for (const auto& [what, number] : years.counts()) counts[what] += number;
    } catch (const std::exception& e) {
      ++broken;
      fmt::print("{}\n", e.what());
      if (!go_on) FAIL(e.what());
    }
    if ((seed - first) % 25 == 24) fmt::print("{} seeds, {} broken\n", seed - first + 1, broken);
    std::fflush(stdout);
  }
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  fmt::print("{} seeds from {} in {:.0f} s ({:.0f} a minute), {} broken:", seeds, first, seconds, 60.0 * static_cast<double>(seeds) / seconds, broken);
  for (const auto& [what, number] : counts) fmt::print(" {} {},", number, what);
  fmt::print("\n");
  CHECK(broken == 0);
  for (const char* what : {"receipts", "receipts taken back", "deposits", "company days closed", "channel payments", "channel reversals", "days reconciled", "differences settled", "settlements", "debits paid",
                           "debits returned", "receipts paid", "receipts assigned", "receipts taken away", "receipts proposed by hand", "approvals", "late charges given back", "bills of read meters", "meters changed", "dials over their end", "asked again", "balances", "verifications"}) {
    INFO(what);
    CHECK(counts[what] > 0);
  }
  if (seeds >= 9)
    for (const char* what : {"killed servers", "killed databases", "ISO payments approved", "ISO payments repeated", "ISO payments repeated after days", "ISO payments stale",
                             "ISO reversals approved", "ISO reversals unknown_original", "ISO broken messages", "ISO queries", "ISO totals", "ISO sign-offs", "ISO echoes", "files corrected"}) {
      INFO(what);
      CHECK(counts[what] > 0);
    }
}
