// The use cases of customers: the search box and the account page. Inside the module; others use customers.hpp.
#pragma once

#include <string>
#include <vector>

#include "mis/registry.hpp"
#include "mis/security/caller.hpp"
#include "modules/customers/store.hpp"

namespace mis::customers {

class Service {
 public:
  explicit Service(const Services& services) : services_(services) {}

  // Accounts in the caller's data scope that what was typed fits, exact ones first, each account once with the key that
  // matched. Errors: customers.query_too_short (two characters are needed, or a single Chinese one).
  Result<std::vector<store::Hit>> search(const security::Caller& caller, const std::string& typed) const;

  // Errors: customers.no_account where there is none, or not in the caller's data scope.
  Result<store::AccountPage> account(const security::Caller& caller, std::string_view account_no) const;

 private:
  Services services_;
};

}  // namespace mis::customers
