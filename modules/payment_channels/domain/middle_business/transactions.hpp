// The transactions of a bank's middle-business platform (中间业务平台) and the fields of each, as this house defines them.
//
// Every bank publishes a specification of its own to its partners and none in public; what they have in common is here: a
// header of fixed width, then a body that is either fixed-width fields or XML, in GBK, with the same fields. A bank that
// wants other names or widths gets an adapter, not another meaning. The table that people read is in README.md; this one
// is what the codecs go by. Widths are bytes of GBK.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace mis::payment_channels::middle_business {

enum class Transaction : std::uint8_t {
  kSignOn, kSignOff, kEcho,                            // 签到 签退 回响
  kQuery, kPay, kReverse, kQueryPayment,               // 欠费查询 缴费 冲正 交易查询
  kMandateSign, kMandateCancel, kMandateQuery,         // 签约 解约 协议查询
  kBatchRequest, kBatchResult,                         // 批扣请求 批扣结果通知
  kReconcile,                                          // 对账请求
};
enum class Direction : std::uint8_t { kRequest, kAnswer };

enum class Kind : std::uint8_t {
  kText,    // characters of GBK, no control characters; filled with blanks on the right
  kCode,    // digits of exactly the width: zeros in front mean something
  kNumber,  // a count; filled with zeros on the left
  kAmount,  // fen, not negative, at most 2^53; filled with zeros on the left
  kDate,    // yyyymmdd, a day that exists
  kMonth,   // yyyymm
};
enum class Need : std::uint8_t { kRequired, kOptional };

struct FieldRule {
  std::string_view name;
  Kind kind;
  int width;
  Need need;
};

// A body: fields, then a number of rows (three digits in the fixed form) with fields of their own. Without row fields
// there is no such number either.
struct BodyRule {
  Transaction transaction;
  Direction direction;
  std::string_view code;     // "1010"; an answer's ends in 1
  std::string_view chinese;
  std::span<const FieldRule> fields;
  std::span<const FieldRule> row_fields;
  int most_rows;
};

std::span<const BodyRule> all_rules();
const BodyRule& rule_of(Transaction transaction, Direction direction);
// nullptr where no transaction has this code.
const BodyRule* find_rule(std::string_view code);

// What the field return_code of every answer says.
namespace return_code {
inline constexpr std::string_view kDone = "0000";
inline constexpr std::string_view kNoSuchAccount = "1001";
inline constexpr std::string_view kNothingOwed = "1002";
inline constexpr std::string_view kWrongAmount = "1003";
inline constexpr std::string_view kOriginalNotFound = "1004";
inline constexpr std::string_view kAlreadyReversed = "1005";
inline constexpr std::string_view kDayClosed = "1006";       // after the cut: goes to the reconciliation
inline constexpr std::string_view kDuplicate = "1007";       // the serial is taken by another content
inline constexpr std::string_view kMandateExists = "2001";
inline constexpr std::string_view kNoSuchMandate = "2002";
inline constexpr std::string_view kNotTheCustomer = "2003";  // name or document are another's
inline constexpr std::string_view kBatchUnknown = "3001";
inline constexpr std::string_view kFileWrong = "3002";
inline constexpr std::string_view kNotSignedOn = "9001";
inline constexpr std::string_view kFormat = "9002";
inline constexpr std::string_view kBusy = "9003";            // nothing was done; try again
inline constexpr std::string_view kMalfunction = "9999";
}  // namespace return_code

}  // namespace mis::payment_channels::middle_business
