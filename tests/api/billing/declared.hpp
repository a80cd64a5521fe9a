// Holds an answer against what its route declares: the JSON schema in the API's own description.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "mis/registry.hpp"
#include "tests/api/running_server.hpp"

namespace fixture {

// What differs, each with its JSON pointer; empty where the answer is as declared. Knows the keywords that our schemas use.
std::vector<std::string> differences(const nlohmann::json& value, const nlohmann::json& schema, const nlohmann::json& document, const std::string& at = "");

// The same for an answer of a registered route ("get", "/api/v1/billing/runs/{run_id}"): status, content type and body.
std::vector<std::string> differs_from_declaration(const mis::Registry& registry, const std::string& method, const std::string& path, const Reply& reply);

}  // namespace fixture
