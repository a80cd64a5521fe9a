// Rows of receipts. Internal to the module.
#pragma once

#include "modules/cashier/cashier.hpp"

namespace mis::cashier {

// How receivables knows the payment of a receipt's line.
std::string payment_reference(std::string_view receipt_no, int line_no);
void write_receipt(db::Session& session, const Receipt& receipt);

struct ReceiptFilter {
  std::optional<SessionId> session;
  std::optional<AccountId> account;
  std::optional<Date> day;
  std::string scope_pattern = "/%";
  ReceiptId before;  // 0: from the newest on
  int limit = 20;
};
std::vector<Receipt> list_receipts(db::Session& session, const ReceiptFilter& filter);

}  // namespace mis::cashier
