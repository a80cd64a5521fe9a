// Bills as they were written: header, lines with their working, and what was measured.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/db/session.hpp"
#include "modules/billing/billing.hpp"
#include "modules/billing/domain/calculate.hpp"

namespace mis::billing {

// The state that a row of billing_run names.
RunState run_state_of(std::string_view name);

struct StoredUsage {
  UsagePointId usage_point;
  std::string usage_point_no;
  std::string detail;  // JSON, see usage_detail.hpp
};

struct StoredLine {
  int line_no = 0;
  UsagePointId usage_point;
  Line line;  // with its tariff_version
};

struct StoredBill {
  BillingMonth month;
  RouteId route;
  AccountId account;
  int revision = 1;
  RunId run;
  RunState run_state = RunState::kOpen;
  std::optional<Instant> issued_at;
  std::optional<Date> issued_on;
  std::string account_no, name, address, category;
  DateRange period;
  Energy energy;
  Money amount;
  Money export_amount;  // zero or negative
  Energy exported;
  int flags = 0;
  std::vector<StoredLine> lines;
  std::vector<StoredUsage> usage;
};

// The bill with its printed number, within the data scope; nothing where there is none.
std::optional<StoredBill> find_bill(db::Session& session, std::string_view bill_no, std::string_view scope);

struct BillSummary {
  BillingMonth month;
  int revision = 1;
  std::string bill_no;  // empty: billed by the system that was replaced
  Energy energy;
  Money amount;
  RunState run_state = RunState::kIssued;
  std::optional<Date> issued_on;
  bool migrated = false;
};
// Newest first, bills and migrated months, those before `before`.
std::vector<BillSummary> list_bills(db::Session& session, AccountId account, std::string_view account_no, BillingMonth before, int limit);

// An account by its printed number within the data scope; 0 where there is none.
AccountId find_account(db::Session& session, std::string_view account_no, std::string_view scope);

}  // namespace mis::billing
