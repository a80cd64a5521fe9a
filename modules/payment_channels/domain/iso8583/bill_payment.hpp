// What the fields of a bill payment's message mean: amounts in fen, the transaction that a reversal names, the totals of
// a day, the bill in field 48. Values in, values out; what becomes of them is for the service.
//
// Errors point at the field ("/4") and carry one of these codes, behind "payment_channels.iso8583_": amount, currency,
// original, reconciliation, bill_data, day.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "modules/payment_channels/domain/iso8583/codes.hpp"
#include "modules/payment_channels/domain/iso8583/message.hpp"

namespace mis::payment_channels::iso8583 {

// 2^53 fen: below it every program between us and the customer, JavaScript included, can tell the amount exactly.
inline constexpr std::int64_t kMostFen = std::int64_t{1} << 53;

// Field 49 must be there and be the yuan.
Status check_currency(const Message& message);
// Field 4 in fen, with field 49: more than nothing and at most 2^53. For payments and their reversals.
Result<Money> payment_amount(const Message& message);
// Sets fields 4 and 49. Nothing, less than nothing and more than field 4 holds are errors.
Status set_amount(Message& message, Money amount);

// Field 90: the transaction that a reversal is about. 42 digits.
struct OriginalData {
  std::string mti;           // "0200"
  std::string stan;          // field 11 of it, 6 digits
  std::string transmission;  // field 7 of it, MMDDhhmmss
  std::string acquirer;      // field 32 of it, without zeros in front; empty: none
  std::string forwarder;     // field 33 of it, likewise
  bool operator==(const OriginalData&) const = default;
};
Result<OriginalData> parse_original(std::string_view field_90);
Result<std::string> format_original(const OriginalData& original);
// What a later reversal of this message must say in its field 90.
OriginalData original_of(const Message& message);

// The month and day of fields 13 and 15 with the year that brings it closest to `today`: banks send none. Error "day"
// where there is no such day in it.
Result<Date> day_of(const Message& message, int field, Date today);

// Fields 66, 74-77, 86-89 and 97 of 05xx: what one side believes the day to be. The net amount is what the sender owes
// where positive (D) and is owed where negative (C): debits and reversed credits less credits and reversed debits.
struct Reconciliation {
  char settlement = '0';  // 66: 0 unknown, 1 in balance, 2 out of balance, 3 error; requests have none or 0
  std::int64_t credits = 0, credit_reversals = 0, debits = 0, debit_reversals = 0;               // 74 to 77
  Money credit_amount, credit_reversal_amount, debit_amount, debit_reversal_amount;            // 86 to 89
  Money net;                                                                                     // 97
  bool operator==(const Reconciliation&) const = default;
};
Money net_of(const Reconciliation& totals);
// All fields but 66 must be there; the net must be what the amounts give, in yuan where field 50 names a currency.
Result<Reconciliation> read_reconciliation(const Message& message);
// Writes the net that the amounts give; `totals.net` is not looked at. Adds field 50 (156). Negative counts or amounts
// are errors.
Status set_reconciliation(Message& message, const Reconciliation& totals);

// Field 48 (or 62, 63: the bank's profile says where) holds the bill as tag (2 digits), length (3 digits), value. Unknown
// tags are kept, so that a bank may send more than we read. A tag twice is an error.
namespace bill_tag {
inline constexpr std::string_view kAccountNo = "01";     // 户号, 10 digits
inline constexpr std::string_view kBillingMonth = "02";  // yyyymm; absent: everything that is owed
inline constexpr std::string_view kCustomerName = "03";  // GBK, masked
inline constexpr std::string_view kAddress = "04";       // GBK, masked
inline constexpr std::string_view kReceivableId = "05";
inline constexpr std::string_view kAmountFen = "06";     // owed in all
inline constexpr std::string_view kLateChargeFen = "07"; // of it late charge
inline constexpr std::string_view kAdvanceFen = "08";    // what stands to the customer's credit
inline constexpr std::string_view kReceiptNo = "09";     // ours, for the printed receipt
inline constexpr std::string_view kReason = "10";        // why not, in GBK
inline constexpr std::string_view kNewKey = "31";        // of a key change: the working key, encrypted, in hexadecimal digits
inline constexpr std::string_view kCheckValue = "32";    // of it, 6 to 16 hexadecimal digits
}  // namespace bill_tag
using BillData = std::map<std::string, std::string, std::less<>>;
Result<BillData> parse_bill_data(std::string_view text, int field);
Result<std::string> format_bill_data(const BillData& data, int field);

}  // namespace mis::payment_channels::iso8583
