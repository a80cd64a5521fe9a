// Who is reminded when, and how: the steps of dunning by category and age of the debt. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"

namespace mis::dunning {

enum class Action : std::uint8_t { kSms = 1, kLetter = 2, kDisconnection = 3 };  // the numbers are stored
std::string_view name_of(Action action);  // "sms", "letter", "disconnection"
std::optional<Action> action_of(std::string_view name);

// Rules of this category are for every category that has none of its own.
inline constexpr std::string_view kOtherCategories = "other";

// Regulations on power supply and use (电力供应与使用条例) art. 39: supply may be cut where a bill is unpaid for more than 30 days.
inline constexpr int kLeastOverdueDays = 30;

struct Rule {
  std::string category;
  int step = 1;            // 1 to 99; what was sent is known by it, so a step keeps its number
  int days_after_due = 1;  // of the oldest bill that is overdue
  Action action = Action::kSms;
  Money minimum;           // of everything overdue, late charges included
  bool operator==(const Rule&) const = default;
};

// Complaints about a set of rules; empty where it is good. Steps of a category go up in number and days; a disconnection comes
// last, after a reminder, and not before 30 days; rules for "other" are there.
std::vector<FieldError> complaints(std::span<const Rule> rules, std::span<const std::string_view> categories);

// The rules of a category, or those of "other", by step. The spans' rules are sorted by category and step.
std::vector<Rule> rules_of(std::span<const Rule> rules, std::string_view category);

// What an account has overdue, and what has happened about it since its oldest open bill fell due.
struct Debt {
  Money overdue;
  int days = 0;          // since the due day of its oldest bill
  int last_step = 0;     // the highest step taken about that bill; 0: none
  bool reminded = false; // a reminder was sent about it
  bool may_disconnect = true;
};

// The step to take now: the highest one whose time has come and that was not taken. Steps that were missed (no run for a
// week) are not made up for, so that nobody gets three messages in a day; but there is no disconnection without a reminder.
std::optional<Rule> next_step(std::span<const Rule> rules, const Debt& debt);

// Monday of a day's week: contacts are counted by calendar weeks.
constexpr Date week_of(Date day) {
  const int weekday = ((day.days + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  return day + -weekday;
}

}  // namespace mis::dunning
