// The routes of the counter, by what they are about, and what they share. Internal to the module.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "mis/http/fields.hpp"
#include "mis/http/schema.hpp"
#include "mis/registry.hpp"
#include "modules/cashier/counter.hpp"

namespace mis::cashier {

void register_session_routes(Registry& registry);
void register_receipt_routes(Registry& registry);
void register_reversal_routes(Registry& registry);
void register_day_routes(Registry& registry);

inline constexpr Money kMostMoney{9'000'000'000'000'000};
inline constexpr http::MoneyRule kSomeMoney{Money{1}, kMostMoney}, kNoneOrSome{Money{0}, kMostMoney}, kAnyMoney{-kMostMoney, kMostMoney};

Act act_of(const Services& services, const security::Caller& caller);

nlohmann::json hall_to_json(const std::string& code, const std::string& name);
nlohmann::json sums_to_json(const MethodSums& sums);
nlohmann::json session_to_json(const SessionRow& row, const SessionMoney& money);
nlohmann::json receipt_to_json(const Receipt& receipt);
nlohmann::json settings_to_json(const Settings& settings);
http::Schema hall_schema();
http::Schema sums_schema();
http::Schema session_schema();
http::Schema receipt_schema();
http::Schema settings_schema();

// "202610-0000000018-1": month, account and revision.
std::string make_bill_no(BillingMonth month, std::string_view account_no, int revision);
struct BillNo {
  BillingMonth month;
  int revision = 1;
};
// Nothing where the text is no number of a bill of this account.
std::optional<BillNo> parse_bill_no(std::string_view text, std::string_view account_no);

}  // namespace mis::cashier
