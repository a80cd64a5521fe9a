#include "modules/invoicing/domain/invoice_number.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "mis/base/time.hpp"

namespace mis::invoicing {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<int> number_of(std::string_view digits) {
  int value = 0;
  if (!all_digits(digits) || std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{}) return {};
  return value;
}

}  // namespace

std::string make_invoice_number(int year, InvoiceKind kind, int serial) { return fmt::format("{:04}{}{:010}", year, kind == InvoiceKind::kBlue ? "01" : "02", serial); }

bool is_invoice_number(std::string_view text) { return text.size() == 16 && all_digits(text); }

std::optional<BillName> parse_bill_no(std::string_view text) {
  const auto first = text.find('-'), last = text.rfind('-');
  if (first == std::string_view::npos || first == last) return {};
  const auto month = text.substr(0, first), account = text.substr(first + 1, last - first - 1);
  const auto yyyymm = number_of(month), revision = number_of(text.substr(last + 1));
  if (month.size() != 6 || !yyyymm || !BillingMonth{*yyyymm}.valid() || !all_digits(account) || account.size() != 10 || !revision || *revision < 1 || *revision > 99) return {};
  return BillName{*yyyymm, std::string(account), *revision};
}

std::string make_bill_no(std::int32_t yyyymm, std::string_view account_no, int revision) { return fmt::format("{}-{}-{}", yyyymm, account_no, revision); }

}  // namespace mis::invoicing
