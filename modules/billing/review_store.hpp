// Lists for the people who review a run: exceptions, flagged bills, and the months before to compare with. Every list is
// limited to the caller's data scope.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/db/session.hpp"
#include "modules/billing/domain/calculate.hpp"
#include "modules/billing/shard_input.hpp"

namespace mis::billing {

struct ExceptionRow {
  RouteId route;
  AccountId account;
  ExceptionKind reason;
  UsagePointId usage_point;
  Severity severity;
  std::int64_t a = 0, b = 0;
  std::string account_no, name, route_code;
  std::string decision, note, decided_by;  // empty: open
};

struct ExceptionFilter {
  std::optional<int> reason;
  std::string state;  // "open", "resolved" or "" for both
  std::string scope;  // pattern of organisation paths
  RouteId after_route;
  AccountId after_account;
  int after_reason = -1;
  std::int64_t after_usage_point = -1;
  int limit = 20;
};
std::vector<ExceptionRow> list_exceptions(db::Session& session, RunId run, const ExceptionFilter& filter);
std::optional<ExceptionRow> find_exception(db::Session& session, RunId run, AccountId account, int reason, std::int64_t usage_point, std::string_view scope);
std::map<int, std::int64_t> count_exceptions(db::Session& session, RunId run, std::string_view scope);  // by reason

struct ReviewRow {
  BillingMonth month;
  RouteId route;
  AccountId account;
  int revision = 1;
  std::string account_no, name, category;
  Energy energy;
  Money amount;
  int flags = 0;
  std::optional<PastMonth> last_month, last_year;
};
struct ReviewFilter {
  int flag = 0;  // 0: any
  std::string scope;
  RouteId after_route;
  AccountId after_account;
  int limit = 20;
};
std::vector<ReviewRow> list_flagged(db::Session& session, BillingMonth month, const ReviewFilter& filter);
std::map<int, std::int64_t> count_flags(db::Session& session, BillingMonth month, std::string_view scope);  // by flag bit

// What a month came to for an account: its bill, or what the replaced system billed.
std::optional<PastMonth> past_month(db::Session& session, AccountId account, BillingMonth month);

}  // namespace mis::billing
