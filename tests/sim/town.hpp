// The small town of one seed: its books, its clock, its dice, and the auditor who knows what must come out. Those who live in it
// (till, bank, debits, statements, office) each do one kind of thing and keep what the auditor expects of it.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include "tests/sim/auditor.hpp"
#include "tests/sim/desk.hpp"
#include "tests/store/receivables/books.hpp"

namespace sim {

inline constexpr mis::UserId kClerk{21}, kSupervisor{4};
inline constexpr std::int64_t kFirstAccount = 11, kAccounts = 6, kNobody = 99'999;

// How often each thing was done, by its name.
using Counts = std::map<std::string, std::int64_t, std::less<>>;

class Town {
 public:
  Town(std::uint64_t seed, Lives::Chances chances);

  // ── Dice ──
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }
  Fen up_to(Fen most) { return most < 1 ? 1 : 1 + static_cast<Fen>(random_() % static_cast<std::uint64_t>(most)); }
  std::int64_t some_account() { return kFirstAccount + below(static_cast<int>(kAccounts)); }
  template <class List>
  auto& one_of(List& list) { return list[static_cast<std::size_t>(below(static_cast<int>(list.size())))]; }
  // An amount that somebody may pay for the account: a little, a part, exactly what is due, more.
  Fen some_amount(std::int64_t account, Day on);

  // ── The clock ──
  mis::Date today() const { return today_; }
  Day day() const { return today_.days; }
  void pass(int days) {
    if (days > 0) evening_ = false;
    today_ = today_ + days;
  }
  // A moment later than all before, for what is done beside the door.
  void tick() { clock.set(next_moment()); }
  void evening() { evening_ = true; }  // after the banks' cut
  bool is_evening() const { return evening_; }
  mis::Instant hour() const;  // what is done now is done a few moments after it

  // ── Asking ──
  // Something new is done: a moment later than all before. The answer must be what the auditor expects.
  std::string ask(const Request& request);
  // The same by a member of staff, under a key of its own.
  std::string staff(mis::UserId who, const std::function<mis::Result<std::string>(const Desk&, mis::db::Session&)>& work);
  void expect(std::string_view what, const std::string& expected, const std::string& found);
  [[noreturn]] void differ(const std::string& what);
  // A name that nothing else in the world bears.
  std::string name(std::string_view prefix);

  // ── Looking ──
  void look(std::int64_t account, Day on);
  void look_at_all();             // every account, and every head of the ledger
  void verify();                  // what the product itself finds
  static std::string told(const std::vector<Part>& parts, Fen advance);

  void count(std::string_view what, std::int64_t times = 1) { counts_[std::string(what)] += times; }
  const Counts& counts() const { return counts_; }
  std::uint64_t seed() const { return seed_; }

  books::Books books;
  Auditor auditor;
  WorldClock clock;

 private:
  mis::Instant next_moment();

  std::uint64_t seed_;
  std::mt19937_64 random_;
  mis::Date today_ = mis::Date::of(2025, 11, 2);
  bool evening_ = false;
  std::int64_t moments_ = 0;
  int names_ = 0, steps_ = 0;
  Counts counts_;
  Lives lives_;
};

}  // namespace sim
