// Customers, their accounts and agreements, and the search box that finds an account by whatever a clerk has in hand.
// Not here: where energy is measured (metering), what it costs (tariffs), what is owed (receivables).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"

namespace mis { class Registry; }

namespace mis::customers {

// What the columns `kind`, `status`, `billing_mode`, `category` and `voltage` hold; an import accepts no other words.
inline constexpr std::string_view kCustomerKinds[] = {"person", "body"};
inline constexpr std::string_view kAccountStatuses[] = {"active", "suspended", "closed"};
inline constexpr std::string_view kCategories[] = {"residential", "shared",         "agriculture",
                                                   "general",     "large_industry", "photovoltaic"};
inline constexpr std::string_view kVoltages[] = {"220V", "380V", "10kV", "35kV", "110kV", "220kV"};
inline constexpr std::string_view kBillingModes[] = {"single", "capacity", "contract_demand", "actual_demand"};

struct Customer {
  CustomerId customer_id;
  std::string customer_no;  // the customer's printed number, unique; at most 20 ASCII characters
  std::string kind = "person";
  std::string name;
  std::string id_kind;  // "resident_id", "business_licence", …
  std::string id_no;
  std::string phone;
  Instant created_at;
};

struct Account {
  AccountId account_id;
  std::string account_no;  // ten digits, make_account_no
  CustomerId customer_id;
  OrgId org_id;  // supply station; data scope follows it
  RouteId route_id;
  int route_position = 0;
  std::int64_t transformer_area_id = 0;
  std::string address;
  std::string status = "active";
  Date opened_on;
  std::optional<Date> closed_on;
  int household_size = 0;
  std::optional<Date> household_since;
  // Not stored with the account: load_accounts makes the search keys from them.
  std::string customer_name;
  std::string customer_phone;
};

struct Agreement {
  AccountId account_id;
  DateRange valid;
  std::string category;
  std::string voltage;
  Capacity capacity;
  std::string tariff_code;
  std::string billing_mode = "single";
  Demand contract_demand;
  int pf_standard = 0;  // hundredths: 90, 85, 80; 0 for none
};

// A meter's asset number leads to the account that it serves.
struct AssetKey {
  AccountId account_id;
  std::string asset_no;
};

// Bulk loaders; the same rules as everywhere: inside the caller's transaction, db::DbError (kDuplicate) where a row
// is there already, ids from the sequences below or the caller's own with db::advance_sequence behind it.
// Batches of some ten thousand rows are fastest; different threads may load different accounts at the same time.
inline constexpr const char* kCustomerSequence = "customers_customer";
inline constexpr const char* kAccountSequence = "customers_account";
void load_customers(db::Session& session, std::span<const Customer> rows);
// Also writes the search keys of each account: number, name, pinyin initials, phone, address.
void load_accounts(db::Session& session, std::span<const Account> rows);
void load_agreements(db::Session& session, std::span<const Agreement> rows);
// Metering calls it for each installation that is still open (metering::load_installations does not: see there).
void load_asset_search_keys(db::Session& session, std::span<const AssetKey> rows);
// The accounts that are found by these asset numbers already.
std::unordered_multimap<std::string, AccountId> accounts_with_asset_keys(db::Session& session, std::span<const std::string> asset_nos);

// How others name an account.
struct AccountLabel {
  AccountId id;
  std::string account_no;
  OrgId org;
  std::string name, address;
};
// By its printed number, within a data scope. Errors: customers.no_account (not found), which says nothing of other scopes.
Result<AccountLabel> find_label(db::Session& session, std::string_view account_no, std::string_view scope_pattern = "/%");
// Whether the account's customer has this name (blanks apart) and, where one is told, this document's number. Answers yes or no: a
// person's papers are told to nobody.
bool is_customer_of(db::Session& session, AccountId account, std::string_view name, std::string_view id_no);
std::unordered_map<AccountId, AccountLabel> labels_of(db::Session& session, std::span<const AccountId> accounts);

void register_module(Registry& registry);

}  // namespace mis::customers
