// The check code of an invoice: twenty digits of a SHA-256 over what the invoice says and a secret that only the utility has, so that
// somebody who alters an amount cannot make the code that belongs to it.
#pragma once

#include <filesystem>
#include <string>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"

namespace mis::invoicing {

// The secret in `folder`/check.key, made on first use and readable by its owner only. Processes that start at once get the same one.
// Errors: invoicing.no_key (unavailable) where it can be neither read nor made.
Result<std::string> check_key(const std::filesystem::path& folder);

struct Checked {
  std::string number;
  Date drawn_on;
  Money net, total;
  std::string buyer_tax_id;
};
std::string check_code(const Checked& invoice, const std::string& key);

}  // namespace mis::invoicing
