// A bank that does nothing wrong: its customers pay bills on a business day, over several lines at once, and in the evening it writes
// the file of the day. For demonstrations and measurements; the hostile one is bank_sim.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/net/framed_client.hpp"
#include "modules/payment_channels/secrets.hpp"

namespace mis::payment_channels {

struct BankPayment {
  std::string account_no;
  Money amount;
  Instant at;  // what the bank's clock says then
};

struct HonestBankOptions {
  net::FramedClientOptions connection;
  int lines = 4;
  std::uint32_t first_stan = 1;  // of the first payment; the day's own messages are numbered from 900,000
  // Called before each payment is sent, from the lines' threads: for whoever owns the clock.
  std::function<void(Instant)> before = {};
};

struct HonestDay {
  std::int64_t paid = 0, refused = 0;
  Money amount;          // of those paid
  bool totals_agree = false;  // the port's totals of the day are the bank's
};

// Signs on, asks and pays each in turn, compares totals, signs off. The payments of one call are the whole day. The same call again, after a crash at
// either end, pays nothing twice: each message is told by its time and number. Errors: payment_channels.honest_bank (not a channel that
// speaks ISO 8583, or an answer that is none), and those of the connection.
Result<HonestDay> play_honest_bank(const OpenChannel& open, const HonestBankOptions& options, std::span<const BankPayment> payments);

// The bank's file of the day, by the channel's layout; `payments` and `first_stan` as they were played. Errors: those of write_debit_text.
Result<std::string> honest_bank_file(const OpenChannel& open, Date business_date, std::uint32_t first_stan, std::span<const BankPayment> payments);

}  // namespace mis::payment_channels
