// The JSON form of a tariff: one format for `db/reference`, `tests/cases`, `mis quote` and the column
// `tariffs_version.definition`. Quantities and prices are decimal strings in kWh, kW, kVA, yuan; README.md shows it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"
#include "modules/tariffs/domain/tariff.hpp"

namespace mis::tariffs {

// All errors at once, each with a JSON pointer and "expected … but …"; `check_tariff` included.
Result<Tariff> parse_tariff(std::string_view json_text);

// The same from a parsed document, as a part of a larger one: errors go to `errors` with `pointer` in front.
Tariff tariff_from_json(const nlohmann::json& json, const std::string& pointer, std::vector<FieldError>& errors);

// A calendar alone, as price tables carry one.
TouCalendar calendar_from_json(const nlohmann::json& json, const std::string& pointer, std::vector<FieldError>& errors);

// The canonical form: fixed order of fields, defaults left out, so that equal tariffs print equal text.
nlohmann::ordered_json tariff_to_json(const Tariff& tariff);
std::string to_json_text(const Tariff& tariff);

}  // namespace mis::tariffs
