// The audit chain: who changed what, when, from where, before and after.
//
// Each row holds the hash of the row before it, so a row that was altered, removed or slipped in breaks the chain from
// there on, and `verify_audit_chain` names the first row that does not fit. A row is written in the transaction of the
// change that it is about: there is neither a change without its row nor a row without its change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/id.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/database.hpp"
#include "mis/security/caller.hpp"

namespace mis::security {

struct AuditEntry {
  std::optional<UserId> user;  // nothing where the system itself acts
  std::string action;          // "billing.issue"
  std::string entity;          // "bill_run"
  std::string entity_id;
  std::optional<std::string> before;  // JSON text; nothing where there was nothing
  std::optional<std::string> after;
  std::string remote = "system";
};

// An entry that names the caller and where the request came from.
AuditEntry audit_entry(const Caller& caller, std::string action, std::string entity, std::string entity_id);

// Adds a row and returns its number. Call it last in the transaction: it locks the head of the chain until the commit,
// and everything that is audited queues behind that lock.
std::int64_t append_audit(db::Session& session, Instant at, const AuditEntry& entry);

// What a row's hash is made of; every field goes in with its length, so no two rows have the same text.
struct AuditLink {
  std::int64_t seq = 0;
  std::string at;  // as the column holds it, microseconds
  AuditEntry entry;
  std::string previous_hash;
};
std::string audit_hash(const AuditLink& link);

struct AuditCheck {
  std::int64_t rows = 0;
  std::string last_hash;  // of the last row that fits; to be kept outside of the database
  std::optional<std::int64_t> first_broken_seq;
  std::string reason;  // "expected … but …"; empty where the chain holds
  bool intact() const { return !first_broken_seq; }
};
Result<AuditCheck> verify_audit_chain(db::Database& database);

}  // namespace mis::security
