// A bank at the door of the handmade books: a clock to set, a channel to pay through, and the sums that must come out.
#pragma once

#include <atomic>
#include <chrono>
#include <future>

#include "mis/observe/metrics.hpp"
#include "modules/payment_channels/payment_channels.hpp"
#include "modules/payment_channels/service.hpp"
#include "tests/store/receivables/books.hpp"

namespace books {

class SetClock final : public mis::Clock {
 public:
  mis::Instant now() const override { return {micros_.load()}; }
  void set(const char* text) { micros_ = mis::Instant::parse(text)->micros; }

 private:
  std::atomic<std::int64_t> micros_{mis::Instant::parse("2026-11-22T10:00:00+08:00")->micros};  // set while others wait for a lock
};

// Account 11 owes 100 yuan since 12 October and 50 yuan since 12 November, account 12 owes 80 yuan since 12 November; with late
// charges 155.10 and 81.00 on 22 November 2026, ten in the morning, which is now.
class ChannelBooks : public Books {
 public:
  explicit ChannelBooks(const char* profile = kBankProfile);

  static constexpr const char* kBankProfile = R"({"transport": "rest", "cut_off": "23:00"})";

  mis::payment_channels::Channel make_channel(const std::string& code, const char* profile);
  mis::payment_channels::PayRequest request(const std::string& key, std::int64_t account, int amount_fen);
  mis::payment_channels::ItemAnswer pay(const std::string& key, std::int64_t account, int amount_fen);
  mis::payment_channels::ItemAnswer pay(const mis::payment_channels::PayRequest& request);
  mis::payment_channels::ItemAnswer reverse(const std::string& original_key, const std::string& own_key = "");
  // Money of the channel that is in transit, by the ledger.
  mis::Money in_transit();
  // Items of the channel with this state.
  std::int64_t items(const char* state);
  // Returns when a transaction waits for a lock with a statement like this, or when the other thread has ended without waiting.
  template <class Future>
  void until_it_waits(Future& other, const char* statement);
  // What every verification says, that of channels too.
  std::vector<std::string> all_differences();

  SetClock clock;
  mis::observe::Metrics metrics;
  mis::Services services;
  mis::payment_channels::ChannelService service;
  mis::payment_channels::Channel bank;
};

template <class Future>
void ChannelBooks::until_it_waits(Future& other, const char* statement) {
  auto s = owner().lease();
  // InnoDB shows its list of transactions anew only to one who has not looked for a tenth of a second.
  while (!s->query("SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE ?", statement).next() &&
         other.wait_for(std::chrono::milliseconds(150)) != std::future_status::ready) {}
}

}  // namespace books
