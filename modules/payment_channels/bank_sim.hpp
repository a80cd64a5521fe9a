// A bank for tests and demonstrations, honest and hostile: it signs on, asks, pays, repeats, reverses too early, twice and late, sends
// wrong codes, half messages and floods, and tells what it was answered. Bounded in what it sends and how long it waits. In the end
// every payment that it made is reversed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/net/framed_client.hpp"
#include "modules/payment_channels/secrets.hpp"

namespace mis::payment_channels {

struct BankSimOptions {
  net::FramedClientOptions connection;  // to the loopback, unless `abroad` is wanted
  bool abroad = false;
  std::string account_no;
  Money amount{10'000};
  int flood = 200;              // messages that come at once, at most 10,000
  std::uint32_t first_stan = 1; // runs on the same second and day begin at another one
};

struct BankSimRow {
  std::string what;      // "the same payment again"
  std::string expected;  // field 39, or what the connection does
  std::string answered;
  bool as_expected() const { return expected == answered; }
};

// Plays the whole piece by the channel's profile and key. Errors: those of the connection at the start, and
// payment_channels.bank_sim for what it will not do.
Result<std::vector<BankSimRow>> play_bank(const OpenChannel& open, const BankSimOptions& options, const Clock& clock);

}  // namespace mis::payment_channels
