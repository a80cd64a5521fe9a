#include "modules/payment_channels/routes.hpp"

namespace mis::payment_channels {

void register_routes(Registry& registry) {
  auto secrets = std::make_shared<Secrets>(registry.part<KeyPlace>());
  auto book = std::make_shared<ChannelBook>(registry.services(), secrets);
  register_channel_routes(registry, std::move(secrets), book);
  register_reconciliation_routes(registry);
  register_mandate_routes(registry);
  register_debit_routes(registry);
  register_statement_routes(registry);
  register_payment_routes(registry, std::move(book));
}

}  // namespace mis::payment_channels
