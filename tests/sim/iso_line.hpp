// A bank's line of ISO 8583: messages as its front end makes them, named by time and number, sealed, given to the port's adapter as
// bytes, and what it reads out of the answer's bytes. What a message must be answered is for bank_on_line.cpp to know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/payment_channels/bank_messages.hpp"
#include "modules/payment_channels/secrets.hpp"
#include "tests/sim/town.hpp"
#include "tests/store/fixture.hpp"

namespace sim {

class IsoLine {
 public:
  // Each second seed's bank speaks ISO 8583; the others' call the service, as REST does.
  static bool is_spoken(std::uint64_t seed) { return seed % 2 == 0; }

  explicit IsoLine(Town& town);
  // The channel's profile begins with it: its transport, its dialect.
  const std::string& profile() const { return dialect_.profile; }
  // Where the channel is there, its key is stored.
  void open(const mis::payment_channels::Channel& channel);

  // ── Names ──
  // The name of a new message: acquirer, the time by the bank's clock, which is seldom exactly ours and now and then quite wrong, number.
  std::string new_key();
  static bool can_tell(std::string_view key) { return key.starts_with("10001-"); }
  // As it is read today: messages tell no year, and the closest one is meant. What is repeated after half a year names another message.
  std::string read_today(const std::string& key) const;
  mis::Date read_today(mis::Date day) const;
  bool is_stale(const std::string& key) const;

  // ── Messages ──
  struct Payment {
    std::string account_no;
    Fen amount = 0;
    std::vector<int> months = {};  // one at most
    std::optional<Day> date = {};
  };
  struct Totals {
    std::int64_t payments = 0, reversals = 0;
    Fen paid = 0, reversed = 0;
  };
  // "approved P + L, advance A", "approved" of what moves no money, or the refusal's name.
  std::string pay(const std::string& key, const Payment& payment);
  std::string reverse(const std::string& key, const std::string& original, std::optional<Fen> amount);
  std::string query(const std::string& key, const std::string& account_no);
  std::string totals(const std::string& key, Day day, const Totals& theirs);  // "N of M, N of M taken back, SETTLEMENT"
  std::string network(const std::string& key, std::string_view what);

 private:
  struct Dialect {
    std::string profile, mac_key, other_key;  // the second one is nobody's
    std::size_t mti_end = 0;
  };
  static const Dialect kDialects[3];
  using Message = mis::payment_channels::iso8583::Message;
  using Read = std::string (IsoLine::*)(const Message& sent, const Message& answer) const;

  mis::payment_channels::BankMessages messages() const { return mis::payment_channels::BankMessages(open_); }
  Message plain(const char* mti, const std::string& key) const;
  std::string ask(const Message& message, Read read);
  void send_broken(const Message& message, const std::string& frame);
  std::string answer_to(const std::string& frame, const std::function<std::string(const std::string& bytes, bool closes)>& read);
  Message opened(const std::string& bytes) const;
  std::string outcome(const Message& answer) const;
  std::string read_outcome(const Message& sent, const Message& answer) const;
  std::string read_payment(const Message& sent, const Message& answer) const;
  std::string read_due(const Message& sent, const Message& answer) const;
  std::string read_totals(const Message& sent, const Message& answer) const;

  Town& town_;
  const Dialect& dialect_;
  fixture::TemporaryFolder folder_;  // where the key is that the bank's is stored under
  mis::payment_channels::OpenChannel open_;
  std::uint32_t stan_;
};

}  // namespace sim
