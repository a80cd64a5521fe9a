#include "modules/payment_channels/route_parts.hpp"

#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"

namespace mis::payment_channels {

using nlohmann::json;

json or_null(const std::string& value) { return value.empty() ? json(nullptr) : json(value); }
json or_null(const std::optional<Money>& value) { return value ? json(format_yuan(*value)) : json(nullptr); }
json or_null(const std::optional<std::int64_t>& value) { return value ? json(*value) : json(nullptr); }
json or_null(const std::optional<JobId>& value) { return value ? json(value->value) : json(nullptr); }

}  // namespace mis::payment_channels
