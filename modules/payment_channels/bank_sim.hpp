// A bank for tests and demonstrations, honest and hostile: it signs on, asks, pays, repeats, reverses too early, twice and late, sends
// wrong codes, half messages and floods, changes its key or signs a mandate, and tells what it was answered. Bounded in what it sends and how long it waits. In the end
// every payment that it made is reversed and every mandate cancelled.
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
  std::string customer_name;    // of the account; for mandates, which middle-business messages sign
  std::string new_key;          // in hexadecimal digits: the working key is changed to it and stays so; empty: it is not
  std::uint32_t first_stan = 1; // runs on the same second and day begin at another one
};

struct BankSimRow {
  std::string what;      // "the same payment again"
  std::string expected;  // field 39 or the return code, or what the connection does
  std::string answered;
  bool as_expected() const { return expected == answered; }
};

// Plays the whole piece by the channel's profile and key. Errors: those of the connection at the start, and
// payment_channels.bank_sim for what it will not do.
Result<std::vector<BankSimRow>> play_bank(const OpenChannel& open, const BankSimOptions& options, const Clock& clock);

}  // namespace mis::payment_channels
