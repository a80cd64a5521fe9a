#include "modules/dunning/domain/rules.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace mis::dunning {

std::string_view name_of(Action action) {
  switch (action) {
    case Action::kSms: return "sms";
    case Action::kLetter: return "letter";
    case Action::kDisconnection: return "disconnection";
  }
  return "";
}

std::optional<Action> action_of(std::string_view name) {
  for (const auto action : {Action::kSms, Action::kLetter, Action::kDisconnection})
    if (name_of(action) == name) return action;
  return {};
}

std::vector<FieldError> complaints(std::span<const Rule> rules, std::span<const std::string_view> categories) {
  std::vector<FieldError> found;
  std::map<std::string, Rule, std::less<>> last;  // of each category
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto& rule = rules[i];
    const auto complain = [&](const char* field, std::string code, std::string message) { found.push_back({fmt::format("/rules/{}/{}", i, field), std::move(code), std::move(message)}); };
    if (rule.category != kOtherCategories && std::find(categories.begin(), categories.end(), rule.category) == categories.end())
      complain("category", "choice", fmt::format("expected a category or \"other\" but found \"{}\"", rule.category));
    if (rule.step < 1 || rule.step > 99) complain("step", "range", fmt::format("expected a step of 1 to 99 but found {}", rule.step));
    if (rule.days_after_due < 1 || rule.days_after_due > 3'650) complain("days_after_due", "range", fmt::format("expected 1 to 3650 days but found {}", rule.days_after_due));
    if (rule.minimum.value < 0) complain("minimum", "range", "expected an amount that is not negative but found a negative one");
    if (rule.action == Action::kDisconnection && rule.days_after_due < kLeastOverdueDays)
      complain("days_after_due", "too_early", fmt::format("expected no disconnection before {} days but found {}", kLeastOverdueDays, rule.days_after_due));
    const auto before = last.find(rule.category);
    if (before == last.end()) {
      if (rule.action == Action::kDisconnection) complain("action", "order", "expected a reminder before a disconnection but found none");
    } else {
      if (before->second.action == Action::kDisconnection) complain("step", "order", "expected nothing after a disconnection but found a step");
      if (rule.step <= before->second.step) complain("step", "order", fmt::format("expected a step above {} but found {}", before->second.step, rule.step));
      if (rule.days_after_due <= before->second.days_after_due)
        complain("days_after_due", "order", fmt::format("expected more than {} days but found {}", before->second.days_after_due, rule.days_after_due));
    }
    last.insert_or_assign(rule.category, rule);
  }
  if (!last.contains(kOtherCategories)) found.push_back({"/rules", "missing", "expected rules for \"other\", which all other categories go by, but found none"});
  return found;
}

std::vector<Rule> rules_of(std::span<const Rule> rules, std::string_view category) {
  const auto pick = [&](std::string_view wanted) {
    std::vector<Rule> picked;
    for (const auto& rule : rules)
      if (rule.category == wanted) picked.push_back(rule);
    return picked;
  };
  auto own = pick(category);
  return own.empty() ? pick(kOtherCategories) : own;
}

std::optional<Rule> next_step(std::span<const Rule> rules, const Debt& debt) {
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    if (rule->step <= debt.last_step) return {};
    if (rule->days_after_due > debt.days || debt.overdue < rule->minimum) continue;
    if (rule->action == Action::kDisconnection && (!debt.reminded || !debt.may_disconnect)) continue;
    return *rule;
  }
  return {};
}

}  // namespace mis::dunning
