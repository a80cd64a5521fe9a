// A route is data: what it answers to, who may call it, what goes in and out, and the function that does it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/http/answer.hpp"
#include "mis/http/request.hpp"
#include "mis/http/schema.hpp"
#include "mis/security/caller.hpp"

namespace mis::http {

// What a caller needs. There is no default: a route that names none does not compile.
class Permission {
 public:
  explicit Permission(std::string_view name) : kind_(Kind::kNamed), name_(name) {}
  static Permission signed_in() { return Permission(Kind::kSignedIn); }  // anybody with a session
  static Permission open() { return Permission(Kind::kOpen); }           // anybody at all; justify it beside the route

  bool is_open() const { return kind_ == Kind::kOpen; }
  bool is_named() const { return kind_ == Kind::kNamed; }
  const std::string& name() const { return name_; }

 private:
  enum class Kind : unsigned char { kNamed, kSignedIn, kOpen };
  explicit Permission(Kind kind) : kind_(kind) {}
  Kind kind_;
  std::string name_;
};

// A query parameter, as OpenAPI tells of it. Handlers read them with `Fields::of_query`.
struct Parameter {
  std::string name;
  Schema schema;
  std::string description;
  bool required = false;
};
// `more`, then limit and cursor, of a list in pages.
std::vector<Parameter> page_parameters(std::vector<Parameter> more = {});

using Handler = std::function<Result<Answer>(const Request&, const security::Caller&)>;

struct Route {
  Method method;
  std::string path;  // "/api/v1/billing/runs/{run_id}"
  Permission permission;
  std::string summary;
  Handler handler;
  std::vector<Parameter> query = {};
  Schema request = {};   // of the body; none where the route takes no body
  Schema response = {};  // of a good answer; none for 204
  int status = 200;      // of a good answer
  bool idempotency_key = false;  // [K]: the server refuses requests without Idempotency-Key; the handler uses idempotent()
  bool if_match = false;         // [E]: the server refuses requests without If-Match; the use case compares
  std::size_t max_body_bytes = 256 * 1024;
  bool allowed_with_temporary_password = false;  // only what a person needs to choose a password of their own
};

}  // namespace mis::http
