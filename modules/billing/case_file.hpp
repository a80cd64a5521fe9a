// A billing case as a file: tariffs, account, usage points and readings of one month, enough to bill it without a
// database. The format of tests/cases/*.case.json and of `mis quote`; tests/cases/README.md documents it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"
#include "modules/billing/domain/calculate.hpp"

namespace mis::billing {

// What a case expects of its lines: only the fields that it names are compared.
struct ExpectedLine {
  std::optional<std::string> kind, period, component, usage_point;
  std::optional<std::int64_t> tier, quantity, percent_bp, days, of_days, power_factor;
  std::optional<Price> price;
  std::optional<Money> amount, base;
};

struct ExpectedException {
  std::string kind;
  std::string usage_point;  // empty: the account
};

struct Expectation {
  std::optional<Money> amount, export_amount;
  Money tolerance;
  std::optional<Energy> energy, tier_energy_after;
  std::optional<std::vector<ExpectedLine>> lines;     // every line that is no of-which line, in order
  std::optional<std::vector<ExpectedLine>> included;  // every of-which line, in order
  std::vector<ExpectedException> exceptions;          // all of them; none expected where the case names none
};

// Owns everything that the AccountInput points to.
class BillingCase {
 public:
  std::string title;
  std::string source;
  std::string reason;
  std::optional<Expectation> expectation;
  std::vector<std::string> usage_point_names;

  // Valid while this case lives and is not moved.
  const AccountInput& input() const { return input_; }

  struct Data;
  explicit BillingCase(std::unique_ptr<Data> data);
  BillingCase(BillingCase&&) noexcept;
  BillingCase& operator=(BillingCase&&) noexcept;
  ~BillingCase();

 private:
  std::unique_ptr<Data> data_;
  AccountInput input_;
};

// All mistakes at once, each with pointer and "expected … but …". `reference` are tariffs that the case may name by
// code
// ({"reference": "ZJ-RES"}) instead of spelling them out.
Result<BillingCase> parse_case(std::string_view json_text, std::span<const Tariff> reference);

}  // namespace mis::billing
