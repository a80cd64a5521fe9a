// Disconnections on real books: the way to a stop and back, and how payments end it.
#include <catch2/catch.hpp>

#include "tests/store/dunning/dunning_books.hpp"

using namespace mis;
using books::DunningBooks;
using books::kApprover;
using books::kCollector;
using dunning::CaseStep;
using Strings = std::vector<std::string>;

namespace {

constexpr std::int64_t kDay = 24 * 60;

// Account 11 owes 100 yuan since 12 November and has been reminded.
class Arrears : public DunningBooks {
 public:
  Arrears() {
    REQUIRE(issue({202610}, "2026-11-02", {{11, 10'000}, {12, 10'000}}));
    for (const char* on : {"2026-11-13", "2026-11-27"}) {
      go_to(on);
      run();
    }
    go_to("2026-12-14");
  }
  Result<dunning::CaseId> propose(std::int64_t account) {
    return app().transact([&](db::Session& s) { return dunning::propose(services, s, {account}, "does not answer", kCollector); });
  }
  // As far as the stop, on 18 December at noon.
  void disconnect(std::int64_t account) {
    REQUIRE(propose(account));
    REQUIRE(move(account, CaseStep::kApprove) == "approved");
    REQUIRE(move(account, CaseStep::kNotice, kCollector, in_minutes(4 * kDay)) == "noticed");
    post();
    minutes(4 * kDay - 40);
    REQUIRE(move(account, CaseStep::kNoticeAgain, kCollector) == "noticed_again");
    post();
    minutes(40);
    REQUIRE(move(account, CaseStep::kDisconnect, kCollector) == "disconnected");
  }
  bool check(std::int64_t account) {
    auto moved = app().transact([&](db::Session& s) { return dunning::check_payment(services, s, case_of(account)); });
    REQUIRE(moved);
    return *moved;
  }
  receivables::Payment everything(std::int64_t account, const char* on) {
    auto p = payment(account, static_cast<int>(due(account, on).due().value), on);
    p.at = clock.at;
    return p;
  }
};

}  // namespace

TEST_CASE("the whole way: proposed, approved, noticed twice, stopped, paid, connected again") {
  Arrears books;
  books.disconnect(11);
  CHECK(books.notices_of(11) == Strings{"reminder 1 sms", "reminder 3 letter", "stop_notice 0 letter", "last_notice 0 sms"});
  CHECK(books.newest_text(11).find("将于2026-12-18 12:00停电") != std::string::npos);
  CHECK_FALSE(books.check(11));
  CHECK(books.move(11, CaseStep::kReconnect) == "dunning.case_state");

  books.minutes(90);
  REQUIRE(books.pay(books.everything(11, "2026-12-18")));
  books.minutes(60);
  CHECK(books.check(11));
  CHECK(books.state_of(11) == "paid");
  // The 24 hours run from the payment, not from when somebody looked.
  CHECK(books.number("SELECT TIMESTAMPDIFF(MINUTE, disconnected_at, paid_at) FROM dunning_case") == 90);
  CHECK(books.number("SELECT TIMESTAMPDIFF(MINUTE, paid_at, reconnect_due_at) FROM dunning_case") == kDay);
  CHECK(books.move(11, CaseStep::kReconnect, kCollector) == "reconnected");
  CHECK(books.notices_of(11).back() == "restored 0 sms");
  CHECK(books.number("SELECT COUNT(*) FROM dunning_case WHERE open_account_id IS NOT NULL") == 0);
  CHECK(books.number("SELECT COUNT(*) FROM dunning_case_event") == 6);
  CHECK(books.differences().empty());
}

TEST_CASE("nobody gets round the waits") {
  Arrears books;
  REQUIRE(books.propose(11));
  CHECK(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(4 * kDay)) == "dunning.case_state");
  CHECK(books.move(11, CaseStep::kApprove, kCollector) == "security.second_person");
  CHECK(books.move(11, CaseStep::kApprove) == "approved");
  CHECK(books.move(11, CaseStep::kDisconnect) == "dunning.case_state");
  CHECK(books.move(11, CaseStep::kNotice, kApprover) == "dunning.stop_time");
  CHECK(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(3 * kDay - 1)) == "dunning.stop_time");
  CHECK(books.notices_of(11).size() == 2);  // what was refused told nobody anything
  CHECK(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(3 * kDay)) == "noticed");
  books.post();
  CHECK(books.move(11, CaseStep::kNoticeAgain) == "dunning.too_early");
  books.minutes(3 * kDay - 10);
  CHECK(books.move(11, CaseStep::kNoticeAgain) == "noticed_again");
  books.post();
  books.minutes(10);
  CHECK(books.move(11, CaseStep::kDisconnect) == "dunning.too_early");  // the time has come, but not 30 minutes since the second notice
  books.minutes(20);
  CHECK(books.move(11, CaseStep::kDisconnect) == "disconnected");
}

TEST_CASE("nobody is stopped after a notice that never went out") {
  Arrears books;
  REQUIRE(books.propose(11));
  REQUIRE(books.move(11, CaseStep::kApprove) == "approved");
  REQUIRE(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(4 * kDay)) == "noticed");
  books.minutes(4 * kDay - 60);
  CHECK(books.move(11, CaseStep::kNoticeAgain) == "dunning.notice_not_sent");
  books.post();
  CHECK(books.move(11, CaseStep::kNoticeAgain) == "noticed_again");
  books.minutes(60);
  CHECK(books.move(11, CaseStep::kDisconnect) == "dunning.notice_not_sent");
  books.post();
  CHECK(books.move(11, CaseStep::kDisconnect) == "dunning.too_early");  // three days from when the first went out, too long after the decision
  // Given anew and sent at once.
  REQUIRE(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(3 * kDay)) == "noticed");
  books.owner().lease()->execute("UPDATE outbox_message SET state = 'failed' WHERE state = 'queued'");
  books.minutes(3 * kDay - 60);
  CHECK(books.move(11, CaseStep::kNoticeAgain) == "dunning.notice_not_sent");  // the first one's success is not this one's
  books.owner().lease()->execute("UPDATE outbox_message SET state = 'sent' , finished_at = queued_at WHERE state = 'failed'");
  CHECK(books.move(11, CaseStep::kNoticeAgain) == "noticed_again");
  books.post();
  books.minutes(60);
  CHECK(books.move(11, CaseStep::kDisconnect) == "disconnected");
}

TEST_CASE("a notice that has expired is given anew") {
  Arrears books;
  REQUIRE(books.propose(11));
  REQUIRE(books.move(11, CaseStep::kApprove) == "approved");
  REQUIRE(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(3 * kDay)) == "noticed");
  books.post();
  books.minutes(8 * kDay);
  CHECK(books.move(11, CaseStep::kNoticeAgain) == "dunning.too_late");
  CHECK(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(3 * kDay)) == "noticed");
  books.post();
  books.minutes(3 * kDay - 30);
  CHECK(books.move(11, CaseStep::kNoticeAgain) == "noticed_again");
  books.post();
  books.minutes(30);
  CHECK(books.move(11, CaseStep::kDisconnect) == "disconnected");
}

TEST_CASE("a debt that is not 30 days old, or that nobody was reminded of, is no reason for a notice") {
  Arrears books;
  REQUIRE(books.issue({202611}, "2026-11-20", {{13, 10'000}}));  // due on the 30th
  REQUIRE(books.propose(13));
  REQUIRE(books.move(13, CaseStep::kApprove) == "approved");
  CHECK(books.move(13, CaseStep::kNotice, kApprover, books.in_minutes(4 * kDay)) == "dunning.too_early");
  books.go_to("2026-12-31");
  CHECK(books.move(13, CaseStep::kNotice, kApprover, books.in_minutes(4 * kDay)) == "dunning.not_reminded");
}

TEST_CASE("a payment at any point before the stop ends the case, and none is cut off who has paid") {
  Arrears books;
  REQUIRE(books.propose(11));
  REQUIRE(books.move(11, CaseStep::kApprove) == "approved");
  REQUIRE(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(4 * kDay)) == "noticed");
  books.post();
  books.minutes(4 * kDay - 30);
  REQUIRE(books.move(11, CaseStep::kNoticeAgain) == "noticed_again");
  books.post();
  books.minutes(30);
  auto part = books.payment(11, 5'000, "2026-12-18");
  REQUIRE(books.pay(part));
  CHECK_FALSE(books.check(11));  // a part is not all
  REQUIRE(books.pay(books.everything(11, "2026-12-18")));
  CHECK(books.move(11, CaseStep::kDisconnect) == "dunning.settled");
  CHECK(books.check(11));
  CHECK(books.state_of(11) == "cancelled");
  CHECK_FALSE(books.check(11));
}

TEST_CASE("who has paid the noticed bill is not cut off for a newer one, nor kept off for it") {
  Arrears books;
  REQUIRE(books.issue({202611}, "2026-12-05", {{11, 7'000}, {12, 7'000}}));  // due on the 15th
  for (const auto account : {11, 12}) {
    REQUIRE(books.propose(account));
    REQUIRE(books.move(account, CaseStep::kApprove) == "approved");
    REQUIRE(books.move(account, CaseStep::kNotice, kCollector, books.in_minutes(4 * kDay)) == "noticed");
    books.post();
  }
  books.minutes(4 * kDay - 40);
  for (const auto account : {11, 12}) REQUIRE(books.move(account, CaseStep::kNoticeAgain, kCollector) == "noticed_again");
  books.post();
  books.minutes(40);
  // The money goes to the oldest bill first; the newer one stays open and has been overdue for three days.
  const auto pay_old_bill = [&](std::int64_t account) {
    const auto due = books.due(account, "2026-12-18");
    REQUIRE(due.items.size() == 2);
    auto payment = books.payment(account, static_cast<int>(due.items[0].due(books::day("2026-12-18")).value), "2026-12-18");
    payment.bills = {due.items[0].bill};
    payment.at = books.clock.at;
    REQUIRE(books.pay(payment));
    REQUIRE(books.due(account, "2026-12-18").principal == Money{7'000});
  };
  pay_old_bill(11);
  CHECK(books.move(11, CaseStep::kDisconnect) == "dunning.settled");
  CHECK(books.check(11));
  CHECK(books.state_of(11) == "cancelled");
  // Once stopped, paying the bill that it was for starts the 24 hours.
  REQUIRE(books.move(12, CaseStep::kDisconnect) == "disconnected");
  books.minutes(10);
  pay_old_bill(12);
  CHECK(books.move(12, CaseStep::kPay) == "paid");
  CHECK(books.number("SELECT TIMESTAMPDIFF(MINUTE, disconnected_at, paid_at) FROM dunning_case WHERE account_id = 12") == 10);
}

TEST_CASE("the scan finds what was paid among all open cases") {
  Arrears books;
  books.disconnect(11);
  REQUIRE(books.propose(12));
  CHECK(books.run(dunning::RunKind::kPaymentScan).moved == 0);
  REQUIRE(books.pay(books.everything(11, "2026-12-18")));
  REQUIRE(books.pay(books.everything(12, "2026-12-18")));
  const auto did = books.run(dunning::RunKind::kPaymentScan);
  CHECK(did.accounts == 2);
  CHECK(did.moved == 2);
  CHECK(books.state_of(11) == "paid");
  CHECK(books.state_of(12) == "cancelled");
  CHECK(books.run(dunning::RunKind::kPaymentScan).accounts == 0);
}

TEST_CASE("what a bounced payment leaves open is proposed again, what a person gave up is not") {
  Arrears books;
  books.run();
  REQUIRE(books.state_of(11) == "candidate");
  REQUIRE(books.state_of(12) == "candidate");
  const auto paid = books.pay(books.everything(11, "2026-12-14"));
  REQUIRE(paid);
  CHECK(books.check(11));
  CHECK(books.move(12, CaseStep::kCancel, kCollector) == "cancelled");
  REQUIRE(books.take_back(paid->id, "2026-12-15"));
  books.go_to("2026-12-16");
  CHECK(books.run().candidates == 1);
  CHECK(books.state_of(11) == "candidate");
  CHECK(books.state_of(12) == "cancelled");
}

TEST_CASE("an important customer needs the number of the authority's copy") {
  Arrears books;
  books.owner().lease()->execute("INSERT INTO dunning_important_user (account_id, reason, authority, changed_at) VALUES (11, 'hospital', 'county energy bureau', UTC_TIMESTAMP())");
  REQUIRE(books.propose(11));
  REQUIRE(books.move(11, CaseStep::kApprove) == "approved");
  CHECK(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(4 * kDay)) == "dunning.authority_copy");
  CHECK(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(4 * kDay), "2026-117") == "noticed");
  books.post();
}

TEST_CASE("a plan keeps a debt from being stopped, at its proposal and later") {
  Arrears books;
  REQUIRE(books.propose(11));
  REQUIRE(books.move(11, CaseStep::kApprove) == "approved");
  auto owner = books.owner().lease();
  for (const auto account : {11, 12})
    owner->execute("INSERT INTO receivables_plan (account_id, proposal_id, state, total_fen, late_stop, approved_on) VALUES (?, ?, 'active', 10000, '2026-12-14', '2026-12-14')", account, account);
  CHECK(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(4 * kDay)) == "dunning.on_plan");
  CHECK(books.propose(12).error().code == "dunning.on_plan");
  CHECK(books.run().candidates == 0);
  CHECK(books.move(11, CaseStep::kCancel, kCollector) == "cancelled");
}

TEST_CASE("a case is proposed once and only for what is overdue") {
  Arrears books;
  CHECK(books.propose(13).error().code == "dunning.nothing_overdue");
  CHECK(books.propose(999).error().code == "customers.no_account");
  REQUIRE(books.propose(11));
  CHECK(books.propose(11).error().code == "dunning.case_open");
  CHECK(books.number("SELECT COUNT(*) FROM dunning_case") == 1);
}

TEST_CASE("what the law demands is said even where the week's contacts are used up, and reminders count it") {
  Arrears books;
  books.owner().lease()->execute("UPDATE dunning_setting SET value = '1' WHERE name = 'contacts_per_week'");
  REQUIRE(books.propose(11));
  REQUIRE(books.move(11, CaseStep::kApprove) == "approved");
  REQUIRE(books.move(11, CaseStep::kNotice, kApprover, books.in_minutes(3 * kDay)) == "noticed");
  books.post();
  books.minutes(3 * kDay - 30);
  REQUIRE(books.move(11, CaseStep::kNoticeAgain) == "noticed_again");  // the second contact of a week with one
  books.post();
  CHECK(books.number("SELECT MAX(slot) FROM dunning_contact WHERE week_of = '2026-12-14'") == 2);
}

TEST_CASE("supply given back unpaid ends the case, and no run proposes the same debt again") {
  Arrears books;
  books.disconnect(11);
  CHECK(books.move(11, CaseStep::kRelease) == "dunning.release_not_asked");
  CHECK(books.move(11, CaseStep::kAskRelease, kCollector) == "disconnected");
  CHECK(books.move(11, CaseStep::kRefuseRelease) == "disconnected");
  CHECK(books.number("SELECT COUNT(*) FROM dunning_case WHERE release_asked_by IS NOT NULL OR release_asked_at IS NOT NULL") == 0);
  CHECK(books.move(11, CaseStep::kAskRelease, kCollector) == "disconnected");
  CHECK(books.move(11, CaseStep::kRelease, kCollector) == "security.second_person");
  books.minutes(60);
  CHECK(books.move(11, CaseStep::kRelease) == "released");
  CHECK(books.number("SELECT TIMESTAMPDIFF(MINUTE, released_at, reconnect_due_at) FROM dunning_case") == kDay);
  CHECK_FALSE(books.check(11));  // nothing is paid, and nothing has to be
  CHECK(books.move(11, CaseStep::kReconnect, kCollector) == "reconnected");
  CHECK(books.newest_text(11).find("已恢复供电，未缴电费仍请缴纳") != std::string::npos);
  books.go_to("2026-12-28");
  CHECK(books.run().candidates == 1);  // account 12's alone
}

TEST_CASE("a payment overtakes what was asked for") {
  Arrears books;
  books.disconnect(11);
  REQUIRE(books.move(11, CaseStep::kAskRelease, kCollector) == "disconnected");
  REQUIRE(books.pay(books.everything(11, "2026-12-18")));
  CHECK(books.check(11));
  CHECK(books.state_of(11) == "paid");
  CHECK(books.move(11, CaseStep::kRelease) == "dunning.case_state");
  CHECK(books.number("SELECT COUNT(*) FROM dunning_case WHERE release_asked_by IS NOT NULL") == 0);
  CHECK(books.move(11, CaseStep::kReconnect, kCollector) == "reconnected");
  CHECK(books.newest_text(11).find("感谢您的缴费") != std::string::npos);
}
