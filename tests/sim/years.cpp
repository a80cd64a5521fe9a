#include "tests/sim/years.hpp"

#include "modules/receivables/post_issue.hpp"

using namespace mis;

namespace sim {
namespace {

constexpr int kDays = 400;

bool is_home(std::int64_t account) { return account % 3 != 0; }

// Each third seed is one of a server that dies, each ninth one of a database that does.
Lives::Chances chances_of(std::uint64_t seed) { return {seed % 3 == 0 ? 25 : 0, seed % 9 == 0 ? 150 : 0}; }

}  // namespace

Years::Years(std::uint64_t seed) : town_(seed, chances_of(seed)), till_(town_), bank_(town_), debits_(town_), office_(town_) {}

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
  std::vector<books::BillRow> bills;
  for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account)
    if (!town_.one_in(8)) bills.push_back({account, town_.one_in(20) ? 0 : 1 + town_.below(town_.one_in(5) ? 9'000'000 : 30'000), 0, 0, is_home(account) ? "residential" : "general"});
  const auto on = town_.today().to_string();
  const auto run = town_.books.write_bills({next_month_}, on.c_str(), bills);
  const auto issued = town_.ask([&](const Desk& desk) {
    const auto shard = books::Books::issued_shard(run, {next_month_}, on.c_str(), desk.services().clock.now());
    auto done = desk.database().transact([&](db::Session& s) { return receivables::post_issued_shard(desk.database(), s, shard); });
    // Whoever comes again finds it posted: a run's job does not ask twice.
    return done || done.error().code == "ledger.posted_already" ? std::string("issued") : refused(done.error());
  });
  town_.expect("bills are issued", "issued", issued);
  for (const auto& bill : bills) town_.auditor.issue(bill.account, next_month_, bill.amount_fen, town_.day(), is_home(bill.account));
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
