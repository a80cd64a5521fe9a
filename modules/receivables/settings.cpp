#include "modules/receivables/settings.hpp"

#include <charconv>
#include <string>

namespace mis::receivables {

Settings read_settings(db::Session& session) {
  Settings settings;
  for (auto rows = session.query("SELECT name, value FROM receivables_setting"); rows.next();) {
    const auto name = rows.text(0), value = rows.text(1);
    if (name == "allocation_order") settings.allocation_order = allocation_order_of(value).value_or(settings.allocation_order);
    if (name == "version") std::from_chars(value.data(), value.data() + value.size(), settings.version);
    if (name == "plan_grace_days") std::from_chars(value.data(), value.data() + value.size(), settings.plan_grace_days);
  }
  return settings;
}

Settings lock_settings(db::Session& session) {
  for (auto rows = session.query("SELECT value FROM receivables_setting WHERE name = 'version' FOR UPDATE"); rows.next();) continue;
  return read_settings(session);
}

void write_settings(db::Session& session, const Settings& settings, UserId by, Instant now) {
  const auto write = [&](const char* name, std::string_view value) {
    session.execute("INSERT INTO receivables_setting (name, value, changed_by, changed_at) VALUES (?, ?, ?, ?) "
                    "ON DUPLICATE KEY UPDATE value = VALUES(value), changed_by = VALUES(changed_by), changed_at = VALUES(changed_at)", name, value, by, now);
  };
  write("allocation_order", name_of(settings.allocation_order));
  write("plan_grace_days", std::to_string(settings.plan_grace_days));
  write("version", std::to_string(settings.version + 1));
}

// Asked at every payment, so it reads its one row.
AllocationOrder read_allocation_order(db::Session& session) {
  auto rows = session.query("SELECT value FROM receivables_setting WHERE name = 'allocation_order'");
  if (!rows.next()) return AllocationOrder::kLateFirst;
  return allocation_order_of(rows.text(0)).value_or(AllocationOrder::kLateFirst);
}

}  // namespace mis::receivables
