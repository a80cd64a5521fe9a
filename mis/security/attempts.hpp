// Wrong passwords in a row, and for how long they lock.
//
// Users' own counts stand in the database. Names that nobody has are counted here, in memory, by the same rule: else a
// locked answer would tell which names exist.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "mis/base/time.hpp"

namespace mis::security {

inline constexpr int kWrongInARow = 5;
inline constexpr std::int64_t kLockMinutes = 15;

// After one more wrong password: the new count, and the lock that it brings.
struct AttemptState {
  int failed = 0;
  std::optional<Instant> locked_until;
};
AttemptState after_wrong_password(int failed_before, Instant now);

class UnknownNames {
 public:
  // Until when this name is locked; nothing where it is not.
  std::optional<Instant> locked_until(const std::string& name, Instant now);
  std::optional<Instant> count_wrong(const std::string& name, Instant now);

 private:
  static constexpr std::size_t kMostNames = 10'000;  // then the oldest are forgotten: memory stays bounded
  struct Entry {
    AttemptState state;
    Instant last;
  };
  void forget_old();

  std::mutex mutex_;
  std::map<std::string, Entry> names_;
};

}  // namespace mis::security
