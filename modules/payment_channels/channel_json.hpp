// How channels, items and differences look in the API. Internal to the module; for .cpp files of routes.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mis/http/schema.hpp"
#include "modules/payment_channels/item_store.hpp"
#include "modules/payment_channels/reconcile.hpp"

namespace mis::payment_channels {

// A person's name; null where nobody did it.
nlohmann::json person(db::Session& session, const std::optional<UserId>& user);

// Within the session, since rows name people and customers.
nlohmann::json items_to_json(db::Session& session, const std::vector<Item>& items);
nlohmann::json differences_to_json(db::Session& session, const std::vector<Difference>& differences);
nlohmann::json to_json(db::Session& session, const Channel& channel, const Reconciliation& reconciliation);
nlohmann::json to_json(db::Session& session, const Settlement& settlement);
// What a payment company is told.
nlohmann::json to_json(const ItemAnswer& answer);

http::Schema item_schema();
http::Schema difference_schema();
http::Schema reconciliation_schema();
http::Schema settlement_schema();
http::Schema answer_schema();

// A handler's usual beginning: the channel of the path, for somebody who answers for the whole utility.
Result<Channel> channel_of(db::Session& session, const http::Request& request, const security::Caller& caller);

}  // namespace mis::payment_channels
