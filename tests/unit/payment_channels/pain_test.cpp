#include <catch2/catch.hpp>

#include <cstdlib>
#include <unordered_set>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/payment_channels/domain/channel_amount.hpp"
#include "modules/payment_channels/formats/pain_002.hpp"
#include "modules/payment_channels/formats/pain_008.hpp"
#include "tests/unit/files/temporary_file.hpp"
#include "tests/unit/payment_channels/examples.hpp"

using namespace mis::payment_channels;
using example::input;
using mis::Date;
using mis::Money;

namespace {

DirectDebitBatch batch_of(int count) {
  DirectDebitBatch batch;
  batch.id = "DD20261101-0001";
  batch.created_at = *mis::Instant::parse("2026-11-01T01:30:00Z");
  batch.collect_on = Date::of(2026, 11, 10);
  batch.initiator = "青川县供电公司";
  batch.creditor = {"6222020200001234567", "青川县供电公司", "102100099996"};
  batch.creditor_id = "GD0001";
  for (int i = 0; i < count; ++i) {
    DirectDebit debit;
    debit.end_to_end_id = fmt::format("DD20261101-{:06}", i + 1);
    debit.mandate_id = fmt::format("M{:08}", i + 1);
    debit.sequence = i % 3 == 0 ? DebitSequence::kFirst : DebitSequence::kRecurring;
    if (i % 2 == 0) debit.mandate_signed_on = Date::of(2026, 2, 1);
    debit.amount = Money{5123 + i};
    debit.debtor = {fmt::format("62170000{:011}", i), "王 & <李>", i % 2 == 0 ? "BKCHCNBJ" : ""};
    debit.remittance = "电费 2026-10 户号 1000000018";
    batch.debits.push_back(std::move(debit));
  }
  return batch;
}

int validates(const std::string& xml, const std::string& schema) {
  const example::TemporaryFile file(xml);
  const auto command = fmt::format("xmllint --noout --nonet --schema '{}' '{}' 2>/dev/null", (example::protocols() / "iso20022/xsd" / schema).string(), file.path().string());
  return std::system(command.c_str());
}

std::string report(std::string_view version, std::string_view inside) {
  return fmt::format("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.{}\"><CstmrPmtStsRpt>"
                     "<GrpHdr><MsgId>B1</MsgId><CreDtTm>2026-11-02T08:00:00</CreDtTm></GrpHdr>{}</CstmrPmtStsRpt></Document>",
                     version, inside);
}

constexpr std::string_view kMixed = R"(<OrgnlGrpInfAndSts><OrgnlMsgId>DD20261101-0001</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId><OrgnlNbOfTxs>4</OrgnlNbOfTxs>
<OrgnlCtrlSum>204.98</OrgnlCtrlSum><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>DD20261101-0001-FRST</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Cd>MD01</Cd></Rsn><AddtlInf>no mandate</AddtlInf></StsRsnInf>
<TxInfAndSts><OrgnlEndToEndId>DD20261101-000001</OrgnlEndToEndId></TxInfAndSts></OrgnlPmtInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>DD20261101-0001-RCUR</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
<TxInfAndSts><StsId>S1</StsId><OrgnlEndToEndId>DD20261101-000002</OrgnlEndToEndId><TxSts>ACSC</TxSts><AcctSvcrRef>BANK-77</AcctSvcrRef>
<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">51.24</InstdAmt></Amt><MndtRltdInf><MndtId>M00000002</MndtId></MndtRltdInf></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>DD20261101-000003</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn><AddtlInf>余额不足</AddtlInf></StsRsnInf></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>DD20261101-000004</OrgnlEndToEndId><OrgnlTxRef><Amt><InstdAmt Ccy="CNY">51.26</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>DD20261101-000005</OrgnlEndToEndId><TxSts>ACSC</TxSts><OrgnlTxRef><Amt><InstdAmt Ccy="EUR">51.26</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><TxSts>ACSC</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>)";

}  // namespace

TEST_CASE("a batch of direct debits is written with its mandates, ids, count and control sum", "[payment_channels][pain]") {
  const auto batch = batch_of(2);
  const auto xml = write_pain_008(batch, Pain008Version::k08);
  REQUIRE(xml);
  CHECK(*xml ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.008.001.08\"><CstmrDrctDbtInitn>\n"
        "<GrpHdr><MsgId>DD20261101-0001</MsgId><CreDtTm>2026-11-01T09:30:00</CreDtTm><NbOfTxs>2</NbOfTxs><CtrlSum>102.47</CtrlSum><InitgPty><Nm>青川县供电公司</Nm></InitgPty></GrpHdr>\n"
        "<PmtInf><PmtInfId>DD20261101-0001-FRST</PmtInfId><PmtMtd>DD</PmtMtd><BtchBookg>true</BtchBookg><NbOfTxs>1</NbOfTxs><CtrlSum>51.23</CtrlSum><PmtTpInf><SeqTp>FRST</SeqTp></PmtTpInf>"
        "<ReqdColltnDt>2026-11-10</ReqdColltnDt><Cdtr><Nm>青川县供电公司</Nm></Cdtr><CdtrAcct><Id><Othr><Id>6222020200001234567</Id></Othr></Id><Ccy>CNY</Ccy></CdtrAcct>"
        "<CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>102100099996</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt><ChrgBr>SLEV</ChrgBr>"
        "<CdtrSchmeId><Id><PrvtId><Othr><Id>GD0001</Id></Othr></PrvtId></Id></CdtrSchmeId>\n"
        "<DrctDbtTxInf><PmtId><EndToEndId>DD20261101-000001</EndToEndId></PmtId><InstdAmt Ccy=\"CNY\">51.23</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>M00000001</MndtId>"
        "<DtOfSgntr>2026-02-01</DtOfSgntr></MndtRltdInf></DrctDbtTx><DbtrAgt><FinInstnId><BICFI>BKCHCNBJ</BICFI></FinInstnId></DbtrAgt><Dbtr><Nm>王 &amp; &lt;李&gt;</Nm></Dbtr>"
        "<DbtrAcct><Id><Othr><Id>6217000000000000000</Id></Othr></Id></DbtrAcct><RmtInf><Ustrd>电费 2026-10 户号 1000000018</Ustrd></RmtInf></DrctDbtTxInf>\n"
        "</PmtInf>\n"
        "<PmtInf><PmtInfId>DD20261101-0001-RCUR</PmtInfId><PmtMtd>DD</PmtMtd><BtchBookg>true</BtchBookg><NbOfTxs>1</NbOfTxs><CtrlSum>51.24</CtrlSum><PmtTpInf><SeqTp>RCUR</SeqTp></PmtTpInf>"
        "<ReqdColltnDt>2026-11-10</ReqdColltnDt><Cdtr><Nm>青川县供电公司</Nm></Cdtr><CdtrAcct><Id><Othr><Id>6222020200001234567</Id></Othr></Id><Ccy>CNY</Ccy></CdtrAcct>"
        "<CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>102100099996</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt><ChrgBr>SLEV</ChrgBr>"
        "<CdtrSchmeId><Id><PrvtId><Othr><Id>GD0001</Id></Othr></PrvtId></Id></CdtrSchmeId>\n"
        "<DrctDbtTxInf><PmtId><EndToEndId>DD20261101-000002</EndToEndId></PmtId><InstdAmt Ccy=\"CNY\">51.24</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>M00000002</MndtId>"
        "</MndtRltdInf></DrctDbtTx><DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt><Dbtr><Nm>王 &amp; &lt;李&gt;</Nm></Dbtr>"
        "<DbtrAcct><Id><Othr><Id>6217000000000000001</Id></Othr></Id></DbtrAcct><RmtInf><Ustrd>电费 2026-10 户号 1000000018</Ustrd></RmtInf></DrctDbtTxInf>\n"
        "</PmtInf>\n"
        "</CstmrDrctDbtInitn></Document>\n");
}

TEST_CASE("count and control sum are those of the debits, in all and for each sequence", "[payment_channels][pain]") {
  auto batch = batch_of(300);
  batch.debits[7].amount = Money{1};
  batch.debits[8].sequence = DebitSequence::kFinal;
  batch.debits[9].sequence = DebitSequence::kOneOff;
  const auto xml = write_pain_008(batch, Pain008Version::k02);
  REQUIRE(xml);
  const auto totals = totals_of(batch.debits);
  CHECK(totals.count == 300);
  CHECK(xml->find(fmt::format("<NbOfTxs>300</NbOfTxs><CtrlSum>{}</CtrlSum><InitgPty>", mis::format_yuan(totals.amount))) != std::string::npos);
  std::int64_t counted = 0;
  for (auto at = xml->find("<DrctDbtTxInf>"); at != std::string::npos; at = xml->find("<DrctDbtTxInf>", at + 1)) ++counted;
  CHECK(counted == 300);
  for (const char* sequence : {"FRST", "RCUR", "FNAL", "OOFF"}) CHECK(xml->find(fmt::format("<PmtInfId>DD20261101-0001-{}</PmtInfId>", sequence)) != std::string::npos);
  CHECK(xml->find("<BIC>BKCHCNBJ</BIC>") != std::string::npos);
  CHECK(xml->find("BICFI") == std::string::npos);
}

TEST_CASE("what is written holds against the official schemas", "[payment_channels][pain]") {
  if (!example::have_protocols(5, "documents against two schemas")) return;
  REQUIRE(std::system("xmllint --version >/dev/null 2>&1") == 0);
  for (const int count : {1, 2, 250}) {
    auto batch = batch_of(count);
    INFO(count);
    CHECK(validates(*write_pain_008(batch, Pain008Version::k08), "pain.008.001.08.xsd") == 0);
    CHECK(validates(*write_pain_008(batch, Pain008Version::k02), "pain.008.001.02.xsd") == 0);
  }
  auto batch = batch_of(4);
  batch.creditor_id.clear();
  batch.debits[0].remittance.clear();
  batch.debits[1].debtor.bank_code = "BANK 17";
  batch.debits[2].sequence = DebitSequence::kOneOff;
  CHECK(validates(*write_pain_008(batch, Pain008Version::k08), "pain.008.001.08.xsd") == 0);
  CHECK(validates(*write_pain_008(batch, Pain008Version::k02), "pain.008.001.02.xsd") == 0);
  // The judge does judge.
  auto broken = *write_pain_008(batch, Pain008Version::k08);
  broken.replace(broken.find("<PmtMtd>DD</PmtMtd>"), 19, "");
  CHECK(validates(broken, "pain.008.001.08.xsd") != 0);
}

TEST_CASE("a batch that a bank would refuse, or take twice, is not written", "[payment_channels][pain]") {
  const auto refused = [](auto change) {
    auto batch = batch_of(3);
    change(batch);
    bool wrote = false;
    const auto status = write_pain_008(batch, Pain008Version::k08, [&](std::string_view) {
      wrote = true;
      return mis::ok();
    });
    REQUIRE_FALSE(status);
    CHECK_FALSE(wrote);
    CHECK(status.error().code == "payment_channels.batch_invalid");
    REQUIRE(status.error().fields.size() == 1);
    return status.error().fields[0].pointer + " " + status.error().fields[0].code;
  };
  CHECK(refused([](auto& b) { b.debits.clear(); }) == "/debits payment_channels.batch_empty");
  CHECK(refused([](auto& b) { b.debits[1].amount = Money{0}; }) == "/debits/1/amount payment_channels.amount");
  CHECK(refused([](auto& b) { b.debits[1].amount = Money{-5}; }) == "/debits/1/amount payment_channels.amount");
  CHECK(refused([](auto& b) { b.debits[1].amount = kAmountLimit; }) == "/debits/1/amount payment_channels.amount");
  CHECK(refused([](auto& b) { b.debits[1].amount = b.debits[2].amount = kAmountLimit - Money{1}; }) == "/debits payment_channels.amount");
  CHECK(refused([](auto& b) { b.debits[2].end_to_end_id = b.debits[0].end_to_end_id; }) == "/debits/2/end_to_end_id payment_channels.duplicate_line");
  CHECK(refused([](auto& b) { b.debits[2].end_to_end_id = std::string(36, 'x'); }) == "/debits/2/end_to_end_id payment_channels.identifier");
  CHECK(refused([](auto& b) { b.debits[2].mandate_id = "协议1"; }) == "/debits/2/mandate_id payment_channels.identifier");
  CHECK(refused([](auto& b) { b.debits[2].mandate_id.clear(); }) == "/debits/2/mandate_id payment_channels.identifier");
  CHECK(refused([](auto& b) { b.debits[0].debtor.number.clear(); }) == "/debits/0/debtor/number payment_channels.identifier");
  CHECK(refused([](auto& b) { b.debits[0].debtor.name = "a\x01"; }) == "/debits/0/debtor/name payment_channels.text");
  CHECK(refused([](auto& b) { b.debits[0].debtor.name = "\xB3\xC2"; }) == "/debits/0/debtor/name payment_channels.text");
  CHECK(refused([](auto& b) { b.debits[0].debtor.name = "\xEF\xBF\xBE"; }) == "/debits/0/debtor/name payment_channels.text");
  CHECK(refused([](auto& b) { b.id = std::string(30, 'x'); }) == "/id payment_channels.identifier");
  CHECK(refused([](auto& b) { b.initiator = "  "; }) == "/initiator payment_channels.text");
}

TEST_CASE("a writer that cannot go on says why", "[payment_channels][pain]") {
  const auto status = write_pain_008(batch_of(3), Pain008Version::k08, [](std::string_view) { return mis::Status(mis::unavailable("files.unwritable", "disk full")); });
  REQUIRE_FALSE(status);
  CHECK(status.error().code == "files.unwritable");
}

TEST_CASE("a status report tells of the group, of each payment and of each debit, with reasons", "[payment_channels][pain]") {
  for (const char* version : {"03", "10"}) {
    const auto text = report(version, kMixed);
    const auto read = read_pain_002(input(text));
    REQUIRE(read);
    CHECK(read->group.version == fmt::format("pain.002.001.{}", version));
    CHECK(read->group.original_message_id == "DD20261101-0001");
    CHECK(read->group.original_count == 4);
    CHECK(read->group.original_sum == Money{20498});
    CHECK(read->group.status.outcome == DebitOutcome::kPartly);
    REQUIRE(read->payments.size() == 2);
    CHECK(read->payments[0].original_payment_id == "DD20261101-0001-FRST");
    CHECK(read->payments[0].status.outcome == DebitOutcome::kRejected);
    CHECK(read->payments[0].status.reasons == std::vector{StatusReason{"MD01", false, {"no mandate"}}});
    REQUIRE(read->transactions.size() == 4);
    // What the bank says above its debits holds for those of which it says nothing else.
    CHECK(read->transactions[0].original_end_to_end_id == "DD20261101-000001");
    CHECK(read->transactions[0].status.outcome == DebitOutcome::kRejected);
    CHECK(read->transactions[0].status.reasons == read->payments[0].status.reasons);
    CHECK(read->transactions[1].status.outcome == DebitOutcome::kPaid);
    CHECK(read->transactions[1].bank_reference == "BANK-77");
    CHECK(read->transactions[1].amount == Money{5124});
    CHECK(read->transactions[1].mandate_id == "M00000002");
    CHECK(read->transactions[2].status.reasons == std::vector{StatusReason{"AM04", false, {"余额不足"}}});
    // "Partly" says nothing of one debit.
    CHECK(read->transactions[3].status.outcome == DebitOutcome::kUnknown);
    REQUIRE(read->problems.size() == 2);
    CHECK(to_text(read->problems[0]) == "line 10, column InstdAmt: expected CNY but found 'EUR'");
    CHECK(to_text(read->problems[1]) == "line 11, column OrgnlEndToEndId: expected the id of the debit but found none");
  }
}

TEST_CASE("a report that rejects everything at once has no debits in it", "[payment_channels][pain]") {
  const auto text = report("10", "<OrgnlGrpInfAndSts><OrgnlMsgId>X</OrgnlMsgId><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Prtry>CTRLSUM</Prtry></Rsn></StsRsnInf></OrgnlGrpInfAndSts>");
  const auto read = read_pain_002(input(text));
  REQUIRE(read);
  CHECK(read->group.status.outcome == DebitOutcome::kRejected);
  CHECK(read->group.status.reasons == std::vector{StatusReason{"CTRLSUM", true, {}}});
  CHECK(read->transactions.empty());
}

TEST_CASE("accepted is not paid, and a status nobody knows means nothing", "[payment_channels][pain]") {
  CHECK(outcome_of_iso_status("ACSC") == DebitOutcome::kPaid);
  CHECK(outcome_of_iso_status("ACCC") == DebitOutcome::kPaid);
  CHECK(outcome_of_iso_status("ACCP") == DebitOutcome::kPending);
  CHECK(outcome_of_iso_status("PDNG") == DebitOutcome::kPending);
  CHECK(outcome_of_iso_status("RJCT") == DebitOutcome::kRejected);
  CHECK(outcome_of_iso_status("BLCK") == DebitOutcome::kUnknown);
  CHECK(outcome_of_iso_status("acsc") == DebitOutcome::kUnknown);
  CHECK(outcome_of_iso_status("") == DebitOutcome::kUnknown);
}

TEST_CASE("a report that cannot be a report is refused", "[payment_channels][pain]") {
  const auto code = [](std::string_view text) {
    const auto read = read_pain_002(input(text));
    return read ? std::string("read") : read.error().code;
  };
  CHECK(code(report("02", kMixed)) == "payment_channels.message_version");
  CHECK(code(report("14", kMixed)) == "payment_channels.message_version");
  CHECK(code("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'/>") == "payment_channels.message_unknown");
  CHECK(code(report("10", "")) == "payment_channels.message_incomplete");
  CHECK(code(report("10", "<OrgnlGrpInfAndSts><OrgnlMsgId>X</OrgnlMsgId></OrgnlGrpInfAndSts>")) == "payment_channels.message_incomplete");
  CHECK(code(report("10", "<OrgnlGrpInfAndSts><GrpSts>ACSC</GrpSts></OrgnlGrpInfAndSts>")) == "payment_channels.message_incomplete");
  const auto whole = report("10", kMixed);
  CHECK(code(whole.substr(0, whole.size() / 2)) == "payment_channels.file_cut");
}

TEST_CASE("public samples of status reports are read", "[payment_channels][pain]") {
  if (!example::have_protocols(2, "status reports")) return;
  const auto rejected = example::content_of(example::protocols() / "iso20022/samples/pain_002_v3_txn_reject.xml");
  const auto read = read_pain_002(input(rejected));
  REQUIRE(read);
  CHECK(read->problems.empty());
  REQUIRE(read->transactions.size() == 2);
  CHECK(read->transactions[1].original_end_to_end_id == "ENDTOENDID-950-TEST2-2807-01");
  CHECK(read->transactions[1].status.outcome == DebitOutcome::kRejected);
  CHECK(read->transactions[1].status.reasons.at(0).code == "NARR");
  const auto accepted = example::content_of(example::protocols() / "iso20022/samples/pain_002_v3_group_accepted.xml");
  const auto group = read_pain_002(input(accepted));
  REQUIRE(group);
  CHECK(group->group.status.status == "ACTC");
  CHECK(group->group.status.outcome == DebitOutcome::kPending);
  CHECK(group->group.original_sum == Money{2700});
  CHECK(group->group.status.reasons.at(0).information.size() == 2);
}

TEST_CASE("changed and cut status reports never bring anything down, and no cut one is read", "[payment_channels][pain]") {
  const auto text = report("10", kMixed);
  std::unordered_set<std::string> outcomes;
  example::mutate(text, 3000, [&](std::string_view changed) {
    const auto read = read_pain_002(input(changed));
    if (read) {
      CHECK_FALSE(read->group.original_message_id.empty());
      outcomes.insert("read");
    } else {
      CHECK_FALSE(read.error().message.empty());
      outcomes.insert(read.error().code);
    }
  });
  CHECK(outcomes.contains("read"));
  CHECK(outcomes.contains("payment_channels.file_cut"));
  CHECK(outcomes.contains("payment_channels.xml_malformed"));
  for (std::size_t size = 0; size < text.size(); size += 97) CHECK_FALSE(read_pain_002(input(std::string_view(text).substr(0, size))));
}
