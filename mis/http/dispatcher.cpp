#include "mis/http/dispatcher.hpp"

#include <chrono>
#include <exception>
#include <set>
#include <stdexcept>

#include "mis/http/digest.hpp"
#include "mis/http/problem.hpp"
#include "mis/observe/log.hpp"

namespace mis::http {
namespace {

constexpr std::size_t kDefaultMaxBodyBytes = 16 * 1024;

Error no_session() {
  return {ErrorKind::kUnauthorized, "security.no_session", "expected a session but there is none or it has ended: sign in", {}};
}

// A page of another site can make a browser send a request here, but not under our origin. SameSite=Strict keeps the
// cookie out of such requests; this also covers signing in, where there is no cookie yet.
bool comes_from_elsewhere(const Request& request) {
  const auto origin = request.header("Origin");
  if (!origin) return false;
  const auto scheme_end = origin->find("://");
  if (scheme_end == std::string_view::npos) return true;
  return origin->substr(scheme_end + 3) != request.header("Host").value_or("");
}

}  // namespace

void add_security_headers(std::string& head) {
  head +=
      "Content-Security-Policy: default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
      "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n"
      "Strict-Transport-Security: max-age=31536000\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "Referrer-Policy: no-referrer\r\n"
      "Cross-Origin-Opener-Policy: same-origin\r\n";
}

namespace {

// A permission that nobody registered has no name on the screen that gives rights, so nobody could ever be given it: most
// likely it is a slip of the pen beside the route.
void require_known_permissions(const Registry& registry) {
  std::set<std::string> known;
  for (const PermissionInfo& permission : registry.permissions()) known.insert(permission.code);
  for (const Route& route : registry.routes()) {
    if (!route.permission.is_named() || known.contains(route.permission.name())) continue;
    throw std::logic_error("expected a registered permission for " + route.path + " but nobody registered " + route.permission.name());
  }
}

}  // namespace

Dispatcher::Dispatcher(const Registry& registry, security::CallerSource& callers, StaticFiles files)
    : router_(registry.routes()), callers_(callers), files_(std::move(files)), metrics_(registry.services().metrics) {
  require_known_permissions(registry);
  constexpr const char* kHelp = "Time from the whole request to its answer.";
  for (const Route& route : registry.routes()) {
    latency_.push_back(&metrics_.histogram("watthour_http_request_seconds", kHelp,
                                           {{"method", std::string(to_string(route.method))}, {"route", route.path}}));
  }
  other_latency_ = &metrics_.histogram("watthour_http_request_seconds", kHelp, {{"method", "GET"}, {"route", "static"}});
  for (int digit = 0; digit < 6; ++digit) {
    by_class_[digit] = &metrics_.counter("watthour_http_answers_total", "Answers by the class of their status.",
                                         {{"class", std::to_string(digit) + "xx"}});
  }
}

std::size_t Dispatcher::max_body_bytes(Method method, std::string_view path) const {
  const auto match = router_.find(method, path);
  return match.route ? match.route->max_body_bytes : kDefaultMaxBodyBytes;
}

Answer Dispatcher::answer(Request& request) {
  const auto begin = std::chrono::steady_clock::now();
  const auto match = router_.find(request.method, request.path);
  std::string route_name = match.route ? match.route->path : "static";
  Answer answer;
  try {
    answer = route(request, route_name);
  } catch (const std::exception& failure) {
    // The words of an exception may hold data; they go to the log, and the client gets the number to ask about.
    observe::log(observe::Level::kError, "http.exception",
                 {{"request_id", request.request_id}, {"route", route_name}, {"what", failure.what()}});
    answer = problem_answer(internal("http.internal", "expected to answer but something failed at the server: tell support the request_id"),
                            request.request_id);
  }
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin).count();
  (match.route ? latency_[match.index] : other_latency_)->observe_us(us);
  by_class_[answer.status >= 100 && answer.status < 600 ? answer.status / 100 : 0]->add();
  if (answer.status >= 500) {
    observe::log(observe::Level::kError, "http.failed",
                 {{"request_id", request.request_id}, {"route", route_name}, {"status", answer.status}, {"us", us}});
  }
  return answer;
}

Answer Dispatcher::route(Request& request, std::string& route_name) {
  auto match = router_.find(request.method, request.path);
  if (!match.route) {
    if (match.allow.empty()) {
      if (auto file = files_.find(request)) return std::move(*file);
      return problem_answer(not_found("http.not_found", "expected an address of this server but there is nothing at this one"),
                            request.request_id);
    }
    Answer answer = problem_answer({ErrorKind::kInvalid, "http.method_not_allowed",
                                    "expected " + match.allow + " but got " + std::string(to_string(request.method)), {}},
                                   request.request_id);
    return answer.with_header("Allow", match.allow);
  }
  const Route& found = *match.route;
  route_name = found.path;
  request.path_params = std::move(match.params);

  auto caller = find_caller(request);
  if (!caller) {
    // Open routes (health, signing in) answer whoever asks, also while sessions cannot be read.
    if (!found.permission.is_open()) return problem_answer(caller.error(), request.request_id);
    caller = security::Caller{};
    caller->remote = request.remote;
  }
  if (auto error = refusal(found, request, *caller)) return problem_answer(*error, request.request_id);
  auto answer = found.handler(request, *caller);
  return answer ? std::move(*answer) : problem_answer(answer.error(), request.request_id);
}

Result<security::Caller> Dispatcher::find_caller(const Request& request) {
  const auto token = request.cookie(kSessionCookie);
  if (!token || token->empty() || token->size() > 100) return no_session();
  auto found = callers_.find(*token);
  if (!found) return std::move(found).error();
  if (!*found) return no_session();
  security::Caller caller = std::move(**found);
  caller.remote = request.remote;
  return caller;
}

std::optional<Error> Dispatcher::refusal(const Route& route, const Request& request, const security::Caller& caller) {
  const bool changes = request.method != Method::kGet;
  if (changes && comes_from_elsewhere(request)) {
    return forbidden("security.csrf", "expected a request of this server's own pages but it comes from another origin");
  }
  if (!route.permission.is_open()) {
    if (changes && !equal_in_constant_time(request.header("X-CSRF-Token").value_or(""), caller.csrf_token)) {
      return forbidden("security.csrf", "expected the session's token in X-CSRF-Token but it is missing or another one");
    }
    if (caller.must_change_password && !route.allowed_with_temporary_password) {
      return forbidden("security.password_change_required", "expected a password of your own but you still have a temporary one");
    }
  }
  if (route.permission.is_named() && !caller.may(route.permission.name())) {
    return forbidden("security.permission", "expected the permission " + route.permission.name() + " but you do not have it");
  }
  if (route.idempotency_key && !request.header("Idempotency-Key")) {
    return Error{ErrorKind::kInvalid, "http.idempotency_key_missing", "expected an Idempotency-Key header but there is none", {}};
  }
  if (route.if_match && !request.header("If-Match")) {
    return Error{ErrorKind::kPrecondition, "http.precondition_required",
                 "expected an If-Match header with the ETag that you last read but there is none", {}};
  }
  return {};
}

}  // namespace mis::http
