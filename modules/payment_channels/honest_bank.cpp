#include "modules/payment_channels/honest_bank.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "modules/payment_channels/bank_messages.hpp"
#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/formats/debit_text.hpp"
#include "modules/payment_channels/formats/framers.hpp"
#include "modules/payment_channels/iso8583_adapter.hpp"

namespace mis::payment_channels {
namespace {

using namespace iso8583;

constexpr std::uint32_t kOwnNumbers = 900'000;

Error strange(std::string_view what, std::string_view found) {
  return internal("payment_channels.honest_bank", fmt::format("expected an answer to {} but found {}", what, found));
}

// One line to the port.
class Line {
 public:
  static Result<Line> open(const OpenChannel& channel, const net::FramedClientOptions& connection) {
    auto framer = iso8583_framer(channel.channel.profile.iso);
    if (!framer) return std::move(framer).error();
    auto client = net::FramedClient::connect(connection, *framer);
    if (!client) return std::move(client).error();
    return Line(channel, std::move(*client));
  }
  const BankMessages& messages() const { return messages_; }
  Result<Message> call(const Message& message) {
    auto bytes = messages_.sealed(message);
    if (!bytes) return std::move(bytes).error();
    auto answer = client_.call(*bytes);
    if (!answer) return std::move(answer).error();
    return messages_.opened(*answer);
  }
  // For what must be approved.
  Status must(std::string_view what, const Message& message) {
    auto answer = call(message);
    if (!answer) return std::move(answer).error();
    if (answer->get(39) != response::kApproved) return strange(what, answer->get(39));
    return ok();
  }

 private:
  Line(const OpenChannel& channel, net::FramedClient client) : messages_(channel), client_(std::move(client)) {}
  BankMessages messages_;
  net::FramedClient client_;
};

class Bank {
 public:
  Bank(const OpenChannel& open, const HonestBankOptions& options, std::span<const BankPayment> payments) : open_(open), options_(options), payments_(payments) {}

  Result<HonestDay> day() {
    auto desk = Line::open(open_, options_.connection);
    if (!desk) return std::move(desk).error();
    const auto morning = payments_.front().at;
    if (options_.before) options_.before(morning);
    if (auto on = desk->must("the sign-on", desk->messages().network(network::kSignOn, morning, kOwnNumbers)); !on) return std::move(on).error();
    {
      std::vector<std::jthread> lines;
      for (int i = 0; i < options_.lines; ++i) lines.emplace_back([this] { work(); });
    }
    if (failure_) return std::move(*failure_);
    const auto evening = payments_.back().at;
    auto agree = totals(*desk, evening);
    if (!agree) return std::move(agree).error();
    day_.totals_agree = *agree;
    if (auto off = desk->must("the sign-off", desk->messages().network(network::kSignOff, evening, kOwnNumbers + 2)); !off) return std::move(off).error();
    return day_;
  }

 private:
  void work() {
    auto line = Line::open(open_, options_.connection);
    Status status = line ? ok() : Status(line.error());
    for (std::size_t i = next_++; status && i < payments_.size() && !stop_; i = next_++) status = pay(*line, i);
    if (status) return;
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(status).error();
    stop_ = true;
  }

  Status pay(Line& line, std::size_t i) {
    const auto& payment = payments_[i];
    const auto stan = options_.first_stan + static_cast<std::uint32_t>(i);
    if (options_.before) options_.before(payment.at);
    if (auto asked = line.must("a query", line.messages().query(payment.account_no, payment.at, stan)); !asked) return asked;
    auto answer = line.call(line.messages().payment(payment.account_no, payment.amount, payment.at, stan));
    if (!answer) return std::move(answer).error();
    const std::lock_guard lock(mutex_);
    if (answer->get(39) == response::kApproved) {
      ++day_.paid;
      day_.amount += payment.amount;
    } else {
      ++day_.refused;
    }
    return ok();
  }

  Result<bool> totals(Line& desk, Instant at) {
    Message ask = desk.messages().message("0520", at, kOwnNumbers + 1);
    ask.set(15, BankMessages::time(at).substr(0, 4));
    Reconciliation ours;
    ours.debits = day_.paid;
    ours.debit_amount = day_.amount;
    if (auto set = set_reconciliation(ask, ours); !set) return std::move(set).error();
    auto answer = desk.call(ask);
    if (!answer) return std::move(answer).error();
    if (answer->get(39) != response::kApproved) return strange("the totals of the day", answer->get(39));
    return answer->get(66) == "1";
  }

  const OpenChannel& open_;
  const HonestBankOptions& options_;
  std::span<const BankPayment> payments_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  HonestDay day_;
  std::optional<Error> failure_;
};

}  // namespace

Result<HonestDay> play_honest_bank(const OpenChannel& open, const HonestBankOptions& options, std::span<const BankPayment> payments) {
  if (open.channel.profile.transport != Transport::kIso8583)
    return invalid("payment_channels.honest_bank", "expected a channel that speaks ISO 8583 but " + open.channel.code + " does not");
  if (payments.empty()) return HonestDay{};
  return Bank(open, options, payments).day();
}

Result<std::string> honest_bank_file(const OpenChannel& open, Date business_date, std::uint32_t first_stan, std::span<const BankPayment> payments) {
  const BankMessages messages(open);
  std::vector<DebitTextRow> rows;
  for (std::size_t i = 0; i < payments.size(); ++i) {
    const auto& payment = payments[i];
    const auto message = messages.payment(payment.account_no, payment.amount, payment.at, first_stan + static_cast<std::uint32_t>(i));
    auto key = iso8583_key(message, local_date(payment.at));
    if (!key) return std::move(key).error();
    DebitTextRow row;
    row.serial_no = open.channel.profile.serial_is_retrieval_no ? std::string(message.trimmed(37)) : std::move(*key);
    row.account_no = payment.account_no;
    row.amount = payment.amount;
    row.date = business_date;
    row.transaction_type = "01";
    rows.push_back(std::move(row));
  }
  return write_debit_text(open.channel.profile.reconciliation, rows);
}

}  // namespace mis::payment_channels
