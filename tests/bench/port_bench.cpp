#include "tests/bench/port_bench.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "mis/http/certificate.hpp"
#include "mis/http/digest.hpp"
#include "mis/net/framed_client.hpp"
#include "mis/observe/metrics.hpp"
#include "modules/payment_channels/bank_port.hpp"
#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/formats/framers.hpp"
#include "modules/payment_channels/formats/sealed_iso8583.hpp"
#include "modules/payment_channels/formats/signatures.hpp"
#include "modules/payment_channels/secrets.hpp"
#include "tests/unit/net/test_certificates.hpp"

namespace bench {
namespace {

using namespace mis;
using namespace mis::payment_channels;
using Steady = std::chrono::steady_clock;
double since(Steady::time_point t) { return std::chrono::duration<double>(Steady::now() - t).count(); }

constexpr int kConnections = 500;
constexpr int kHands = 8;      // threads that play the bank
constexpr int kAtOnce = 8;     // connections of each that wait for an answer at the same time
constexpr int kPacedHands = 16;
constexpr const char* kProfile = R"({"transport": "iso8583", "most_per_payment": "90000000.00", "iso8583": {"name": "bench", "header": "ascii4", "mac": true}, "mac": {"algorithm": "x9.19"}})";
constexpr const char* kMacKey = "0123456789ABCDEFFEDCBA9876543210";

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

struct Owed {
  std::string account_no;
  Money amount;
};

std::vector<Owed> open_bills(db::Session& session) {
  std::vector<Owed> bills;
  for (auto rows = session.query("SELECT l.account_no, i.outstanding_fen FROM receivables_open_item i JOIN customers_account_label l ON l.account_id = i.account_id "
                                 "WHERE i.outstanding_fen > 0 ORDER BY i.billing_month DESC, i.account_id LIMIT 80000"); rows.next();)
    bills.push_back({rows.text(0), {rows.i64(1)}});
  return bills;
}

std::string fingerprint_of(const std::string& file) {
  std::ifstream in(file);
  const std::string pem{std::istreambuf_iterator<char>(in), {}};
  const std::string begin_mark = "-----BEGIN CERTIFICATE-----";
  const auto begin = pem.find(begin_mark) + begin_mark.size();
  std::string text;
  for (const char c : pem.substr(begin, pem.find("-----END") - begin))
    if (c != '\n' && c != '\r') text += c;
  return http::sha256_hex(from_base64(text).value());
}

// A bank with its certificate and key, and its connections to a port of ours.
class Bank {
 public:
  explicit Bank(commands::Installation& installation)
      : services_{installation.app(), clock_, metrics_}, place_{installation.place().data / "keys"}, certificate_(authority_.issue("bench")) {
    channel_.code = "BENCHPORT";
    channel_.name = "测试银行";
    channel_.profile_text = kProfile;
    channel_.profile = must(parse_channel_profile(kProfile));
    channel_.client_certificate = fingerprint_of(certificate_.certificate);
    Secrets secrets(place_);
    channel_ = must(services_.database.transact([&](db::Session& s) -> Result<Channel> {
      auto saved = save_channel(s, channel_, clock_.now(), UserId{1});
      if (!saved) return saved;
      if (auto written = secrets.write(s, *saved, secret_name::kMacKey, kMacKey, clock_.now(), UserId{1}); !written) return std::move(written).error();
      return saved;
    }));
    key_ = must(security::SecretBytes::from_hex(kMacKey));
    const auto server = http::own_certificate(installation.place().data / "tls");
    BankPortOptions options;
    options.channel = channel_.code;
    options.server.workers = 64;  // as `mis bank-port` has
    options.server.tls = {server.certificate.string(), server.key.string(), authority_.certificate_file()};
    port_.emplace(services_, place_, options);
    net::FramedClientOptions line;
    line.port = port_->port();
    line.tls = {server.certificate.string(), "localhost", certificate_.certificate, certificate_.key};
    for (int i = 0; i < kConnections; ++i) lines_.push_back(must(net::FramedClient::connect(line, must(iso8583_framer(channel_.profile.iso)))));
  }

  std::string payment(const Owed& bill) {
    iso8583::Message m;
    m.mti = "0200";
    const std::uint32_t n = ++stan_;
    m.set(3, "180000").set(7, time_).set(11, fmt::format("{:06}", n)).set(32, "00010001");
    (void)must(Result<bool>(static_cast<bool>(iso8583::set_amount(m, bill.amount))));
    m.set(48, must(iso8583::format_bill_data({{"01", bill.account_no}}, 48)));
    return must(iso8583::seal(channel_.profile.iso, channel_.profile.mac, key_, m));
  }
  void check(const Result<std::string>& answer) {
    if (!answer) throw std::runtime_error(answer.error().message);
    const auto read = must(iso8583::open_sealed(channel_.profile.iso, channel_.profile.mac, key_, *answer));
    if (read.get(39) != "00") throw std::runtime_error(fmt::format("expected a payment to be approved but it was answered {}", read.get(39)));
  }
  std::vector<net::FramedClient>& lines() { return lines_; }

 private:
  static std::string time_now() {
    const std::int64_t local_s = SystemClock().now().micros / 1'000'000 + std::int64_t{kChinaOffsetMinutes} * 60;
    const auto ymd = Date{static_cast<std::int32_t>(local_s / 86'400)}.ymd();
    const auto rest = local_s % 86'400;
    return fmt::format("{:02}{:02}{:02}{:02}{:02}", static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), rest / 3'600, rest / 60 % 60, rest % 60);
  }

  SystemClock clock_;
  observe::Metrics metrics_;
  Services services_;
  KeyPlace place_;
  net::test::TestAuthority authority_{"Authority of a bench"};
  net::test::CertificateFiles certificate_;
  Channel channel_;
  security::SecretBytes key_;
  std::optional<BankPort> port_;
  std::vector<net::FramedClient> lines_;
  const std::string time_ = time_now();
  std::atomic<std::uint32_t> stan_{0};
};

// What a thread throws is thrown again by whoever waits for them all.
class Hands {
 public:
  template <class Work>
  Hands(int count, const Work& work) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i)
      threads.emplace_back([this, &work, i] {
        try {
          work(i);
        } catch (const std::exception& e) {
          const std::lock_guard lock(mutex_);
          trouble_ = e.what();
        }
      });
    threads.clear();
    if (!trouble_.empty()) throw std::runtime_error(trouble_);
  }

 private:
  std::mutex mutex_;
  std::string trouble_;
};

// As many as the port takes: each hand has some connections at work at once and goes round all of its own.
double rate(Bank& bank, std::span<const Owed> bills, double seconds) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::int64_t> done{0};
  const auto begun = Steady::now();
  const Hands hands(kHands, [&](int hand) {
    std::vector<net::FramedClient*> own;
    for (std::size_t i = static_cast<std::size_t>(hand); i < bank.lines().size(); i += kHands) own.push_back(&bank.lines()[i]);
    for (std::size_t turn = 0; since(begun) < seconds; turn += kAtOnce) {
      int sent = 0;
      for (; sent < kAtOnce; ++sent) {
        const auto n = next++;
        if (n >= bills.size()) break;
        if (auto out = own[(turn + static_cast<std::size_t>(sent)) % own.size()]->send(bank.payment(bills[n])); !out) throw std::runtime_error(out.error().message);
      }
      for (int i = 0; i < sent; ++i) bank.check(own[(turn + static_cast<std::size_t>(i)) % own.size()]->receive());
      done += sent;
      if (sent < kAtOnce) break;
    }
  });
  return static_cast<double>(done) / since(begun);
}

// So many a second whether those before are answered or not, on all connections in turn; how long each took from its planned moment.
double p99_ms(Bank& bank, std::span<const Owed> bills, int per_second, double seconds) {
  const auto wanted = std::min(bills.size(), static_cast<std::size_t>(per_second * seconds));
  std::vector<double> took(wanted);
  const auto begun = Steady::now();
  const Hands hands(kPacedHands, [&](int hand) {
    for (std::size_t n = static_cast<std::size_t>(hand), turn = 0; n < wanted; n += kPacedHands, ++turn) {
      const auto planned = begun + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(static_cast<double>(n) / per_second));
      std::this_thread::sleep_until(planned);
      const std::size_t of_hand = bank.lines().size() / kPacedHands;
      bank.check(bank.lines()[static_cast<std::size_t>(hand) * of_hand + turn % of_hand].call(bank.payment(bills[n])));
      took[n] = since(planned) * 1000;
    }
  });
  std::sort(took.begin(), took.end());
  return took.empty() ? 0 : took[took.size() * 99 / 100];
}

}  // namespace

void run_port_bench(Table& table, commands::Installation& installation) {
  constexpr double kSeconds = 5;
  constexpr int kPaced = 1'000;
  auto bills = open_bills(*installation.app().lease());
  if (bills.size() < 1'000) throw std::runtime_error(fmt::format("expected at least 1000 open bills to pay but found {}", bills.size()));
  bills.resize(bills.size() / 2);  // the other half is for the benches behind this one
  Bank bank(installation);
  const auto paced = std::min(bills.size() / 2, static_cast<std::size_t>(kPaced * kSeconds));
  bank.check(bank.lines().front().call(bank.payment(bills.back())));  // opens the accounting month
  const auto p99 = p99_ms(bank, std::span(bills).first(paced), kPaced, kSeconds);
  const auto most = rate(bank, std::span(bills).subspan(paced, bills.size() - 1 - paced), kSeconds);
  table.add({"bank port, ISO 8583 over TLS, 500 connections", most, "payments/s", 3'000, false, "bank and port on this machine"});
  table.add({"bank port at 1,000/s, 500 connections, p99", p99, "ms", 50, true, ""});
}

}  // namespace bench
