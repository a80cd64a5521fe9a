// Taking a receipt back: at once by the cashier, or by a request that a second person decides. Internal to the module.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/cashier/counter.hpp"

namespace mis::cashier {

using RequestId = Id<struct CashierReversalRequestTag>;

struct ReversalOutcome {
  std::optional<Receipt> reversed;     // it was done at once
  std::optional<RequestId> requested;  // or it waits for a second person
};
// At once where the receipt is of the caller's own open session, of today, and at most the limit; a request otherwise. Errors:
// cashier.no_receipt, cashier.reversed_already (conflict), cashier.request_open (conflict), and those of `approve`.
Result<ReversalOutcome> ask_reversal(db::Database& database, db::Session& session, const Act& act, std::string_view receipt_no, std::string_view scope_pattern, const std::string& reason);

struct RequestRow {
  RequestId id;
  std::string receipt_no, state;  // requested approved refused
  PaymentMethod method = PaymentMethod::kCash;
  Money total;
  std::string hall_code, hall_name;
  std::string reason, decision_note;
  UserId requested_by;
  std::string requested_by_name, decided_by_name;
  Instant requested_at;
  std::optional<Instant> decided_at;
};
std::vector<RequestRow> list_requests(db::Session& session, std::optional<std::string> state, std::string_view scope_pattern, RequestId before, int limit);
// Locked until the transaction ends. Errors: cashier.no_request.
Result<RequestRow> lock_request(db::Session& session, RequestId id, std::string_view scope_pattern);

// The request was locked by the caller, who has checked that `act.by` is a second person. Errors: cashier.request_decided,
// cashier.reversed_already, cashier.no_session_to_pay_from, cashier.not_enough_cash (conflicts), and those of
// receivables::reverse_payment.
Result<Receipt> approve(db::Database& database, db::Session& session, const Act& act, const RequestRow& locked);
Status refuse(db::Session& session, const Act& act, const RequestRow& locked, const std::string& note);

}  // namespace mis::cashier
