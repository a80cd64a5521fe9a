#include "modules/invoicing/documents/document_language.hpp"

#include "mis/base/decimal.hpp"

namespace mis::invoicing {

std::optional<DocumentLanguage> parse_document_language(std::string_view text) {
  if (text == "zh") return DocumentLanguage::kChinese;
  if (text == "en") return DocumentLanguage::kEnglish;
  if (text == "both") return DocumentLanguage::kBoth;
  return std::nullopt;
}

std::string say(DocumentLanguage language, const LocalText& text, std::string_view between) {
  if (text.zh.empty()) return text.en;
  if (text.en.empty()) return text.zh;
  switch (language) {
    case DocumentLanguage::kChinese: return text.zh;
    case DocumentLanguage::kEnglish: return text.en;
    case DocumentLanguage::kBoth: return text.zh == text.en ? text.zh : text.zh + std::string(between) + text.en;
  }
  return text.zh;
}

std::string labelled(DocumentLanguage language, const LocalText& label, std::string_view value) {
  return say(language, label) + (language == DocumentLanguage::kEnglish ? ": " : "：") + std::string(value);
}

std::string page_of(DocumentLanguage language, int page, int pages) {
  const auto number = std::to_string(page);
  const auto of = std::to_string(pages);
  return say(language, {"第 " + number + " 页 共 " + of + " 页", "page " + number + " of " + of}, "   ");
}

std::string yuan_text(Money amount) {
  auto text = format_yuan(amount);
  text.insert(text.front() == '-' ? 1 : 0, "¥");
  return text;
}

std::string say(DocumentLanguage language, Date date) {
  const auto iso = date.to_string();
  if (language == DocumentLanguage::kEnglish) return iso;
  return iso.substr(0, 4) + "年" + iso.substr(5, 2) + "月" + iso.substr(8, 2) + "日";
}

std::string local_time(Instant instant) {
  auto text = Instant{instant.micros + kChinaOffsetMinutes * 60'000'000}.to_string().substr(0, 19);
  text[10] = ' ';
  return text;
}

}  // namespace mis::invoicing
