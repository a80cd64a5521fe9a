// Which step of dunning an account has reached.
#include <catch2/catch.hpp>

#include <array>

#include "modules/dunning/domain/rules.hpp"

using namespace mis;
using namespace mis::dunning;

namespace {

constexpr std::array<std::string_view, 2> kCategories = {"residential", "general"};

const std::vector<Rule> kRules = {{"other", 1, 1, Action::kSms, {100}}, {"other", 2, 7, Action::kSms, {100}}, {"other", 3, 15, Action::kLetter, {1'000}}, {"other", 4, 30, Action::kDisconnection, {5'000}}};

int step(Debt debt) {
  const auto rule = next_step(kRules, debt);
  return rule ? rule->step : 0;
}

std::vector<std::string> wrong(std::vector<Rule> rules) {
  std::vector<std::string> found;
  for (const auto& error : complaints(rules, kCategories)) found.push_back(error.pointer + " " + error.code);
  return found;
}

}  // namespace

TEST_CASE("each step is taken on its day and once") {
  CHECK(step({{10'000}, 0, 0, false, true}) == 0);
  CHECK(step({{10'000}, 1, 0, false, true}) == 1);
  CHECK(step({{10'000}, 6, 1, true, true}) == 0);
  CHECK(step({{10'000}, 7, 1, true, true}) == 2);
  CHECK(step({{10'000}, 14, 2, true, true}) == 0);
  CHECK(step({{10'000}, 15, 2, true, true}) == 3);
  CHECK(step({{10'000}, 30, 3, true, true}) == 4);
  CHECK(step({{10'000}, 300, 4, true, true}) == 0);
}

TEST_CASE("steps that were missed are not made up for") {
  CHECK(step({{10'000}, 20, 0, false, true}) == 3);  // one letter, not two messages and a letter
  CHECK(step({{10'000}, 20, 3, true, true}) == 0);
}

TEST_CASE("no disconnection without a reminder, nor after somebody has decided against it") {
  CHECK(step({{10'000}, 40, 0, false, true}) == 3);
  CHECK(step({{10'000}, 40, 3, true, true}) == 4);
  CHECK(step({{10'000}, 40, 3, true, false}) == 0);
}

TEST_CASE("small debts get only the steps that are meant for them") {
  CHECK(step({{99}, 40, 0, false, true}) == 0);
  CHECK(step({{100}, 40, 0, false, true}) == 2);
  CHECK(step({{999}, 40, 2, true, true}) == 0);
  CHECK(step({{4'999}, 40, 2, true, true}) == 3);
}

TEST_CASE("a category has its own rules or those of all others") {
  auto rules = kRules;
  rules.push_back({"general", 1, 3, Action::kLetter, {0}});
  CHECK(rules_of(rules, "general") == std::vector<Rule>{rules.back()});
  CHECK(rules_of(rules, "residential") == kRules);
}

TEST_CASE("rules that do not fit together are named one by one") {
  CHECK(wrong(kRules).empty());
  CHECK(wrong({}) == std::vector<std::string>{"/rules missing"});
  CHECK(wrong({{"other", 1, 1, Action::kSms, {0}}, {"castle", 1, 1, Action::kSms, {0}}}) == std::vector<std::string>{"/rules/1/category choice"});
  CHECK(wrong({{"other", 2, 5, Action::kSms, {0}}, {"other", 1, 5, Action::kSms, {0}}}) == std::vector<std::string>{"/rules/1/step order", "/rules/1/days_after_due order"});
  CHECK(wrong({{"other", 1, 1, Action::kSms, {0}}, {"other", 2, 29, Action::kDisconnection, {0}}}) == std::vector<std::string>{"/rules/1/days_after_due too_early"});
  CHECK(wrong({{"other", 1, 30, Action::kDisconnection, {0}}}) == std::vector<std::string>{"/rules/0/action order"});
  CHECK(wrong({{"other", 1, 1, Action::kSms, {0}}, {"other", 2, 30, Action::kDisconnection, {0}}, {"other", 3, 31, Action::kSms, {0}}}) == std::vector<std::string>{"/rules/2/step order"});
  CHECK(wrong({{"other", 100, 1, Action::kSms, {-1}}}) == std::vector<std::string>{"/rules/0/step range", "/rules/0/minimum range"});
}

TEST_CASE("a week begins on Monday") {
  CHECK(week_of(Date::of(2026, 11, 23)) == Date::of(2026, 11, 23));  // a Monday
  CHECK(week_of(Date::of(2026, 11, 29)) == Date::of(2026, 11, 23));
  CHECK(week_of(Date::of(2026, 11, 30)) == Date::of(2026, 11, 30));
  CHECK(week_of(Date::of(1969, 12, 31)) == Date::of(1969, 12, 29));
}
