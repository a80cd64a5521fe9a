// What banks say has moved: settlements, transfers, debits that come back, and what nobody knows.
#include <catch2/catch.hpp>

#include "mis/base/decimal.hpp"
#include "tests/store/payment_channels/debit_books.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::day;
using books::DebitBooks;
using ledger::LedgerAccount;

namespace {

struct Entry {
  std::string reference;
  int fen;  // debits negative
  std::string remittance = {};
  std::string end_to_end_id = {};
  std::string return_reason = {};
  std::string booked_on = "2026-11-22";  // empty where the bank tells none
  std::string payment_reference = {};    // the bank's, of the payment inside
  std::vector<int> parts = {};           // payments inside, where there are several
};

std::string entry_xml(const Entry& e) {
  const std::string direction = std::string("<CdtDbtInd>") + (e.fen < 0 ? "DBIT" : "CRDT") + "</CdtDbtInd>";
  const auto amount = [](int fen) { return "<Amt Ccy=\"CNY\">" + format_yuan(Money{fen < 0 ? -fen : fen}) + "</Amt>"; };
  std::string details;
  for (const int fen : e.parts.empty() ? std::vector<int>{e.fen} : e.parts)
    details += "<TxDtls><Refs>" + (e.payment_reference.empty() ? "" : "<AcctSvcrRef>" + e.payment_reference + "</AcctSvcrRef>") +
               (e.end_to_end_id.empty() ? "" : "<EndToEndId>" + e.end_to_end_id + "</EndToEndId>") + "</Refs>" + amount(fen) + direction + "<RmtInf><Ustrd>" + e.remittance + "</Ustrd></RmtInf>" +
               (e.return_reason.empty() ? "" : "<RtrInf><Rsn><Cd>" + e.return_reason + "</Cd></Rsn></RtrInf>") + "</TxDtls>";
  return "<Ntry>" + amount(e.fen) + direction + (e.return_reason.empty() ? "" : "<RvslInd>true</RvslInd>") + "<Sts><Cd>BOOK</Cd></Sts>" +
         (e.booked_on.empty() ? "" : "<BookgDt><Dt>" + e.booked_on + "</Dt></BookgDt>") + "<ValDt><Dt>2026-11-21</Dt></ValDt>" +
         (e.reference.empty() ? "" : "<AcctSvcrRef>" + e.reference + "</AcctSvcrRef>") + "<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd><NtryDtls>" + details + "</NtryDtls></Ntry>";
}

struct Told {
  std::string id;
  std::vector<Entry> entries;
};

std::string statements(const std::vector<Told>& list, int closing_off_by = 0) {
  const auto balance = [](const char* code, int fen) {
    return std::string("<Bal><Tp><CdOrPrtry><Cd>") + code + "</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">" + format_yuan(Money{fen < 0 ? -fen : fen}) + "</Amt><CdtDbtInd>" + (fen < 0 ? "DBIT" : "CRDT") +
           "</CdtDbtInd><Dt><Dt>2026-11-22</Dt></Dt></Bal>";
  };
  std::string inside;
  for (const auto& one : list) {
    int sum = 0;
    std::string entries;
    for (const auto& e : one.entries) {
      sum += e.fen;
      entries += entry_xml(e);
    }
    inside += "<Stmt><Id>" + one.id + "</Id><Acct><Id><Othr><Id>110900123</Id></Othr></Id></Acct>" + balance("OPBD", 1'000'000) + balance("CLBD", 1'000'000 + sum + closing_off_by) + entries + "</Stmt>";
  }
  return R"(<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M)" + list.front().id +
         "</MsgId><CreDtTm>2026-11-22T20:00:00</CreDtTm></GrpHdr>" + inside + "</BkToCstmrStmt></Document>";
}

std::string statement(const std::string& id, const std::vector<Entry>& entries, int closing_off_by = 0) { return statements({{id, entries}}, closing_off_by); }

std::string notification(const std::string& id, const std::vector<Entry>& entries) {
  std::string inside;
  for (const auto& e : entries) inside += entry_xml(e);
  return R"(<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M)" + id +
         "</MsgId><CreDtTm>2026-11-22T20:00:00</CreDtTm></GrpHdr><Ntfctn><Id>" + id + "</Id><Acct><Id><Othr><Id>110900123</Id></Othr></Id></Acct>" + inside + "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>";
}

}  // namespace

TEST_CASE("a statement's movements become what they are, once") {
  DebitBooks b;
  const auto batch = b.sent();
  b.take(batch.id, b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0001", 0}}));
  const auto file = statement("S1", {{"E1", 15'510, "代扣 " + batch.batch_no},                 // the batch's money
                                     {"E2", 8'100, "电费 " + make_account_no(12)},              // a customer's transfer
                                     {"E3", 12'345, "谢谢"},                                    // nobody knows
                                     {"E4", -300, "手续费"}});                                  // a fee
  const auto taken = b.take_statement(file);
  CHECK(taken.receipts == 4);
  const auto receipts = b.receipts();
  REQUIRE(receipts.size() == 4);
  CHECK(receipts[0].state == "settled");
  CHECK(receipts[0].batch_id == batch.id);
  CHECK(receipts[1].state == "paid");
  CHECK(receipts[2].state == "unidentified");
  CHECK(receipts[3].state == "noted");
  CHECK(b.ledger_balance(LedgerAccount::kInTransit) == Money{0});
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{15'510 + 8'100 + 12'345});
  CHECK(b.ledger_balance(LedgerAccount::kUnidentified) == Money{-12'345});
  CHECK(b.due(12, "2026-11-22").due() == Money{0});  // it counts as of the bank's day, the 21st
  CHECK(b.every_difference().empty());

  CHECK(b.load_statement(file)->id == taken.id);
  // The same movements in another file, with a new one behind them.
  const auto more = b.take_statement(statement("S2", {{"E2", 8'100, "电费 " + make_account_no(12)}, {"E3", 12'345, "谢谢"}, {"E5", 100, "x"}}));
  CHECK(more.known == 2);
  CHECK(more.receipts == 1);
  CHECK(b.ledger_balance(LedgerAccount::kUnidentified) == Money{-12'445});
  CHECK(b.every_difference().empty());
}

TEST_CASE("a day's money is known by its amount; where two have the same, a second person says which") {
  DebitBooks b;
  b.pay("K1", 11, 5'000);
  SECTION("one candidate") {
    b.take_statement(statement("S1", {{"E1", 5'000, "清算"}}));
    const auto receipt = b.receipts().front();
    CHECK(receipt.state == "settled");
    CHECK(receipt.day_on == day("2026-11-22"));
    CHECK(b.ledger_balance(LedgerAccount::kInTransit) == Money{0});
    // The same amount once more is nobody's.
    b.take_statement(statement("S2", {{"E2", 5'000, "清算"}}));
    CHECK(b.receipts().back().state == "unidentified");
  }
  SECTION("two candidates") {
    b.clock.set("2026-11-23T10:00:00+08:00");
    b.pay("K2", 12, 5'000);
    b.take_statement(statement("S1", {{"E1", 5'000, "清算"}}));
    const auto receipt = b.receipts().front();
    REQUIRE(receipt.state == "proposed");
    CHECK(b.ledger_balance(LedgerAccount::kInTransit) == Money{10'000});
    SettlementService settlements(b.services);
    const auto decide = [&](bool post, std::int64_t user) { return b.app().transact([&](db::Session& s) { return settlements.decide(s, b.bank, *receipt.settlement_id, post, DebitBooks::caller(user)); }); };
    CHECK(decide(true, 3).error().code == "security.second_person");
    const bool post = GENERATE(true, false);
    REQUIRE(decide(post, 4));
    CHECK(b.receipts().front().state == (post ? "settled" : "unidentified"));
    CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{5'000});
  }
  CHECK(b.every_difference().empty());
}

TEST_CASE("what nobody knew is assigned to an account as of the day it came, or sent back by two people") {
  DebitBooks b;
  b.take_statement(statement("S1", {{"E1", 15'405, "十月电费"}, {"E2", 700, "?"}}));
  const auto receipts = b.receipts();
  const auto as = [&](std::int64_t user, auto&& work) { return b.app().transact([&](db::Session& s) { return work(s, DebitBooks::caller(user)); }); };
  const auto assign = [&](std::int64_t id, const std::string& no) { return as(3, [&](db::Session& s, const security::Caller& c) { return b.statements.assign(s, b.bank, id, no, c); }); };
  CHECK(assign(receipts[0].id, "9999999999").error().code == "customers.no_account");
  REQUIRE(assign(receipts[0].id, make_account_no(11)));
  CHECK(assign(receipts[0].id, make_account_no(11)).error().code == "payment_channels.receipt_state");
  CHECK(b.ledger_balance(LedgerAccount::kUnidentified) == Money{-700});
  const auto payment = receivables::payments_of(*b.app().lease(), AccountId{11}, {}, 1).front();
  CHECK(payment.value_on == day("2026-11-21"));
  CHECK(payment.source == receivables::Source::kUnidentified);
  CHECK(b.every_difference().empty());

  REQUIRE(as(3, [&](db::Session& s, const security::Caller& c) { return b.statements.propose_return(s, b.bank, receipts[1].id, "not ours", c); }));
  const auto decide = [&](bool approve, std::int64_t user) { return as(user, [&](db::Session& s, const security::Caller& c) { return b.statements.decide_return(s, b.bank, receipts[1].id, approve, c); }); };
  CHECK(decide(true, 3).error().code == "security.second_person");
  CHECK(decide(false, 4)->state == "unidentified");
  REQUIRE(as(3, [&](db::Session& s, const security::Caller& c) { return b.statements.propose_return(s, b.bank, receipts[1].id, "not ours", c); }));
  CHECK(decide(true, 4)->state == "returned");
  CHECK(b.ledger_balance(LedgerAccount::kUnidentified) == Money{0});
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{15'405});
  CHECK(b.every_difference().empty());
}

TEST_CASE("what was given to the wrong account is taken back by two people, whoever had given it") {
  DebitBooks b;
  const bool by_number = GENERATE(true, false);  // the payer named the account, or a person did
  b.take_statement(statement("S1", {{"E1", 15'405, by_number ? make_account_no(11) : "十月电费"}}));
  const auto id = b.receipts().front().id;
  const auto as = [&](std::int64_t user, auto&& work) { return b.app().transact([&](db::Session& s) { return work(s, DebitBooks::caller(user)); }); };
  const auto assign = [&](std::int64_t account, std::int64_t user = 3) { return as(user, [&](db::Session& s, const security::Caller& c) { return b.statements.assign(s, b.bank, id, make_account_no(account), c); }); };
  const auto propose = [&] { return as(3, [&](db::Session& s, const security::Caller& c) { return b.statements.propose_retraction(s, b.bank, id, "another customer's", c); }); };
  const auto decide = [&](bool approve, std::int64_t user) { return as(user, [&](db::Session& s, const security::Caller& c) { return b.statements.decide_retraction(s, b.bank, id, approve, c); }); };
  if (!by_number) {
    CHECK(propose().error().code == "payment_channels.receipt_state");
    REQUIRE(assign(11));
  }
  CHECK(b.due(11, "2026-11-22").principal < Money{15'000});
  const std::string before = by_number ? "paid" : "assigned";

  REQUIRE(propose());
  CHECK(propose().error().code == "payment_channels.receipt_state");
  CHECK(decide(true, 3).error().code == "security.second_person");
  CHECK(b.every_difference().empty());
  CHECK(decide(false, 4)->state == before);
  CHECK(b.due(11, "2026-11-22").principal < Money{15'000});

  REQUIRE(propose());
  CHECK(decide(true, 4)->state == "unidentified");
  CHECK_FALSE(b.receipts().front().account);
  CHECK(b.due(11, "2026-11-22").principal == Money{15'000});
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{15'405});
  CHECK(b.ledger_balance(LedgerAccount::kUnidentified) == Money{-15'405});
  CHECK(b.every_difference().empty());

  // Who had it taken away is not forgotten over a return that was refused.
  REQUIRE(as(3, [&](db::Session& s, const security::Caller& c) { return b.statements.propose_return(s, b.bank, id, "not ours", c); }));
  CHECK(as(4, [&](db::Session& s, const security::Caller& c) { return b.statements.decide_return(s, b.bank, id, false, c); })->state == "unidentified");
  // Now it is given to the right one, by another than who had it taken away; and that may be wrong again.
  CHECK(assign(12).error().code == "security.second_person");
  REQUIRE(assign(12, 4));
  CHECK(b.ledger_balance(LedgerAccount::kUnidentified) == Money{0});
  REQUIRE(propose());
  REQUIRE(decide(true, 4));
  REQUIRE(assign(12, 5));
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{15'405});
  CHECK(b.every_difference().empty());
}

TEST_CASE("what nobody knew and was the channel's own money settles its day or its batch, by two people") {
  DebitBooks b;
  const auto batch = b.sent();
  b.take(batch.id, b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0001", 0}}));
  b.pay("K1", 12, 5'000);
  const Money brought{15'510 + 5'000};
  REQUIRE(b.ledger_balance(LedgerAccount::kInTransit) == brought);
  b.take_statement(statement("S1", {{"E1", 4'990, "手续费已扣"}}));
  const auto receipt = [&] { return b.receipts().front(); };
  const auto id = receipt().id;
  REQUIRE(receipt().state == "unidentified");
  SettlementService settlements(b.services);
  const auto as = [&](std::int64_t user, auto&& work) { return b.app().transact([&](db::Session& s) { return work(s, DebitBooks::caller(user)); }); };
  const auto propose = [&](const StatementService::Origin& origin) { return as(3, [&](db::Session& s, const security::Caller& c) { return b.statements.propose_settlement(s, b.bank, id, origin, "less a fee", c); }); };
  const auto decide = [&](bool post, std::int64_t user) { return as(user, [&](db::Session& s, const security::Caller& c) { return settlements.decide(s, b.bank, *receipt().settlement_id, post, c); }); };

  CHECK(propose({}).error().code == "payment_channels.bad_origin");
  CHECK(propose({day("2026-11-22"), batch.batch_no}).error().code == "payment_channels.bad_origin");
  CHECK(propose({day("2026-11-23"), {}}).error().code == "payment_channels.bad_origin");
  CHECK(propose({{}, "批次"}).error().code == "payment_channels.no_batch");
  CHECK(propose({day("2026-11-21"), {}}).error().code == "payment_channels.more_than_brought");
  CHECK(receipt().state == "unidentified");

  // Refused once, and proposed again.
  REQUIRE(propose({{}, batch.batch_no}));
  CHECK(receipt().state == "proposed");
  CHECK(receipt().batch_id == batch.id);
  CHECK(propose({day("2026-11-22"), {}}).error().code == "payment_channels.receipt_state");
  CHECK(b.every_difference().empty());
  CHECK(b.ledger_balance(LedgerAccount::kInTransit) == brought);
  CHECK(b.ledger_balance(LedgerAccount::kUnidentified) == Money{-4'990});
  REQUIRE(decide(false, 4));
  CHECK(receipt().state == "unidentified");
  CHECK_FALSE(receipt().batch_id);
  CHECK(b.ledger_balance(LedgerAccount::kUnidentified) == Money{-4'990});
  CHECK(b.every_difference().empty());

  REQUIRE(propose({day("2026-11-22"), {}}));
  CHECK(decide(true, 3).error().code == "security.second_person");
  REQUIRE(decide(true, 4));
  CHECK(receipt().state == "settled");
  CHECK(receipt().day_on == day("2026-11-22"));
  CHECK(b.ledger_balance(LedgerAccount::kUnidentified) == Money{0});
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{4'990});
  CHECK(b.ledger_balance(LedgerAccount::kInTransit) == brought - Money{4'990});
  CHECK(propose({day("2026-11-22"), {}}).error().code == "payment_channels.receipt_state");
  CHECK(b.every_difference().empty());

  // Ten fen of the day are left.
  b.take_statement(statement("S2", {{"E2", 11, "?"}}));
  const auto second = b.receipts().back().id;
  CHECK(as(3, [&](db::Session& s, const security::Caller& c) { return b.statements.propose_settlement(s, b.bank, second, {day("2026-11-22"), {}}, "the rest", c); }).error().code ==
        "payment_channels.more_than_brought");
}

TEST_CASE("a debit that the statement says came back is for two people, and told once") {
  DebitBooks b;
  const auto batch = b.sent();
  b.take(batch.id, b.result_text(batch.id, {{11, "0000", 15'510}, {12, "0001", 0}}));
  const auto id = b.debit(batch.id, 11).end_to_end_id;
  b.take_statement(statement("S1", {{"E1", -15'510, "退票", id, "AC04"}}));
  CHECK(b.receipts().front().state == "bounced");
  const auto differences = b.open_differences();
  REQUIRE(differences.size() == 1);
  CHECK(differences[0].kind == "returned");
  CHECK(differences[0].message.find("AC04") != std::string::npos);
  CHECK(b.in_transit() == Money{15'510});
  b.take_statement(statement("S2", {{"E2", -15'510, "退票", id, "AC04"}}));
  CHECK(b.open_differences().size() == 1);
  CHECK(b.every_difference().empty());
}

TEST_CASE("a transfer that names two accounts, or none that exists, is nobody's") {
  DebitBooks b;
  b.take_statement(statement("S1", {{"E1", 100, make_account_no(11) + " " + make_account_no(12)}, {"E2", 100, make_account_no(999'999)}, {"E3", 100, make_account_no(11) + " " + make_account_no(11)}}));
  const auto receipts = b.receipts();
  CHECK(receipts[0].state == "unidentified");
  CHECK(receipts[1].state == "unidentified");
  CHECK(receipts[2].state == "paid");
  CHECK(b.every_difference().empty());
}

TEST_CASE("a statement that is cut, does not add up or says another amount than before is taken not at all") {
  DebitBooks b;
  const auto file = statement("S1", {{"E1", 100, "x"}, {"E2", 200, "y"}});
  for (std::size_t at = 1; at < file.size(); at += 97) {
    CAPTURE(at);
    CHECK_FALSE(b.load_statement(file.substr(0, at)));
  }
  CHECK(b.load_statement(statement("S1", {{"E1", 100, "x"}}, 1)).error().code == "payment_channels.file_problems");
  CHECK(b.receipts().empty());
  b.take_statement(file);
  CHECK(b.load_statement(statement("S2", {{"E1", 101, "x"}})).error().code == "payment_channels.entry_differs");
  CHECK(b.receipts().size() == 2);
  CHECK(b.every_difference().empty());
}

TEST_CASE("movements are taken in chunks; who is killed in between books nothing twice") {
  DebitBooks b;
  std::vector<Entry> entries;
  for (int i = 0; i < 1'200; ++i) entries.push_back({"E" + std::to_string(i), 100 + i, i % 3 == 0 ? make_account_no(11 + i % 2) : "无"});
  const auto loaded = b.load_statement(statement("S1", entries));
  REQUIRE(loaded);
  REQUIRE(b.app().transact([&](db::Session& s) { return b.statements.take(s, loaded->id, 1); }));
  const auto killed = b.app().transact([&](db::Session& s) -> Result<std::int64_t> {
    if (auto taken = b.statements.take(s, loaded->id, 0); !taken) return taken;
    return internal("test.killed", "killed before the commit");
  });
  CHECK(killed.error().code == "test.killed");
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_receipt WHERE state = 'received'") == 700);
  b.run_job(*loaded->job, 2);
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_receipt WHERE state = 'received'") == 0);
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_receipt WHERE state = 'paid'") == 400);
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{1'200 * 100 + 1'199 * 600});
  CHECK(b.every_difference().empty());
}

TEST_CASE("a statement without references that comes again alone is known, whatever stood before it in its first file") {
  DebitBooks b;
  const std::string none = GENERATE("", "NONREF", "NotProvided", "N/A");
  const Told first{"S1", {{none, 100, "a"}, {none, 200, "b"}}}, second{"S2", {{none, 300, "c"}, {none, 300, "d"}}};
  CHECK(b.take_statement(statements({first, second})).receipts == 4);
  const auto again = b.take_statement(statements({second}));
  CHECK(again.receipts == 0);
  CHECK(again.known == 2);
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{900});
  CHECK(b.every_difference().empty());
}

TEST_CASE("the reference of the payment inside is the entry's where it has none of its own") {
  DebitBooks b;
  b.take_statement(notification("N1", {{"", 100, "a", "", "", "2026-11-22", "T1"}, {"NONREF", 250, "b", "", "", "2026-11-22", "T2"}}));
  const auto later = b.take_statement(statement("S1", {{"T2", 250, "b"}, {"NONREF", 100, "a", "", "", "2026-11-22", "T1"}}));
  CHECK(later.receipts == 0);
  CHECK(later.known == 2);
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{350});
  CHECK(b.every_difference().empty());
}

TEST_CASE("a notification without the bank's reference moves no money: the statement does") {
  DebitBooks b;
  CHECK(b.take_statement(notification("S1", {{"", 8'100, "电费 " + make_account_no(12)}})).receipts == 1);
  const auto noted = b.receipts().front();
  CHECK(noted.state == "noted");
  CHECK_FALSE(noted.note.empty());
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{0});
  CHECK(b.take_statement(statement("S1", {{"", 8'100, "电费 " + make_account_no(12)}})).receipts == 1);
  CHECK(b.receipts().back().state == "paid");
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{8'100});
  CHECK(b.every_difference().empty());
}

TEST_CASE("an entry told payment by payment and once more as a sum is one entry") {
  DebitBooks b;
  const int sign = GENERATE(1, -1);
  const auto detailed = notification("N1", {{"E1", 600 * sign, "x", "", "", "2026-11-22", "", {100 * sign, 200 * sign, 300 * sign}}});
  const auto sum = statement("S1", {{"E1", 600 * sign, "x"}});
  const bool details_first = GENERATE(true, false);
  const auto first = b.take_statement(details_first ? detailed : sum);
  CHECK(first.receipts == (details_first ? 3 : 1));
  const auto second = b.take_statement(details_first ? sum : detailed);
  CHECK(second.receipts == 0);
  CHECK(second.known == (details_first ? 1 : 3));
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{sign > 0 ? 600 : 0});
  // Another amount, another direction: two stories of one entry.
  CHECK(b.load_statement(statement("S2", {{"E1", 500 * sign, "x"}})).error().code == "payment_channels.entry_differs");
  CHECK(b.load_statement(statement("S3", {{"E1", -600 * sign, "x"}})).error().code == "payment_channels.entry_differs");
  CHECK(b.every_difference().empty());
}

TEST_CASE("a bank that gives its references anew each day means another entry") {
  DebitBooks b;
  const Entry today{"1", 100, "a"}, tomorrow{"1", 100, "a", "", "", "2026-11-23"}, third{"1", 300, "c", "", "", "2026-11-24"};
  CHECK(b.take_statement(statement("S1", {today})).receipts == 1);
  CHECK(b.take_statement(statement("S2", {tomorrow, third})).receipts == 2);
  const auto again = b.take_statement(statement("S3", {third, tomorrow, today}));
  CHECK(again.receipts == 0);
  CHECK(again.known == 3);
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{500});
  CHECK(b.every_difference().empty());
}

TEST_CASE("an entry of no day may be any day's, so it is not booked a second time") {
  DebitBooks b;
  const Entry undated{"E1", 100, "a", "", "", ""}, dated{"E1", 100, "a"};
  const bool undated_first = GENERATE(true, false);
  b.take_statement(notification("N1", {undated_first ? undated : dated}));
  CHECK(b.take_statement(statement("S1", {undated_first ? dated : undated})).known == 1);
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{100});
  CHECK(b.every_difference().empty());
}

TEST_CASE("an entry that stands in two statements of a file is taken once; of two in one statement each counts") {
  DebitBooks b;
  const auto taken = b.take_statement(statements({{"S1", {{"E1", 100, "a"}, {"E1", 100, "a"}}}, {"S2", {{"E1", 100, "a"}, {"E2", 50, "b"}}}}));
  CHECK(taken.receipts == 3);
  CHECK(taken.known == 1);
  CHECK(b.ledger_balance(LedgerAccount::kBank) == Money{250});
  CHECK(b.load_statement(statements({{"S3", {{"E3", 100, "a"}}}, {"S4", {{"E3", 101, "a"}}}})).error().code == "payment_channels.entry_differs");
  CHECK(b.every_difference().empty());
}

TEST_CASE("references that differ only in upper and lower case are those of two movements and of two statements") {
  DebitBooks b;
  const auto first = b.take_statement(statement("Stmt-a", {{"ref-Ab", 1'000}, {"ref-aB", 1'000}}));
  CHECK(first.receipts == 2);
  CHECK(first.known == 0);
  const auto second = b.take_statement(statement("STMT-A", {{"REF-AB", 2'500}, {"ref-Ab", 1'000}}));
  CHECK(second.receipts == 1);
  CHECK(second.known == 1);
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_receipt") == 3);
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_statement") == 2);
  CHECK(b.every_difference().empty());
}
