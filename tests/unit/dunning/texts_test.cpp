// What customers read.
#include <catch2/catch.hpp>

#include "modules/dunning/domain/texts.hpp"

using namespace mis;
using namespace mis::dunning;

namespace {

TextFacts facts() {
  TextFacts f;
  f.name = "张三";
  f.account_no = "0000000018";
  f.bills = 2;
  f.principal = {15'000};
  f.late = {510};
  f.oldest_due = Date::of(2026, 10, 12);
  f.day = Date::of(2026, 11, 22);
  f.stop_at = Instant::parse("2026-11-28T02:00:00Z");
  f.balance = {-1'234};
  f.sender = "清河供电公司";
  f.phone = "95598";
  return f;
}

constexpr Template kAll[] = {Template::kReminderSms, Template::kReminderLetter, Template::kStopNotice, Template::kLastNotice, Template::kRestored, Template::kRestoredUnpaid, Template::kPrepaidLow, Template::kPrepaidEmpty};

}  // namespace

TEST_CASE("a reminder says what is owed as of its day, and to whom it may be seen shows no name") {
  const auto text = compose(Template::kReminderSms, Language::kChinese, facts());
  CHECK(text.body == "【清河供电公司】尊敬的客户，户号00****0018截至2026-11-22欠电费150.00元、违约金5.10元，合计155.10元，最早一期应于2026-10-12前缴纳。请尽快缴费，已缴请忽略。咨询95598。");
  const auto letter = compose(Template::kReminderLetter, Language::kChinese, facts());
  CHECK(letter.body.find("张三：") == 0);
  CHECK(letter.body.find("2期电费逾期未缴") != std::string::npos);
  const auto english = compose(Template::kReminderSms, Language::kEnglish, facts());
  CHECK(english.body.find("owes 150.00 yuan and 5.10 yuan of late charges as of 2026-11-22, 155.10 yuan in all") != std::string::npos);
}

TEST_CASE("notices of a stop tell its time in the utility's zone") {
  for (const auto language : {Language::kChinese, Language::kEnglish})
    for (const auto which : {Template::kStopNotice, Template::kLastNotice}) CHECK(compose(which, language, facts()).body.find("2026-11-28 10:00") != std::string::npos);
}

TEST_CASE("no text leaves a blank unfilled or shows the whole account number") {
  for (const auto language : {Language::kChinese, Language::kEnglish})
    for (const auto which : kAll) {
      const auto text = compose(which, language, facts());
      INFO(text.body);
      CHECK_FALSE(text.subject.empty());
      CHECK(text.body.find('{') == std::string::npos);
      CHECK(text.body.find("00****0018") != std::string::npos);
      CHECK(text.body.find("0000000018") == std::string::npos);
      CHECK(text.body.find("95598") != std::string::npos);
    }
}

TEST_CASE("account numbers are shown in part, short ones not at all") {
  CHECK(mask_account_no("0000000018") == "00****0018");
  CHECK(mask_account_no("1234567") == "****");
  CHECK(mask_account_no("") == "****");
}
