#include "modules/customers/domain/search_keys.hpp"

#include <algorithm>

#include "modules/customers/domain/pinyin.hpp"
#include "modules/customers/domain/utf8.hpp"

namespace mis::customers {
namespace {

constexpr std::size_t kMinNameEnd = 2;     // one character of a name would match half the county
constexpr std::size_t kMinAddressEnd = 3;  // "12号" by itself finds nothing worth looking at

// Behind these characters a new part of an address begins.
constexpr std::u32string_view kBoundaries = U"省市县区镇乡村路街巷弄社组园苑城寨庄屯湾";

bool is_boundary(char32_t c) { return kBoundaries.find(c) != std::u32string_view::npos; }

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// Where each character of the text starts, and its end.
void character_starts(std::string_view text, std::vector<std::size_t>& starts) {
  starts.clear();
  for (std::size_t at = 0; at < text.size();) {
    starts.push_back(at);
    next_character(text, at);
  }
  starts.push_back(text.size());
}

}  // namespace

std::string_view to_text(KeyKind kind) {
  switch (kind) {
    case KeyKind::kAccountNo: return "account_no";
    case KeyKind::kName: return "name";
    case KeyKind::kPinyin: return "pinyin";
    case KeyKind::kPhone: return "phone";
    case KeyKind::kAssetNo: return "asset_no";
    case KeyKind::kAddress: return "address";
  }
  return "";
}

std::string normalise_key(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size() && characters < kMaxKeyCharacters;) {
    char32_t c = next_character(text, at);
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;  // full-width forms of ASCII
    if (c == 0x3000 || c <= U' ') continue;
    if (c >= U'A' && c <= U'Z') c += U'a' - U'A';
    append_utf8(out, c);
    ++characters;
  }
  return out;
}

std::string reversed_key(std::string_view normalised) {
  std::string out(1, kReversedMark);
  out.append(normalised.rbegin(), normalised.rend());
  return out;
}

void append_account_keys(const SearchSubject& subject, std::vector<SearchKey>& out) {
  const auto add = [&](std::string_view text, KeyKind kind) {
    if (!text.empty()) out.push_back({std::string(text), subject.account_id, kind});
  };
  thread_local std::vector<std::size_t> starts;

  add(subject.account_no, KeyKind::kAccountNo);

  const std::string name = normalise_key(subject.name);
  character_starts(name, starts);
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    if (i == 0 || starts.size() - 1 - i >= kMinNameEnd) add(std::string_view(name).substr(starts[i]), KeyKind::kName);
  }
  for (const std::string& initials : pinyin_initials(name)) add(initials, KeyKind::kPinyin);

  const std::string phone = normalise_key(subject.phone);
  if (!phone.empty()) {
    add(phone, KeyKind::kPhone);
    add(reversed_key(phone), KeyKind::kPhone);
  }

  const std::string address = normalise_key(subject.address);
  character_starts(address, starts);
  add(address, KeyKind::kAddress);
  for (std::size_t i = 0; i + 2 < starts.size(); ++i) {
    std::size_t at = starts[i];
    if (!is_boundary(next_character(address, at))) continue;
    std::size_t next = at;
    const bool doubled = is_boundary(next_character(address, next));  // 县城, 社区: the part begins behind the pair
    const std::size_t left = starts.size() - 1 - (i + 1);
    if (!doubled && left >= kMinAddressEnd) add(std::string_view(address).substr(at), KeyKind::kAddress);
  }
}

void append_asset_key(AccountId account_id, std::string_view asset_no, std::vector<SearchKey>& out) {
  out.push_back({normalise_key(asset_no), account_id, KeyKind::kAssetNo});
}

}  // namespace mis::customers
