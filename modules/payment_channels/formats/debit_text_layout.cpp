#include "modules/payment_channels/formats/debit_text_layout.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace mis::payment_channels {
namespace {

bool may_separate(std::string_view text) {
  if (text.size() != 1) return false;
  const auto c = static_cast<unsigned char>(text.front());
  const bool letter_or_digit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return c < 0x7F && !letter_or_digit && c != '.' && c != '-' && c != '\n' && c != '\r' && c != '\0' && c != ' ';
}

std::vector<ResultMeaning> usual_results() {
  return {{"0000", DebitOutcome::kPaid, "成功"},
          {"0001", DebitOutcome::kRejected, "余额不足"},
          {"0002", DebitOutcome::kRejected, "账号不存在或户名不符"},
          {"0003", DebitOutcome::kRejected, "未签约或已解约"},
          {"0004", DebitOutcome::kRejected, "账户状态不正常"},
          {"0005", DebitOutcome::kPending, "处理中"},
          {"9999", DebitOutcome::kRejected, "其他原因"}};
}

std::vector<TextColumn> with_result(std::vector<TextColumn> columns) {
  columns.push_back({TextField::kPaidAmount, "实扣金额", true, 18});
  columns.push_back({TextField::kResultCode, "结果码", true, 4});
  columns.push_back({TextField::kResultText, "结果说明", false, 60});
  return columns;
}

}  // namespace

std::string_view to_text(TextField field) {
  switch (field) {
    case TextField::kLineNo: return "line_no";
    case TextField::kDebitId: return "debit_id";
    case TextField::kSerialNo: return "serial_no";
    case TextField::kAccountNo: return "account_no";
    case TextField::kMandateNo: return "mandate_no";
    case TextField::kBankAccount: return "bank_account";
    case TextField::kBankAccountName: return "bank_account_name";
    case TextField::kBankCode: return "bank_code";
    case TextField::kAmount: return "amount";
    case TextField::kPaidAmount: return "paid_amount";
    case TextField::kCurrency: return "currency";
    case TextField::kDate: return "date";
    case TextField::kMonth: return "month";
    case TextField::kChannel: return "channel";
    case TextField::kTransactionType: return "transaction_type";
    case TextField::kResultCode: return "result_code";
    case TextField::kResultText: return "result_text";
    case TextField::kRemark: return "remark";
    case TextField::kIgnored: return "ignored";
  }
  return "";
}

Status validate(const DebitTextLayout& layout) {
  const auto wrong = [&](std::string_view expected, std::string_view found) -> Status {
    return invalid("payment_channels.layout_invalid", fmt::format("expected the layout '{}' to have {} but found {}", layout.name, expected, found));
  };
  if (!may_separate(layout.separator)) return wrong("one mark of ASCII as separator that stands in no value", "'" + layout.separator + "'");
  std::set<TextField> fields;
  for (const auto& column : layout.columns) {
    if (column.field != TextField::kIgnored && !fields.insert(column.field).second) return wrong("each field once", fmt::format("{} twice", to_text(column.field)));
  }
  if (!fields.contains(TextField::kAmount)) return wrong("a column for the amount", "none");
  for (const auto field : layout.key) {
    if (field == TextField::kIgnored || field == TextField::kLineNo || !fields.contains(field)) return wrong("columns as its key", to_text(field));
  }
  if (layout.total != TotalLine::kNone) {
    std::set<TotalField> totals;
    for (const auto field : layout.total_fields) {
      if (field != TotalField::kIgnored && !totals.insert(field).second) return wrong("each field of the total line once", "one twice");
    }
    if (!totals.contains(TotalField::kCount) || !totals.contains(TotalField::kAmount)) return wrong("count and amount in its total line", "none");
  }
  if (fields.contains(TextField::kResultCode) && layout.results.empty()) return wrong("the meanings of its result codes", "none");
  return ok();
}

DebitTextLayout debit_request_layout() {
  DebitTextLayout layout;
  layout.name = "debit request";
  layout.columns = {{TextField::kLineNo, "序号", true, 8},
                    {TextField::kMandateNo, "协议号", true, 32},
                    {TextField::kBankAccount, "银行账号", true, 32},
                    {TextField::kBankAccountName, "户名", true, 80},
                    {TextField::kAccountNo, "客户编号", true, 20},
                    {TextField::kAmount, "金额", true, 18},
                    {TextField::kDebitId, "流水号", true, 35},
                    {TextField::kMonth, "电费年月", false, 6}};
  layout.key = {TextField::kDebitId};
  return layout;
}

DebitTextLayout debit_result_layout() {
  auto layout = debit_request_layout();
  layout.name = "debit result";
  layout.columns = with_result(std::move(layout.columns));
  layout.total_fields = {TotalField::kCount, TotalField::kAmount, TotalField::kPaidCount, TotalField::kPaidAmount};
  layout.results = usual_results();
  return layout;
}

DebitTextLayout reconciliation_layout() {
  DebitTextLayout layout;
  layout.name = "reconciliation";
  layout.columns = {{TextField::kDate, "交易日期", true, 10},   {TextField::kSerialNo, "流水号", true, 40},
                    {TextField::kAccountNo, "客户编号", true, 20}, {TextField::kAmount, "金额", true, 18},
                    {TextField::kChannel, "二级渠道", false, 20}, {TextField::kTransactionType, "交易类型", true, 10}};
  layout.key = {TextField::kSerialNo, TextField::kTransactionType};
  return layout;
}

DebitTextLayout postal_request_layout() {
  DebitTextLayout layout;
  layout.name = "postal request";
  layout.amount_unit = AmountUnit::kFen;
  layout.date_form = DateForm::kDashes;
  layout.total = TotalLine::kLast;
  layout.total_fields = {TotalField::kUnitCode, TotalField::kBatchNo, TotalField::kDate, TotalField::kCount, TotalField::kAmount};
  layout.columns = {{TextField::kDebitId, "流水号", true, 35},   {TextField::kBankAccount, "储蓄账号", true, 32},
                    {TextField::kBankAccountName, "户名", true, 80}, {TextField::kAccountNo, "用户编号", true, 20},
                    {TextField::kAmount, "金额", true, 16},      {TextField::kDate, "划拨日期", true, 10},
                    {TextField::kRemark, "摘要", false, 60}};
  layout.key = {TextField::kDebitId};
  return layout;
}

DebitTextLayout postal_result_layout() {
  auto layout = postal_request_layout();
  layout.name = "postal result";
  layout.columns = with_result(std::move(layout.columns));
  layout.results = usual_results();
  return layout;
}

}  // namespace mis::payment_channels
