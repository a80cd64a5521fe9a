// Seeded years of a small utility's money: bills, payments in every way, repetitions, reversals, lost answers.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/sim/auditor.hpp"
#include "tests/store/receivables/books.hpp"

namespace sim {

// Lives two years with one seed. Throws std::runtime_error that names the seed, the step and what differed.
class Years {
 public:
  explicit Years(std::uint64_t seed) : seed_(seed), random_(seed) {}
  void live();
  // What was done, for a report that nothing was left out.
  struct Counts {
    int bills = 0, payments = 0, backdated = 0, repeated = 0, reversals = 0, refused = 0, batches = 0, looks = 0, given_back = 0;
    Counts& operator+=(const Counts& more);
  };
  const Counts& counts() const { return counts_; }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }
  mis::Instant now();
  void step();
  void issue_month();
  void pay_one();
  void pay_batch();
  void repeat_one();
  void take_one_back();
  void change_order();
  void look();
  void balance();
  mis::receivables::Payment make_payment();
  Expected expect(const mis::receivables::Payment& payment);
  void compare(const Expected& expected, const mis::receivables::PaymentOutcome& outcome);
  [[noreturn]] void differ(const std::string& what);

  std::uint64_t seed_;
  std::mt19937_64 random_;
  books::Books books_;
  Auditor auditor_;
  mis::Date today_ = mis::Date::of(2025, 11, 2);
  std::int64_t moments_ = 0;  // later with each thing done, so that "newest" has one meaning
  int next_month_ = 202510;
  int steps_ = 0, references_ = 0;
  std::vector<std::string> references_in_order_;
  std::map<std::string, mis::receivables::PaymentId> ids_;
  std::map<std::string, mis::receivables::Payment> sent_;
  Counts counts_;
};

}  // namespace sim
