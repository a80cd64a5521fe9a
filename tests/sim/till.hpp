// The counter: cashiers of two halls with their drawers, receipts for several accounts, reversals alone and with a second person,
// counted closes with differences, deposits, days that end. And what an auditor of tills expects of each.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/town.hpp"

namespace sim {

class Till {
 public:
  explicit Till(Town& town) : town_(town) {}
  // What somebody does at a counter in an hour.
  void act();

 private:
  struct Session {
    std::int64_t id = 0;
    std::string no;
    int cashier = 0, hall = 0;
    Day day = 0;
    bool open = true;
    Fen float_taken = 0, taken[4] = {}, given[4] = {}, deposited = 0, difference = 0, returned = 0;
    int receipts = 0;

    Fen expected(int method) const { return taken[method] - given[method] + (method == 0 ? float_taken - deposited : 0); }
    Fen cash_left() const { return expected(0) + difference - returned; }
  };
  struct Line {
    std::int64_t account = 0;
    std::string reference;
  };
  struct Receipt {
    std::string no;
    std::size_t session = 0;
    int method = 0;
    Fen total = 0;
    std::vector<Line> lines;
    bool reversed = false;
    std::optional<int> asked_by;  // while a request waits
    std::int64_t request = 0;
  };
  struct DayOf {
    bool closed = false;
    int sessions = 0;
  };

  Session* open_session_of(int cashier);
  void act_once();
  void open(int who);
  void take();
  void reverse();
  void decide();
  void close(Session& chosen);
  void deposit();
  void close_hall();
  void close_company();
  // Why the money does not go back from that session's drawer, or nothing where it did.
  std::string give_back(Receipt& receipt, Session& payer);
  std::string close_halls(const std::vector<int>& halls, Day day, bool carry_over);

  Town& town_;
  std::vector<Session> sessions_;
  std::vector<Receipt> receipts_;
  std::map<std::pair<int, Day>, DayOf> days_;  // hall 0: the company
  std::set<std::string> slips_;
};

}  // namespace sim
