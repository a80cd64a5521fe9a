// A day at the demonstration's bank: its channel is set up, its customers pay through the bank port, its file of the day is
// reconciled.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "db/demo/bank_certificate.hpp"
#include "db/demo/story.hpp"
#include "db/demo/terminal.hpp"
#include "mis/jobs/worker.hpp"
#include "modules/payment_channels/bank_port.hpp"
#include "modules/payment_channels/honest_bank.hpp"

namespace mis::demo {

inline constexpr const char* kBankChannel = "NSB";  // 农商银行

struct BankPlace {
  std::filesystem::path data;  // tls/, keys/ and demo-bank/ lie there
};

// The channel with its profile, the bank's certificate and a new key in the secret box, by whoever may configure channels; nothing
// where it is there already.
Status set_up_bank(Terminal& supervisor, const BankPlace& place);

// How the bank port of the channel is opened, with TLS and the bank's certificate as the authority; `port` 0: any free one.
payment_channels::BankPortOptions bank_port_options(const BankPlace& place, int port);

// The customers pay through a port that is open for this day only, on the story's clock.
Result<payment_channels::HonestDay> play_bank_day(const Services& services, StoryClock& clock, const BankPlace& place, std::span<const payment_channels::BankPayment> payments);
// The next morning the clerk loads the bank's file, in which are two payments that never reached us, for people to decide about. Returns
// the number of differences.
Result<std::int64_t> reconcile_bank_day(const Services& services, Terminal& clerk, jobs::Worker& worker, const BankPlace& place, Date day, std::span<const payment_channels::BankPayment> payments);

}  // namespace mis::demo
