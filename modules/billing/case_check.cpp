#include "modules/billing/case_check.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "mis/base/decimal.hpp"
#include "modules/tariffs/tariff_names.hpp"

namespace mis::billing {
namespace {

class Comparison {
 public:
  explicit Comparison(const BillingCase& c) : case_(c), expected_(*c.expectation) {}

  std::vector<std::string> run(const Bill& bill) {
    exceptions(bill);
    money("amount", expected_.amount, bill.totals.amount);
    money("export_amount", expected_.export_amount, bill.totals.export_amount);
    decimal("energy", expected_.energy, bill.totals.energy, 3);
    decimal("tier_energy_after", expected_.tier_energy_after, bill.totals.tier_energy_after, 3);
    if (expected_.lines) lines("line", *expected_.lines, bill, false);
    if (expected_.included) lines("included line", *expected_.included, bill, true);
    return std::move(found_);
  }

 private:
  void differ(const std::string& what, const std::string& expected, const std::string& found) {
    found_.push_back(fmt::format("{}: expected {} but found {}", what, expected, found));
  }

  void money(const std::string& what, const std::optional<Money>& expected, Money found) {
    if (expected && std::abs(found.value - expected->value) > expected_.tolerance.value)
      differ(what, format_yuan(*expected), format_yuan(found));
  }

  template <class T>
  void decimal(const std::string& what, const std::optional<T>& expected, T found, int scale) {
    if (expected && expected->value != found.value)
      differ(what, format_decimal(expected->value, scale, 0), format_decimal(found.value, scale, 0));
  }
  void number(const std::string& what, const std::optional<std::int64_t>& expected, std::int64_t found, int scale) {
    if (expected && *expected != found)
      differ(what, format_decimal(*expected, scale, 0), format_decimal(found, scale, 0));
  }
  void text(const std::string& what, const std::optional<std::string>& expected, const std::string& found) {
    if (expected && *expected != found) differ(what, *expected, found);
  }

  std::string name_of_point(std::int32_t index) const {
    if (index < 0) return "";
    return case_.usage_point_names[static_cast<std::size_t>(index)];
  }

  void exceptions(const Bill& bill) {
    std::string expected, found;
    for (const auto& e : expected_.exceptions) expected += fmt::format(" {}@{}", e.kind, e.usage_point);
    for (const auto& e : bill.exceptions)
      found += fmt::format(" {}@{}", billing::name_of(e.kind), name_of_point(e.usage_point));
    if (expected != found)
      differ("exceptions", expected.empty() ? "none" : expected.substr(1), found.empty() ? "none" : found.substr(1));
  }

  void lines(const char* what, const std::vector<ExpectedLine>& expected, const Bill& bill, bool included) {
    std::vector<const Line*> found;
    for (const Line& line : bill.lines)
      if (line.included() == included) found.push_back(&line);
    if (found.size() != expected.size())
      differ(fmt::format("number of {}s", what), std::to_string(expected.size()), std::to_string(found.size()));
    for (std::size_t i = 0; i < expected.size() && i < found.size(); ++i)
      line(fmt::format("{} {}", what, i + 1), expected[i], *found[i]);
  }

  void line(const std::string& what, const ExpectedLine& expected, const Line& found) {
    text(what + " kind", expected.kind, billing::name_of(found.kind));
    text(what + " period", expected.period, tariffs::word_of(tariffs::period_names(), found.period));
    text(what + " component", expected.component, tariffs::word_of(tariffs::component_names(), found.component));
    text(what + " usage_point", expected.usage_point, name_of_point(found.usage_point));
    number(what + " tier", expected.tier, found.tier, 0);
    number(what + " quantity", expected.quantity, found.quantity, 3);
    decimal(what + " price", expected.price, found.price, 8);
    number(what + " percent", expected.percent_bp, found.percent_bp, 2);
    number(what + " power_factor", expected.power_factor, found.power_factor, 2);
    number(what + " days", expected.days, found.days, 0);
    number(what + " of_days", expected.of_days, found.of_days, 0);
    money(what + " base", expected.base, found.base);
    money(what + " amount", expected.amount, found.amount);
  }

  const BillingCase& case_;
  const Expectation& expected_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> differences(const BillingCase& billing_case, const Bill& bill) {
  if (!billing_case.expectation) return {};
  return Comparison(billing_case).run(bill);
}

}  // namespace mis::billing
