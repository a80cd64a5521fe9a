// A request as handlers see it: already read, decoded and limited in size by the server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mis/base/result.hpp"

namespace mis::http {

enum class Method : std::uint8_t { kGet, kPost, kPut, kDelete };
std::string_view to_string(Method method);

using NameValues = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method = Method::kGet;
  std::string path;        // "/api/v1/billing/runs/7", decoded
  NameValues path_params;  // {"run_id", "7"}
  NameValues query;        // decoded, in the order sent
  NameValues headers;
  std::string body;
  std::string request_id;
  std::string remote;  // the address it came from

  // A path parameter of the route that matched; empty where the route has none of that name.
  std::string_view param(std::string_view name) const;
  // The same as a number. What is no positive number names nothing that exists: 404.
  Result<std::int64_t> id_param(std::string_view name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::optional<std::string_view> header(std::string_view name) const;  // name in any case
  std::optional<std::string_view> cookie(std::string_view name) const;
};

}  // namespace mis::http
