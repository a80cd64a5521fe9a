// Payments of a channel that come at the same time, taken in one unit of work: what each costs beside its own rows is paid once for all.
// Internal to the module.
//
// Nobody waits for company: whoever comes while as many groups as may be are at work joins the next one. A group takes only what is
// plain: a new key, an account that exists and that nobody else works on just now, nothing that a rule forbids. Everything else, and
// every payment of a group that could not be taken as a whole, goes alone through ChannelService, which decides by the key, so that a
// payment is taken once whatever became of its group. Groups are of one channel: a bank that sends what spoils groups spoils its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>

#include "mis/observe/metrics.hpp"
#include "modules/payment_channels/service.hpp"

namespace mis::payment_channels {

class PaymentGroups {
 public:
  explicit PaymentGroups(const Services& services);

  // As ChannelService::pay, from many threads.
  Result<ItemAnswer> pay(const Channel& channel, const PayRequest& request);

 private:
  struct Waiting {
    const PayRequest& request;
    bool done = false;
    std::optional<ItemAnswer> answer;  // nothing: it has to go alone
    std::optional<Error> unknown;      // nobody knows whether it was taken in the group
    std::condition_variable woken;  // done, or foremost while a group may begin
  };
  struct Line {
    std::deque<Waiting*> waiting;
    int at_work = 0;  // groups
  };
  // Answers those that it took. Whatever it throws or does not answer was not taken, or nobody knows.
  void take(const Channel& channel, std::span<Waiting* const> group);

  Services services_;
  ChannelService service_;
  observe::Counter& groups_;
  observe::Counter& in_groups_;
  std::mutex mutex_;
  std::map<std::int64_t, Line> lines_;  // by channel
};

}  // namespace mis::payment_channels
