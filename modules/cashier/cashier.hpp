// What others may use of the counter: a receipt as it was given, the subjects under which the counter's money stands in the
// ledger, and the check of its books. Not for taking money by another way than over the counter: that is receivables::pay.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/database.hpp"
#include "mis/registry.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::cashier {

using SessionId = Id<struct CashierSessionTag>;
using ReceiptId = Id<struct CashierReceiptTag>;
using receivables::PaymentMethod;

// Subjects of ledger::LedgerAccount::kInTransit. Channels are positive, so these are negative.
inline constexpr std::int64_t kCardsInTransit = -1, kChequesInTransit = -2, kQrInTransit = -3;
inline constexpr std::int64_t kDepositsInTransit = -4;  // cash brought to a bank, until its statement shows it
// Subject of ledger::LedgerAccount::kCash; the session's own number otherwise.
inline constexpr std::int64_t kSafe = 0;

struct ReceiptBill {
  BillingMonth month;
  int revision = 1;
  Money principal, late;
};
struct ReceiptLine {
  AccountId account;
  std::string account_no, name;  // as they were when the money was taken
  receivables::PaymentId payment;
  Money amount;
  Money advance;  // the part that no bill took
  std::vector<ReceiptBill> bills;
};
struct ReceiptReversal {
  std::string reason;
  Instant reversed_at;
  std::string reversed_by, approved_by;  // names; nobody approved where it was not needed
  SessionId session;                     // that gave the money back
};
struct Receipt {
  ReceiptId id;
  std::string receipt_no;
  SessionId session;
  int number = 0;  // within its session, from 1
  std::string session_no;
  UserId cashier;
  std::string cashier_name;
  OrgId hall;
  std::string hall_code, hall_name;
  Date day;
  Instant taken_at;
  PaymentMethod method = PaymentMethod::kCash;
  Money total;
  std::optional<Money> tendered;  // cash only
  std::string reference;          // card slip, cheque or QR order
  int prints = 0;
  std::vector<ReceiptLine> lines;
  std::optional<ReceiptReversal> reversal;

  std::optional<Money> change() const { return tendered ? std::optional(*tendered - total) : std::nullopt; }
};

// A receipt by its printed number, where its hall is within the scope. Errors: cashier.no_receipt (not found).
Result<Receipt> find_receipt(db::Session& session, std::string_view receipt_no, std::string_view scope_pattern = "/%");

// Recomputes sessions, receipts, closings and closed days from payments and the ledger, and says in words what differs.
Result<std::vector<std::string>> verify_cashier(db::Database& database);

void register_module(Registry& registry);

}  // namespace mis::cashier
