// What customers are told, in Chinese and English. Pure; amounts and dates are arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/money.hpp"
#include "mis/base/time.hpp"

namespace mis::dunning {

enum class Language : std::uint8_t { kChinese, kEnglish };
std::string_view name_of(Language language);  // "zh", "en"
std::optional<Language> language_of(std::string_view name);

enum class Template : std::uint8_t {
  kReminderSms, kReminderLetter,
  kStopNotice,       // 3 to 7 days before
  kLastNotice,       // 30 minutes before
  kRestored,         // supply is back after payment
  kRestoredUnpaid,   // supply is back by decision
  kPrepaidLow,       // below the warning limit
  kPrepaidEmpty,     // below the stop limit: a stop has been proposed
};

struct TextFacts {
  std::string name;        // letters only; an SMS may be read by others
  std::string account_no;  // the whole number: it is shown in part
  int bills = 0;
  Money principal, late;   // overdue; late charge as of `day`
  Date oldest_due, day;
  std::optional<Instant> stop_at;
  Money balance;           // of a prepaid account
  std::string sender, phone;
};

struct Text {
  std::string subject, body;
};
Text compose(Template which, Language language, const TextFacts& facts);

// 0000000018 → 00****0018: enough for the customer to know it, too little for others to pay or ask with.
std::string mask_account_no(std::string_view account_no);

}  // namespace mis::dunning
