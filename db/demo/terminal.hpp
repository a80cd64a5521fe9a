// Somebody of the staff at a terminal, without the network: signs in with the password and calls the API's routes, with the same
// checks of permissions and keys as the server makes. So the demonstration does nothing that a user could not do, and what it did
// before it was interrupted is answered as the first time.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mis/http/answer.hpp"
#include "mis/http/router.hpp"
#include "mis/registry.hpp"
#include "mis/security/sessions.hpp"

namespace mis::demo {

// The routes of a registry, found as the server finds them.
struct House {
  explicit House(const Registry& registry) : services(registry.services()), router(registry.routes()), sessions(registry.services()) {}
  Services services;
  http::Router router;
  security::Sessions sessions;
};

class Terminal {
 public:
  static Result<Terminal> sign_in(House& house, const std::string& username, const std::string& password);

  // `path` may have a query. Errors: those of the routes, and demo.terminal where there is no such route or the user may not call it.
  Result<nlohmann::json> get(const std::string& path);
  // `key` is the Idempotency-Key; `version`, where it is not 0, the If-Match.
  Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body, const std::string& key, std::int64_t version = 0);
  Result<nlohmann::json> put(const std::string& path, const nlohmann::json& body, const std::string& key = {}, std::int64_t version = 0);
  Result<nlohmann::json> upload(const std::string& path, std::string bytes, const std::string& key);

  UserId user() const { return caller_.user_id; }

 private:
  Terminal(House& house, security::Caller caller) : house_(&house), caller_(std::move(caller)) {}
  Result<nlohmann::json> send(http::Method method, const std::string& path, std::string body, const std::string& key, std::int64_t version);

  House* house_;
  security::Caller caller_;
};

}  // namespace mis::demo
