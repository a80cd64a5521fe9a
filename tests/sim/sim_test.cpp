// Years of money, seed by seed. WATTHOUR_SIM_SEEDS and WATTHOUR_SIM_FIRST choose how many and from where; a seed that breaks
// is printed and breaks again.
#include <catch2/catch.hpp>

#include <cstdlib>

#include <fmt/format.h>

#include "tests/sim/years.hpp"

namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace

TEST_CASE("two years of money: every answer and every balance is what the auditor says") {
  const auto first = setting("WATTHOUR_SIM_FIRST", 1), seeds = setting("WATTHOUR_SIM_SEEDS", 25);
  sim::Years::Counts counts;
  for (auto seed = first; seed < first + seeds; ++seed) {
    sim::Years years(seed);
    REQUIRE_NOTHROW(years.live());
    counts += years.counts();
  }
  fmt::print("{} seeds: {} bills, {} payments ({} backdated, {} batches), {} repetitions, {} reversals, {} refusals, {} late charges given back, {} looks\n", seeds, counts.bills, counts.payments, counts.backdated, counts.batches,
             counts.repeated, counts.reversals, counts.refused, counts.given_back, counts.looks);
  CHECK(counts.payments > 0);
  CHECK(counts.reversals > 0);
  CHECK(counts.backdated > 0);
  CHECK(counts.given_back > 0);
}
