// Private to the text files: what their reader and their writer share.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "modules/payment_channels/formats/debit_text_layout.hpp"

namespace mis::payment_channels {

// The member that holds a field as it is; null for those that are numbers, dates or amounts, or are not kept.
inline std::string DebitTextRow::* text_member(TextField field) {
  switch (field) {
    case TextField::kDebitId: return &DebitTextRow::debit_id;
    case TextField::kSerialNo: return &DebitTextRow::serial_no;
    case TextField::kAccountNo: return &DebitTextRow::account_no;
    case TextField::kMandateNo: return &DebitTextRow::mandate_no;
    case TextField::kBankAccount: return &DebitTextRow::bank_account;
    case TextField::kBankAccountName: return &DebitTextRow::bank_account_name;
    case TextField::kBankCode: return &DebitTextRow::bank_code;
    case TextField::kChannel: return &DebitTextRow::channel;
    case TextField::kTransactionType: return &DebitTextRow::transaction_type;
    case TextField::kResultCode: return &DebitTextRow::result_code;
    case TextField::kResultText: return &DebitTextRow::result_text;
    case TextField::kRemark: return &DebitTextRow::remark;
    case TextField::kLineNo:
    case TextField::kAmount:
    case TextField::kPaidAmount:
    case TextField::kCurrency:
    case TextField::kDate:
    case TextField::kMonth:
    case TextField::kIgnored: return nullptr;
  }
  return nullptr;
}

// Text of ASCII is the same in every encoding here.
inline bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

inline constexpr char kKeyBetween = '\x1F';  // between the parts of a key; stands in no value

}  // namespace mis::payment_channels
