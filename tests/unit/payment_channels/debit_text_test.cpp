#include <catch2/catch.hpp>

#include <unordered_set>

#include <fmt/format.h>

#include "modules/payment_channels/formats/debit_text.hpp"
#include "tests/unit/files/temporary_file.hpp"
#include "tests/unit/payment_channels/examples.hpp"

using namespace mis::payment_channels;
using example::input;
using mis::BillingMonth;
using mis::Date;
using mis::Money;
using mis::files::Encoding;

namespace {

DebitTextRow row_of(int i) {
  DebitTextRow row;
  row.debit_id = fmt::format("DD{:06}", i);
  row.mandate_no = fmt::format("M{:06}", i);
  row.bank_account = fmt::format("62170000{:011}", i);
  row.bank_account_name = i % 2 == 0 ? "王小明" : "陈瑋";  // 瑋 has '|' as its second byte in GB18030
  row.account_no = fmt::format("10000{:05}", i);
  row.amount = Money{5000 + i};
  row.month = BillingMonth{202610};
  return row;
}

std::vector<DebitTextRow> rows_of(int count) {
  std::vector<DebitTextRow> rows;
  for (int i = 1; i <= count; ++i) rows.push_back(row_of(i));
  return rows;
}

DebitTextLayout in_utf8(DebitTextLayout layout) {
  layout.encoding = Encoding::kUtf8;
  layout.crlf = false;
  return layout;
}

DebitTextTotal postal_head() {
  DebitTextTotal head;
  head.date = Date::of(2026, 11, 9);
  head.batch_no = "B7";
  head.unit_code = "U001";
  return head;
}

// The rows' keys and the problems, in short; or the error's code.
std::vector<std::string> read_all(std::string_view text, const DebitTextLayout& layout) {
  const auto file = read_debit_text(input(text), layout);
  if (!file) return {file.error().code};
  std::vector<std::string> lines;
  for (const auto& row : file->rows) lines.push_back((row.serial_no.empty() ? row.debit_id : row.serial_no) + " " + std::to_string(row.amount.value));
  for (const auto& problem : file->problems) lines.push_back(to_text(problem));
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("the usual layouts are sound", "[payment_channels][text]") {
  for (const auto& layout : {debit_request_layout(), debit_result_layout(), reconciliation_layout(), postal_request_layout(), postal_result_layout()}) {
    INFO(layout.name);
    CHECK(validate(layout));
  }
}

TEST_CASE("a layout that cannot be read back is refused", "[payment_channels][text]") {
  const auto refused = [](auto change) {
    auto layout = debit_result_layout();
    change(layout);
    const auto status = validate(layout);
    return !status && status.error().code == "payment_channels.layout_invalid";
  };
  CHECK(refused([](auto& l) { l.separator = "||"; }));
  CHECK(refused([](auto& l) { l.separator = "5"; }));
  CHECK(refused([](auto& l) { l.separator = "."; }));
  CHECK(refused([](auto& l) { l.separator = "\n"; }));
  CHECK(refused([](auto& l) { l.columns.push_back({TextField::kAmount, "again"}); }));
  CHECK(refused([](auto& l) { std::erase_if(l.columns, [](const auto& c) { return c.field == TextField::kAmount; }); }));
  CHECK(refused([](auto& l) { l.key = {TextField::kSerialNo}; }));
  CHECK(refused([](auto& l) { l.total_fields = {TotalField::kCount}; }));
  CHECK(refused([](auto& l) { l.results.clear(); }));
}

TEST_CASE("direct debits go out with a total line, then the details, in GB18030", "[payment_channels][text]") {
  const auto text = write_debit_text(debit_request_layout(), rows_of(2));
  REQUIRE(text);
  CHECK(*text ==
        "2|100.03\r\n"
        "1|M000001|6217000000000000001|\xB3\xC2\xAC\x7C|1000000001|50.01|DD000001|202610\r\n"
        "2|M000002|6217000000000000002|\xCD\xF5\xD0\xA1\xC3\xF7|1000000002|50.02|DD000002|202610\r\n");
}

TEST_CASE("the post office has its total last, amounts in fen and dates with dashes", "[payment_channels][text]") {
  auto rows = rows_of(2);
  for (auto& row : rows) {
    row.date = Date::of(2026, 11, 10);
    row.remark = "electricity";
    row.bank_account_name = "Wang";
  }
  const auto text = write_debit_text(postal_request_layout(), rows, postal_head());
  REQUIRE(text);
  CHECK(*text ==
        "DD000001|6217000000000000001|Wang|1000000001|5001|2026-11-10|electricity\r\n"
        "DD000002|6217000000000000002|Wang|1000000002|5002|2026-11-10|electricity\r\n"
        "U001|B7|2026-11-09|2|10003\r\n");
  const auto back = read_debit_text(input(*text), postal_request_layout());
  REQUIRE(back);
  CHECK(back->counts.total->unit_code == "U001");
  CHECK(back->counts.total->batch_no == "B7");
  CHECK(back->counts.total->date == Date::of(2026, 11, 9));
  CHECK(back->rows.at(1).amount == Money{5002});
  CHECK(back->rows.at(1).date == Date::of(2026, 11, 10));
}

TEST_CASE("what is written is read back, in every usual layout and encoding", "[payment_channels][text]") {
  auto rows = rows_of(50);
  for (auto& row : rows) {
    row.serial_no = "S" + row.debit_id;
    row.date = Date::of(2026, 11, 10);
    row.transaction_type = "PAY";
    row.channel = "手机银行";
    row.result_code = "0000";
    row.outcome = DebitOutcome::kPaid;
    row.paid_amount = row.amount;
    row.result_text = "成功";
  }
  rows[3].result_code = "0001";
  rows[3].outcome = DebitOutcome::kRejected;
  rows[3].paid_amount = Money{0};
  for (auto layout : {debit_request_layout(), debit_result_layout(), reconciliation_layout(), postal_request_layout(), postal_result_layout()}) {
    for (const auto encoding : {Encoding::kGb18030, Encoding::kUtf8}) {
      for (const bool at_end : {false, true}) {
        layout.encoding = encoding;
        layout.separator_at_end = at_end;
        layout.titles = at_end;
        INFO(layout.name << " " << to_text(encoding) << " " << at_end);
        const auto text = write_debit_text(layout, rows);
        REQUIRE(text);
        const auto back = read_debit_text(input(*text), layout);
        REQUIRE(back);
        CHECK(back->problems.empty());
        REQUIRE(back->rows.size() == rows.size());
        const auto again = write_debit_text(layout, back->rows, back->counts.total.value_or(DebitTextTotal{}));
        REQUIRE(again);
        CHECK(*again == *text);
        // Nobody needs to say the encoding of a file that has Chinese text in it.
        layout.encoding = Encoding::kDetect;
        CHECK(read_debit_text(input(*text), layout)->rows.size() == rows.size());
      }
    }
  }
}

TEST_CASE("a result says what was paid, and refuses to be read where it contradicts itself", "[payment_channels][text]") {
  const auto layout = in_utf8(debit_result_layout());
  const auto line = [](int no, std::string_view paid, std::string_view code) { return fmt::format("{0}|M{0}|6217|王|1{0}|50.00|D{0}|202610|{1}|{2}|\n", no, paid, code); };
  const auto good = read_debit_text(input("3|150.00|2|70.00\n" + line(1, "50.00", "0000") + line(2, "0.00", "0001") + line(3, "20.00", "0000")), layout);
  REQUIRE(good);
  REQUIRE(good->rows.size() == 3);
  CHECK(good->rows[0].outcome == DebitOutcome::kPaid);
  CHECK(good->rows[1].outcome == DebitOutcome::kRejected);
  CHECK(good->rows[2].paid_amount == Money{2000});  // a part of it
  CHECK(read_all("1|50.00|0|0.00\n" + line(1, "0.00", "4711"), layout) == Lines{"line 2, column 结果码: expected a result code of the layout but found '4711'"});
  CHECK(read_all("1|50.00|0|0.00\n" + line(1, "50.00", "0001"), layout) == Lines{"line 2, column paid_amount: expected nothing paid with this result code but found 50.00 of 50.00 yuan"});
  CHECK(read_all("1|50.00|1|50.01\n" + line(1, "50.01", "0000"), layout) == Lines{"line 2, column paid_amount: expected more than nothing and at most the amount but found 50.01 of 50.00 yuan"});
  CHECK(read_all("1|50.00|1|0.00\n" + line(1, "0.00", "0000"), layout).front().find("expected more than nothing") != std::string::npos);
  CHECK(read_all("1|50.00|2|50.00\n" + line(1, "50.00", "0000"), layout) == Lines{"payment_channels.total_differs"});
  CHECK(read_all("1|50.00|1|49.00\n" + line(1, "50.00", "0000"), layout) == Lines{"payment_channels.total_differs"});
}

TEST_CASE("a line that is wrong is reported with line, column, expected and found, and the others are read", "[payment_channels][text]") {
  const auto layout = in_utf8(reconciliation_layout());
  const auto problem = [&](std::string_view bad, std::string_view total = "3|3.00") {
    const auto lines = read_all(fmt::format("{}\n20261110|S1|1000000018|1.00|APP|PAY\n{}\n20261110|S3|1000000018|1.00|APP|PAY\n", total, bad), layout);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "S1 100");
    CHECK(lines[1] == "S3 100");
    return lines[2];
  };
  CHECK(problem("20261110|S2|1000000018|abc|APP|PAY") == "line 3, column 金额: expected yuan with at most two decimals but found 'abc'");
  CHECK(problem("20261110|S2|1000000018|-1.00|APP|PAY") == "line 3, column 金额: expected yuan with at most two decimals but found '-1.00', which is negative");
  CHECK(problem("20261110|S2|1000000018|0.00|APP|PAY", "3|2.00") == "line 3, column 金额: expected more than nothing but found '0.00'");
  CHECK(problem("20261110|S2|1000000018|1.005|APP|PAY") == "line 3, column 金额: expected yuan with at most two decimals but found '1.005', which has parts of a fen");
  CHECK(problem("20261110|S2|1000000018|90071992547409.93|APP|PAY") == "line 3, column 金额: expected yuan with at most two decimals but found '90071992547409.93', which is too much");
  CHECK(problem("20261131|S2|1000000018|1.00|APP|PAY") == "line 3, column 交易日期: expected yyyymmdd but found '20261131'");
  CHECK(problem("20261110||1000000018|1.00|APP|PAY") == "line 3, column 流水号: expected a value but found nothing");
  CHECK(problem("20261110|S2|1000000018|1.00|PAY") == "line 3: expected 6 columns but found 5 in '20261110|S2|1000000018|1.00|PAY'");
  CHECK(problem("20261110|S2|1000000018|1.00|APP|PAY|x") == "line 3: expected 6 columns but found 7 in '20261110|S2|1000000018|1.00|APP|PAY|x'");
  CHECK(problem("20261110|S1|1000000018|1.00|APP|PAY") == "line 3: expected each line once but found the one of line 2 again");
  CHECK(problem("20261110|S2|" + std::string(21, '1') + "|1.00|APP|PAY") == "line 3, column 客户编号: expected at most 20 bytes but found '" + std::string(21, '1') + "'");
  // The same serial number with another type is another line: a payment and its reversal.
  CHECK(read_all("2|2.00\n20261110|S1|10|1.00|APP|PAY\n20261110|S1|10|1.00|APP|REV\n", layout).size() == 2);
  // The same line twice where a layout names no key.
  auto keyless = layout;
  keyless.key.clear();
  CHECK(read_all("2|2.00\n20261110|S1|10|1.00|APP|PAY\n20261110|S1|10|1.00|APP|PAY\n", keyless).back() == "line 3: expected each line once but found the one of line 2 again");
}

TEST_CASE("another currency, and a line out of its order, are problems of their line", "[payment_channels][text]") {
  auto layout = in_utf8(reconciliation_layout());
  layout.columns = {{TextField::kLineNo, "序号"}, {TextField::kSerialNo, "流水号"}, {TextField::kCurrency, "币种"}, {TextField::kAmount, "金额"}};
  layout.key = {TextField::kSerialNo};
  CHECK(read_all("3|3.00\n1|S1|CNY|1.00\n2|S2|USD|1.00\n4|S3|156|1.00\n", layout) ==
        Lines{"S1 100", "line 3, column 币种: expected CNY but found 'USD'", "line 4, column 序号: expected 3 but found '4'"});
}

TEST_CASE("a total line that differs, or a file that is cut, refuses the file as a whole", "[payment_channels][text]") {
  const auto layout = in_utf8(reconciliation_layout());
  const std::string details = "20261110|S1|10|1.00|APP|PAY\n20261110|S2|10|2.50|APP|PAY\n";
  CHECK(read_all("2|3.50\n" + details, layout).size() == 2);
  CHECK(read_all("3|3.50\n" + details, layout) == Lines{"payment_channels.total_differs"});
  CHECK(read_all("1|3.50\n" + details, layout) == Lines{"payment_channels.total_differs"});
  CHECK(read_all("2|3.51\n" + details, layout) == Lines{"payment_channels.total_differs"});
  CHECK(read_all("2|-3.50\n" + details, layout) == Lines{"payment_channels.total_line"});
  CHECK(read_all("two|3.50\n" + details, layout) == Lines{"payment_channels.total_line"});
  CHECK(read_all("2|3.50|1\n" + details, layout) == Lines{"payment_channels.total_line"});
  CHECK(read_all(details, layout) == Lines{"payment_channels.total_line"});
  CHECK(read_all("", layout) == Lines{"payment_channels.file_cut"});
  CHECK(read_all("0|0.00\n", layout) == Lines{});
  const auto cut = read_debit_text(input("2|3.50\n" + details.substr(0, details.size() - 20)), layout);
  REQUIRE_FALSE(cut);
  CHECK(cut.error().message == "expected a line end but the file ends inside line 3, behind '20261110'");
  const std::string whole = "2|3.50\n" + details;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(read_all(std::string_view(whole).substr(0, size), layout).front().starts_with("payment_channels."));
  }
  // Banks that leave the last line's end out are known; then the columns and the totals have to do.
  auto lenient = layout;
  lenient.may_lack_last_line_end = true;
  CHECK(read_all(std::string_view(whole).substr(0, whole.size() - 1), lenient).size() == 2);
  CHECK(read_all("2|3.50\r\n20261110|S1|10|1.00|APP|PAY\r\n\r\n20261110|S2|10|2.50|APP|PAY\r\n\r\n", layout).size() == 2);
  // A total line at the end that is missing shows as well.
  auto last = layout;
  last.total = TotalLine::kLast;
  CHECK(read_all(details + "2|3.50\n", last).size() == 2);
  CHECK(read_all(details, last) == Lines{"payment_channels.total_line"});
}

TEST_CASE("a file in another encoding than its layout's is refused with the place", "[payment_channels][text]") {
  auto layout = reconciliation_layout();
  const auto read = read_debit_text(input("1|1.00\n20261110|S1|10|1.00|\xFF\xFF|PAY\n"), layout);
  REQUIRE_FALSE(read);
  CHECK(read.error().message == "expected gb18030 text but found byte 0xFF, which is no whole character of it, at line 2, byte 21");
  layout.encoding = Encoding::kUtf8;
  CHECK(read_all("1|1.00\n20261110|S1|10|1.00|\xCA\xD6\xBB\xFA|PAY\n", layout) == Lines{"payment_channels.text_encoding"});
  CHECK(read_all(std::string("1|1.00\n20261110|S1|10|1.00|\0|PAY\n", 36), layout) == Lines{"payment_channels.text_encoding"});
  CHECK(read_all("1|1.00\n" + std::string(100'000, 'x') + "\n", layout) == Lines{"payment_channels.line_too_long"});
  CHECK(read_all("\xEF\xBB\xBF" "1|1.00\n20261110|S1|10|1.00|手机|PAY\n", layout) == Lines{"S1 100"});
}

TEST_CASE("rows that a bank could not take, or could take twice, are not written", "[payment_channels][text]") {
  const auto refused = [](auto change) {
    auto rows = rows_of(3);
    change(rows);
    const auto text = write_debit_text(debit_request_layout(), rows);
    REQUIRE_FALSE(text);
    CHECK(text.error().code == "payment_channels.row_invalid");
    return text.error().fields.at(0).pointer + " " + text.error().fields.at(0).code;
  };
  CHECK(refused([](auto& r) { r[1].amount = Money{0}; }) == "/rows/1/amount payment_channels.amount");
  CHECK(refused([](auto& r) { r[1].amount = Money{-1}; }) == "/rows/1/amount payment_channels.amount");
  CHECK(refused([](auto& r) { r[1].amount = r[2].amount = kAmountLimit - Money{1}; }) == "/rows/1/amount payment_channels.amount");
  CHECK(refused([](auto& r) { r[1].bank_account_name = "a|b"; }) == "/rows/1/户名 payment_channels.text");
  CHECK(refused([](auto& r) { r[1].bank_account_name = "a\nb"; }) == "/rows/1/户名 payment_channels.text");
  CHECK(refused([](auto& r) { r[1].bank_account_name = "\xFF"; }) == "/rows/1/户名 payment_channels.text_encoding");
  CHECK(refused([](auto& r) { r[1].bank_account_name.clear(); }) == "/rows/1/户名 payment_channels.missing");
  // 41 Chinese characters are 82 bytes for the bank that allows 80.
  CHECK(refused([](auto& r) { r[1].bank_account_name.clear(); for (int i = 0; i < 41; ++i) r[1].bank_account_name += "王"; }) == "/rows/1/户名 payment_channels.text");
  CHECK(refused([](auto& r) { r[2].debit_id = r[0].debit_id; }) == "/rows/2/debit_id payment_channels.duplicate_line");
}

TEST_CASE("a file for a bank is there as a whole or not at all", "[payment_channels][text]") {
  const example::TemporaryFile place("the old one");
  {
    auto out = ChannelOutput::create(place.path());
    REQUIRE(out);
    REQUIRE(write_debit_text(debit_request_layout(), rows_of(3), {}, [&](std::string_view bytes) { return out->write(bytes); }));
    CHECK(place.content() == "the old one");  // still: nothing is there before it is closed
  }
  CHECK(place.content() == "the old one");
  CHECK_FALSE(std::filesystem::exists(place.path().string() + ".part"));
  auto out = ChannelOutput::create(place.path());
  REQUIRE(out);
  REQUIRE(write_debit_text(debit_request_layout(), rows_of(3), {}, [&](std::string_view bytes) { return out->write(bytes); }));
  REQUIRE(out->close());
  CHECK_FALSE(std::filesystem::exists(place.path().string() + ".part"));
  auto in = ChannelInput::open(place.path());
  REQUIRE(in);
  CHECK(read_debit_text(std::move(*in), debit_request_layout())->rows.size() == 3);
  CHECK(ChannelOutput::create(place.path() / "no-folder" / "x").error().code == "files.unwritable");
  CHECK(ChannelInput::open(place.path().string() + ".none").error().code == "files.not_found");
}

TEST_CASE("changed and cut text files never bring anything down, and what is read adds up", "[payment_channels][text]") {
  for (const auto& layout : {debit_request_layout(), postal_request_layout(), in_utf8(debit_request_layout())}) {
    auto rows = rows_of(20);
    for (auto& row : rows) row.date = Date::of(2026, 11, 10);
    const auto text = *write_debit_text(layout, rows, postal_head());
    std::unordered_set<std::string> outcomes;
    example::mutate(text, 3000, [&](std::string_view changed) {
      const auto read = read_debit_text(input(changed), layout);
      outcomes.insert(read ? (read->problems.empty() ? "read" : "problems") : read.error().code);
      if (!read || !read->problems.empty()) return;
      Money sum;
      for (const auto& row : read->rows) sum += row.amount;
      CHECK(sum == read->counts.total->amount);
      CHECK(static_cast<std::int64_t>(read->rows.size()) == read->counts.total->count);
    });
    CHECK(outcomes.contains("read"));
    CHECK(outcomes.contains("problems"));
    CHECK(outcomes.contains("payment_channels.total_differs"));
    CHECK(outcomes.contains("payment_channels.file_cut"));
  }
}
