#include "mis/security/attempts.hpp"

namespace mis::security {

AttemptState after_wrong_password(int failed_before, Instant now) {
  const int failed = failed_before + 1;
  if (failed < kWrongInARow) return {failed, {}};
  // The count begins anew, so that after the lock there are five attempts again.
  return {0, Instant{now.micros + kLockMinutes * 60 * 1'000'000}};
}

std::optional<Instant> UnknownNames::locked_until(const std::string& name, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto it = names_.find(name);
  if (it == names_.end() || !it->second.state.locked_until || *it->second.state.locked_until <= now) return {};
  return it->second.state.locked_until;
}

std::optional<Instant> UnknownNames::count_wrong(const std::string& name, Instant now) {
  const std::lock_guard lock(mutex_);
  if (names_.size() >= kMostNames && !names_.contains(name)) forget_old();
  Entry& entry = names_[name];
  entry.state = after_wrong_password(entry.state.failed, now);
  entry.last = now;
  return entry.state.locked_until;
}

// Half of them at once, so that a flood of names does not search the map for each.
void UnknownNames::forget_old() {
  std::multimap<Instant, std::string> by_age;
  for (const auto& [name, entry] : names_) by_age.emplace(entry.last, name);
  std::size_t left = kMostNames / 2;
  for (const auto& [last, name] : by_age) {
    if (left-- == 0) break;
    names_.erase(name);
  }
}

}  // namespace mis::security
