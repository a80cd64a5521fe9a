// Months of chance: whatever is paid, taken back, waived, written off, refunded, moved and agreed on, in whichever order, the
// books and what is made of them agree, and every statement adds up.
#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "mis/base/decimal.hpp"
#include "modules/receivables/plans.hpp"
#include "modules/receivables/statement.hpp"
#include "tests/store/receivables/office.hpp"

using namespace mis;
using namespace mis::receivables;
using nlohmann::json;

namespace {

class Chance : public books::Office {
 public:
  explicit Chance(unsigned seed) : random_(seed) {}

  void live_a_day() {
    today_ = today_ + between(0, 4);
    on_ = today_.to_string();
    if (today_ >= next_issue_) issue_month();
    for (int i = between(1, 4); i > 0; --i) do_something();
    if (between(0, 3) == 0) REQUIRE(app().transact([&](db::Session& s) { return review_plans(s, {0}, {1'000}, today_); }));
  }
  // What the statement says of all time is what the account owes by its balance.
  void check_statements() {
    auto s = app().lease();
    for (std::int64_t account = 11; account <= 16; ++account) {
      const auto statement = read_statement(*s, {account}, account_no(account), books::day("2026-01-01"), today_);
      const auto due = due_of(*s, {account}, today_);
      CHECK(statement.closing == due.principal - due.advance);
      CHECK(due.advance.value >= 0);
      CHECK(due.deposit.value >= 0);
    }
  }
  int done_of(ProposalKind kind) const { return done_.contains(kind) ? done_.at(kind) : 0; }

 private:
  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  std::string yuan(int low, int high) { return format_yuan({between(low, high)}); }

  void issue_month() {
    std::vector<books::BillRow> bills;
    for (std::int64_t account = 11; account <= 16; ++account) bills.push_back({account, between(1, 20'000), 0, 0, account % 3 == 0 ? "general" : "residential"});
    REQUIRE(issue(month_, on_.c_str(), bills));
    month_ = month_.plus(1);
    next_issue_ = next_issue_ + 30;
  }

  void do_something() {
    const std::int64_t account = between(11, 16);
    switch (between(0, 3)) {
      case 0: pay_something(account); break;
      case 1: take_something_back(); break;
      default: propose_something(account); break;
    }
    // Now and then somebody decides about what has waited.
    if (between(0, 2) == 0) return;
    for (auto& proposal : waiting_) {
      auto approved = approve(proposal, on_.c_str());
      if (approved) ++done_[approved->kind];
      else CHECK(approved.error().kind == ErrorKind::kConflict);
    }
    waiting_.clear();
  }

  void pay_something(std::int64_t account) {
    auto p = payment(account, between(1, 30'000), on_.c_str());
    p.value_on = today_ + -between(0, 9);
    auto paid = pay(p);
    REQUIRE(paid);
    payments_.push_back(paid->id);
  }

  void take_something_back() {
    if (payments_.empty()) return;
    const auto at = static_cast<std::size_t>(between(0, static_cast<int>(payments_.size()) - 1));
    const auto reversed = take_back(payments_[at], on_.c_str());
    if (!reversed) CHECK(reversed.error().code == "receivables.advance_gone");
    payments_.erase(payments_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void propose_something(std::int64_t account) {
    const auto due = this->due(account, on_.c_str());
    const auto kind = static_cast<ProposalKind>(between(0, kProposalKinds - 1));
    json detail = json::object();
    const json bank = {{"bank_account_name", "王芳"}, {"bank_account_no", "62220"}};
    switch (kind) {
      case ProposalKind::kWaiveLate:
        detail["bills"] = json::array();
        for (const auto& item : due.items)
          if (const auto late = item.late_due(today_); late.value > 0) detail["bills"].push_back({{"bill_no", bill_no(account, item.bill.month.yyyymm)}, {"amount", yuan(1, static_cast<int>(late.value))}});
        break;
      case ProposalKind::kWriteOff:
        detail["bills"] = json::array();
        if (!due.items.empty()) detail["bills"].push_back(bill_no(account, due.items.front().bill.month.yyyymm));
        break;
      case ProposalKind::kRecover: detail["bill_no"] = bill_no(account, 202609 + between(0, 3)); break;
      case ProposalKind::kRefundAdvance:
      case ProposalKind::kRefundDeposit:
        detail = bank;
        detail["amount"] = yuan(1, 9'000);
        break;
      case ProposalKind::kReceiveDeposit: detail = {{"amount", yuan(1, 9'000)}, {"into", "bank"}}; break;
      case ProposalKind::kApplyDeposit: break;
      case ProposalKind::kTransfer: detail["to_account_no"] = account_no(between(11, 16)); break;
      case ProposalKind::kInstalmentPlan: {
        const auto half = due.due().value / 2;
        detail["instalments"] = json::array({{{"due_on", (today_ + between(0, 20)).to_string()}, {"amount", format_yuan({half})}},
                                             {{"due_on", (today_ + between(21, 60)).to_string()}, {"amount", format_yuan({due.due().value - half})}}});
        break;
      }
      case ProposalKind::kCancelPlan: detail["plan_id"] = number("SELECT COALESCE(MAX(plan_id), 1) FROM receivables_plan WHERE account_id = " + std::to_string(account)); break;
    }
    if (auto proposal = propose(kind, account, detail, on_.c_str())) waiting_.push_back(proposal->id);
  }

  std::mt19937 random_;
  Date today_ = books::day("2026-11-03"), next_issue_ = books::day("2026-12-02");
  std::string on_;
  BillingMonth month_{202611};
  std::vector<PaymentId> payments_;
  std::vector<ProposalId> waiting_;
  std::map<ProposalKind, int> done_;
};

}  // namespace

TEST_CASE("whatever happens in whichever order, the books and what is made of them agree") {
  std::map<ProposalKind, int> done;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    INFO("seed " << seed);
    Chance office(seed);
    for (int days = 0; days < 60; ++days) {
      office.live_a_day();
      if (days % 10 != 9) continue;
      const auto differences = office.differences();
      INFO("day " << days << ": " << (differences.empty() ? "" : differences.front()));
      REQUIRE(differences.empty());
      office.check_statements();
    }
    for (int i = 0; i < kProposalKinds; ++i) done[static_cast<ProposalKind>(i)] += office.done_of(static_cast<ProposalKind>(i));
  }
  // A test in which nothing of a kind ever took effect would say nothing of it.
  for (int i = 0; i < kProposalKinds; ++i) {
    INFO(name_of(static_cast<ProposalKind>(i)));
    CHECK(done[static_cast<ProposalKind>(i)] > 0);
  }
}
