// A bank that collects and tells by files: mandates signed and cancelled, batches, results in which some lines bounce and which
// contradict each other, deadlines that pass; statements with money of batches, transfers, debits that come back, and what nobody
// knows until somebody does. And what an auditor of such a bank expects.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mis/jobs/jobs.hpp"
#include "modules/payment_channels/channel.hpp"
#include "tests/sim/town.hpp"

namespace sim {

class Debits {
 public:
  explicit Debits(Town& town);
  void act();

 private:
  struct Mandate {
    std::string no, bank_account;
    std::int64_t account = 0;
    bool active = true;
    Day signed_on = 0;
    std::optional<Fen> most;
  };
  struct Debit {
    std::int64_t account = 0;
    std::string id;  // end to end: the product's name for it
    std::string mandate, bank_account;
    Fen amount = 0, paid = 0;
    std::string state = "prepared";
    std::string reference;  // of its payment with the auditor
    int payments = 0;
    bool has_money() const { return state == "paid" || state == "partly"; }
    bool waits() const { return state == "prepared" || state == "sent" || state == "unknown"; }
  };
  struct Batch {
    std::int64_t id = 0;
    std::string no, state;
    Day collect_on = 0, answer_by = 0;
    std::vector<Debit> debits;
    int settlements = 0;  // receipts by which its money has arrived, or about which two people decide
  };
  struct Difference {
    std::int64_t id = 0;
    std::size_t batch = 0;
    std::string debit, kind, state = "open", how;
    std::optional<Fen> found;
    std::optional<Day> found_on;
  };
  struct Receipt {
    std::int64_t id = 0;
    std::string state;
    Fen amount = 0;
    Day value_on = 0, booked_on = 0;
    std::optional<std::size_t> batch;
    std::string before;     // two people decide whether it stays so
    std::string reference;  // of its payment with the auditor
    int payments = 0;
    bool was_taken_away = false;
    bool was_unidentified = false;  // before a person proposed what it is
  };
  struct Entry {
    std::string reference, remittance, end_to_end;
    Fen amount = 0;  // debits negative
    bool reversal = false;
    Day value_on = 0, booked_on = 0;
  };

  void act_once();
  void sign();
  void cancel_mandate();
  void gather();
  void send_or_cancel();
  void answer();
  void expire();
  void settle_one();
  std::string settle(Difference& difference);
  void statement();
  void find_owner();
  void send_back();
  // It was not this account's.
  void take_away();
  // It was a batch's money: proposed, and decided about as what a statement proposes.
  void know_again();
  void decide_arrival();

  Batch* some_batch(const char* state);
  Debit* debit_of(const Difference& difference);
  // What a line of a result comes to: a kind of difference, or nothing where the debit takes it.
  std::string judge(Batch& batch, Debit& debit, Fen paid);
  Fen paid_of(const Batch& batch) const;
  Fen not_arrived(std::size_t batch) const;
  void close_answered(Batch& batch);
  // The differences that the product has found since the last look must be these.
  void expect_differences(std::vector<Difference> expected);
  std::string take(const Entry& entry, Receipt& receipt, std::vector<Difference>& differences);

  Town& town_;
  mis::payment_channels::Channel channel_;
  std::vector<Mandate> mandates_;
  std::vector<Batch> batches_;
  std::vector<Difference> differences_;
  std::vector<Receipt> receipts_;
  std::vector<Entry> told_;  // movements that a statement has told of
  std::int64_t last_difference_ = 0;
};

}  // namespace sim
