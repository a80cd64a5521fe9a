#include "modules/payment_channels/domain/response.hpp"

#include <array>
#include <cstddef>

namespace mis::payment_channels {
namespace {

using enum Response;

constexpr std::array<ResponseInfo, kResponses> kInfos{{
    {kApproved, "approved", "00", "0000", 200, "成功", "approved"},
    {kNoSuchAccount, "no_such_account", "14", "1001", 404, "无此户号", "there is no account with this number"},
    {kInvalidAmount, "invalid_amount", "13", "1003", 422, "金额无效", "the amount is not valid"},
    {kOverLimit, "over_limit", "13", "1003", 422, "超过单笔限额", "the amount is more than this channel may take at once"},
    {kNotWhatIsDue, "not_what_is_due", "13", "1003", 422, "金额与应缴不符", "the amount is not what is due"},
    {kBillNotOpen, "bill_not_open", "12", "1002", 409, "该电费已结清或不存在", "the bill is not open"},
    {kInvalidDate, "invalid_date", "30", "9002", 422, "账务日期无效", "the business date is not one of the present days"},
    {kUnknownOriginal, "unknown_original", "25", "1004", 404, "找不到原交易", "the original transaction is not known"},
    {kCutOff, "cut_off", "90", "1006", 409, "已日切，不能冲正", "the business day is over"},
    {kReversedBefore, "reversed_before", "12", "1005", 409, "原交易已冲正", "the transaction has been reversed"},
    {kReused, "key_reused", "94", "1007", 409, "流水号重复且内容不同", "the key was used with other content"},
    {kAdvanceUsed, "advance_used", "12", "9999", 409, "预收已退或已转，不能冲正", "the payment's advance was refunded or moved"},
    {kNotSignedOn, "not_signed_on", "91", "9001", 409, "未签到", "the channel has not signed on"},
    {kSuspended, "suspended", "91", "9001", 403, "渠道已停用", "the channel is suspended"},
    {kStale, "stale", "68", "9002", 422, "报文时间超出允许范围", "the message's time is too far from ours"},
    {kWrongMac, "wrong_mac", "A0", "9002", 403, "MAC 校验错", "the message authentication code is wrong"},
    {kFormat, "format", "30", "9002", 400, "报文格式错误", "the message cannot be read"},
    {kCurrency, "currency", "12", "1003", 422, "币种不支持", "only yuan are taken"},
    {kUnsupported, "unsupported", "40", "9002", 404, "不支持的交易", "the transaction is not supported"},
    {kMandateExists, "mandate_exists", "12", "2001", 409, "已有代扣协议", "there is an agreement already"},
    {kNoSuchMandate, "no_such_mandate", "25", "2002", 404, "无此代扣协议", "there is no such agreement"},
    {kNotTheCustomer, "not_the_customer", "12", "2003", 422, "户名或证件号不符", "name or document are not those of the account's customer"},
    {kKeyRefused, "key_refused", "63", "9002", 403, "密钥校验值不符", "the new key's check value is wrong, or the key is weak"},
    {kUnavailable, "unavailable", "96", "9003", 503, "系统异常", "the system cannot work at present; nothing was done"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kInfos.size(); ++i)
    if (static_cast<std::size_t>(kInfos[i].response) != i) return false;
  return true;
}
static_assert(in_order(), "info_of finds a response by its number");

}  // namespace

const ResponseInfo& info_of(Response response) { return kInfos[static_cast<std::size_t>(response)]; }

std::optional<Response> response_of(std::string_view name) {
  for (const auto& info : kInfos)
    if (info.name == name) return info.response;
  return {};
}

}  // namespace mis::payment_channels
