// Fee-controlled accounts: estimated each day, warned, stopped with approval, restored when there is money again.
#include <catch2/catch.hpp>

#include "modules/dunning/prepaid.hpp"
#include "tests/store/dunning/dunning_books.hpp"

using namespace mis;
using books::day;
using books::DunningBooks;
using books::kApprover;
using books::kCollector;
using dunning::CaseStep;
using dunning::RunKind;
using Strings = std::vector<std::string>;

namespace {

constexpr std::int64_t kDay = 24 * 60;

// Account 11 used 62 yuan in October (31 days: 2 yuan a day) and has paid 200 yuan: 138 are left when the bill is paid.
class Prepaid : public DunningBooks {
 public:
  Prepaid() {
    REQUIRE(pay(payment(11, 20'000, "2026-11-01")));
    REQUIRE(issue({202610}, "2026-11-02", {{11, 6'200}}));
    go_to("2026-11-02");
    REQUIRE(enrol({{3'000}, {0}, {0}}));
  }
  Status enrol(const dunning::PrepaidLimits& limits) {
    return app().transact([&](db::Session& s) { return dunning::enrol(s, {11}, limits, local_date(clock.at), kCollector, clock.at); });
  }
  dunning::Balance balance(const char* on) { return dunning::balance_of(*app().lease(), {11}, day(on)); }
  DunningBooks::Did daily(const char* on) {
    go_to(on);
    return run(RunKind::kPrepaid);
  }
};

}  // namespace

TEST_CASE("the balance is what was paid in advance less what is owed and what has been used since the bill") {
  Prepaid books;
  CHECK(books.balance("2026-11-01").balance == Money{13'800});
  const auto later = books.balance("2026-11-11");
  CHECK(later.advance == Money{13'800});
  CHECK(later.due == Money{0});
  CHECK(later.estimated == Money{2'000});
  CHECK(later.estimated_days == 10);
  CHECK(later.balance == Money{11'800});
  CHECK(dunning::balance_of(*books.app().lease(), {12}, day("2026-11-11")).balance == Money{0});  // nothing billed: nothing known
}

TEST_CASE("what was read since the bill counts instead of the estimate") {
  Prepaid books;
  {
    // 1 kWh was billed for 62 yuan; 500 Wh were read until 6 November.
    auto s = books.owner().lease();
    for (const char* statement : {"DELETE FROM metering_usage_point", "DELETE FROM metering_meter", "DELETE FROM metering_installation", "DELETE FROM meter_reading_reading",
                                  "INSERT INTO metering_usage_point (usage_point_id, account_id, usage_point_no, kind) VALUES (1, 11, 'U1', 'consumption')",
                                  "INSERT INTO metering_meter (meter_id, asset_no, kind, register_digits, maker, made_on) VALUES (1, 'M1', 'single_phase', 6, 'x', '2020-01-01')",
                                  "INSERT INTO metering_installation (installation_id, usage_point_id, meter_id, valid_from, valid_to, ct_ratio, pt_ratio) VALUES (1, 1, 1, '2020-01-01', '9999-12-31', 1, 1)",
                                  "INSERT INTO meter_reading_reading (billing_month, route_id, installation_id, seq, kind, read_at, source, quality, total_e4) VALUES "
                                  "(202610, 5, 1, 1, 1, '2026-10-31 16:00:00', 2, 1, 10000), (202611, 5, 1, 1, 1, '2026-11-05 16:00:00', 2, 1, 15000)"})
      s->execute(statement);
  }
  const auto balance = books.balance("2026-11-08");
  CHECK(balance.read == Energy{500});
  CHECK(balance.estimated_days == 2);
  CHECK(balance.estimated == Money{3'100 + 400});
  for (const char* statement : {"DELETE FROM metering_usage_point", "DELETE FROM metering_meter", "DELETE FROM metering_installation", "DELETE FROM meter_reading_reading"})
    books.owner().lease()->execute(statement);
}

TEST_CASE("a low balance is told once a day and level, and not more often than contacts are allowed") {
  Prepaid books;
  CHECK(books.daily("2026-11-11").notices == 0);
  const auto low = books.daily("2026-12-28");  // 57 days: 114 yuan used, 24 left
  CHECK(low.notices == 1);
  CHECK(books.notices_of(11) == Strings{"prepaid_low 0 sms"});
  CHECK(books.newest_text(11).find("可用余额约24.00元") != std::string::npos);
  CHECK(books.daily("2026-12-28").notices == 0);
  CHECK(books.daily("2026-12-29").notices == 1);
  const auto third = books.daily("2026-12-30");
  CHECK(third.notices == 0);
  CHECK(third.held_back == 1);
  CHECK(books.number("SELECT COUNT(*) FROM dunning_prepaid_balance") == 4);
}

TEST_CASE("a balance that is used up is stopped with approval and notice, and restored when it is positive again") {
  Prepaid books;
  const auto empty = books.daily("2027-01-11");  // 71 days: 142 used of 138
  CHECK(empty.candidates == 1);
  CHECK(books.notices_of(11) == Strings{"prepaid_empty 0 sms"});
  CHECK(books.daily("2027-01-11").candidates == 0);
  CHECK(books.move(11, CaseStep::kApprove, kApprover) == "approved");
  CHECK(books.move(11, CaseStep::kNotice, kCollector, books.in_minutes(kDay - 1)) == "dunning.stop_time");
  CHECK(books.move(11, CaseStep::kNotice, kCollector, books.in_minutes(kDay)) == "noticed");
  books.post();
  books.minutes(kDay - 30);
  CHECK(books.move(11, CaseStep::kNoticeAgain, kCollector) == "noticed_again");
  books.post();
  books.minutes(30);
  CHECK(books.move(11, CaseStep::kDisconnect, kCollector) == "disconnected");
  REQUIRE(books.pay(books.payment(11, 300, "2027-01-12")));
  CHECK(books.run(RunKind::kPrepaid).moved == 0);  // 3 yuan do not make up for 6
  REQUIRE(books.pay(books.payment(11, 1'000, "2027-01-12")));
  CHECK(books.run(RunKind::kPrepaid).moved == 1);
  CHECK(books.state_of(11) == "paid");
  CHECK(books.move(11, CaseStep::kReconnect, kCollector) == "reconnected");
}

TEST_CASE("credit moves the stop, and limits must fit together") {
  Prepaid books;
  CHECK(books.enrol({{0}, {0}, {0}}).error().code == "dunning.prepaid_enrolled");
  const auto change = [&](const dunning::PrepaidLimits& limits) {
    return books.app().transact([&](db::Session& s) { return dunning::change_limits(s, {11}, limits, kCollector, books.clock.at); });
  };
  CHECK(change({{0}, {100}, {0}}).error().code == "dunning.prepaid_limits");
  CHECK(change({{100}, {0}, {-1}}).error().code == "dunning.prepaid_limits");
  REQUIRE(change({{3'000}, {0}, {1'000}}));
  CHECK(books.daily("2027-01-11").candidates == 0);  // 4 yuan below nothing, with 10 yuan of credit
  CHECK(books.daily("2027-01-15").candidates == 1);
  REQUIRE(books.app().transact([&](db::Session& s) { return dunning::end_enrolment(s, {11}, local_date(books.clock.at), kCollector, books.clock.at); }));
  CHECK(books.daily("2027-01-16").accounts == 0);
  CHECK(change({{100}, {0}, {0}}).error().code == "dunning.prepaid_not_enrolled");
}
