// What the search box finds an account by. A search is a lookup of a prefix among the keys of all accounts, so whatever
// shall be found from its middle (a given name, a village) is a key of its own that starts there.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"

namespace mis::customers {

// The numbers are stored in customers_search_key.
enum class KeyKind : std::uint8_t { kAccountNo = 1, kName = 2, kPinyin = 3, kPhone = 4, kAssetNo = 5, kAddress = 6 };
std::string_view to_text(KeyKind kind);

struct SearchKey {
  std::string text;
  AccountId account_id;
  KeyKind kind = KeyKind::kAccountNo;
  auto operator<=>(const SearchKey&) const = default;
};

struct SearchSubject {
  AccountId account_id;
  std::string_view account_no;
  std::string_view name;
  std::string_view phone;
  std::string_view address;
};

// One form for keys and for what is typed: full-width characters as plain ones, letters in lower case, no blanks, at most
// `kMaxKeyCharacters` characters.
inline constexpr std::size_t kMaxKeyCharacters = 60;
std::string normalise_key(std::string_view text);

// A number that is also found from its end (a phone by its last four digits) has a second key, backwards behind this mark.
inline constexpr char kReversedMark = '<';
std::string reversed_key(std::string_view normalised);

// Appends the keys of an account: number; name and each of its ends of two or more characters; pinyin initials; phone
// forwards and backwards; address and its ends behind each administrative boundary (县 镇 乡 村 路 街 …).
void append_account_keys(const SearchSubject& subject, std::vector<SearchKey>& out);
void append_asset_key(AccountId account_id, std::string_view asset_no, std::vector<SearchKey>& out);

}  // namespace mis::customers
