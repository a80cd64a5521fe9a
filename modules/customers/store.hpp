// What the customers module reads of its tables, within a data scope. Writing is done by the loaders.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/db/session.hpp"
#include "modules/customers/customers.hpp"
#include "modules/customers/domain/search_keys.hpp"

namespace mis::customers::store {

struct Hit {
  std::string key_text;
  KeyKind key_kind = KeyKind::kAccountNo;
  AccountId account_id;
  std::string account_no, name, address, category, station, status, phone;
};

// Accounts with a key that begins with `prefix`, in the order of their keys: the exact one is first. An account may come
// more than once, by several of its keys. At most `limit` rows.
std::vector<Hit> find_by_prefix(db::Session& session, const std::string& prefix, const std::string& scope_pattern, int limit);

struct AgreementRow {
  Agreement agreement;
  std::string tariff_name, tariff_name_en;
};

struct AccountPage {
  Account account;
  std::string customer_kind, id_no;
  std::string station_code, station_name, route_code, route_name, substation, feeder, transformer_area;
  std::vector<AgreementRow> agreements;  // newest first
};

std::optional<AccountPage> find_account(db::Session& session, std::string_view account_no, const std::string& scope_pattern);

}  // namespace mis::customers::store
