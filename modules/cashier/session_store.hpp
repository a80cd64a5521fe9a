// Rows of cashiers' sessions and what they have taken. Internal to the module.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/cashier/cashier.hpp"
#include "modules/cashier/domain/drawer.hpp"

namespace mis::cashier {

struct SessionRow {
  SessionId id;
  std::string no;
  UserId cashier;
  std::string cashier_name;
  OrgId hall;
  std::string hall_code, hall_name, hall_path;
  Date day;
  bool open = true;
  Money float_taken;
  Instant opened_at;
  std::optional<Instant> closed_at;
  int version = 1;
};

// Where the row is locked, whoever else changes the session's money waits until the transaction ends. Errors: cashier.no_session.
Result<SessionRow> find_session(db::Session& session, SessionId id, std::string_view scope_pattern = "/%");
Result<SessionRow> lock_session(db::Session& session, SessionId id);
std::optional<SessionRow> open_session_of(db::Session& session, UserId cashier);

struct SessionFilter {
  std::optional<Date> day;
  std::optional<bool> open;
  std::string scope_pattern = "/%";
  SessionId before;  // 0: from the newest on
  int limit = 20;
};
std::vector<SessionRow> list_sessions(db::Session& session, const SessionFilter& filter);
// All sessions of a day, of one hall or (0) of all, by number.
std::vector<SessionRow> sessions_of_day(db::Session& session, Date day, OrgId hall);

struct SessionMoney {
  Drawer drawer;
  int receipts = 0, reversals = 0, deposits = 0;
  std::optional<MethodSums> expected_at_close, counted;
  std::string note;
};
SessionMoney money_of(db::Session& session, const SessionRow& row);
// The ETag: it moves with every receipt, reversal and deposit, so that nobody closes a session that they have not seen.
inline std::int64_t version_of(const SessionRow& row, const SessionMoney& money) { return row.version + money.receipts + money.reversals + money.deposits; }

}  // namespace mis::cashier
