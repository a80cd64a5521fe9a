// How often an address may ask in a minute of the clock, counted before anything is done for it: where looking at a request costs more
// than sending it. Addresses have counts of their own, so none uses up another's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mis::payment_channels {

class AddressLimit {
 public:
  // `of` is what is asked for, a channel; each is counted apart.
  bool allows(std::int64_t of, std::string_view address, std::int64_t minute, int most) {
    const std::lock_guard lock(mutex_);
    // With very many addresses in a minute the counts begin anew, rather than to fill the memory.
    if (minute != minute_ || counts_.size() >= kMostAddresses) counts_.clear();
    minute_ = minute;
    return ++counts_[std::to_string(of) + '/' + std::string(address)] <= most;
  }

 private:
  static constexpr std::size_t kMostAddresses = 100'000;
  std::mutex mutex_;
  std::int64_t minute_ = 0;
  std::unordered_map<std::string, int> counts_;
};

}  // namespace mis::payment_channels
