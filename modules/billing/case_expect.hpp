// The "expect" part of a case file. Internal to the case reader; include from .cpp files only.
#pragma once

#include "mis/base/json_fields.hpp"
#include "modules/billing/case_file.hpp"

namespace mis::billing {

Expectation read_expectation(const nlohmann::json& json, const std::string& pointer, std::vector<FieldError>& errors);

}  // namespace mis::billing
