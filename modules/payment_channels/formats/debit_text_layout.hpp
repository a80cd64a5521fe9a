// How one bank lays out its text files: which columns in which order, between what, in which encoding, with which total line. A
// layout is data, so that another bank is another value and no code; it serves for writing and for reading alike.
//
// Three kinds of file go by it: direct debits out (代扣, 邮政划拨), results back (回盘), and the channel's own list of a day's
// payments (对账文件). They differ in their columns only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/files/encoding.hpp"
#include "modules/payment_channels/domain/channel_amount.hpp"
#include "modules/payment_channels/domain/payment_status.hpp"

namespace mis::payment_channels {

enum class TextField : std::uint8_t {
  kLineNo,            // 序号: 1, 2, 3, …; a line out of order is a problem
  kDebitId,           // our own id of the debit
  kSerialNo,          // 流水号: the channel's
  kAccountNo,         // 客户编号, 户号
  kMandateNo,         // 协议号
  kBankAccount,       // 银行账号
  kBankAccountName,   // 户名
  kBankCode,          // 行号
  kAmount,            // 金额
  kPaidAmount,        // 实扣金额; zero where nothing was paid
  kCurrency,          // CNY, 156 or RMB; anything else is a problem
  kDate,              // 交易日期
  kMonth,             // 电费年月
  kChannel,           // 二级渠道
  kTransactionType,   // 交易类型
  kResultCode,        // 结果码, by the layout's `results`
  kResultText,        // 结果说明
  kRemark,            // 摘要
  kIgnored,           // read over; written empty
};
std::string_view to_text(TextField field);  // "amount"

struct TextColumn {
  TextField field;
  std::string title;  // as the bank's own description calls it; complaints name the column by it
  bool required = true;
  std::size_t max_bytes = 120;  // in the file's encoding, which is how banks count
};

enum class TotalField : std::uint8_t { kCount, kAmount, kPaidCount, kPaidAmount, kDate, kBatchNo, kUnitCode, kIgnored };
enum class TotalLine : std::uint8_t { kNone, kFirst, kLast };
enum class DateForm : std::uint8_t { kCompact, kDashes };  // 20261101, 2026-11-01

struct ResultMeaning {
  std::string code;
  DebitOutcome outcome = DebitOutcome::kUnknown;
  std::string meaning;
};

struct DebitTextLayout {
  std::string name;
  std::string separator = "|";         // one ASCII character that is neither letter, digit, '.', '-' nor a line end
  bool separator_at_end = false;       // a separator behind the last column too
  files::Encoding encoding = files::Encoding::kGb18030;  // kDetect is for reading only
  AmountUnit amount_unit = AmountUnit::kYuan;
  DateForm date_form = DateForm::kCompact;
  TotalLine total = TotalLine::kFirst;
  std::vector<TotalField> total_fields = {TotalField::kCount, TotalField::kAmount};
  bool titles = false;                 // a line of column titles before the details
  bool crlf = true;                    // when writing; either is read
  // A last line without its end is taken for a cut file, since half an amount looks like a whole one. Only for banks that
  // are known to leave it out.
  bool may_lack_last_line_end = false;
  std::vector<TextColumn> columns;
  // What no two lines may share; a second one is a problem. Empty: whole lines are compared.
  std::vector<TextField> key;
  std::vector<ResultMeaning> results;  // for kResultCode; a code that is not here is a problem
};

// Refuses a layout that cannot be read back: no columns, a field twice, a separator that may stand in values, a total without
// count, a key that is no column, results that are missing.
Status validate(const DebitTextLayout& layout);

// The usual shapes; a bank's own differs by a column or two and starts from a copy.
// 序号|协议号|银行账号|户名|客户编号|金额|流水号(ours)|电费年月, total line 笔数|总金额 first.
DebitTextLayout debit_request_layout();
// The same columns as sent, then 实扣金额|结果码|结果说明. Codes 0000, 0001 (insufficient funds), …
DebitTextLayout debit_result_layout();
// 交易日期|流水号|客户编号|金额|二级渠道|交易类型 with 笔数|总金额 first.
DebitTextLayout reconciliation_layout();
// 邮政划拨: amounts in fen, dates with dashes, total last behind the unit code and the batch.
DebitTextLayout postal_request_layout();
DebitTextLayout postal_result_layout();

// One line, in the house's types. What the layout has no column for is empty.
struct DebitTextRow {
  std::int64_t line = 0;  // where it stood; ignored when writing
  std::string debit_id, serial_no, account_no, mandate_no;
  std::string bank_account, bank_account_name, bank_code;
  Money amount;
  std::optional<Money> paid_amount;
  std::optional<Date> date;
  std::optional<BillingMonth> month;
  std::string channel, transaction_type;
  std::string result_code, result_text;
  DebitOutcome outcome = DebitOutcome::kUnknown;  // of result_code
  std::string remark;
};

struct DebitTextTotal {
  std::int64_t count = 0;
  Money amount;
  std::int64_t paid_count = 0;
  Money paid_amount;
  std::optional<Date> date;
  std::string batch_no, unit_code;
};

}  // namespace mis::payment_channels
