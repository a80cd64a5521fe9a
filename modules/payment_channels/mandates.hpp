// Direct-debit mandates (代扣签约, 解约): which account is collected from which bank account. For the module's routes, the import of
// files, and the real-time messages by which banks sign and cancel them. Collects nothing.
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
#include "modules/payment_channels/domain/direct_debit_batch.hpp"
#include "modules/payment_channels/domain/mandate_state.hpp"

namespace mis::payment_channels {

struct Mandate {
  std::int64_t id = 0;
  std::string mandate_no;    // ours, at most 24 characters
  std::string agreement_no;  // the bank's own; empty where it has none
  AccountId account;
  std::int64_t channel_id = 0;
  MandateState state = MandateState::kSigned;
  BankAccount debtor;
  Date signed_on;
  std::optional<Money> most;  // the most that may be collected at once
  int version = 0;
  Instant changed_at;

  // The number that the bank's files bear.
  const std::string& reference() const { return agreement_no.empty() ? mandate_no : agreement_no; }
};

struct MandateEventRow {
  int version = 0;
  MandateState state = MandateState::kSigned;
  std::string reason, source;
  std::optional<UserId> by;
  Instant at;
};

enum class MandateSource : std::uint8_t { kStaff, kChannel, kImport };

struct MandateChange {
  Instant at;
  MandateSource source = MandateSource::kStaff;
  std::optional<UserId> by = {};
  std::string reason = {};
};

inline constexpr const char* kMandateSequence = "payment_channels_mandate";

// What is wrong with a new mandate, field by field ("/bank_account", "/bank_account_name", …); what a bank's file could not hold is.
std::vector<FieldError> mandate_complaints(const Mandate& mandate);

// Signs a mandate with the state that it brings, signed or active. Where it has no number it is given one. The same agreement once
// more, with the same content, gives what is there. Errors: payment_channels.mandate (fields), .mandate_taken (its number or the
// bank's is another one's), .account_has_mandate (one active mandate for an account).
Result<Mandate> sign_mandate(db::Database& database, db::Session& session, const Mandate& mandate, const MandateChange& change);
// Errors: payment_channels.no_mandate, .mandate_state, .account_has_mandate. What has happened already changes nothing.
Result<Mandate> activate_mandate(db::Session& session, std::string_view mandate_no, const MandateChange& change);
// A debit that is under way is not called back by it.
Result<Mandate> cancel_mandate(db::Session& session, std::string_view mandate_no, const MandateChange& change);

std::optional<Mandate> find_mandate(db::Session& session, std::string_view mandate_no);
std::optional<Mandate> find_mandate_by_agreement(db::Session& session, std::int64_t channel_id, std::string_view agreement_no);
// The newest of the account: the active one where there is one.
std::optional<Mandate> find_mandate_of(db::Session& session, AccountId account);
std::vector<Mandate> mandates_of(db::Session& session, AccountId account);  // newest first
struct MandateFilter {
  std::optional<std::int64_t> channel_id;
  std::optional<MandateState> state;
  std::int64_t before = INT64_MAX;  // newest first
};
std::vector<Mandate> list_mandates(db::Session& session, const MandateFilter& filter, int limit);
std::vector<MandateEventRow> history_of(db::Session& session, std::int64_t mandate_id);

}  // namespace mis::payment_channels
