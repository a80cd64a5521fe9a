// mysql://… and mysql+unix://… addresses. Poco::URI does the splitting and unescaping.
#include <stdexcept>

#include <Poco/URI.h>

#include "mis/db/session.hpp"

namespace mis::db {

Endpoint Endpoint::parse(std::string_view url) {
  constexpr const char* kExpected =
      "expected mysql://user:password@host:3306/database[?tls_ca=FILE] or mysql+unix:///socket?user=U&database=D";
  Poco::URI uri;
  try {
    uri = Poco::URI(std::string(url));
  } catch (const std::exception&) {
    throw std::invalid_argument(std::string(kExpected) + " but the address cannot be read");
  }
  Endpoint endpoint;
  const bool is_socket = uri.getScheme() == "mysql+unix";
  if (!is_socket && uri.getScheme() != "mysql")
    throw std::invalid_argument(std::string(kExpected) + " but found the scheme '" + uri.getScheme() + "'");
  if (is_socket) {
    endpoint.socket = uri.getPath();
  } else {
    endpoint.host = uri.getHost();
    endpoint.port = uri.getSpecifiedPort() == 0 ? 3306 : uri.getSpecifiedPort();
    endpoint.database = uri.getPath().empty() ? "" : uri.getPath().substr(1);
    const auto& user_info = uri.getUserInfo();
    const auto colon = user_info.find(':');
    Poco::URI::decode(user_info.substr(0, colon), endpoint.user);
    if (colon != std::string::npos) Poco::URI::decode(user_info.substr(colon + 1), endpoint.password);
  }
  for (const auto& [key, value] : uri.getQueryParameters()) {
    if (key == "tls_ca") endpoint.tls_ca = value;
    else if (key == "user" && is_socket) endpoint.user = value;
    else if (key == "password" && is_socket) endpoint.password = value;
    else if (key == "database" && is_socket) endpoint.database = value;
    else throw std::invalid_argument(std::string(kExpected) + " but found the parameter '" + key + "'");
  }
  if (endpoint.user.empty()) throw std::invalid_argument(std::string(kExpected) + " but the user is missing");
  if (endpoint.database.empty()) throw std::invalid_argument(std::string(kExpected) + " but the database is missing");
  if (endpoint.host.empty() && endpoint.socket.empty())
    throw std::invalid_argument(std::string(kExpected) + " but the host is missing");
  return endpoint;
}

}  // namespace mis::db
