// HTTP of payment channels. Internal to the module.
#pragma once

#include <memory>

#include "mis/registry.hpp"
#include "modules/payment_channels/secrets.hpp"

namespace mis::payment_channels {

void register_routes(Registry& registry);

// Parts of it: the staff's pages about channels and their items; reconciliation and settlement; mandates, debits and statements; what
// payment companies call.
void register_channel_routes(Registry& registry, std::shared_ptr<Secrets> secrets, std::shared_ptr<ChannelBook> book);
void register_reconciliation_routes(Registry& registry);
void register_mandate_routes(Registry& registry);
void register_debit_routes(Registry& registry);
void register_statement_routes(Registry& registry);
void register_payment_routes(Registry& registry, std::shared_ptr<ChannelBook> book);

}  // namespace mis::payment_channels
