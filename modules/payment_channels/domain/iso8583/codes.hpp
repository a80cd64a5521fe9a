// The codes of ISO 8583 that bill payment uses. A name for each, so that no rule compares with bare digits.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"

namespace mis::payment_channels::iso8583 {

// Field 39. The values are those of ISO 8583:1987; A0 is UnionPay's.
namespace response {
inline constexpr std::string_view kApproved = "00";
inline constexpr std::string_view kInvalidTransaction = "12";
inline constexpr std::string_view kInvalidAmount = "13";
inline constexpr std::string_view kNoSuchBillKey = "14";      // "no such card number" of a card, the account number here
inline constexpr std::string_view kOriginalNotFound = "25";
inline constexpr std::string_view kFormatError = "30";
inline constexpr std::string_view kNotSupported = "40";
inline constexpr std::string_view kInsufficient = "51";
inline constexpr std::string_view kSecurity = "63";           // a key that is not taken
inline constexpr std::string_view kAnswerLate = "68";
inline constexpr std::string_view kCutOff = "90";             // the business day is being closed
inline constexpr std::string_view kOutOfService = "91";
inline constexpr std::string_view kDuplicate = "94";
inline constexpr std::string_view kMalfunction = "96";
inline constexpr std::string_view kMacWrong = "A0";
}  // namespace response

struct ResponseCode {
  std::string_view code, chinese, english;
};
inline constexpr std::array kResponseCodes = {
    ResponseCode{response::kApproved, "成功", "approved"},
    ResponseCode{response::kInvalidTransaction, "无效交易", "invalid transaction"},
    ResponseCode{response::kInvalidAmount, "无效金额", "invalid amount"},
    ResponseCode{response::kNoSuchBillKey, "无此户号", "no such account number"},
    ResponseCode{response::kOriginalNotFound, "找不到原始交易", "original transaction not found"},
    ResponseCode{response::kFormatError, "报文格式错误", "format error"},
    ResponseCode{response::kNotSupported, "不支持的交易", "function not supported"},
    ResponseCode{response::kInsufficient, "余额不足", "not enough funds"},
    ResponseCode{response::kSecurity, "安全错误", "security violation"},
    ResponseCode{response::kAnswerLate, "应答超时", "answer came too late"},
    ResponseCode{response::kCutOff, "日切处理中", "cut-off in progress"},
    ResponseCode{response::kOutOfService, "系统暂停服务", "out of service"},
    ResponseCode{response::kDuplicate, "重复交易", "duplicate transaction"},
    ResponseCode{response::kMalfunction, "系统异常", "system malfunction"},
    ResponseCode{response::kMacWrong, "MAC 校验错", "wrong message authentication code"},
};
// nullptr where the code is none of ours.
const ResponseCode* find_response(std::string_view code);

// Field 70.
namespace network {
inline constexpr std::string_view kSignOn = "001";
inline constexpr std::string_view kSignOff = "002";
inline constexpr std::string_view kKeyChange = "101";
inline constexpr std::string_view kCutOver = "201";
inline constexpr std::string_view kEcho = "301";
}  // namespace network

// Field 49: the yuan; the only one that bills are paid in.
inline constexpr std::string_view kYuan = "156";

// What a message type indicator says, whichever year's edition its first digit names.
enum class MessageClass : std::uint8_t { kFinancial, kReversal, kReconciliation, kNetwork };
enum class MessageFunction : std::uint8_t { kRequest, kAnswer, kAdvice, kAdviceAnswer };
struct Mti {
  char version = '0';  // '0' 1987, '1' 1993, '2' 2003
  MessageClass message_class = MessageClass::kFinancial;
  MessageFunction function = MessageFunction::kRequest;
  bool repeat = false;  // the last digit is odd
  bool operator==(const Mti&) const = default;
};
// Error payment_channels.iso8583_mti for classes and functions that bill payment has not.
Result<Mti> parse_mti(std::string_view mti);
// "0200" and "0201" are answered by "0210", "0421" by "0430". Nothing for what is an answer itself.
std::optional<std::string> answer_mti(std::string_view mti);

// Field 3, by its first two digits.
enum class ProcessingClass : std::uint8_t {
  kQuery,    // 38xxxx: what is owed
  kPayment,  // 18xxxx and 50xxxx: pay it
  kOther,
};
ProcessingClass processing_class(std::string_view processing_code);

}  // namespace mis::payment_channels::iso8583
