// The one place that lists the modules.
#include "mis/commands/modules.hpp"
#include "mis/jobs/routes.hpp"
#include "mis/outbox/outbox.hpp"
#include "modules/administration/administration.hpp"
#include "modules/administration/import.hpp"
#include "modules/billing/billing.hpp"
#include "modules/billing/history_import.hpp"
#include "modules/cashier/cashier.hpp"
#include "modules/customers/customers.hpp"
#include "modules/customers/import.hpp"
#include "modules/dunning/dunning.hpp"
#include "modules/invoicing/invoicing.hpp"
#include "modules/ledger/ledger.hpp"
#include "modules/meter_reading/import.hpp"
#include "modules/meter_reading/meter_reading.hpp"
#include "modules/metering/import.hpp"
#include "modules/metering/metering.hpp"
#include "modules/network/import.hpp"
#include "modules/network/network.hpp"
#include "modules/payment_channels/import.hpp"
#include "modules/payment_channels/payment_channels.hpp"
#include "modules/receivables/receivables.hpp"
#include "modules/tariffs/tariffs.hpp"

namespace mis::commands {

void register_modules(Registry& registry) {
  jobs::register_module(registry);
  outbox::register_module(registry);
  administration::register_module(registry);
  customers::register_module(registry);
  network::register_module(registry);
  metering::register_module(registry);
  tariffs::register_module(registry);
  meter_reading::register_module(registry);
  billing::register_module(registry);
  ledger::register_module(registry);
  receivables::register_module(registry);
  cashier::register_module(registry);
  invoicing::register_module(registry);
  payment_channels::register_module(registry);
  dunning::register_module(registry);
}

// In the order in which files depend on each other.
files::ImportKinds import_kinds() {
  files::ImportKinds kinds;
  const auto add = [&kinds](auto&& more) {
    for (auto& kind : more) kinds.push_back(std::move(kind));
  };
  kinds.push_back(administration::organisation_import());
  add(network::network_imports());
  kinds.push_back(meter_reading::route_import());
  add(customers::customer_imports());
  add(metering::metering_imports());
  kinds.push_back(meter_reading::reading_import());
  kinds.push_back(billing::history_import());
  kinds.push_back(meter_reading::nem12_import());
  kinds.push_back(payment_channels::mandate_import());
  return kinds;
}

}  // namespace mis::commands
