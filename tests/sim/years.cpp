#include "tests/sim/years.hpp"

using namespace mis;

namespace sim {
namespace {

constexpr int kDays = 400;

// Each third seed is one of a server that dies, each ninth one of a database that does.
Lives::Chances chances_of(std::uint64_t seed) { return {seed % 3 == 0 ? 25 : 0, seed % 9 == 0 ? 150 : 0}; }

}  // namespace

Years::Years(std::uint64_t seed) : town_(seed, chances_of(seed)), meters_(town_), till_(town_), bank_(town_), debits_(town_), office_(town_) {}

void Years::live() {
  const Date end = town_.today() + kDays;
  while (town_.today() < end) {
    step();
    town_.pass(town_.below(3) == 0 ? town_.below(9) : town_.below(3));
    if (static_cast<unsigned>(town_.today().ymd().day()) >= 2 && BillingMonth{next_month_}.plus(1).first_day() <= town_.today()) {
      end_month();
      issue_month();
    }
  }
  town_.look_at_all();
  town_.verify();
  town_.count("late charges given back", town_.auditor.given_back());
  town_.count("late charges given back for idle money", town_.auditor.given_back_for_idle());
  for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account)
    for (const auto& plan : town_.auditor.plans(account)) {
      constexpr const char* kNames[] = {"plans active at the end", "plans kept", "plans broken", "plans cancelled"};
      town_.count(kNames[static_cast<int>(plan.state)]);
    }
}

void Years::step() {
  switch (town_.below(4)) {
    case 0: till_.act(); break;
    case 1: bank_.act(); break;
    case 2: debits_.act(); break;
    default:
      if (town_.one_in(2)) till_.act();
      else office_.act();
      break;
  }
  town_.look(town_.some_account(), town_.day() + town_.below(400));
}

void Years::issue_month() {
  meters_.bill_month(next_month_);
  next_month_ = BillingMonth{next_month_}.plus(1).yyyymm;
  town_.count("months issued");
}

// Auditor and product side by side; and what was closed stays as it was.
void Years::end_month() {
  town_.look_at_all();
  const BillingMonth before = BillingMonth{next_month_}.plus(-1);
  if (before.yyyymm < 202511) return;
  const auto answer = town_.staff(kSupervisor, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    if (auto done = ledger::close_period(s, before, town_.today(), desk.services().clock.now(), kSupervisor); !done) return done.error();
    return std::string("closed");
  });
  town_.expect("the accounting month " + before.to_string(), "closed", answer);
  if (before.yyyymm % 4 == 0) town_.verify();
}

}  // namespace sim
