// The independent auditor: what every answer and every balance must be, worked out in another way than the product does it.
//
// It knows the rules only, shares no code with the modules, keeps every event of a bill for ever and adds late charges up day by
// day. Where it and the product differ, one of them is wrong. This part knows accounts and their bills; tills, banks and debits
// have parts of their own, which take money here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sim {

using Fen = std::int64_t;
using Day = std::int32_t;  // days since 1970-01-01

// Heads of the ledger by their keys in the chart.
enum Head : int {
  kReceivables = 1, kRevenue = 2, kFunds = 3, kCash = 6, kBank = 7, kInTransit = 8, kAdvances = 9, kLateCharges = 10, kDeposits = 11, kBadDebts = 12, kCashDifferences = 13, kUnidentified = 14
};

struct Place {  // a head, and whose
  int head = kInTransit;
  std::int64_t subject = 0;
  auto operator<=>(const Place&) const = default;
};

// What the ledger must say, head by head.
class Heads {
 public:
  void move(Fen amount, Place debit, Place credit) {
    add(debit, amount);
    add(credit, -amount);
  }
  Fen of(Place place) const {
    const auto it = sums_.find(place);
    return it == sums_.end() ? 0 : it->second;
  }
  const std::map<Place, Fen>& sums() const { return sums_; }  // none of them nothing

 private:
  void add(Place place, Fen amount) {
    if ((sums_[place] += amount) == 0) sums_.erase(place);
  }
  std::map<Place, Fen> sums_;
};

enum class Order { kLateFirst, kPrincipalFirst, kAllPrincipalFirst };

struct Part {
  int month = 0;
  Fen principal = 0, late = 0;
  bool operator==(const Part&) const = default;
};

struct Change {  // of a bill's own amount, or of its late charge
  Day value_on;
  Fen paid;
  std::int64_t by;      // the transaction that made it
  bool waived = false;  // settled without money
};

inline constexpr Day kNoStop = 1'000'000;

struct Bill {
  int month = 0;
  Fen amount = 0;
  Day due_on = 0;
  bool home = true;
  std::vector<Change> principal = {};
  std::vector<Change> late = {};  // paid, given back or waived
  Day stop = kNoStop;             // an instalment plan: days after it bring nothing
  Fen written_off = 0;

  Fen outstanding() const;
  Fen late_charge(Day on) const;  // as a whole
  Fen late_settled() const;
  Fen late_paid() const;  // and not given back
  Fen late_due(Day on) const;
  Fen due(Day on) const { return outstanding() + late_due(on); }
  Day last_change() const;  // of what is owed; its due day where nothing has changed
  // As of a day, known what came later: what was paid since is paid, and late charges up to then are owed.
  Fen due_as_known(Day on) const { return due(std::max(on, last_change())); }
  bool open() const;  // something is due of it, or will be
};

struct Payment {
  std::int64_t account = 0;
  Fen amount = 0, advance = 0;
  Place into;
  std::vector<Part> parts;
  bool reversed = false;
};

struct Expected {
  std::string error;  // its code; empty where it is done
  std::vector<Part> parts = {};
  Fen advance = 0;
};

struct Instalment {
  Day due_on = 0;
  Fen amount = 0;
};
enum class PlanIs { kActive, kKept, kBroken, kCancelled };
struct Plan {
  PlanIs state = PlanIs::kActive;
  Fen total = 0;
  Day stop = 0;
  std::vector<Instalment> instalments = {};
  std::vector<int> months = {};
};

class Auditor {
 public:
  Order order = Order::kLateFirst;
  Heads heads;

  // What is paid of a late charge and turns out not to have been due: every action below gives it back as an advance, as of the day
  // on which it is done, and takes it away with what caused it. What was waived is nobody's money and stays waived.

  // Bills are issued with a due day; an advance that is there is used at once, on the day of issue.
  // `funds`: what of the amount is the state's.
  void issue(std::int64_t account, int month, Fen amount, Fen funds, Day issued_on, bool home);
  // `months` names bills, in the order in which they are to be paid; empty: all, oldest first.
  Expected pay(const std::string& reference, std::int64_t account, Fen amount, Day value_on, Day today, Place into, const std::vector<int>& months = {});
  void apply_advances(Day on);
  // Payments of one file are taken together: a bill that the first of them settles is looked at by the others still.
  void sit();
  void rise() { sitting_.clear(); }
  // The code of the error, or nothing.
  std::string take_back(const std::string& reference, Day on);

  // What takes two people. Each says the code of the error, or nothing; `check` alone changes nothing.
  std::string check_waive(std::int64_t account, int month, Fen amount, Day on) const;
  std::string waive(std::int64_t account, int month, Fen amount, Day on);
  std::string check_write_off(std::int64_t account, int month) const;
  std::string write_off(std::int64_t account, int month, Day on);
  std::string check_recover(std::int64_t account, int month) const;
  std::string recover(std::int64_t account, int month, Day on);
  std::string check_refund_advance(std::int64_t account, Fen amount, Day on) const;
  std::string refund_advance(std::int64_t account, Fen amount, Day on);
  std::string receive_deposit(std::int64_t account, Fen amount, Place into);
  std::string check_refund_deposit(std::int64_t account, Fen amount, Day on) const;
  std::string refund_deposit(std::int64_t account, Fen amount, Day on);
  std::string check_apply_deposit(std::int64_t account, Day on) const;
  std::string apply_deposit(std::int64_t account, Day on);
  std::string check_transfer(std::int64_t from, std::int64_t to, Day on) const;
  std::string transfer(std::int64_t from, std::int64_t to, Day on);
  // Plans that there are already are looked at first; what is seen then stays, where there is no error.
  std::string check_plan(std::int64_t account, const std::vector<Instalment>& instalments, Day proposed_on, Day on);
  std::string make_plan(std::int64_t account, const std::vector<Instalment>& instalments, Day proposed_on, Day on);
  std::string check_cancel_plan(std::int64_t account, std::size_t plan) const;
  std::string cancel_plan(std::int64_t account, std::size_t plan);
  void review_plans(Day today);
  const std::vector<Plan>& plans(std::int64_t account) const { return account_at(account).plans; }

  Fen principal(std::int64_t account) const;
  Fen late(std::int64_t account, Day on) const;
  Fen due(std::int64_t account, Day on) const { return principal(account) + late(account, on); }
  Fen advance(std::int64_t account) const { return account_at(account).advance; }
  Fen deposit(std::int64_t account) const { return account_at(account).deposit; }
  const std::vector<Bill>& bills(std::int64_t account) const { return account_at(account).bills; }
  std::vector<int> open_months(std::int64_t account) const;
  const std::map<std::string, Payment>& payments() const { return payments_; }
  int given_back() const { return given_back_; }  // how often
  int given_back_for_idle() const { return given_back_for_idle_; }

 private:
  struct Application {
    std::int64_t id = 0;
    Fen amount = 0;
    Day value_on = 0;
    std::vector<Part> parts = {};
  };
  struct GivenBack {
    std::int64_t id = 0, cause = 0;
    int month = 0;
    Fen amount = 0;
    Fen idle = 0;  // for so much money that found nothing to pay
    Day value_on = 0;
  };
  struct Inflow {  // into an advance
    std::int64_t id = 0;
    Fen amount = 0;
    Day value_on = 0, heard_on = 0;
    bool idle() const { return value_on < heard_on; }
  };
  struct Account {
    std::vector<Bill> bills;
    Fen advance = 0, deposit = 0;
    std::vector<GivenBack> given_back;      // that stand, in order
    std::vector<Application> applications;  // of the advance, that stand
    std::vector<Plan> plans;
    std::vector<Inflow> inflows;  // that stand
  };

  const Account& account_at(std::int64_t account) const;
  static const Bill* bill_at(const Account& account, int month);
  static Bill* bill_at(Account& account, int month);
  std::vector<Part> share(Account& account, Fen& amount, Day on, std::int64_t by, const std::vector<int>& months);
  Fen use_advance(Account& account, Day on, Day today, Fen most = INT64_MAX, const std::vector<int>& months = {});  // what was used
  static void undo(Account& account, std::int64_t by);
  static std::set<int> months_of(const Account& account, std::int64_t by);
  static std::vector<Bill*> oldest_first(Account& account);
  void give_back(Account& account, Day today, std::int64_t cause);
  void give_back_for_idle(Account& account, Fen idle, Day value_on, Day today, std::int64_t cause, const std::set<int>* months = nullptr);
  void give(Account& account, GivenBack given, Day today);
  // `months`: of the bills that what is undone had to do with; `needed`: idle money that they need now.
  void take_given_back(Account& account, std::int64_t cause, std::set<int>& months, std::vector<GivenBack>& needed);
  void credit(Place debit, const std::vector<Part>& parts, int sign = 1);
  static Fen due_of(const Account& account, Day on);
  static std::vector<int> open_months_of(const Account& account);
  // True where late charges of its bills do not run, or need not.
  static bool goes_on(const Account& account, const Plan& plan);
  static std::string check_plan_of(Account& account, const std::vector<Instalment>& instalments, Day proposed_on, Day on);
  static Fen paid_of(const Account& account, const Plan& plan, Day on);
  static void review(Account& account, Plan& plan, Day on);
  static void set_stops(Account& account);

  std::map<std::int64_t, Account> accounts_;
  std::set<std::pair<std::int64_t, int>> sitting_;  // bills of plans that were open when it began
  std::map<std::string, Payment> payments_;
  std::map<std::string, std::int64_t> transaction_of_;
  std::int64_t transactions_ = 0;
  int given_back_ = 0, given_back_for_idle_ = 0;
};

}  // namespace sim
