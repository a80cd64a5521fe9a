#include "db/demo/bank_day.hpp"

#include <openssl/rand.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/http/certificate.hpp"
#include "mis/observe/metrics.hpp"

namespace mis::demo {
namespace {

using namespace payment_channels;
using nlohmann::json;

constexpr std::uint32_t kFirstStan = 1;
constexpr std::size_t kLostOnTheWay = 2;

// A key of two halves that are not the same, in hexadecimal.
Result<std::string> new_mac_key() {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return internal("demo.random", "expected random bytes for the bank's key but the machine has none");
  std::string text;
  for (const auto byte : bytes) text += fmt::format("{:02X}", byte);
  return text;
}

json profile() {
  return {{"transport", "iso8583"},
          {"sign_on", true},
          {"cut_off", "23:00"},
          {"amount_rule", "any"},
          {"most_per_payment", "5000000.00"},
          {"most_skew_seconds", 43'200},  // a day of the story passes in seconds, and a line may lag behind the others
          {"requests_per_minute", 60'000},
          {"iso8583", {{"name", "county rural commercial bank"}, {"header", "ascii4"}, {"mac", true}}},
          {"mac", {{"algorithm", "x9.19"}}}};
}

Result<std::shared_ptr<const OpenChannel>> open_channel(const Services& services, const BankPlace& place) {
  ChannelBook book(services, std::make_shared<Secrets>(KeyPlace{place.data / "keys"}));
  auto open = book.by_code(kBankChannel);
  if (!open) return std::move(open).error();
  if (!*open) return not_found("demo.no_channel", "expected the demonstration's bank to have a channel but there is none");
  return std::move(*open);
}

}  // namespace

Status set_up_bank(Terminal& supervisor, const BankPlace& place) {
  const std::string path = fmt::format("/api/v1/channels/{}", kBankChannel);
  if (auto there = supervisor.get(path); there) return ok();
  else if (there.error().code != "payment_channels.no_channel") return std::move(there).error();
  auto key = new_mac_key();
  if (!key) return std::move(key).error();
  auto made = supervisor.put(path, {{"name", "松川农商银行代收"}, {"kind", "bank"}, {"profile", profile()}, {"client_certificate", bank_certificate(place.data / "demo-bank").sha256}, {"secrets", {{"mac_key", *key}}}});
  return made ? ok() : Status(std::move(made).error());
}

BankPortOptions bank_port_options(const BankPlace& place, int port) {
  const auto own = http::own_certificate(place.data / "tls");
  BankPortOptions options;
  options.channel = kBankChannel;
  options.server.port = static_cast<std::uint16_t>(port);
  options.server.workers = 8;
  options.server.tls = {own.certificate.string(), own.key.string(), bank_certificate(place.data / "demo-bank").certificate.string()};
  return options;
}

Result<HonestDay> play_bank_day(const Services& services, StoryClock& clock, const BankPlace& place, std::span<const BankPayment> payments) {
  if (payments.empty()) return HonestDay{};
  clock.begin(payments.front().at);
  BankPort port(services, {place.data / "keys"}, bank_port_options(place, 0));
  auto open = open_channel(services, place);
  if (!open) return std::move(open).error();
  const auto bank = bank_certificate(place.data / "demo-bank");
  HonestBankOptions options;
  options.connection.port = port.port();
  options.connection.tls = {http::own_certificate(place.data / "tls").certificate.string(), "localhost", bank.certificate.string(), bank.key.string()};
  options.lines = 6;
  options.first_stan = kFirstStan;
  options.before = [&clock](Instant at) { clock.reach(at); };
  auto day = play_honest_bank(**open, options, payments);
  port.stop();
  return day;
}

Result<std::int64_t> reconcile_bank_day(const Services& services, Terminal& clerk, jobs::Worker& worker, const BankPlace& place, Date day, std::span<const BankPayment> payments) {
  auto open = open_channel(services, place);
  if (!open) return std::move(open).error();
  // What the bank took and could not tell us: customers who paid once more, a moment after the day's last.
  std::vector<BankPayment> all(payments.begin(), payments.end());
  for (std::size_t i = 0; i < kLostOnTheWay && i < payments.size(); ++i) all.push_back({payments[i].account_no, payments[i].amount, moment(day, 20, 5 + static_cast<int>(i))});
  auto file = honest_bank_file(**open, day, kFirstStan, all);
  if (!file) return std::move(file).error();
  const auto path = fmt::format("/api/v1/channels/{}/reconciliations", kBankChannel);
  auto loaded = clerk.upload(fmt::format("{}?business_date={}&file_name={}_{}.txt", path, day.to_string(), kBankChannel, day.to_string()), std::move(*file), "demonstration-bank-file");
  if (!loaded) return std::move(loaded).error();
  auto job = worker.run_to_end({loaded->at("job_id").get<std::int64_t>()});
  if (!job) return std::move(job).error();
  if (job->state != jobs::State::kDone) return internal("demo.job_failed", "expected the bank's file to be compared but " + job->message);
  auto told = clerk.get(fmt::format("{}/{}", path, day.to_string()));
  if (!told) return std::move(told).error();
  return static_cast<std::int64_t>(told->at("items").size());
}

}  // namespace mis::demo
