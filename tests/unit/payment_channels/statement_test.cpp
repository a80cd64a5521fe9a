#include <catch2/catch.hpp>

#include <unordered_set>

#include <fmt/format.h>

#include "modules/payment_channels/formats/statement.hpp"
#include "tests/unit/payment_channels/examples.hpp"

using namespace mis::payment_channels;
using example::input;
using mis::Date;
using mis::Money;

namespace {

std::string statement(int version, std::string_view inside) {
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{:02}\"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>\n{}</BkToCstmrStmt></Document>",
                     version, inside);
}

// Versions differ in where a state, a payment's amount and a party's name stand.
std::string state_of(int version, std::string_view state) { return version == 8 ? fmt::format("<Sts><Cd>{}</Cd></Sts>", state) : fmt::format("<Sts>{}</Sts>", state); }
std::string amount_of(int version, std::string_view amount) {
  return version == 2 ? fmt::format("<AmtDtls><TxAmt><Amt Ccy=\"CNY\">{}</Amt></TxAmt></AmtDtls>", amount) : fmt::format("<Amt Ccy=\"CNY\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>", amount);
}
std::string name_of(int version, std::string_view name) { return version == 8 ? fmt::format("<Pty><Nm>{}</Nm></Pty>", name) : fmt::format("<Nm>{}</Nm>", name); }

std::string entry(int version, std::string_view amount, std::string_view direction, std::string_view more = {}) {
  return fmt::format("<Ntry><Amt Ccy=\"CNY\">{}</Amt><CdtDbtInd>{}</CdtDbtInd>{}<BookgDt><Dt>2026-11-10</Dt></BookgDt><ValDt><Dt>2026-11-11</Dt></ValDt>{}</Ntry>\n", amount, direction,
                     state_of(version, "BOOK"), more);
}

constexpr std::string_view kHead = "<Stmt><Id>S-2026-11-10</Id><ElctrncSeqNb>311</ElctrncSeqNb><Acct><Id><Othr><Id>6222020200001234567</Id></Othr></Id></Acct>\n";

std::string balance(std::string_view code, std::string_view amount, std::string_view direction = "CRDT") {
  return fmt::format("<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{}</Amt><CdtDbtInd>{}</CdtDbtInd><Dt><Dt>2026-11-10</Dt></Dt></Bal>\n", code, amount, direction);
}

std::string one_statement(int version, std::string_view entries) { return statement(version, std::string(kHead) + std::string(entries) + "</Stmt>"); }

std::string code_of(std::string_view text) {
  const auto read = read_statement(input(text));
  return read ? std::string("read") : read.error().code;
}

}  // namespace

TEST_CASE("a statement's entries are read in all three versions alike", "[payment_channels][statement]") {
  for (const int version : {2, 4, 8}) {
    INFO(version);
    const auto details = fmt::format(
        "<AcctSvcrRef>BANK-1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RDDT</Cd><SubFmlyCd>ESDD</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>"
        "<TxDtls><Refs><InstrId>I1</InstrId><EndToEndId>DD-1</EndToEndId><TxId>T1</TxId><MndtId>M1</MndtId></Refs>{}"
        "<RltdPties><Dbtr>{}</Dbtr><DbtrAcct><Id><Othr><Id>6217</Id></Othr></Id></DbtrAcct></RltdPties>"
        "<RmtInf><Ustrd>电费</Ustrd><Ustrd>2026-10</Ustrd><Strd><CdtrRefInf><Ref>1000000018</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
        "<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{}</TxDtls></NtryDtls><AddtlNtryInf>batch</AddtlNtryInf>",
        amount_of(version, "51.23"), name_of(version, "王小明"), amount_of(version, "48.77000"));
    const auto text = one_statement(version, balance("OPBD", "1000.00") + balance("CLBD", "1075.00") + entry(version, "100.00", "CRDT", details) + entry(version, "25", "DBIT"));
    const auto read = read_statement(input(text));
    REQUIRE(read);
    CHECK(read->problems.empty());
    REQUIRE(read->heads.size() == 1);
    const auto& head = read->heads[0];
    CHECK(head.version == fmt::format("camt.053.001.{:02}", version));
    CHECK(head.message_id == "M1");
    CHECK(head.id == "S-2026-11-10");
    CHECK(head.account == "6222020200001234567");
    CHECK(head.sequence_no == "311");
    CHECK(head.opening == Money{100000});
    CHECK(head.closing == Money{107500});
    CHECK(head.closing_on == Date::of(2026, 11, 10));
    REQUIRE(read->entries.size() == 2);
    const auto& first = read->entries[0];
    CHECK(first.account == head.account);
    CHECK(first.amount == Money{10000});
    CHECK(first.direction == Direction::kCredit);
    CHECK(first.state == EntryState::kBooked);
    CHECK(first.booked_on == Date::of(2026, 11, 10));
    CHECK(first.value_on == Date::of(2026, 11, 11));
    CHECK(first.bank_reference == "BANK-1");
    CHECK(first.transaction_code == "PMNT/RDDT/ESDD");
    CHECK(first.additional == "batch");
    CHECK(first.adds_up);
    REQUIRE(first.transactions.size() == 2);
    CHECK(first.transactions[0].amount == Money{5123});
    CHECK(first.transactions[0].end_to_end_id == "DD-1");
    CHECK(first.transactions[0].transaction_id == "T1");
    CHECK(first.transactions[0].mandate_id == "M1");
    CHECK(first.transactions[0].debtor_name == "王小明");
    CHECK(first.transactions[0].debtor_account == "6217");
    CHECK(first.transactions[0].remittance == "电费 2026-10");
    CHECK(first.transactions[0].creditor_reference == "1000000018");
    CHECK(first.transactions[1].amount == Money{4877});
    CHECK(first.transactions[1].end_to_end_id.empty());
    CHECK(read->entries[1].direction == Direction::kDebit);
    REQUIRE(read->ends.size() == 1);
    CHECK(read->ends[0].booked_credit == Money{10000});
    CHECK(read->ends[0].booked_debit == Money{2500});
    CHECK(read->ends[0].agrees == true);
  }
}

TEST_CASE("a returned direct debit bears its reason, and a reversal its mark", "[payment_channels][statement]") {
  const auto details = "<RvslInd>true</RvslInd><NtryDtls><TxDtls><Refs><EndToEndId>DD-1</EndToEndId></Refs>"
                       "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>账户</AddtlInf><AddtlInf>已销户</AddtlInf></RtrInf></TxDtls></NtryDtls>";
  const auto read = read_statement(input(one_statement(2, entry(2, "51.23", "DBIT", details))));
  REQUIRE(read);
  REQUIRE(read->entries.size() == 1);
  CHECK(read->entries[0].reversal);
  REQUIRE(read->entries[0].transactions.size() == 1);
  const auto& transaction = read->entries[0].transactions[0];
  REQUIRE(transaction.returned);
  CHECK(transaction.returned->reason == "AC04");
  CHECK(transaction.returned->information == "账户 已销户");
  // The only payment of an entry is the entry's amount where the bank says no other.
  CHECK(transaction.amount == Money{5123});
  CHECK(transaction.direction == Direction::kDebit);
}

TEST_CASE("a notification has no balances and agrees with nothing", "[payment_channels][statement]") {
  const int version = GENERATE(2, 4, 8);
  const auto text = fmt::format("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.{:02}'>", version) + "<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>N</MsgId></GrpHdr>"
                    "<Ntfctn><Id>N1</Id><CpyDplctInd>DUPL</CpyDplctInd>"
                    "<Acct><Id><IBAN>DE87123456781234567890</IBAN></Id></Acct>" + entry(version, "0.01", "CRDT") + "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>";
  const auto read = read_statement(input(text));
  REQUIRE(read);
  CHECK(read->heads[0].kind == StatementKind::kNotification);
  CHECK(read->heads[0].account == "DE87123456781234567890");
  CHECK(read->heads[0].duplicate);
  CHECK_FALSE(read->heads[0].closing);
  CHECK(read->entries[0].amount == Money{1});
  CHECK_FALSE(read->ends[0].agrees);
}

TEST_CASE("an entry that is not understood is a problem of that entry only", "[payment_channels][statement]") {
  const auto problem = [](std::string_view bad) {
    const auto text = one_statement(4, entry(4, "1.00", "CRDT") + std::string(bad) + entry(4, "2.00", "CRDT"));
    const auto read = read_statement(input(text));
    REQUIRE(read);
    REQUIRE(read->entries.size() == 2);
    REQUIRE(read->problems.size() == 1);
    CHECK(read->problems[0].line == 5);
    CHECK(read->ends[0].problems == 1);
    CHECK_FALSE(read->ends[0].agrees);
    return read->problems[0].code + ": " + read->problems[0].column + " expected " + read->problems[0].expected + " found " + read->problems[0].found;
  };
  const auto changed = [](std::string_view from, std::string_view to) {
    auto text = entry(4, "51.23", "CRDT");
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  CHECK(problem(changed("CNY", "EUR")) == "payment_channels.currency: Amt expected CNY found 'EUR'");
  CHECK(problem(changed(" Ccy=\"CNY\"", "")) == "payment_channels.currency: Amt expected CNY found nothing");
  CHECK(problem(changed("51.23", "51.234")) == "payment_channels.amount: Amt expected an amount with two decimals found '51.234', which has parts of a fen");
  CHECK(problem(changed("51.23", "-51.23")) == "payment_channels.amount: Amt expected an amount with two decimals found '-51.23', which is negative");
  CHECK(problem(changed("51.23", "90071992547409.93")) == "payment_channels.amount: Amt expected an amount with two decimals found '90071992547409.93', which is too much");
  CHECK(problem(changed("51.23", "5.1e3")) == "payment_channels.amount: Amt expected an amount with two decimals found '5.1e3'");
  CHECK(problem(changed("51.23", "51,23")) == "payment_channels.amount: Amt expected an amount with two decimals found '51,23'");
  CHECK(problem(changed("51.23", "")) == "payment_channels.amount: Amt expected an amount with two decimals found nothing");
  CHECK(problem(changed("<Amt Ccy=\"CNY\">51.23</Amt>", "")) == "payment_channels.amount: Amt expected an amount found none");
  CHECK(problem(changed("CRDT", "CREDIT")) == "payment_channels.direction: CdtDbtInd expected CRDT or DBIT found 'CREDIT'");
  CHECK(problem(changed("BOOK", "DONE")) == "payment_channels.entry_state: Sts expected BOOK, PDNG or INFO found 'DONE'");
  CHECK(problem(changed("2026-11-10", "2026-11-31")) == "payment_channels.date: BookgDt expected yyyy-mm-dd found '2026-11-31'");
}

TEST_CASE("payments that do not add up to their entry are marked, those in another currency too", "[payment_channels][statement]") {
  const auto add_up = [](const std::string& transactions) {
    const auto text = one_statement(4, entry(4, "100.00", "CRDT", "<NtryDtls>" + transactions + "</NtryDtls>"));
    const auto read = read_statement(input(text));
    REQUIRE(read);
    REQUIRE(read->entries.size() == 1);
    return read->entries[0].adds_up;
  };
  const auto transaction = [](std::string_view amount, std::string_view direction, std::string_view currency = "CNY") {
    return fmt::format("<TxDtls><Amt Ccy=\"{}\">{}</Amt><CdtDbtInd>{}</CdtDbtInd></TxDtls>", currency, amount, direction);
  };
  CHECK(add_up(""));
  CHECK(add_up(transaction("60", "CRDT") + transaction("40", "CRDT")));
  CHECK(add_up(transaction("120", "CRDT") + transaction("20", "DBIT")));
  CHECK_FALSE(add_up(transaction("60", "CRDT") + transaction("39.99", "CRDT")));
  CHECK_FALSE(add_up(transaction("100", "CRDT", "EUR")));
  CHECK_FALSE(add_up("<TxDtls/><TxDtls/>"));
}

TEST_CASE("a statement whose entries do not lead from its opening to its closing balance is reported", "[payment_channels][statement]") {
  const auto text = one_statement(8, balance("OPBD", "10.00", "DBIT") + balance("CLBD", "41.24") + entry(8, "51.23", "CRDT"));
  const auto read = read_statement(input(text));
  REQUIRE(read);
  CHECK(read->entries.size() == 1);
  CHECK(read->ends[0].agrees == false);
  REQUIRE(read->problems.size() == 1);
  CHECK(to_text(read->problems[0]) == "line 3, column Bal CLBD: expected the opening balance and the booked entries to give 41.23 but found 41.24");
  // What is only announced has not moved the balance.
  auto pending = entry(8, "7.00", "CRDT");
  pending.replace(pending.find("BOOK"), 4, "PDNG");
  const auto calm = read_statement(input(one_statement(8, balance("PRCD", "1.00") + balance("CLBD", "1.00") + pending)));
  REQUIRE(calm);
  CHECK(calm->ends[0].agrees == true);
}

TEST_CASE("harmless deviations of real banks are read", "[payment_channels][statement]") {
  // A date with a time and a zone is the day it is here; blanks around values; elements in another order; unknown elements.
  const auto text = one_statement(8,
                                  "<Ntry><Sts> <Cd> BOOK </Cd> </Sts><CdtDbtInd>\nCRDT\n</CdtDbtInd><Amt Ccy=\"CNY\"> .50 </Amt><BookgDt><DtTm>2026-11-10T17:30:00Z</DtTm></BookgDt>"
                                  "<ValDt><DtTm>2026-11-10T23:59:59</DtTm></ValDt><OwnThing><Amt Ccy=\"EUR\">1</Amt></OwnThing><BkTxCd><Prtry><Cd>0815</Cd></Prtry></BkTxCd></Ntry>");
  const auto read = read_statement(input(text));
  REQUIRE(read);
  CHECK(read->problems.empty());
  REQUIRE(read->entries.size() == 1);
  CHECK(read->entries[0].amount == Money{50});
  CHECK(read->entries[0].booked_on == Date::of(2026, 11, 11));
  CHECK(read->entries[0].value_on == Date::of(2026, 11, 10));
  CHECK(read->entries[0].transaction_code == "0815");
  const auto dated = read_statement(input(one_statement(4, "<Ntry><Amt Ccy=\"CNY\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-10+08:00</Dt></BookgDt></Ntry>")));
  REQUIRE(dated);
  CHECK(dated->entries.at(0).booked_on == Date::of(2026, 11, 10));
}

TEST_CASE("a file without a statement, of another version or cut is refused as a whole", "[payment_channels][statement]") {
  CHECK(code_of(statement(2, "")) == "payment_channels.message_incomplete");
  CHECK(code_of(statement(8, "<Stmt><Acct><Id><IBAN>X</IBAN></Id></Acct></Stmt>")) == "payment_channels.message_incomplete");
  CHECK(code_of(statement(8, "<Stmt><Id>1</Id>" + entry(8, "1", "CRDT") + "</Stmt>")) == "payment_channels.message_incomplete");
  for (const int version : {1, 3, 5, 6, 7, 9, 12}) CHECK(code_of(statement(version, "")) == "payment_channels.message_version");
  const auto read = read_statement(input(statement(13, "")));
  REQUIRE_FALSE(read);
  CHECK(read.error().message == "expected camt.053.001.02, camt.053.001.04 or camt.053.001.08 but found camt.053.001.13 at line 2, column 1");
  CHECK(code_of("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'/>") == "payment_channels.message_unknown");
  CHECK(code_of("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.052.001.08'/>") == "payment_channels.message_unknown");
  const auto whole = one_statement(8, entry(8, "1", "CRDT") + entry(8, "2", "CRDT"));
  REQUIRE(code_of(whole) == "read");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(code_of(std::string_view(whole).substr(0, size)) == "payment_channels.file_cut");
  }
}

TEST_CASE("a sink that throws is not called from inside the parser", "[payment_channels][statement]") {
  StatementSink sink;
  sink.entry = [](StatementEntry&&) { throw std::runtime_error("the database is gone"); };
  CHECK_THROWS_WITH(read_statement(input(one_statement(8, entry(8, "1", "CRDT"))), {}, sink), "the database is gone");
}

TEST_CASE("a hundred thousand entries are read one after the other", "[payment_channels][statement]") {
  std::string entries;
  for (int i = 1; i <= 100'000; ++i) entries += entry(8, fmt::format("{}.{:02}", i / 100, i % 100), "CRDT", "<NtryDtls><TxDtls><Refs><EndToEndId>DD</EndToEndId></Refs></TxDtls></NtryDtls>");
  const auto text = one_statement(8, balance("OPBD", "0") + balance("CLBD", "50000500.00") + entries);
  std::int64_t sum = 0;
  StatementSink sink;
  sink.entry = [&](StatementEntry&& e) { sum += e.amount.value; };
  const auto counts = read_statement(input(text), {}, sink);
  REQUIRE(counts);
  CHECK(counts->entries == 100'000);
  CHECK(counts->problems == 0);
  CHECK(sum == 5'000'050'000);
}

TEST_CASE("public samples of statements are read, and the wrong one is refused", "[payment_channels][statement]") {
  if (!example::have_protocols(3, "statements")) return;
  const auto samples = example::protocols() / "iso20022/samples";
  const auto wrong = read_statement(input(example::content_of(samples / "camt053.v2.wrong.xml")));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == "payment_channels.message_incomplete");
  // This one has its opening balance and its entry in EUR and its closing balance in SEK.
  const auto text = example::content_of(samples / "camt053.v4.xml");
  const auto euro = read_statement(input(text), {.currency = "EUR"});
  REQUIRE(euro);
  CHECK(euro->heads.at(0).id == "253EURNL26VAYB8060476890");
  CHECK(euro->heads.at(0).account == "NL26VAYB8060476890");
  CHECK(euro->heads.at(0).opening == Money{1815});
  CHECK(euro->heads.at(0).duplicate);
  REQUIRE(euro->entries.size() == 1);
  CHECK(euro->entries[0].amount == Money{885});
  CHECK(euro->entries[0].bank_reference == "AAAASESS-FP-CN_98765/01");
  CHECK_FALSE(euro->entries[0].adds_up);
  const auto yuan = read_statement(input(text));
  REQUIRE(yuan);
  CHECK(yuan->entries.empty());
  CHECK(yuan->problems.size() >= 1);
  const auto notification = read_statement(input(example::content_of(samples / "camt054.v8.xml")), {.currency = "SEK"});
  REQUIRE(notification);
  CHECK(notification->heads.at(0).kind == StatementKind::kNotification);
  REQUIRE_FALSE(notification->entries.empty());
  CHECK(notification->entries[0].amount == Money{20'000'000});
  CHECK(notification->entries[0].direction == Direction::kDebit);
  REQUIRE(notification->entries[0].transactions.size() >= 2);
  CHECK(notification->entries[0].transactions[0].end_to_end_id == "UXC06170000006PI00001EE00001");
  CHECK(notification->entries[0].transactions[0].creditor_name == "Example Creditor 3 - V1");
}

TEST_CASE("changed and cut statements never bring anything down, and amounts stay inside the limit", "[payment_channels][statement]") {
  std::string entries;
  for (int i = 0; i < 6; ++i) entries += entry(8, "51.23", "CRDT", "<NtryDtls><TxDtls><Refs><EndToEndId>DD</EndToEndId></Refs><Amt Ccy=\"CNY\">51.23</Amt></TxDtls></NtryDtls>");
  const auto text = one_statement(8, balance("OPBD", "10.00") + balance("CLBD", "317.38") + entries);
  std::unordered_set<std::string> outcomes;
  example::mutate(text, 3000, [&](std::string_view changed) {
    const auto read = read_statement(input(changed));
    outcomes.insert(read ? "read" : read.error().code);
    if (!read) return;
    for (const auto& e : read->entries) CHECK((e.amount >= Money{0} && e.amount.value < 9'000'000'000'000'000));
    CHECK(read->ends.size() == read->heads.size());
  });
  CHECK(outcomes.contains("read"));
  CHECK(outcomes.contains("payment_channels.file_cut"));
  CHECK(outcomes.contains("payment_channels.xml_malformed"));
}
