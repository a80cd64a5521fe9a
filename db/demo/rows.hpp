// The rows of one reading route, in the structs of the modules that own the tables.
#pragma once

#include <vector>

#include "modules/billing/history_loader.hpp"
#include "modules/customers/customers.hpp"
#include "modules/meter_reading/meter_reading.hpp"
#include "modules/metering/metering.hpp"

namespace mis::demo {

struct RouteRows {
  std::vector<customers::Customer> customers;
  std::vector<customers::Account> accounts;
  std::vector<customers::Agreement> agreements;
  std::vector<customers::AssetKey> asset_keys;
  std::vector<metering::UsagePoint> usage_points;
  std::vector<metering::Meter> meters;
  std::vector<metering::Installation> installations;
  std::vector<meter_reading::Reading> readings;         // ordered by month, installation, kind
  std::vector<billing::MigratedMonth> history;  // ordered by month, account

  void clear() {
    customers.clear(); accounts.clear(); agreements.clear(); asset_keys.clear(); usage_points.clear();
    meters.clear(); installations.clear(); readings.clear(); history.clear();
  }
  std::size_t size() const {
    return customers.size() + accounts.size() + agreements.size() + usage_points.size() + meters.size() +
           installations.size() + readings.size() + history.size();
  }
};

}  // namespace mis::demo
