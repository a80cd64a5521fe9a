#include <catch2/catch.hpp>

#include "mis/base/decimal.hpp"
#include "tests/unit/documents/pdf_reader.hpp"
#include "tests/unit/invoicing/examples.hpp"

using namespace mis;
using namespace mis::invoicing;
using namespace pdf_reader;
using Catch::Matchers::Contains;

namespace {

void check_holds(const std::string& text, const std::vector<std::string>& values) {
  for (const auto& value : values) CHECK_THAT(text, Contains(squeezed(value)));
}

}  // namespace

TEST_CASE("a statement leads from the opening to the closing balance, row by row", "[invoicing][documents]") {
  const auto statement = examples::statement(3);
  const auto file = render_statement(statement, DocumentLanguage::kChinese);
  REQUIRE(file);
  CHECK(pages_of(*file) == 1);
  CHECK(size_of(*file) == "595.276 x 841.89 pts (A4)");
  check_holds(squeezed(text_of(*file)),
              {"国网浙江省电力有限公司临江县供电公司", "电费账户对账单", "1000004521", "临江县红星机械制造有限责任公司", "浙江省临江县城关镇人民路128号", "2026-01-01 至 2026-12-31",
               "2026-01-01 期初余额 -50.00", "2026-01-01 电费 2026-01 第0笔 1000.00 950.00", "2026-01-04 银行代扣 1003.11 -53.11",
               "2026-01-07 电费 2026-01 第2笔 1006.22 953.11", "2026-12-31 期末余额 2006.22 1003.11 953.11", "期末尚欠电费 ¥953.11", "如有疑问请拨打 95598。", "第 1 页 共 1 页",
               "制表时间：2027-01-31 16:05:09"});
  const auto english = render_statement(statement, DocumentLanguage::kEnglish);
  REQUIRE(english);
  check_holds(squeezed(text_of(*english)), {"Account statement", "2026-01-01 to 2026-12-31", "Opening balance -50.00", "Direct debit 1003.11 -53.11", "Electricity 2026-01 item 2",
                                            "Closing balance 2006.22 1003.11 953.11", "The account owes ¥953.11.", "page 1 of 1"});
  CHECK_THAT(text_of(*english), !Contains("余额") && !Contains("银行代扣") && !Contains("对账单"));
}

TEST_CASE("a long statement has every row once and numbered pages", "[invoicing][documents]") {
  const auto statement = examples::statement(120);
  const auto file = render_statement(statement, DocumentLanguage::kChinese);
  REQUIRE(file);
  CHECK(pages_of(*file) == 4);
  const auto text = squeezed(text_of(*file));
  Money balance = statement.opening;
  for (const auto& row : statement.rows) {
    balance += row.debit - row.credit;
    CHECK_THAT(text, Contains(row.date.to_string() + squeezed(row.what.zh) + format_yuan(row.debit + row.credit) + format_yuan(balance)));
  }
  for (int page = 1; page <= 4; ++page) CHECK_THAT(text, Contains("第" + std::to_string(page) + "页共4页"));
  CHECK_THAT(text, Contains("期末预收余额¥236.60"));
}

TEST_CASE("an account without any movement has a statement too", "[invoicing][documents]") {
  auto statement = examples::statement(0);
  statement.opening = statement.closing = Money{};
  statement.address.clear();
  statement.remark.clear();
  const auto file = render_statement(statement, DocumentLanguage::kChinese);
  REQUIRE(file);
  const auto text = text_of(*file);
  check_holds(squeezed(text), {"期初余额 0.00", "期末余额 0.00 0.00 0.00", "本期末无欠费，无预收。"});
  CHECK_THAT(text, !Contains("用电地址"));
}

TEST_CASE("a statement whose rows do not lead to the ledger's balance is not printed", "[invoicing][documents]") {
  auto statement = examples::statement(3);
  statement.closing += Money{1};
  const auto wrong = render_statement(statement, DocumentLanguage::kChinese);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == "invoicing.statement_sum");
  CHECK(wrong.error().message == "expected the rows of account 1000004521 to lead from -50.00 to 953.12 but they lead to 953.11");
}

TEST_CASE("languages, dates and times of documents", "[invoicing][documents]") {
  CHECK(parse_document_language("zh") == DocumentLanguage::kChinese);
  CHECK(parse_document_language("en") == DocumentLanguage::kEnglish);
  CHECK(parse_document_language("both") == DocumentLanguage::kBoth);
  CHECK_FALSE(parse_document_language("fr"));
  CHECK(say(DocumentLanguage::kEnglish, {"现金", ""}) == "现金");
  CHECK(say(DocumentLanguage::kChinese, {"", "Cash"}) == "Cash");
  CHECK(say(DocumentLanguage::kBoth, {"现金", "Cash"}, "/") == "现金/Cash");
  CHECK(say(DocumentLanguage::kChinese, Date::of(2027, 1, 3)) == "2027年01月03日");
  CHECK(local_time(*Instant::parse("2027-01-31T16:30:00Z")) == "2027-02-01 00:30:00");
  CHECK(yuan_text({-5}) == "-¥0.05");
}
