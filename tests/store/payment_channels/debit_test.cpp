// Direct debits, from what is open to what the bank says, to the fen.
#include <catch2/catch.hpp>

#include <thread>

#include "modules/payment_channels/formats/debit_text.hpp"
#include "tests/store/payment_channels/debit_books.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::day;
using books::DebitBooks;

namespace {

Result<DebitDifferenceRow> settle(DebitBooks& b, std::int64_t difference_id, DebitRemedy how) {
  auto proposed = b.app().transact([&](db::Session& s) { return b.settling.propose(s, b.bank, difference_id, how, "asked the bank", DebitBooks::caller(3)); });
  if (!proposed) return proposed;
  const auto alone = b.app().transact([&](db::Session& s) { return b.settling.approve(s, b.bank, difference_id, DebitBooks::caller(3)); });
  CHECK(alone.error().code == "security.second_person");
  return b.app().transact([&](db::Session& s) { return b.settling.approve(s, b.bank, difference_id, DebitBooks::caller(4)); });
}

std::string pain_002(const DebitBatch& batch, const std::string& group_status, const std::string& inside) {
  return R"(<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2026-11-23T08:00:00</CreDtTm></GrpHdr>)"
         "<OrgnlGrpInfAndSts><OrgnlMsgId>" + batch.batch_no + "</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId>" + (group_status.empty() ? "" : "<GrpSts>" + group_status + "</GrpSts>") +
         "</OrgnlGrpInfAndSts>" + inside + "</CstmrPmtStsRpt></Document>";
}

}  // namespace

TEST_CASE("a batch gathers what accounts with a mandate owe on the day of collection, and freezes it") {
  DebitBooks b;
  const auto batch = b.gather();
  CHECK(batch.state == BatchState::kPrepared);
  CHECK(batch.count == 2);
  CHECK(batch.amount == Money{15'510 + 8'100});
  CHECK(batch.answer_by == day("2026-11-25"));
  const auto first = b.debit(batch.id, 11);
  CHECK(first.amount == Money{15'510});
  CHECK(first.first);
  CHECK(first.month == BillingMonth{202609});
  // Paid at the counter meanwhile: the batch stays as it is.
  REQUIRE(b.Books::pay(b.payment(11, 15'510, "2026-11-22")));
  CHECK(b.debit(batch.id, 11).amount == Money{15'510});
  CHECK(b.every_difference().empty());
}

TEST_CASE("principal only, for the day that is asked for, less what is there in advance; what is nothing is not collected") {
  DebitBooks b(DebitBooks::kPostalProfile);
  REQUIRE(b.sign(13, "6222020200990011"));  // owes nothing
  auto batch = b.gather("2026-12-01");
  CHECK(batch.amount == Money{15'000 + 8'000});
  CHECK(batch.count == 2);
  DebitBooks due;
  CHECK(due.gather("2026-12-01").amount > Money{15'510 + 8'100});  // nine days of late charges more
}

TEST_CASE("more than the mandate allows is not collected, and said so") {
  DebitBooks b;
  const auto m = *find_mandate_of(*b.app().lease(), AccountId{12});
  REQUIRE(b.app().transact([&](db::Session& s) { return cancel_mandate(s, m.mandate_no, {b.clock.now()}); }));
  REQUIRE(b.sign(12, "6222020200445566", Money{8'099}));
  const auto batch = b.gather();
  CHECK(batch.count == 1);
  CHECK(b.debit(batch.id, 12).state == DebitState::kCancelled);
  CHECK(b.debit(batch.id, 12).reason == "more than the mandate allows");
  CHECK(b.every_difference().empty());
}

TEST_CASE("what was left out of the file and collected all the same is taken in by two people, and the batch still fits its file") {
  DebitBooks b;
  const auto m = *find_mandate_of(*b.app().lease(), AccountId{12});
  REQUIRE(b.app().transact([&](db::Session& s) { return cancel_mandate(s, m.mandate_no, {b.clock.now()}); }));
  REQUIRE(b.sign(12, "6222020200445566", Money{8'099}));
  const auto batch = b.sent();
  b.take(batch.id, b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0000", 8'100}}));
  const auto differences = b.open_differences();
  REQUIRE(differences.size() == 1);
  CHECK(differences[0].kind == "paid_after");
  REQUIRE(settle(b, differences[0].id, DebitRemedy::kTakeIn));
  CHECK(b.debit(batch.id, 12).state == DebitState::kPaid);
  CHECK(b.in_transit() == Money{15'510 + 8'100});
  CHECK(b.every_difference().empty());
}

TEST_CASE("an account is collected in one open batch at a time") {
  DebitBooks b;
  const auto first = b.gather();
  const auto second = b.gather();
  CHECK(second.state == BatchState::kCancelled);
  CHECK(second.note == "nothing to collect");
  REQUIRE(b.app().transact([&](db::Session& s) { return b.batches.cancel(s, b.bank, first.id); }));
  CHECK(b.gather().count == 2);
  CHECK(b.every_difference().empty());
}

TEST_CASE("the file is the same whoever fetches it and however often, and is not given out before it is sent") {
  DebitBooks b;
  const auto batch = b.gather();
  CHECK(read_batch_file(*b.app().lease(), batch).error().code == "payment_channels.batch_state");
  REQUIRE(b.app().transact([&](db::Session& s) { return b.batches.send(s, b.bank, batch.id, books::kCashier); }));
  const auto text = b.file(batch.id);
  CHECK(b.file(batch.id) == text);
  CHECK(static_cast<std::int64_t>(text.size()) == batch.file_bytes);
  // In GB18030, where the second byte of the name is the column's separator.
  const auto read = read_debit_text(ChannelInput::of(text), b.bank.profile.debits.request);
  REQUIRE(read);
  REQUIRE(read->rows.size() == 2);
  CHECK(read->rows[0].bank_account_name == "张瑋");
  CHECK(read->rows[0].amount == Money{15'510});
  CHECK(read->counts.total->amount == Money{23'610});
  CHECK(b.app().transact([&](db::Session& s) { return b.batches.cancel(s, b.bank, batch.id); }).error().code == "payment_channels.batch_state");
  CHECK(b.app().transact([&](db::Session& s) { return b.batches.send(s, b.bank, batch.id, books::kCashier); }).error().code == "payment_channels.batch_state");
}

TEST_CASE("a batch for the post office and one in ISO 20022 are of their own form") {
  DebitBooks postal(DebitBooks::kPostalProfile);
  auto batch = postal.sent();
  const auto text = postal.file(batch.id);
  CHECK(text.find("0531|" + batch.batch_no + "|2026-11-22|2|2300000") == std::string::npos);
  CHECK(text.find("0531|" + batch.batch_no + "|2026-11-22|2|23000") != std::string::npos);
  DebitBooks pain(DebitBooks::kPainProfile);
  batch = pain.sent();
  const auto xml = pain.file(batch.id);
  CHECK(xml.find("pain.008.001.08") != std::string::npos);
  CHECK(xml.find("<CtrlSum>236.10</CtrlSum>") != std::string::npos);
  CHECK(xml.find("-FRST</PmtInfId>") != std::string::npos);
}

TEST_CASE("what the bank has collected is paid as of its day, stands in transit, and is taken once") {
  DebitBooks b;
  const auto batch = b.sent();
  b.clock.set("2026-11-24T09:00:00+08:00");
  const auto file = b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0001", 0}});
  const auto result = b.take(batch.id, file);
  CHECK(result.taken);
  CHECK(b.debit(batch.id, 11).state == DebitState::kPaid);
  CHECK(b.debit(batch.id, 11).paid_on == day("2026-11-22"));
  CHECK(b.debit(batch.id, 12).state == DebitState::kRefused);
  CHECK(b.debit(batch.id, 12).reason == "0001");
  CHECK(b.in_transit() == Money{15'510});
  CHECK(b.due(11, "2026-11-24").due() == Money{0});  // two days of late charges are not owed: it counts as of the 22nd
  CHECK(b.due(12, "2026-11-22").due() == Money{8'100});
  CHECK(b.batch(batch.id).state == BatchState::kClosed);
  CHECK(b.every_difference().empty());
  const auto payment = receivables::find_payment(*b.app().lease(), receivables::PaymentId{*b.debit(batch.id, 11).payment_id});
  CHECK(payment->method == receivables::PaymentMethod::kDirectDebit);

  SECTION("the same file again is the same result") {
    CHECK(b.load(batch.id, file)->id == result.id);
    CHECK(b.in_transit() == Money{15'510});
  }
  SECTION("the same answers in another file change nothing") {
    b.take(batch.id, b.result_text(batch.id, {{12, "0001", 0}, {11, "0000", 15'510}}));
    CHECK(b.in_transit() == Money{15'510});
    CHECK(b.open_differences().empty());
    CHECK(b.every_difference().empty());
  }
  SECTION("the next batch takes the refused one again, and a later debit of a mandate is no first one") {
    REQUIRE(b.issue({202611}, "2026-11-23", {{11, 3'000}}));
    const auto next = b.gather("2026-11-30");
    CHECK(next.count == 2);
    CHECK_FALSE(b.debit(next.id, 11).first);
    CHECK(b.debit(next.id, 12).first);
  }
}

TEST_CASE("who has paid at the counter meanwhile is collected all the same, and has it in advance") {
  DebitBooks b;
  const auto batch = b.sent();
  REQUIRE(b.Books::pay(b.payment(11, 15'510, "2026-11-22")));
  b.take(batch.id, b.result_text(batch.id, {{11, "0000", 15'510}}));
  CHECK(b.due(11, "2026-11-22").advance == Money{15'510});
  CHECK(b.batch(batch.id).state == BatchState::kSent);  // account 12 has no answer yet
  CHECK(b.every_difference().empty());
}

TEST_CASE("a part is paid as a part, and the rest stays owed") {
  DebitBooks b;
  const auto batch = b.sent();
  b.take(batch.id, b.result_text(batch.id, {{11, "0000", 10'000}}));
  CHECK(b.debit(batch.id, 11).state == DebitState::kPartly);
  CHECK(b.due(11, "2026-11-22").due() == Money{5'510});
  CHECK(b.every_difference().empty());
}

TEST_CASE("a file that is cut, or whose total is another, is taken not at all") {
  DebitBooks b;
  const auto batch = b.sent();
  const auto file = b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0000", 8'100}});
  for (std::size_t at = 0; at < file.size(); at += 7) {
    CAPTURE(at);
    CHECK_FALSE(b.load(batch.id, file.substr(0, at)));
  }
  auto wrong = file;
  wrong.replace(wrong.find("236.10"), 6, "236.11");
  CHECK(b.load(batch.id, wrong).error().code == "payment_channels.total_differs");
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_debit_answer") == 0);
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_debit_result") == 0);
  CHECK(b.in_transit() == Money{0});
}

TEST_CASE("lines that contradict are for a person; the others are taken") {
  DebitBooks b;
  const auto batch = b.sent();
  auto file = b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0000", 8'100}});
  const auto id = b.debit(batch.id, 12).end_to_end_id;
  file.replace(file.find(id), id.size(), id.substr(0, id.size() - 2) + "XY");
  b.take(batch.id, file);
  const auto differences = b.open_differences();
  REQUIRE(differences.size() == 1);
  CHECK(differences[0].kind == "unknown_id");
  CHECK(differences[0].found == Money{8'100});
  CHECK(b.in_transit() == Money{15'510});
  CHECK(b.every_difference().empty());
}

TEST_CASE("a debit that comes back is taken back by two people, and may be taken in again") {
  DebitBooks b;
  const auto batch = b.sent();
  b.take(batch.id, b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0001", 0}}));
  b.take(batch.id, b.result_text(batch.id, {{11, "0004", 0}}));
  auto differences = b.open_differences();
  REQUIRE(differences.size() == 1);
  CHECK(differences[0].kind == "returned");
  CHECK(b.in_transit() == Money{15'510});  // nothing happens by itself
  REQUIRE(settle(b, differences[0].id, DebitRemedy::kTakeBack));
  CHECK(b.debit(batch.id, 11).state == DebitState::kReturned);
  CHECK(b.in_transit() == Money{0});
  CHECK(b.due(11, "2026-11-22").due() == Money{15'510});
  CHECK(b.every_difference().empty());
  CHECK(b.app().transact([&](db::Session& s) { return b.settling.approve(s, b.bank, differences[0].id, DebitBooks::caller(4)); }).error().code == "payment_channels.not_proposed");

  REQUIRE(b.load(batch.id, b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0001", 0}})));
  CHECK(b.open_differences().empty());  // the first file, word for word
  b.take(batch.id, b.result_text(batch.id, {{12, "0000", 8'100}, {11, "0000", 15'510}}));
  differences = b.open_differences();
  REQUIRE(differences.size() == 2);  // both are paid after all, says the bank
  CHECK(differences[0].kind == "paid_after");
  CHECK(b.app().transact([&](db::Session& s) { return b.settling.propose(s, b.bank, differences[0].id, DebitRemedy::kTakeBack, "", DebitBooks::caller(3)); }).error().code == "payment_channels.not_this_way");
  for (const auto& difference : differences) REQUIRE(settle(b, difference.id, DebitRemedy::kTakeIn));
  CHECK(b.in_transit() == Money{23'610});
  CHECK(b.debit(batch.id, 11).state == DebitState::kPaid);
  CHECK(b.every_difference().empty());
}

TEST_CASE("no answer by the deadline is unknown until the bank is asked; a late answer settles it") {
  DebitBooks b;
  const auto batch = b.sent();
  const auto expire = [&] { return b.app().transact([&](db::Session& s) { return b.batches.expire(s, b.bank, batch.id); }); };
  CHECK(expire().error().code == "payment_channels.deadline");
  b.clock.set("2026-11-26T00:00:01+08:00");
  CHECK(*expire() == 2);
  CHECK(b.debit(batch.id, 11).state == DebitState::kUnknown);
  CHECK(b.gather("2026-11-27").note == "nothing to collect");  // nobody knows, so nobody is collected again
  auto differences = b.open_differences();
  REQUIRE(differences.size() == 2);
  b.take(batch.id, b.result_text(batch.id, {{11, "0000", 15'510}}));
  differences = b.open_differences();
  REQUIRE(differences.size() == 1);
  REQUIRE(settle(b, differences[0].id, DebitRemedy::kRefuse));
  CHECK(b.debit(batch.id, 12).state == DebitState::kRefused);
  CHECK(b.batch(batch.id).state == BatchState::kClosed);
  CHECK(b.every_difference().empty());
}

TEST_CASE("a report in ISO 20022 is matched by our ids; what it says once above the debits is said of all") {
  DebitBooks b(DebitBooks::kPainProfile);
  const auto batch = b.sent();
  const auto line = [&](std::int64_t account, const std::string& status, const std::string& more) {
    return "<TxInfAndSts><StsId>S" + std::to_string(account) + "</StsId><OrgnlEndToEndId>" + b.debit(batch.id, account).end_to_end_id + "</OrgnlEndToEndId><TxSts>" + status + "</TxSts>" + more + "</TxInfAndSts>";
  };
  SECTION("line by line") {
    const std::string info = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>" + batch.batch_no + "-FRST</OrgnlPmtInfId>";
    b.take(batch.id, pain_002(batch, "PART", info + line(11, "ACSC", "") + line(12, "RJCT", "<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn><AddtlInf>余额不足</AddtlInf></StsRsnInf>") + "</OrgnlPmtInfAndSts>"));
    CHECK(b.debit(batch.id, 11).state == DebitState::kPaid);
    CHECK(b.debit(batch.id, 12).reason == "AM04 余额不足");
    CHECK(b.in_transit() == Money{15'510});
  }
  SECTION("accepted is not paid") {
    const std::string info = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>" + batch.batch_no + "-FRST</OrgnlPmtInfId>";
    b.take(batch.id, pain_002(batch, "ACCP", info + line(11, "ACSP", "") + "</OrgnlPmtInfAndSts>"));
    CHECK(b.debit(batch.id, 11).state == DebitState::kSent);
    CHECK(b.in_transit() == Money{0});
  }
  SECTION("the whole batch refused") {
    b.take(batch.id, pain_002(batch, "RJCT", ""));
    CHECK(b.debit(batch.id, 11).state == DebitState::kRefused);
    CHECK(b.batch(batch.id).state == BatchState::kClosed);
  }
  SECTION("a report of another batch") {
    auto other = batch;
    other.batch_no = "DD20261122-9999";
    CHECK(b.load(batch.id, pain_002(other, "RJCT", "")).error().code == "payment_channels.other_batch");
  }
  CHECK(b.every_difference().empty());
}

TEST_CASE("a result is taken chunk by chunk; who is killed in between leaves whole chunks, and two workers pay nobody twice") {
  DebitBooks b;
  const auto batch = b.sent();
  // 2,500 lines: the same two debits again and again, as a bank that repeats itself would send them; known after the first time.
  {
    // Made as rows, since a text file does not take the same debit twice.
    const auto loaded = b.load(batch.id, b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0000", 8'100}}));
    REQUIRE(loaded);
    REQUIRE(b.owner().transact([&](db::Session& s) -> Status {
      for (int seq = 3; seq <= 2'500; ++seq)
        s.execute("INSERT INTO payment_channels_debit_answer (result_id, seq, line_no, end_to_end_id, outcome, amount_fen, paid_fen, paid_on, reason, bank_reference) "
                  "SELECT result_id, ?, ?, end_to_end_id, outcome, amount_fen, paid_fen, paid_on, reason, bank_reference FROM payment_channels_debit_answer WHERE result_id = ? AND seq = ?", seq, seq, loaded->id,
                  seq % 2 + 1);
      s.execute("UPDATE payment_channels_debit_result SET line_count = 2500 WHERE result_id = ?", loaded->id);
      return ok();
    }));
    // Killed in the second chunk: its work is rolled back, the first stays.
    REQUIRE(b.app().transact([&](db::Session& session) { return b.results.take(session, loaded->id, 0); }));
    const auto killed = b.app().transact([&](db::Session& session) -> Result<std::int64_t> {
      auto taken = b.results.take(session, loaded->id, 1);
      if (!taken) return taken;
      return internal("test.killed", "killed before the commit");
    });
    CHECK(killed.error().code == "test.killed");
    CHECK(b.number("SELECT COUNT(*) FROM payment_channels_debit_verdict") == 1'000);
    CHECK(b.in_transit() == Money{23'610});
    // Two at once, both over all chunks.
    const auto over_all = [&] {
      for (const std::int64_t chunk : {0, 1, 2}) {
        auto taken = b.app().transact([&](db::Session& session) { return b.results.take(session, loaded->id, chunk); });
        if (!taken) taken = b.app().transact([&](db::Session& session) { return b.results.take(session, loaded->id, chunk); });
      }
    };
    std::thread one(over_all), two(over_all);
    one.join();
    two.join();
    CHECK(b.number("SELECT COUNT(*) FROM payment_channels_debit_verdict") == 2'500);
    CHECK(b.number("SELECT COUNT(*) FROM payment_channels_debit_verdict WHERE verdict = 'taken'") == 2);
    CHECK(b.in_transit() == Money{23'610});
    b.run_job(*loaded->job, 2);
  }
  CHECK(b.batch(batch.id).state == BatchState::kClosed);
  CHECK(b.every_difference().empty());
}

TEST_CASE("a channel that does not collect, a day that is over, a suspended channel: no batch") {
  DebitBooks b;
  const auto create = [&](const Channel& channel, const char* on) { return b.app().transact([&](db::Session& s) { return b.batches.create(s, channel, {day(on)}, books::kCashier); }); };
  CHECK(create(b.bank, "2026-11-21").error().code == "payment_channels.collect_on");
  CHECK(create(b.bank, "2027-02-21").error().code == "payment_channels.collect_on");
  CHECK(create(b.make_channel("OTHER", R"({"transport": "rest"})"), "2026-11-22").error().code == "payment_channels.no_debits");
  auto suspended = b.bank;
  suspended.active = false;
  CHECK(create(suspended, "2026-11-22").error().code == "payment_channels.suspended");
}

TEST_CASE("verification tells where debits, payments and files differ") {
  DebitBooks b;
  const auto batch = b.sent();
  b.take(batch.id, b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0001", 0}}));
  REQUIRE(b.every_difference().empty());
  auto s = b.owner().lease();
  SECTION("a debit whose payment is of another amount") {
    s->execute("UPDATE payment_channels_debit_item SET paid_fen = paid_fen + 1 WHERE state = 'paid'");
    CHECK(books::says(b.every_difference(), "expected it paid with 15511 fen but found a payment of 15510 fen"));
  }
  SECTION("a payment whose debit is gone") {
    s->execute("DELETE FROM payment_channels_debit_item WHERE state = 'paid'");
    CHECK(books::says(b.every_difference(), "expected the debit that it came by but there is none"));
  }
  SECTION("a file that lacks a part") {
    s->execute("DELETE FROM payment_channels_debit_file");
    CHECK(books::says(b.every_difference(), "expected its file to have"));
    CHECK(read_batch_file(*b.app().lease(), b.batch(batch.id)).error().code == "payment_channels.file_damaged");
  }
  SECTION("a line without its verdict") {
    s->execute("DELETE FROM payment_channels_debit_verdict WHERE seq = 2");
    CHECK(books::says(b.every_difference(), "expected a verdict on each of 2 lines but found 1"));
  }
}
