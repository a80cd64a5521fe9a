// A bank that takes money in real time: it pays, loses the answer and asks again, takes back in time, too late, twice and before the
// payment, asks what became of one; next morning its file of the day is compared, and two people settle what one side alone has.
// Then its money arrives. And what an auditor of banks expects of each. Some banks speak ISO 8583 (iso_line.hpp; what is said on the line
// beside payments and reversals is in bank_on_line.cpp; what becomes of the files in bank_files.cpp).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "modules/payment_channels/channel.hpp"
#include "modules/payment_channels/service.hpp"
#include "tests/sim/iso_line.hpp"
#include "tests/sim/town.hpp"

namespace sim {

// What a channel is told of a payment.
std::string paid_text(const Expected& paid);

class Bank {
 public:
  explicit Bank(Town& town);
  // Some messages of the bank, and what people do about them.
  void act();

 private:
  void act_once();
  struct Content {
    std::string account_no;
    Fen amount = 0;
    std::vector<int> months;
    std::optional<Day> date;
    bool operator==(const Content&) const = default;
  };
  enum class Is { kPaid, kRefused, kVoided, kReversed };
  struct Item {
    std::string key;
    Is state = Is::kPaid;
    std::optional<Content> content;  // nothing: nobody has asked for it by a message
    std::string account_no;
    Fen amount = 0;
    Day day = 0;
    std::string response;   // to the payment, as it was told first
    std::string paid;       // what became of the money
    std::string reference;  // of its payment with the auditor; empty where it never had one
  };
  struct Reversal {
    std::string original;
    std::optional<Fen> amount;
    std::optional<std::string> account_no;
    std::string answer;
    bool is_same(const Reversal& other) const { return original == other.original && amount == other.amount && account_no == other.account_no; }
  };
  struct Line {  // of the bank's file
    std::string serial, account_no;
    Fen amount = 0;
    bool operator==(const Line&) const = default;
  };
  struct Difference {
    std::int64_t id = 0;  // the product's name for it
    std::string kind, serial, account_no;
    std::optional<Fen> theirs, ours;
    std::string item;  // key; empty where there is none
    std::string state = "open", how;
    Day day = 0;
    bool decided = false;  // by two people, and not by another file
  };

  void pay();
  void pay_again();
  void send(std::string key, Content content);
  void believe(const std::string& key, const Content& content);
  std::string answer_to(const std::string& key, const Content& content);
  std::string answer_again(Item& item, const Content& content);
  std::optional<std::string> broken_rule(Item& item, const Content& content);
  std::string break_amount_rule(const Item& item, const Content& content, const Expected& paid) const;
  void reverse();
  void reverse_again();
  void send_reversal(std::string key, Reversal reversal);
  std::string answer_to_reversal(const Reversal& reversal);
  void ask_about_one();
  // ── The day's file ──
  void reconcile();
  // The bank's second thoughts about a file: a line less, one more, another amount, or what it has told for a day beside.
  std::vector<Line> corrected(Day day);
  void load(Day day, std::vector<Line> lines);
  bool may_replace(Day day) const;
  // What a file that another one replaces had done is undone: what it alone accounted for is on no list else.
  void forget(Day day);
  void compare(Day day);
  void release_claims(Day day);
  void claim(Day lines_of, Day items_of);
  bool is_about(const Difference& d, const Item& item) const;
  bool is_in_file(Day day, const std::string& serial) const;
  void check_differences(Day day);
  void settle_one();
  std::string settle(Difference& difference);
  void settle_money();

  // ── On the line ──
  // Whether a message about the payment with this key goes over it. What nobody can say there goes to the service: a key that is the
  // product's own, and the question what became of a payment. No amounts below nothing and no reversal's account are told at all.
  bool on_line(const std::string& key) const { return iso_ && IsoLine::can_tell(key); }
  std::string new_key(std::string_view prefix) { return iso_ ? iso_->new_key() : town_.name(prefix); }
  std::string pay_on_line(const std::string& key, const Content& content);
  // The answer came too late for the bank's till: it takes back at once what it has just asked for.
  void give_up(const std::string& key, const Content& content);
  // What refuses a payment without a trace: it may be sent again as if it had never been.
  std::optional<std::string> not_heard(const std::string& key, const Content& content) const;
  bool is_off() const { return channel_.profile.sign_on_needed && !channel_.signed_on; }
  void talk();
  void sign(bool on);
  void ask_what_is_due();
  void compare_totals();

  Day business_day() const { return town_.day() + (town_.is_evening() ? 1 : 0); }
  std::int64_t account_of(const std::string& account_no) const;
  std::string& key_of_some();

  Town& town_;
  std::optional<IsoLine> iso_;
  mis::payment_channels::Channel channel_;  // signed on as the bank knows it
  std::string amount_rule_;
  std::map<std::string, Item> items_;
  std::vector<std::string> keys_;
  std::map<std::string, Reversal> reversals_;
  std::vector<std::string> reversal_keys_;
  std::map<Day, std::vector<Line>> theirs_;   // what the bank believes was paid
  std::map<Day, std::vector<Line>> files_;    // what it has told
  std::map<Day, std::int64_t> reconciliations_;
  std::vector<Difference> differences_;
  std::map<std::string, std::string> settlements_;  // reference to state
};

}  // namespace sim
