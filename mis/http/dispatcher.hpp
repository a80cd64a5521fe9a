// From a request to its answer, without a socket: finds the route, finds out who asks, refuses what is not allowed, calls
// the handler, and turns every failure into a problem.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mis/http/answer.hpp"
#include "mis/http/router.hpp"
#include "mis/http/static_files.hpp"
#include "mis/observe/metrics.hpp"
#include "mis/registry.hpp"
#include "mis/security/caller.hpp"

namespace mis::http {

// The name begins with __Host-, so browsers only take the cookie over TLS, from this host and for all of its paths.
inline constexpr std::string_view kSessionCookie = "__Host-watthour";

class Dispatcher {
 public:
  // Throws std::logic_error for a route whose permission nobody registered: a mistake of the build, found at start.
  Dispatcher(const Registry& registry, security::CallerSource& callers, StaticFiles files);

  // Never throws. Order of refusals: unknown path (404), unknown method (405), no session (401), temporary password,
  // CSRF and missing permission (403), Idempotency-Key (400), If-Match (428); then the handler's own.
  Answer answer(Request& request);

  // How large a body this request may have; asked before the body is read.
  std::size_t max_body_bytes(Method method, std::string_view path) const;

 private:
  Answer route(Request& request, std::string& route_name);
  Result<security::Caller> find_caller(const Request& request);
  static std::optional<Error> refusal(const Route& route, const Request& request, const security::Caller& caller);

  Router router_;
  security::CallerSource& callers_;
  StaticFiles files_;
  observe::Metrics& metrics_;
  std::vector<observe::Histogram*> latency_;  // by route
  observe::Histogram* other_latency_;
  observe::Counter* by_class_[6];  // answers by the first digit of their status
};

// Headers that every answer bears: content security policy, HSTS, nosniff, referrer.
void add_security_headers(std::string& head);

}  // namespace mis::http
