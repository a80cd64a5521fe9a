#include "modules/invoicing/settings.hpp"

#include "modules/invoicing/invoicing.hpp"

namespace mis::invoicing {

Settings read_settings(db::Session& session, int version) {
  Settings settings;
  auto rows = session.query("SELECT s.version, s.seller_name, s.seller_tax_id, s.seller_address_phone, s.seller_bank_account, s.payee, s.reviewer, s.line_mode, s.tax_rate_bp, s.reversal_limit_fen, "
                            "COALESCE(u.name, ''), s.changed_at FROM invoicing_setting s LEFT JOIN administration_user_name u ON u.user_id = s.changed_by WHERE s.version <= ? ORDER BY s.version DESC LIMIT 1", version);
  if (!rows.next()) return settings;
  settings = {rows.i32(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5), rows.text(6), rows.text(7) == "component" ? LineMode::kComponent : LineMode::kBill,
              rows.i32(8), {rows.i64(9)}, rows.text(10), rows.instant(11)};
  return settings;
}

Settings read_settings(db::Session& session) { return read_settings(session, INT32_MAX); }

int write_settings(db::Session& session, const Settings& s, std::optional<UserId> by, Instant now) {
  session.execute("INSERT INTO invoicing_setting (version, seller_name, seller_tax_id, seller_address_phone, seller_bank_account, payee, reviewer, line_mode, tax_rate_bp, reversal_limit_fen, changed_by, "
                  "changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  s.version + 1, s.seller_name, s.seller_tax_id, s.seller_address_phone, s.seller_bank_account, s.payee, s.reviewer, name_of(s.line_mode), s.tax_rate_bp, s.reversal_limit, by, now);
  return s.version + 1;
}

void name_seller(db::Session& session, const Seller& seller, Instant now) {
  auto settings = read_settings(session);
  settings.seller_name = seller.name;
  settings.seller_tax_id = seller.tax_id;
  settings.seller_address_phone = seller.address_phone;
  settings.seller_bank_account = seller.bank_account;
  write_settings(session, settings, {}, now);
}

KnownBuyer read_buyer(db::Session& session, AccountId account) {
  auto rows = session.query("SELECT name, tax_id, address_phone, bank_account, email, version FROM invoicing_buyer WHERE account_id = ?", account);
  if (!rows.next()) return {};
  return {{rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4)}, rows.i32(5)};
}

KnownBuyer lock_buyer(db::Session& session, AccountId account, UserId by, Instant now) {
  // An account that wanted nothing yet gets a row that says nothing, so that there is one to lock.
  session.execute("INSERT INTO invoicing_buyer (account_id, name, tax_id, address_phone, bank_account, email, version, changed_by, changed_at) VALUES (?, '', '', '', '', '', 0, ?, ?) "
                  "ON DUPLICATE KEY UPDATE version = version", account, by, now);
  for (auto rows = session.query("SELECT version FROM invoicing_buyer WHERE account_id = ? FOR UPDATE", account); rows.next();) continue;
  return read_buyer(session, account);
}

void write_buyer(db::Session& session, AccountId account, const Buyer& buyer, UserId by, Instant now) {
  session.execute("INSERT INTO invoicing_buyer (account_id, name, tax_id, address_phone, bank_account, email, version, changed_by, changed_at) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?) "
                  "ON DUPLICATE KEY UPDATE name = VALUES(name), tax_id = VALUES(tax_id), address_phone = VALUES(address_phone), bank_account = VALUES(bank_account), email = VALUES(email), "
                  "version = version + 1, changed_by = VALUES(changed_by), changed_at = VALUES(changed_at)",
                  account, buyer.name, buyer.tax_id, buyer.address_phone, buyer.bank_account, buyer.email, by, now);
}

}  // namespace mis::invoicing
