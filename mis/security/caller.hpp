// Who asks: the signed-in person behind a request, with what they may do and which part of the county they may see.
//
// A handler gets a `Caller` and hands it to its use case. Permissions say what somebody may do; the data scope says to
// what: an organisational unit and everything below it. Both are checked at the server, never only on the screen.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"

namespace mis::security {

struct RoleName {
  std::string code;
  std::string name;
  std::string name_en;
};

struct Caller {
  UserId user_id;  // 0 on open routes: nobody has signed in
  std::string username;
  std::string name;
  OrgId org_id;
  std::string org_code;
  std::string org_name;
  std::string org_path;  // ids from the root, "/1/12/"
  std::vector<RoleName> roles;
  std::vector<std::string> permissions;  // sorted
  std::string session_id;                // SHA-256 of the cookie's token, never the token
  std::string csrf_token;
  Instant expires_at;
  bool must_change_password = false;
  std::string remote;

  bool signed_in() const { return static_cast<bool>(user_id); }
  bool may(std::string_view permission) const {
    return std::binary_search(permissions.begin(), permissions.end(), permission);
  }
  // The data scope as a parameter of `org.path LIKE ?`. A path holds digits and slashes only, so nothing in it is a
  // wildcard.
  std::string scope_pattern() const { return org_path + "%"; }
  // True for the root of the organisation, "/1/": what concerns the utility as a whole is for those who see all of it.
  bool sees_everything() const { return std::count(org_path.begin(), org_path.end(), '/') == 2; }
  // True where a row of the unit with this path is within the caller's scope.
  bool sees(std::string_view path) const { return !org_path.empty() && path.starts_with(org_path); }
};

// For what takes two people (issue of a bill run, publication of a tariff): an error where the caller is the first one.
inline std::optional<Error> require_second_person(const Caller& caller, UserId first) {
  if (caller.user_id != first) return {};
  return forbidden("security.second_person", "expected a second person to approve but it is the one who submitted");
}

// For what concerns the whole utility (a bill run, the trial balance).
inline std::optional<Error> require_whole_utility(const Caller& caller) {
  if (caller.sees_everything()) return {};
  return forbidden("security.scope", "expected somebody who answers for the whole utility but your data scope is a part of it");
}

// Where the server finds the caller of a request. Implemented by `Sessions`; an interface, so that HTTP does not
// depend on how sessions are kept.
class CallerSource {
 public:
  virtual ~CallerSource() = default;
  // Nothing where the token belongs to no live session. An error where the sessions cannot be read just now.
  virtual Result<std::optional<Caller>> find(std::string_view token) = 0;
};

}  // namespace mis::security
