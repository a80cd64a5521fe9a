// The printed number of a bill: "202610-0000001234-1", month, account, revision.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "modules/receivables/domain/open_item.hpp"

namespace mis::receivables {

inline std::string bill_no_of(const BillKey& bill, std::string_view account_no) { return fmt::format("{}-{}-{}", bill.month.yyyymm, account_no, bill.revision); }

// Nothing where the text is no bill number of this account.
inline std::optional<BillKey> parse_bill_no(std::string_view text, AccountId account, std::string_view account_no) {
  if (text.size() < 6 + 1 + account_no.size() + 2 || text[6] != '-' || text.substr(7, account_no.size()) != account_no || text[7 + account_no.size()] != '-') return {};
  const auto number = [](std::string_view digits) -> std::optional<int> {
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.front() == '-') return {};
    return value;
  };
  const auto month = number(text.substr(0, 6)), revision = number(text.substr(8 + account_no.size()));
  if (!month || !revision || !BillingMonth{*month}.valid() || *revision < 1 || *revision > 99) return {};
  return BillKey{account, {*month}, *revision};
}

}  // namespace mis::receivables
