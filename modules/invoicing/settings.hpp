// Who sells, how lines are made and which tax rate holds: versions that are never changed, so that an invoice can name the one it
// was drawn by. And what an account wants on its invoices.
#pragma once

#include <optional>
#include <string>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"
#include "modules/invoicing/domain/items.hpp"

namespace mis::invoicing {

struct Settings {
  int version = 1;
  std::string seller_name, seller_tax_id, seller_address_phone, seller_bank_account, payee, reviewer;
  LineMode line_mode = LineMode::kBill;
  int tax_rate_bp = 1300;
  Money reversal_limit;
  std::string changed_by_name;
  Instant changed_at;
};
Settings read_settings(db::Session& session);
Settings read_settings(db::Session& session, int version);
// Writes the next version and returns it. Two writers of one version: db::DbError (kDuplicate).
int write_settings(db::Session& session, const Settings& settings, std::optional<UserId> by, Instant now);

struct Buyer {
  std::string name, tax_id, address_phone, bank_account, email;
};
struct KnownBuyer {
  Buyer buyer;
  int version = 0;  // 0: nothing is kept
};
KnownBuyer read_buyer(db::Session& session, AccountId account);
// The same, held until the transaction ends: two who change it come one after the other.
KnownBuyer lock_buyer(db::Session& session, AccountId account, UserId by, Instant now);
void write_buyer(db::Session& session, AccountId account, const Buyer& buyer, UserId by, Instant now);

}  // namespace mis::invoicing
