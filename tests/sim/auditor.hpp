// The independent auditor: what every answer and every balance must be, worked out in another way than the product does it.
//
// It knows the rules only, shares no code with the modules, keeps every event of a bill for ever and adds late charges up day by
// day. Where it and the product differ, one of them is wrong.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sim {

using Fen = std::int64_t;
using Day = std::int32_t;  // days since 1970-01-01

enum class Order { kLateFirst, kPrincipalFirst, kAllPrincipalFirst };

struct Part {
  int month = 0;
  Fen principal = 0, late = 0;
  bool operator==(const Part&) const = default;
};

struct Change {  // of a bill's own amount
  Day value_on;
  Fen paid;
  std::int64_t by;  // the transaction that made it
};

struct Bill {
  int month = 0;
  Fen amount = 0;
  Day due_on = 0;
  bool home = true;
  std::vector<Change> principal;
  std::vector<Change> late;

  Fen outstanding() const;
  Fen late_charge(Day on) const;  // as a whole
  Fen late_due(Day on) const;
  Fen late_paid() const;  // and not given back
};

struct Payment {
  std::int64_t account = 0;
  Fen amount = 0, advance = 0;
  std::vector<Part> parts;
  bool reversed = false;
};

struct Expected {
  std::vector<Part> parts;
  Fen advance = 0;
};

class Auditor {
 public:
  Order order = Order::kLateFirst;

  // What is paid late and turns out not to have been: every action below gives it back as an advance, as of the day on which it
  // is done, and takes it away with what caused it.

  // Bills are issued with a due day; an advance that is there is used at once, on the day of issue.
  void issue(std::int64_t account, int month, Fen amount, Day issued_on, bool home);
  // `bills` names months, in the order in which they are to be paid; empty: all, oldest first.
  Expected pay(const std::string& reference, std::int64_t account, Fen amount, Day value_on, Day today, const std::vector<int>& bills);
  void take_back(const std::string& reference, Day on);

  Fen principal(std::int64_t account) const;
  Fen late(std::int64_t account, Day on) const;
  Fen advance(std::int64_t account) const;
  std::vector<int> open_months(std::int64_t account, Day on) const;
  const std::map<std::string, Payment>& payments() const { return payments_; }
  Fen money_in() const;    // of all payments that stand
  Fen late_kept() const;   // late charges that are income
  int given_back() const { return given_back_; }  // how often

 private:
  struct Application {
    std::int64_t id = 0;
    Fen amount = 0;
    Day value_on = 0;
  };
  struct GivenBack {
    std::int64_t id = 0, cause = 0;
    int month = 0;
    Fen amount = 0;
    Fen idle = 0;  // for so much money that found nothing to pay
    Day value_on = 0;
  };
  struct Account {
    std::vector<Bill> bills;
    std::vector<GivenBack> given_back;  // that stand, in order
    Fen advance = 0;
    std::vector<Application> applications;  // of the advance, that stand
  };

  std::vector<Part> share(Account& account, Fen& amount, Day on, std::int64_t by, const std::vector<int>& months);
  void use_advance(Account& account, Day on, Day today);
  static void undo(Account& account, std::int64_t by);
  void give_back(Account& account, Day today, std::int64_t cause);
  void give_back_for_idle(Account& account, Fen idle, Day value_on, Day today, std::int64_t cause);
  // `months`: of the bills that what is undone had to do with. Returns the day on which idle money was there that they need now, or `otherwise`.
  static Day take_given_back(Account& account, std::int64_t cause, std::set<int>& months, Day otherwise);
  static std::set<int> months_of(const Account& account, std::int64_t by);

  std::map<std::int64_t, Account> accounts_;
  std::map<std::string, Payment> payments_;
  std::map<std::string, std::int64_t> transaction_of_;
  std::int64_t transactions_ = 0;
  int given_back_ = 0;
};

}  // namespace sim
