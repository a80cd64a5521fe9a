#include "modules/payment_channels/domain/middle_business/transactions.hpp"

#include <array>

namespace mis::payment_channels::middle_business {
namespace {

using enum Kind;

constexpr FieldRule must(std::string_view name, Kind kind, int width) { return {name, kind, width, Need::kRequired}; }
constexpr FieldRule may(std::string_view name, Kind kind, int width) { return {name, kind, width, Need::kOptional}; }

// Fields that mean the same wherever they stand.
constexpr FieldRule kReturnCode = must("return_code", kCode, 4);    // 返回码
constexpr FieldRule kMessage = may("message", kText, 60);           // 返回信息
constexpr FieldRule kAccountNo = must("account_no", kCode, 10);     // 户号
constexpr FieldRule kAccountNoOrNone = may("account_no", kCode, 10);
constexpr FieldRule kBusinessDate = must("business_date", kDate, 8);  // 银行账务日期
constexpr FieldRule kReceivableId = must("receivable_id", kText, 20);  // 应收标识
constexpr FieldRule kOriginalSerial = must("original_serial", kText, 20);  // 原交易流水号
constexpr FieldRule kOriginalDate = must("original_date", kDate, 8);
constexpr FieldRule kAgreementNo = must("agreement_no", kText, 30);  // 协议号
constexpr FieldRule kBankAccount = must("bank_account", kText, 32);  // 银行账号
constexpr FieldRule kBatchNo = must("batch_no", kText, 20);
constexpr FieldRule kFileName = must("file_name", kText, 60);
constexpr FieldRule kSha256 = may("sha256", kText, 64);              // of the file, hexadecimal
constexpr FieldRule kReceiptNo = may("receipt_no", kText, 24);       // our receipt, for the printed slip
constexpr int kAmountWidth = 16, kCountWidth = 8;
constexpr FieldRule amount(std::string_view name) { return must(name, kAmount, kAmountWidth); }
constexpr FieldRule count(std::string_view name) { return must(name, kNumber, kCountWidth); }
// In an answer that says no there is nothing to fill such a field with.
constexpr FieldRule answered_amount(std::string_view name) { return may(name, kAmount, kAmountWidth); }

constexpr std::array kPlainAnswer = {kReturnCode, kMessage};
constexpr std::array kSignOnRequest = {may("terminal", kText, 10)};
constexpr std::array kSignOnAnswer = {kReturnCode, kMessage, may("business_date", kDate, 8)};

constexpr std::array kQueryRequest = {kAccountNo, may("month", kMonth, 6)};
constexpr std::array kQueryAnswer = {kReturnCode, kMessage, kAccountNoOrNone, may("customer_name", kText, 60), may("address", kText, 80),
                                     answered_amount("total_fen"), answered_amount("bill_fen"), answered_amount("late_charge_fen"), answered_amount("advance_fen")};
constexpr std::array kQueryRows = {kReceivableId, must("month", kMonth, 6), amount("amount_fen"), amount("late_charge_fen"), may("due_on", kDate, 8)};

// payment_method: 01 cash, 02 from an account, 03 card, 04 other.
constexpr std::array kPayRequest = {kAccountNo, amount("amount_fen"), must("payment_method", kCode, 2), may("operator", kText, 10), kBusinessDate};
constexpr std::array kPayRows = {kReceivableId, amount("amount_fen")};
constexpr std::array kPayAnswer = {kReturnCode, kMessage, kAccountNoOrNone, answered_amount("paid_fen"), answered_amount("advance_fen"), kReceiptNo};

constexpr std::array kReverseRequest = {kOriginalSerial, kOriginalDate, kAccountNo, amount("amount_fen"), kBusinessDate, may("reason", kText, 40)};
constexpr std::array kReverseAnswer = {kReturnCode, kMessage, answered_amount("reversed_fen"), kReceiptNo};

// payment_state: 1 paid, 2 reversed, 3 refused.
constexpr std::array kQueryPaymentRequest = {kOriginalSerial, kOriginalDate};
constexpr std::array kQueryPaymentAnswer = {kReturnCode, kMessage, kAccountNoOrNone, answered_amount("amount_fen"), may("payment_state", kCode, 1), kReceiptNo,
                                            may("paid_on", kDate, 8)};

constexpr std::array kMandateSignRequest = {kAgreementNo, kAccountNo, kBankAccount, must("bank_account_name", kText, 60), may("id_document", kText, 20),
                                            may("phone", kText, 20), must("valid_from", kDate, 8)};
constexpr std::array kMandateSignAnswer = {kReturnCode, kMessage, may("mandate_no", kText, 24)};
constexpr std::array kMandateCancelRequest = {kAgreementNo, kAccountNo, kBankAccount};
constexpr std::array kMandateQueryRequest = {kAccountNo};
// mandate_state: 1 in force, 2 cancelled.
constexpr std::array kMandateQueryAnswer = {kReturnCode, kMessage, kAccountNoOrNone, may("agreement_no", kText, 30), may("bank_account", kText, 32),
                                            may("bank_account_name", kText, 60), may("mandate_state", kCode, 1), may("valid_from", kDate, 8)};

constexpr std::array kBatchRequestRequest = {kBatchNo, kFileName, count("count"), amount("amount_fen"), must("debit_date", kDate, 8), kSha256};
constexpr std::array kBatchResultRequest = {kBatchNo, kFileName, count("count"), amount("amount_fen"), count("success_count"), amount("success_fen"), kSha256};
constexpr std::array kBatchAnswer = {kReturnCode, kMessage, may("batch_no", kText, 20)};

constexpr std::array kReconcileRequest = {kBusinessDate, kFileName, count("count"), amount("amount_fen"), count("reversal_count"), amount("reversal_fen"), kSha256};
// difference_file: 单边账文件名, what only one side has.
constexpr std::array kReconcileAnswer = {kReturnCode, kMessage, may("our_count", kNumber, kCountWidth), answered_amount("our_fen"), may("difference_file", kText, 60)};

constexpr int kMostQueryRows = 99, kMostPayRows = 99;
using T = Transaction;
constexpr auto kAsk = Direction::kRequest;
constexpr auto kTell = Direction::kAnswer;

constexpr std::array kRules = {
    BodyRule{T::kSignOn, kAsk, "8010", "签到", kSignOnRequest, {}, 0},
    BodyRule{T::kSignOn, kTell, "8011", "签到应答", kSignOnAnswer, {}, 0},
    BodyRule{T::kSignOff, kAsk, "8020", "签退", {}, {}, 0},
    BodyRule{T::kSignOff, kTell, "8021", "签退应答", kPlainAnswer, {}, 0},
    BodyRule{T::kEcho, kAsk, "8030", "回响", {}, {}, 0},
    BodyRule{T::kEcho, kTell, "8031", "回响应答", kPlainAnswer, {}, 0},
    BodyRule{T::kQuery, kAsk, "1010", "欠费查询", kQueryRequest, {}, 0},
    BodyRule{T::kQuery, kTell, "1011", "欠费查询应答", kQueryAnswer, kQueryRows, kMostQueryRows},
    BodyRule{T::kPay, kAsk, "1020", "缴费", kPayRequest, kPayRows, kMostPayRows},
    BodyRule{T::kPay, kTell, "1021", "缴费应答", kPayAnswer, {}, 0},
    BodyRule{T::kReverse, kAsk, "1030", "冲正", kReverseRequest, {}, 0},
    BodyRule{T::kReverse, kTell, "1031", "冲正应答", kReverseAnswer, {}, 0},
    BodyRule{T::kQueryPayment, kAsk, "1040", "交易查询", kQueryPaymentRequest, {}, 0},
    BodyRule{T::kQueryPayment, kTell, "1041", "交易查询应答", kQueryPaymentAnswer, {}, 0},
    BodyRule{T::kMandateSign, kAsk, "2010", "签约", kMandateSignRequest, {}, 0},
    BodyRule{T::kMandateSign, kTell, "2011", "签约应答", kMandateSignAnswer, {}, 0},
    BodyRule{T::kMandateCancel, kAsk, "2020", "解约", kMandateCancelRequest, {}, 0},
    BodyRule{T::kMandateCancel, kTell, "2021", "解约应答", kPlainAnswer, {}, 0},
    BodyRule{T::kMandateQuery, kAsk, "2030", "协议查询", kMandateQueryRequest, {}, 0},
    BodyRule{T::kMandateQuery, kTell, "2031", "协议查询应答", kMandateQueryAnswer, {}, 0},
    BodyRule{T::kBatchRequest, kAsk, "3010", "批扣请求", kBatchRequestRequest, {}, 0},
    BodyRule{T::kBatchRequest, kTell, "3011", "批扣请求应答", kBatchAnswer, {}, 0},
    BodyRule{T::kBatchResult, kAsk, "3020", "批扣结果通知", kBatchResultRequest, {}, 0},
    BodyRule{T::kBatchResult, kTell, "3021", "批扣结果通知应答", kBatchAnswer, {}, 0},
    BodyRule{T::kReconcile, kAsk, "4010", "对账请求", kReconcileRequest, {}, 0},
    BodyRule{T::kReconcile, kTell, "4011", "对账请求应答", kReconcileAnswer, {}, 0},
};

// rule_of finds a rule by its place.
constexpr bool stand_in_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i)
    if (static_cast<std::size_t>(kRules[i].transaction) != i / 2 || static_cast<std::size_t>(kRules[i].direction) != i % 2) return false;
  return true;
}
static_assert(stand_in_order());

}  // namespace

std::span<const BodyRule> all_rules() { return kRules; }

const BodyRule& rule_of(Transaction transaction, Direction direction) {
  return kRules[static_cast<std::size_t>(transaction) * 2 + static_cast<std::size_t>(direction)];
}

const BodyRule* find_rule(std::string_view code) {
  for (const auto& rule : kRules)
    if (rule.code == code) return &rule;
  return nullptr;
}

}  // namespace mis::payment_channels::middle_business
