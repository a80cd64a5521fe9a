// `mis bank-port`: banks' messages as a process of its own. `mis bank-sim`: a bank that plays against it.
#include <sodium.h>

#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "mis/commands/commands.hpp"
#include "mis/http/certificate.hpp"
#include "mis/observe/log.hpp"
#include "mis/observe/metrics.hpp"
#include "modules/customers/customers.hpp"
#include "modules/payment_channels/bank_port.hpp"
#include "modules/payment_channels/bank_sim.hpp"

namespace mis::commands {
namespace {

// Many wait in a group of payments and hold no session meanwhile; each has one where all ask at once.
constexpr int kWorkers = 64;

payment_channels::KeyPlace key_place(const Place& place) { return {place.data / "keys"}; }

// Of the size that codes by the algorithm have.
std::string random_key(security::MacAlgorithm algorithm) {
  std::array<unsigned char, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string hex;
  for (std::size_t i = 0; i < (algorithm == security::MacAlgorithm::kX99 ? bytes.size() / 2 : bytes.size()); ++i) hex += fmt::format("{:02X}", bytes[i]);
  return hex;
}

}  // namespace

int bank_port(const BankPortCommand& command, http::StopSignals& signals) {
  Installation installation(command.place, kWorkers);
  SystemClock clock;
  observe::Metrics metrics;
  payment_channels::BankPortOptions options;
  options.channel = command.channel;
  options.server.address = command.address;
  options.server.port = static_cast<std::uint16_t>(command.port);
  options.server.tls_wanted = !command.plain;
  options.server.workers = kWorkers;
  if (!command.plain) {
    const auto files = http::own_certificate(command.place.data / "tls");
    options.server.tls = {files.certificate.string(), files.key.string(), command.client_ca.string()};
  }
  payment_channels::BankPort port({installation.app(), clock, metrics}, key_place(command.place), options);
  observe::log(observe::Level::kInfo, "bank_port.ready", {{"address", command.address}, {"port", static_cast<std::int64_t>(port.port())}, {"channel", command.channel}});
  fmt::print("The bank port of {} listens at {}:{} - Ctrl-C stops it.\n", command.channel, command.address, port.port());
  std::fflush(stdout);
  signals.wait();
  port.stop();
  return 0;
}

int bank_sim(const BankSimCommand& command) {
  Installation installation(command.place);
  SystemClock clock;
  observe::Metrics metrics;
  payment_channels::ChannelBook book({installation.app(), clock, metrics}, std::make_shared<payment_channels::Secrets>(key_place(command.place)));
  auto open = book.by_code(command.channel);
  if (!open || !*open) {
    fmt::print(stderr, "{}\n", open ? "expected a payment channel with this code but there is none" : open.error().message);
    return 2;
  }
  payment_channels::BankSimOptions options;
  options.account_no = command.account_no;
  options.flood = command.flood;
  options.first_stan = static_cast<std::uint32_t>(clock.now().micros / 1'000 % 900'000);
  if (const auto label = customers::find_label(*installation.app().lease(), command.account_no)) options.customer_name = label->name;
  if (command.change_key) options.new_key = random_key((*open)->channel.profile.mac.algorithm);
  options.connection.port = static_cast<std::uint16_t>(command.port);
  options.connection.tls_wanted = !command.certificate.empty();
  if (options.connection.tls_wanted) {
    const auto files = http::own_certificate(command.place.data / "tls");
    options.connection.tls = {files.certificate.string(), "localhost", command.certificate.string(), command.key.string()};
  }
  auto rows = payment_channels::play_bank(**open, options, clock);
  if (!rows) {
    fmt::print(stderr, "{}\n", rows.error().message);
    return 2;
  }
  int wrong = 0;
  fmt::print("{:<44} {:>10} {:>10}\n", "what the bank did", "expected", "answered");
  for (const auto& row : *rows) {
    wrong += row.as_expected() ? 0 : 1;
    fmt::print("{:<44} {:>10} {:>10}{}\n", row.what, row.expected, row.answered, row.as_expected() ? "" : "  <-");
  }
  fmt::print("{} of {} as expected\n", static_cast<int>(rows->size()) - wrong, rows->size());
  return wrong == 0 ? 0 : 1;
}

}  // namespace mis::commands
