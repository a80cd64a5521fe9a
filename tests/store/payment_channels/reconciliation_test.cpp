// A bank's file of the day against our items: what is found, who may settle it, and that money moves by it exactly once.
#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <map>

#include "tests/store/payment_channels/next_day.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::ChannelBooks;
using books::day;
using books::file_of;
using books::TheNextDay;

TEST_CASE("a day on which both sides have the same leaves no difference") {
  TheNextDay b;
  b.pay("K1", 11, 15'510);
  b.pay("K2", 12, 8'100);
  b.pay("K3", 12, 500);
  b.reverse("K3", "R3");
  b.pay("K4", 999, 500);
  b.morning();
  const auto r = b.load(file_of({{"K1", 11, 15'510}, {"K2", 12, 8'100}}));
  REQUIRE(r);
  CHECK(r->compared);
  CHECK(r->theirs.count == 2);
  CHECK(r->ours.count == 2);
  CHECK(r->equal.count == 2);
  CHECK(r->theirs.amount == Money{23'610});
  CHECK(r->ours.amount == Money{23'610});
  CHECK(r->equal.amount == Money{23'610});
  CHECK(b.found(*r).empty());
}

TEST_CASE("each kind of difference is found and settled by two people, and the books agree in the end") {
  TheNextDay b;
  b.pay("EQUAL", 11, 100);
  b.pay("OURS", 11, 200);
  b.pay("AMOUNT", 11, 300);
  b.pay("ACCOUNT", 11, 400);
  b.pay("BACK", 12, 500);
  b.reverse("BACK", "RB");
  b.reverse("VOID", "RV");
  b.pay("REFUSED", 999, 600);
  b.morning();
  const auto r = b.load(file_of({{"EQUAL", 11, 100}, {"AMOUNT", 11, 350}, {"ACCOUNT", 12, 400}, {"BACK", 12, 500}, {"VOID", 12, 700}, {"REFUSED", 12, 600}, {"THEIRS", 12, 800}}));
  REQUIRE(r);
  CHECK(r->equal.count == 1);
  std::map<std::string, Difference> by_serial;
  for (const auto& d : b.found(*r)) by_serial[d.serial_no] = d;
  // BACK, REFUSED and VOID are ours too, but not paid.
  REQUIRE(by_serial.size() == 7);
  struct Row {
    const char* serial;
    DifferenceKind kind;
    Resolution how;
  };
  const Row rows[] = {{"OURS", DifferenceKind::kOnlyOurs, Resolution::kReverse},    {"AMOUNT", DifferenceKind::kAmount, Resolution::kPost},  {"ACCOUNT", DifferenceKind::kAccount, Resolution::kPost},
                      {"BACK", DifferenceKind::kOnlyTheirs, Resolution::kPost},     {"VOID", DifferenceKind::kOnlyTheirs, Resolution::kPost}, {"REFUSED", DifferenceKind::kOnlyTheirs, Resolution::kPost},
                      {"THEIRS", DifferenceKind::kOnlyTheirs, Resolution::kPost}};
  for (const auto& row : rows) {
    CAPTURE(row.serial);
    const auto& d = by_serial.at(row.serial);
    CHECK(d.kind == row.kind);
    CHECK(d.state == DifferenceState::kOpen);
    auto settled = b.settle(d.id, row.how);
    REQUIRE(settled);
    CHECK(settled->state == DifferenceState::kSettled);
    CHECK(settled->payment_id);
    CHECK(b.all_differences().empty());
  }
  // What is in transit is now what the bank says.
  CHECK(b.in_transit() == r->theirs.amount);
  CHECK(b.service.totals(b.bank, day("2026-11-22"))->paid - b.service.totals(b.bank, day("2026-11-22"))->reversed == r->theirs.amount);
  // Nothing happens a second time, and a late message is answered by what was taken in.
  CHECK(b.approve(by_serial.at("THEIRS").id, b.supervisor).error().code == "payment_channels.not_proposed");
  CHECK(b.propose(by_serial.at("THEIRS").id, Resolution::kIgnore).error().code == "payment_channels.difference_settled");
  CHECK(b.pay("THEIRS", 12, 800).approved());
  CHECK(b.pay("THEIRS", 12, 801).response == Response::kReused);
  CHECK(b.in_transit() == r->theirs.amount);
}

TEST_CASE("money taken in from a file counts from the bank's day, not from today") {
  TheNextDay b;
  b.clock.set("2026-12-02T09:00:00+08:00");
  const auto r = b.load(file_of({{"T1", 11, 15'510}}));
  REQUIRE(b.settle(b.found(*r).at(0).id, Resolution::kPost));
  CHECK(b.due(11, "2026-12-02").due() == Money{0});  // ten days' late charges are not owed
  CHECK(b.all_differences().empty());
}

TEST_CASE("nobody settles what he proposed himself, nor in a way that the difference does not have") {
  TheNextDay b;
  b.pay("OURS", 11, 200);
  b.morning();
  const auto r = b.load(file_of({{"THEIRS", 12, 800}, {"NOBODY", 999, 100}}));
  std::map<std::string, std::int64_t> ids;
  for (const auto& d : b.found(*r)) ids[d.serial_no] = d.id;
  CHECK(b.propose(ids.at("THEIRS"), Resolution::kReverse).error().code == "payment_channels.not_this_way");
  CHECK(b.propose(ids.at("OURS"), Resolution::kPost).error().code == "payment_channels.not_this_way");
  CHECK(b.approve(ids.at("OURS"), b.supervisor).error().code == "payment_channels.not_proposed");
  REQUIRE(b.propose(ids.at("OURS"), Resolution::kReverse));
  CHECK(b.approve(ids.at("OURS"), b.clerk).error().code == "security.second_person");
  CHECK(b.in_transit() == Money{200});
  CHECK(b.settle(ids.at("NOBODY"), Resolution::kPost).error().code == "payment_channels.no_account");
  CHECK(b.settle(ids.at("NOBODY"), Resolution::kIgnore));
  CHECK(b.propose(987'654, Resolution::kIgnore).error().code == "payment_channels.no_difference");
  CHECK(b.in_transit() == Money{200});
  CHECK(b.all_differences().empty());
}

TEST_CASE("the same file twice changes nothing; another one takes its place only while nothing is decided") {
  TheNextDay b;
  b.pay("K1", 11, 200);
  b.morning();
  const auto first = b.load(file_of({{"T1", 12, 800}}));
  REQUIRE(first);
  const auto again = b.load(file_of({{"T1", 12, 800}}));
  REQUIRE(again);
  CHECK(again->id == first->id);
  CHECK(b.found(*again).size() == 2);
  const auto corrected = b.load(file_of({{"K1", 11, 200}, {"T1", 12, 800}}));
  REQUIRE(corrected);
  CHECK(corrected->id != first->id);
  REQUIRE(b.found(*corrected).size() == 1);
  REQUIRE(b.propose(b.found(*corrected).at(0).id, Resolution::kPost));
  CHECK(b.load(file_of({{"K1", 11, 200}})).error().code == "payment_channels.reconciled_already");
  CHECK(b.found(*corrected).size() == 1);
  REQUIRE(b.approve(b.found(*corrected).at(0).id, b.supervisor));
  CHECK(b.load(file_of({{"K1", 11, 200}, {"T1", 12, 800}}))->id == corrected->id);
  CHECK(b.in_transit() == Money{1'000});
}

TEST_CASE("a file with a fault is refused as a whole, and says where") {
  TheNextDay b;
  b.morning();
  struct Row {
    const char *what, *file, *code;
  };
  const std::string good = file_of({{"T1", 11, 100}, {"T2", 12, 200}});
  const std::string cut = good.substr(0, good.size() - 3);
  const std::string account = make_account_no(11);
  const std::string twice = "2|2.00\n20261122|T1|" + account + "|1.00\n20261122|T1|" + account + "|1.00\n";
  const std::string other_day = file_of({{"T1", 11, 100}}, "20261121");
  const std::string nothing = "1|0.00\n20261122|T1|" + account + "|0.00\n";
  const std::string less = "1|-1.00\n20261122|T1|" + account + "|-1.00\n";
  const std::string total = "1|2.00\n20261122|T1|" + account + "|1.00\n";
  const std::string serial = "1|1.00\n20261122|流水|" + account + "|1.00\n";
  const Row rows[] = {
      {"cut in the middle", cut.c_str(), "payment_channels.file_cut"},
      {"empty", "", "payment_channels.file_cut"},
      {"a line twice", twice.c_str(), "payment_channels.file_problems"},
      {"another day's line", other_day.c_str(), "payment_channels.file_problems"},
      {"an amount of nothing", nothing.c_str(), "payment_channels.file_problems"},
      {"a total that differs", total.c_str(), "payment_channels.total_differs"},
      {"a serial number in Chinese", serial.c_str(), "payment_channels.file_problems"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto loaded = b.load(row.file);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == row.code);
    if (loaded.error().code == "payment_channels.file_problems") CHECK(loaded.error().fields.at(0).pointer.rfind("/line/", 0) == 0);
  }
  CHECK_FALSE(b.load(less));
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_reconciliation") == 0);
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_their_item") == 0);
}

TEST_CASE("a day is reconciled when it is over, and nothing is added to it afterwards") {
  TheNextDay b;
  CHECK(b.load(file_of({{"T1", 11, 100}})).error().code == "payment_channels.day_not_over");
  b.morning();
  auto yesterday = b.request("K1", 11, 100);
  yesterday.business_date = day("2026-11-22");
  CHECK(b.pay(yesterday).approved());
  REQUIRE(b.load(file_of({{"K1", 11, 100}})));
  yesterday.key = "K2";
  CHECK(b.pay(yesterday).response == Response::kCutOff);
  CHECK(b.pay("K3", 11, 100).approved());
}

TEST_CASE("a payment that both sides put on different days is told as that, and settles the earlier day's difference") {
  TheNextDay b;
  b.pay("EDGE", 11, 100);
  b.morning();
  const auto first = b.load(file_of({{"T1", 12, 50}}));
  REQUIRE(b.found(*first).size() == 2);
  b.clock.set("2026-11-24T09:00:00+08:00");
  const auto second = b.load(file_of({{"EDGE", 11, 100}}, "20261123"), "2026-11-23");
  REQUIRE(b.found(*second).size() == 1);
  CHECK(b.found(*second).at(0).kind == DifferenceKind::kOtherDay);
  for (const auto& d : b.found(*first))
    if (d.serial_no == "EDGE") CHECK(d.state == DifferenceState::kSettled);
  CHECK(b.settle(b.found(*second).at(0).id, Resolution::kIgnore));
  CHECK(b.in_transit() == Money{100});
}

TEST_CASE("a serial number that begins anew each day does not make another day's payment the same one") {
  TheNextDay b;
  const auto pay = [&](const char* key, const char* serial, std::int64_t account, int fen) {
    auto request = b.request(key, account, fen);
    request.serial = serial;
    return b.pay(request);
  };
  REQUIRE(pay("22-1", "0001", 11, 300).approved());
  REQUIRE(pay("22-2", "0002", 11, 400).approved());
  b.morning();
  const auto first = b.load(file_of({{"0001", 11, 300}}));
  REQUIRE(b.found(*first).size() == 1);  // 0002 is only ours
  b.clock.set("2026-11-24T09:00:00+08:00");
  // The same account and amount as what the day before has already; another account; another amount.
  const auto second = b.load(file_of({{"0001", 11, 300}, {"0002", 12, 400}}, "20261123"), "2026-11-23");
  const auto found = b.found(*second);
  REQUIRE(found.size() == 2);
  for (const auto& d : found) {
    CAPTURE(d.serial_no);
    CHECK(d.kind == DifferenceKind::kOnlyTheirs);
    CHECK_FALSE(d.item_id);
    REQUIRE(b.settle(d.id, Resolution::kPost));
  }
  // Nobody's payment of the day before was taken back for it.
  CHECK(b.in_transit() == Money{300 + 400 + 300 + 400});
  CHECK(b.items("paid") == 4);
  CHECK(b.all_differences().empty());
}

TEST_CASE("another day's payment is not taken back to make room for a line of this day") {
  TheNextDay b;
  b.pay("K1", 11, 300);
  b.morning();
  const auto r = b.load(file_of({{"K1", 12, 300}}));
  const auto id = b.found(*r).at(0).id;
  REQUIRE(b.propose(id, Resolution::kPost));
  b.owner().lease()->execute("UPDATE payment_channels_item SET business_date = '2026-11-21' WHERE request_key = 'K1'");
  CHECK(b.approve(id, b.supervisor).error().code == "payment_channels.changed_meanwhile");
  CHECK(b.in_transit() == Money{300});
  b.owner().lease()->execute("UPDATE payment_channels_item SET business_date = '2026-11-22' WHERE request_key = 'K1'");
  CHECK(b.approve(id, b.supervisor));
  CHECK(b.all_differences().empty());
}

TEST_CASE("a late message that meets the approval of its own voided payment keeps what was taken in") {
  TheNextDay b;
  b.reverse("LATE", "RL");
  b.morning();
  const auto r = b.load(file_of({{"LATE", 12, 800}}));
  const auto id = b.found(*r).at(0).id;
  REQUIRE(b.propose(id, Resolution::kPost));
  std::future<ItemAnswer> late;
  const auto approved = b.app().transact([&](db::Session& s) {
    auto done = b.reconciliations.approve(s, b.bank, id, b.supervisor);
    if (!late.valid()) {
      // It has read the voided row as soon as it waits for the one that the approval holds.
      late = std::async(std::launch::async, [&b] { return b.pay("LATE", 12, 999); });
      // InnoDB shows its list of transactions anew only to one who has not looked for a tenth of a second.
      auto owner = b.owner().lease();
      while (!owner->query("SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE '%payment_channels_item%FOR UPDATE%'").next() &&
             late.wait_for(std::chrono::milliseconds(150)) != std::future_status::ready) {}
    }
    return done;
  });
  REQUIRE(approved);
  CHECK(late.get().response == Response::kReused);  // another amount than what was taken in
  CHECK(b.number("SELECT amount_fen FROM payment_channels_item WHERE request_key = 'LATE'") == 800);
  CHECK(b.pay("LATE", 12, 800).approved());
  CHECK(b.in_transit() == Money{800});
  CHECK(b.all_differences().empty());
}

TEST_CASE("an item that has changed since the comparison is not settled by it") {
  TheNextDay b;
  b.pay("OURS", 11, 200);
  b.morning();
  const auto r = b.load(file_of({{"T1", 12, 800}}));
  const auto differences = b.found(*r);
  const auto& ours = differences.at(0).serial_no == "OURS" ? differences.at(0) : differences.at(1);
  REQUIRE(b.propose(ours.id, Resolution::kReverse));
  b.owner().lease()->execute("UPDATE payment_channels_item SET amount_fen = 300 WHERE request_key = 'OURS'");
  CHECK(b.approve(ours.id, b.supervisor).error().code == "payment_channels.changed_meanwhile");
  b.owner().lease()->execute("UPDATE payment_channels_item SET amount_fen = 200 WHERE request_key = 'OURS'");
  CHECK(b.approve(ours.id, b.supervisor));
  CHECK(b.in_transit() == Money{0});
}

TEST_CASE("what has arrived at the bank leaves transit once, by two people, and never more than is there") {
  TheNextDay b;
  b.pay("K1", 11, 1'000);
  const auto propose = [&](int fen, const char* reference) {
    Settlement s;
    s.business_date = day("2026-11-22");
    s.amount = {fen};
    s.reference = reference;
    return b.app().transact([&](db::Session& session) { return b.settlements.propose(session, b.bank, s, b.clerk); });
  };
  const auto decide = [&](std::int64_t id, bool post, const security::Caller& caller) {
    return b.app().transact([&](db::Session& session) { return b.settlements.decide(session, b.bank, id, post, caller); });
  };
  const auto first = propose(600, "B1");
  REQUIRE(first);
  CHECK(propose(600, "B1").error().code == "payment_channels.settled_already");
  CHECK(propose(0, "B2").error().code == "payment_channels.bad_amount");
  CHECK(propose(100, "").error().code == "payment_channels.bad_reference");
  CHECK(decide(first->id, true, b.clerk).error().code == "security.second_person");
  CHECK(decide(first->id, true, b.supervisor)->state == "posted");
  CHECK(decide(first->id, true, b.supervisor).error().code == "payment_channels.not_proposed");
  CHECK(b.in_transit() == Money{400});
  const auto more = propose(401, "B3");
  CHECK(decide(more->id, true, b.supervisor).error().code == "payment_channels.more_than_in_transit");
  CHECK(decide(more->id, false, b.supervisor)->state == "refused");
  CHECK(SettlementService::in_transit(*b.app().lease(), b.bank.id) == Money{400});
  b.owner().lease()->execute("UPDATE payment_channels_settlement SET amount_fen = 500 WHERE reference = 'B1'");
  CHECK(books::says(*verify_channels(b.app()), "to have left transit"));
  b.owner().lease()->execute("UPDATE payment_channels_settlement SET amount_fen = 600 WHERE reference = 'B1'");
  CHECK(b.in_transit() == Money{400});
  CHECK(b.all_differences().empty());
}

TEST_CASE("a payment that was taken in from the file is not paid again by a retry on another day, whatever its key") {
  TheNextDay b;
  b.morning();
  const auto r = b.load(file_of({{"S1", 12, 800}}));
  REQUIRE(b.settle(b.found(*r).at(0).id, Resolution::kPost));
  auto retry = b.request("7c1e-4a", 12, 800);
  retry.serial = "S1";
  SECTION("that names the day of the file") { retry.business_date = day("2026-11-22"); }
  SECTION("on the next day") {}
  SECTION("on the day after") { b.clock.set("2026-11-24T09:00:00+08:00"); }
  for (int i = 0; i < 2; ++i) {
    const auto answer = b.pay(retry);
    CHECK(answer.approved());
    CHECK(answer.repeated);
    CHECK(answer.key == "7c1e-4a");
    CHECK(answer.amount == Money{800});
    CHECK(answer.business_date == day("2026-11-22"));
  }
  CHECK(b.in_transit() == Money{800});
  CHECK(b.number("SELECT COUNT(*) FROM receivables_payment") == 1);
  CHECK(b.all_differences().empty());
}

TEST_CASE("another amount, another account or a week later is another payment, since serial numbers begin anew") {
  TheNextDay b;
  b.morning();
  const auto r = b.load(file_of({{"S1", 12, 800}}));
  REQUIRE(b.settle(b.found(*r).at(0).id, Resolution::kPost));
  auto other = b.request("other", 12, 800);
  other.serial = "S1";
  SECTION("another amount") { other.amount = {801}; }
  SECTION("another account") { other.account_no = make_account_no(11); }
  SECTION("three days later") { b.clock.set("2026-11-25T09:00:00+08:00"); }
  const auto answer = b.pay(other);
  CHECK(answer.approved());
  CHECK_FALSE(answer.repeated);
  CHECK(b.number("SELECT COUNT(*) FROM receivables_payment") == 2);
  CHECK(b.all_differences().empty());
}

TEST_CASE("serial numbers that begin anew are taken in on both days, and each message finds its own") {
  TheNextDay b;
  b.bank = b.make_channel("POS", books::numbered_anew().c_str());
  b.morning();
  const auto first = b.load(file_of({{"0001", 12, 800}}));
  REQUIRE(b.settle(b.found(*first).at(0).id, Resolution::kPost));
  b.clock.set("2026-11-24T09:00:00+08:00");
  const auto second = b.load(file_of({{"0001", 12, 800}}, "20261123"), "2026-11-23");
  REQUIRE(b.found(*second).size() == 1);
  REQUIRE(b.settle(b.found(*second).at(0).id, Resolution::kPost));
  CHECK(b.in_transit() == Money{1'600});
  const auto late = [&](const char* key) {
    auto message = b.request(key, 12, 800);
    message.serial = "0001";
    return b.pay(message);
  };
  CHECK(late("A-22").repeated);
  CHECK(late("A-22").repeated);  // under its own key from now on
  CHECK(late("B-23").repeated);
  CHECK(b.in_transit() == Money{1'600});
  CHECK(b.service.query_payment(b.bank, "A-22")->approved());
  CHECK(b.reverse("A-22", "R1").response == Response::kCutOff);
  // Both are told of: a third one is today's.
  CHECK_FALSE(late("C-24").repeated);
  CHECK(b.in_transit() == Money{2'400});
  CHECK(b.all_differences().empty());
}

TEST_CASE("a key that looks like one of ours is not taken") {
  ChannelBooks b;
  CHECK(b.pay("F/20261122/S1", 12, 800).response == Response::kFormat);
  CHECK(b.items("paid") == 0);
}

TEST_CASE("a corrected file that lacks another day's payment opens that day's difference again") {
  TheNextDay b;
  b.pay("EDGE", 11, 100);
  b.morning();
  const auto first = b.load(file_of({{"T1", 12, 50}}));
  const auto edge = [&] {
    for (const auto& d : b.found(*first))
      if (d.serial_no == "EDGE") return d;
    throw std::runtime_error("no such difference");
  };
  b.clock.set("2026-11-24T09:00:00+08:00");
  REQUIRE(b.load(file_of({{"EDGE", 11, 100}}, "20261123"), "2026-11-23"));
  CHECK(edge().state == DifferenceState::kSettled);
  REQUIRE(b.load(file_of({{"T2", 12, 70}}, "20261123"), "2026-11-23"));
  CHECK(edge().state == DifferenceState::kOpen);
  CHECK_FALSE(edge().how);
  CHECK(edge().note.empty());
  SECTION("and closes it again where it has the payment after all") {
    REQUIRE(b.load(file_of({{"T2", 12, 70}, {"EDGE", 11, 100}}, "20261123"), "2026-11-23"));
    CHECK(edge().state == DifferenceState::kSettled);
  }
  SECTION("which is then settled like any other") {
    REQUIRE(b.settle(edge().id, Resolution::kReverse));
    CHECK(b.in_transit() == Money{0});
    CHECK(b.all_differences().empty());
  }
}

TEST_CASE("whoever closes a day waits for a payment that is being booked on it") {
  TheNextDay b;
  b.clock.set("2026-11-22T22:59:00+08:00");
  std::future<ItemAnswer> payment;
  std::future<Result<Reconciliation>> file;
  REQUIRE(b.app().transact([&](db::Session& s) -> Status {
    s.execute("INSERT IGNORE INTO receivables_account (account_id) VALUES (11)");
    s.query("SELECT account_id FROM receivables_account WHERE account_id = 11 FOR UPDATE").next();
    payment = std::async(std::launch::async, [&b] { return b.pay("WAITS", 11, 100); });
    b.until_it_waits(payment, "%receivables_account%FOR UPDATE%");
    b.morning();
    file = std::async(std::launch::async, [&b] { return b.app().transact([&](db::Session& session) { return b.reconciliations.load(session, b.bank, {day("2026-11-22"), "day.txt", file_of({{"T1", 12, 50}})}, books::kCashier); }); });
    b.until_it_waits(file, "%payment_channels_gate%FOR UPDATE%");
    return ok();
  }));
  REQUIRE(payment.get().approved());
  auto loaded = file.get();
  REQUIRE(loaded);
  REQUIRE(b.app().transact([&](db::Session& s) { return b.reconciliations.compare(s, loaded->id); }));
  // On the day it came, and in the comparison; or it would be on no list.
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_item WHERE business_date = '2026-11-22'") == find_reconciliation(*b.app().lease(), loaded->id)->ours.count);
  CHECK(b.found(*loaded).size() == 2);  // only theirs, only ours
}

TEST_CASE("what waits over the cut until its day is closed is booked on the next one, and a reversal comes too late") {
  TheNextDay b;
  b.clock.set("2026-11-22T22:59:00+08:00");
  b.pay("PAID", 12, 300);
  std::future<ItemAnswer> payment, reversal;
  REQUIRE(b.app().transact([&](db::Session& s) -> Status {
    // Holds the gate from now on, as whoever closes a day does for a moment.
    hold_gate(s, b.bank.id);
    payment = std::async(std::launch::async, [&b] { return b.pay("WAITS", 11, 100); });
    b.until_it_waits(payment, "%payment_channels_gate%SHARE%");
    reversal = std::async(std::launch::async, [&b] { return b.reverse("PAID", "R1"); });
    b.until_it_waits(reversal, "%payment_channels_gate%SHARE%");
    b.morning();
    auto loaded = b.reconciliations.load(s, b.bank, {day("2026-11-22"), "day.txt", file_of({{"PAID", 12, 300}})}, books::kCashier);
    if (!loaded) return std::move(loaded).error();
    return ok();
  }));
  const auto paid = payment.get();
  CHECK(paid.approved());
  CHECK(paid.business_date == day("2026-11-23"));
  CHECK(reversal.get().response == Response::kCutOff);
  CHECK(b.in_transit() == Money{400});
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_item WHERE business_date = '2026-11-22' AND kind = 'pay'") == 1);
  CHECK(b.all_differences().empty());
}

TEST_CASE("a day that another server has closed by a clock that is ahead takes nothing more") {
  TheNextDay b;
  b.clock.set("2026-11-22T23:30:00+08:00");
  REQUIRE(b.load(file_of({{"T1", 12, 50}})));
  b.clock.set("2026-11-22T22:58:00+08:00");
  const auto answer = b.pay("BEHIND", 11, 100);
  CHECK(answer.approved());
  CHECK(answer.business_date == day("2026-11-23"));
}
