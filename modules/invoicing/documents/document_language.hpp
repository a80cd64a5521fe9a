// In which language a document speaks: Chinese, English, or Chinese with English beside it. Values of the business (names,
// items) come in one language and are printed as they are; only what the layouts say themselves is here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/money.hpp"
#include "mis/base/time.hpp"

namespace mis::invoicing {

enum class DocumentLanguage : std::uint8_t { kChinese, kEnglish, kBoth };

// "zh", "en" or "both"; nothing for another text.
std::optional<DocumentLanguage> parse_document_language(std::string_view text);

// A word of the business that a document prints in the reader's language: a payment method, what a posting was for.
struct LocalText {
  std::string zh, en;
};

// The text in the language; in both, Chinese and English with `between` in the middle. Where one is missing the other stands for it.
std::string say(DocumentLanguage language, const LocalText& text, std::string_view between = " ");

// "时间：2027-01-31", "Time: 2027-01-31".
std::string labelled(DocumentLanguage language, const LocalText& label, std::string_view value);

// The foot of a page: "第 1 页 共 2 页", "page 1 of 2".
std::string page_of(DocumentLanguage language, int page, int pages);

// "¥860.13", "-¥860.13"
std::string yuan_text(Money amount);

// 2027年01月31日, or 2027-01-31 in English.
std::string say(DocumentLanguage language, Date date);
// 2027-01-31 16:05:09, the time of the utility's zone.
std::string local_time(Instant instant);

}  // namespace mis::invoicing
