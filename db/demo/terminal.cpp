#include "db/demo/terminal.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mis::demo {
namespace {

using nlohmann::json;

// "a=1&b=2", of values that need no decoding.
http::NameValues query_of(std::string_view text) {
  http::NameValues query;
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto one = text.substr(0, end);
    const auto equals = one.find('=');
    query.emplace_back(one.substr(0, equals), equals == std::string_view::npos ? "" : one.substr(equals + 1));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return query;
}

}  // namespace

Result<Terminal> Terminal::sign_in(House& house, const std::string& username, const std::string& password) {
  auto signed_in = house.sessions.sign_in({username, password, "demonstration"});
  if (!signed_in) return std::move(signed_in).error();
  auto caller = house.sessions.find(signed_in->token);
  if (!caller) return std::move(caller).error();
  if (!*caller) return unavailable("demo.terminal", fmt::format("expected {} to be signed in but the session is over", username));
  return Terminal(house, std::move(**caller));
}

Result<json> Terminal::send(http::Method method, const std::string& path, std::string body, const std::string& key, std::int64_t version) {
  http::Request request;
  request.method = method;
  const auto mark = path.find('?');
  request.path = path.substr(0, mark);
  if (mark != std::string::npos) request.query = query_of(std::string_view(path).substr(mark + 1));
  request.body = std::move(body);
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", json::accept(request.body) ? "application/json" : "text/plain");
  request.request_id = "demonstration";
  request.remote = "demonstration";
  if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
  if (version != 0) request.headers.emplace_back("If-Match", fmt::format("\"{}\"", version));
  auto match = house_->router.find(method, request.path);
  if (match.route == nullptr) return internal("demo.terminal", fmt::format("expected a route for {} {} but there is none", http::to_string(method), request.path));
  if (match.route->permission.is_named() && !caller_.may(match.route->permission.name()))
    return forbidden("demo.terminal", fmt::format("expected {} to have the permission {} but it is not so", caller_.username, match.route->permission.name()));
  request.path_params = std::move(match.params);
  auto answer = match.route->handler(request, caller_);
  if (!answer) {
    auto error = std::move(answer).error();
    error.message += fmt::format("; it was {} {}", http::to_string(method), request.path);
    for (const auto& field : error.fields) error.message += fmt::format("; {}: {}", field.pointer, field.message);
    return error;
  }
  auto told = json::parse(answer->body, nullptr, false);
  if (told.is_discarded()) return internal("demo.terminal", fmt::format("expected JSON from {} but it is none", request.path));
  return told;
}

Result<json> Terminal::get(const std::string& path) { return send(http::Method::kGet, path, {}, {}, 0); }
Result<json> Terminal::post(const std::string& path, const json& body, const std::string& key, std::int64_t version) { return send(http::Method::kPost, path, body.dump(), key, version); }
Result<json> Terminal::put(const std::string& path, const json& body, const std::string& key, std::int64_t version) { return send(http::Method::kPut, path, body.dump(), key, version); }
Result<json> Terminal::upload(const std::string& path, std::string bytes, const std::string& key) { return send(http::Method::kPost, path, std::move(bytes), key, 0); }

}  // namespace mis::demo
