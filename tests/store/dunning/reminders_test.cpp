// Runs of reminders: who is told what on which day, and that a run may be killed and repeated.
#include <catch2/catch.hpp>

#include "mis/jobs/worker.hpp"
#include "modules/dunning/runs.hpp"
#include "tests/store/dunning/dunning_books.hpp"

using namespace mis;
using books::day;
using books::DunningBooks;
using Strings = std::vector<std::string>;

namespace {

// Account 11 owes 100 yuan and account 13 a small sum, due on 12 November 2026 (a Thursday).
class November : public DunningBooks {
 public:
  November() { REQUIRE(issue({202610}, "2026-11-02", {{11, 10'000}, {13, 50}})); }
};

}  // namespace

TEST_CASE("reminders follow the age of the debt, each step once, and end with a candidate for disconnection") {
  November books;
  books.go_to("2026-11-12");
  CHECK(books.run().accounts == 0);  // due today is not overdue
  books.go_to("2026-11-13");
  const auto first = books.run();
  CHECK(first.accounts == 2);
  CHECK(first.notices == 2);  // with its least late charge of 1 yuan the small debt is above the rules' minimum too
  CHECK(books.notices_of(11) == Strings{"reminder 1 sms"});
  CHECK(books.newest_text(11).find("欠电费100.00元、违约金1.00元，合计101.00元") != std::string::npos);
  books.go_to("2026-11-16");
  CHECK(books.run().notices == 0);
  books.go_to("2026-11-19");
  CHECK(books.run().notices == 2);
  books.go_to("2026-11-27");
  CHECK(books.run().notices == 1);  // the letter is for debts of 10 yuan or more
  CHECK(books.notices_of(11) == Strings{"reminder 1 sms", "reminder 2 sms", "reminder 3 letter"});
  books.go_to("2026-12-11");
  CHECK(books.run().candidates == 0);
  books.go_to("2026-12-12");
  const auto last = books.run();
  CHECK(last.candidates == 1);
  CHECK(last.notices == 0);
  CHECK(books.state_of(11) == "candidate");
  CHECK(books.number("SELECT overdue_fen FROM dunning_case") == 10'000 + 300);
  CHECK(books.number("SELECT COUNT(*) FROM outbox_message") == 5);
}

TEST_CASE("a second run on the same day changes nothing") {
  November books;
  for (const char* on : {"2026-11-13", "2026-11-27", "2026-12-12"}) {
    books.go_to(on);
    books.run();
    const auto rows = [&] { return books.number("SELECT (SELECT COUNT(*) FROM dunning_notice) * 10000 + (SELECT COUNT(*) FROM outbox_message) * 100 + (SELECT COUNT(*) FROM dunning_case)"); };
    const auto before = rows();
    const auto again = books.run();
    CHECK(again.notices + again.candidates == 0);
    CHECK(rows() == before);
  }
}

TEST_CASE("dunning begins anew with the next bill once the oldest is paid") {
  November books;
  REQUIRE(books.issue({202611}, "2026-12-02", {{11, 6'000}}));  // due on 12 December
  books.go_to("2026-12-20");
  books.run();
  CHECK(books.notices_of(11) == Strings{"reminder 3 letter"});  // for the bill of October
  REQUIRE(books.pay(books.payment(11, 10'380, "2026-12-20")));
  books.go_to("2026-12-21");
  CHECK(books.run().notices == 1);
  CHECK(books.notices_of(11).back() == "reminder 2 sms");  // for that of November: 9 days
}

TEST_CASE("who has paid, whose account is closed and who owes a late charge only is left alone") {
  November books;
  REQUIRE(books.issue({202611}, "2026-11-03", {{15, 5'000}, {16, 5'000}, {17, 5'000}}));
  REQUIRE(books.pay(books.payment(15, 5'000, "2026-11-10")));
  books.owner().lease()->execute("UPDATE customers_account SET status = 'closed' WHERE account_id = 16");
  books.owner().lease()->execute("UPDATE receivables_setting SET value = 'all_principal_first' WHERE name = 'allocation_order'");
  REQUIRE(books.pay(books.payment(17, 5'000, "2026-11-20")));  // a week late: 1 yuan stays
  CHECK(books.due(17, "2026-11-20").late == Money{100});
  books.go_to("2026-11-20");
  books.run();
  for (const auto account : {15, 16, 17}) CHECK(books.notices_of(account).empty());
  CHECK(books.notices_of(11).size() == 1);
}

TEST_CASE("who pays by an agreed plan is left alone until it ends") {
  November books;
  auto owner = books.owner().lease();
  owner->execute("INSERT INTO receivables_plan (account_id, proposal_id, state, total_fen, late_stop, approved_on) VALUES (11, 1, 'active', 10000, '2026-11-12', '2026-11-12')");
  books.go_to("2026-11-13");
  CHECK(books.run().notices == 1);
  CHECK(books.notices_of(11).empty());
  owner->execute("UPDATE receivables_plan SET state = 'broken'");
  books.go_to("2026-11-14");
  CHECK(books.run().notices == 1);
  CHECK(books.notices_of(11) == Strings{"reminder 1 sms"});
}

TEST_CASE("a customer without a usable telephone number gets letters") {
  November books;
  books.owner().lease()->execute("UPDATE customers_customer SET phone = '-' WHERE customer_id = 11");
  books.go_to("2026-11-13");
  books.run();
  CHECK(books.notices_of(11) == Strings{"reminder 1 letter"});
  CHECK(books.newest_text(11).find("客户11：") == 0);
}

TEST_CASE("a name or an address with stray characters does not stop a run") {
  November books;
  auto owner = books.owner().lease();
  owner->execute("UPDATE customers_customer SET phone = '', name = ? WHERE customer_id = 11", "客户\n\x01" + std::string("\xE2\x80\xAE") + "十一");
  owner->execute("UPDATE customers_account SET address = ? WHERE account_id = 11", std::string("测试路\r\n11号"));
  books.go_to("2026-11-13");
  const auto did = books.run();
  CHECK(did.state == jobs::State::kDone);
  CHECK(did.notices == 2);
  CHECK(books.newest_text(11).find("客户   十一：") == 0);
  owner->execute("UPDATE customers_customer SET name = '客户11' WHERE customer_id = 11");
  owner->execute("UPDATE customers_account SET address = '测试路11号' WHERE account_id = 11");
}

TEST_CASE("a customer is contacted at most so often a week, over all accounts") {
  DunningBooks books;
  REQUIRE(books.issue({202610}, "2026-11-02", {{11, 10'000}, {12, 10'000}, {13, 10'000}}));
  // One customer with three accounts.
  books.owner().lease()->execute("UPDATE customers_account SET customer_id = 11 WHERE account_id IN (12, 13)");
  books.go_to("2026-11-13");  // a Friday
  auto did = books.run();
  CHECK(did.notices == 2);
  CHECK(did.held_back == 1);
  books.go_to("2026-11-15");  // Sunday: still the same week
  did = books.run();
  CHECK(did.notices == 0);
  CHECK(did.held_back == 1);
  books.go_to("2026-11-16");
  did = books.run();
  CHECK(did.notices == 1);  // what was held back
  CHECK(did.held_back == 0);
  books.go_to("2026-11-19");
  did = books.run();
  CHECK(did.notices == 1);  // the second steps of three accounts, with one contact of the week left
  CHECK(did.held_back == 2);
  CHECK(books.number("SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM dunning_contact GROUP BY week_of, customer_id) w") == 2);
}

TEST_CASE("a limit of none stops reminders and not the candidates of those reminded before") {
  November books;
  books.go_to("2026-11-27");
  books.run();
  books.owner().lease()->execute("UPDATE dunning_setting SET value = '0' WHERE name = 'contacts_per_week'");
  books.go_to("2026-12-12");
  const auto did = books.run();
  CHECK(did.notices == 0);
  CHECK(did.candidates == 1);
}

TEST_CASE("the key of contacts keeps two from taking the same place") {
  DunningBooks books;
  auto s = books.app().lease();
  s->execute("INSERT INTO dunning_contact (week_of, customer_id, slot, notice_id) VALUES ('2026-11-09', 11, 1, 1)");
  CHECK_THROWS(s->execute("INSERT INTO dunning_contact (week_of, customer_id, slot, notice_id) VALUES ('2026-11-09', 11, 1, 2)"));
}

TEST_CASE("a run that dies in the middle of a shard resumes without a double and without a loss") {
  November books;
  books.go_to("2026-11-13");
  auto& kind = books.kinds.by_name.at("dunning.remind");
  const auto work = kind.run_shard;
  int deaths = 2;
  kind.run_shard = [&](db::Session& s, const jobs::Job& job, const jobs::Shard& shard) -> Result<std::int64_t> {
    auto done = work(s, job, shard);
    if (deaths-- > 0) throw std::runtime_error("killed after everything was written and before the commit");
    return done;
  };
  const auto did = books.run();
  CHECK(did.state == jobs::State::kDone);
  CHECK(did.notices == 2);
  CHECK(books.number("SELECT COUNT(*) FROM outbox_message") == 2);
  CHECK(books.number("SELECT COUNT(*) FROM dunning_contact") == 2);
}

TEST_CASE("one run at a time") {
  November books;
  const auto start = [&] { return books.app().transact([&](db::Session& s) { return dunning::start_run(books.services, s, dunning::RunKind::kReminders, {}); }); };
  REQUIRE(start());
  CHECK(start().error().code == "dunning.run_active");
}

TEST_CASE("rules change from a day on, and earlier days keep theirs") {
  November books;
  const auto change = [&](const char* from, std::vector<dunning::Rule> rules) {
    return books.app().transact([&](db::Session& s) { return dunning::change_rules(s, day(from), std::move(rules), day("2026-11-10"), books::kApprover, books.clock.now()); });
  };
  CHECK(change("2026-11-09", {{"other", 1, 1, dunning::Action::kSms, {0}}}).error().code == "dunning.valid_from");
  CHECK(change("2026-11-10", {}).error().code == "dunning.bad_rules");
  REQUIRE(change("2026-11-15", {{"other", 1, 3, dunning::Action::kLetter, {0}}, {"residential", 1, 2, dunning::Action::kSms, {9'000}}}));
  books.go_to("2026-11-14");
  books.run();
  CHECK(books.notices_of(11) == Strings{"reminder 1 sms"});  // by the old ones
  REQUIRE(change("2026-11-15", {{"other", 1, 1, dunning::Action::kSms, {0}}, {"residential", 1, 1, dunning::Action::kSms, {0}}, {"residential", 5, 3, dunning::Action::kLetter, {9'000}}}));
  books.go_to("2026-11-15");
  books.run();
  CHECK(books.notices_of(11) == Strings{"reminder 1 sms", "reminder 5 letter"});  // the last set that begins on the day counts
  CHECK(books.notices_of(13) == Strings{"reminder 1 sms"});
  CHECK(dunning::rules_on(*books.app().lease(), day("2026-11-14")).id == 1);
}
