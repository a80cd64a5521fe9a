// Registration of network: its table prefix. It has no routes of its own yet; the account page shows its names.
#include "mis/registry.hpp"
#include "modules/network/network.hpp"

namespace mis::network {

void register_module(Registry& registry) { registry.table_prefix("network_"); }

}  // namespace mis::network
