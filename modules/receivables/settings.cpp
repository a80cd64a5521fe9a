#include "modules/receivables/settings.hpp"

namespace mis::receivables {

AllocationOrder read_allocation_order(db::Session& session) {
  auto rows = session.query("SELECT value FROM receivables_setting WHERE name = 'allocation_order'");
  if (!rows.next()) return AllocationOrder::kLateFirst;
  return allocation_order_of(rows.text(0)).value_or(AllocationOrder::kLateFirst);
}

}  // namespace mis::receivables
