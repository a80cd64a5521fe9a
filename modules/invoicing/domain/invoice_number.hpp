// The number of an invoice: the year, 01 for blue or 02 for red, ten digits that go up by one in each year and kind. "2026010000000042".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mis::invoicing {

enum class InvoiceKind : std::uint8_t { kBlue, kRed };  // 蓝字, 红字
constexpr std::string_view name_of(InvoiceKind kind) { return kind == InvoiceKind::kBlue ? "blue" : "red"; }
constexpr InvoiceKind invoice_kind_of(std::string_view name) { return name == "red" ? InvoiceKind::kRed : InvoiceKind::kBlue; }

std::string make_invoice_number(int year, InvoiceKind kind, int serial);
// True for sixteen digits: what can be looked up.
bool is_invoice_number(std::string_view text);

// "202610-0000001234-1": month, account, revision.
struct BillName {
  std::int32_t yyyymm = 0;
  std::string account_no;
  int revision = 0;
};
std::optional<BillName> parse_bill_no(std::string_view text);
std::string make_bill_no(std::int32_t yyyymm, std::string_view account_no, int revision);

}  // namespace mis::invoicing
