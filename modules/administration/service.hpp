// The use cases of administration. Inside the module; others use administration.hpp.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mis/http/page.hpp"
#include "mis/registry.hpp"
#include "mis/security/caller.hpp"
#include "modules/administration/store.hpp"

namespace mis::administration {

// A caller may administer only users of units within the caller's data scope, and never the caller's own rights: that takes
// another administrator.
class Service {
 public:
  explicit Service(const Services& services) : services_(services) {}

  Result<std::vector<store::OrgRow>> org_units(const security::Caller& caller) const;
  Result<std::vector<store::RoleRow>> roles() const;
  Result<std::vector<store::UserRow>> users(const security::Caller& caller, const std::string& text, UserId after, int limit) const;
  Result<std::vector<store::AuditRow>> audit(const security::Caller& caller, store::AuditSearch search) const;

  struct UserDraft {
    std::string username;
    std::string name;
    OrgId org_id;
    std::vector<std::string> roles;
    std::string password_hash;  // of a temporary password
  };
  // These run in the caller's transaction. Errors: administration.username_taken (409), http.invalid_fields for units and
  // roles that are not there or not in scope, administration.no_such_user (404), administration.own_rights (403).
  Result<store::UserRow> create_user(db::Session& session, const security::Caller& caller, const UserDraft& draft) const;
  struct UserChange {
    std::optional<std::string> name;
    std::optional<OrgId> org_id;
    std::optional<std::vector<std::string>> roles;
    std::optional<bool> enabled;
  };
  Result<store::UserRow> change_user(db::Session& session, const security::Caller& caller, UserId user, const UserChange& change) const;
  Status reset_password(db::Session& session, const security::Caller& caller, UserId user, const std::string& hash) const;

  const Services& services() const { return services_; }

 private:
  Result<store::UserRow> user_in_scope(db::Session& session, const security::Caller& caller, UserId user) const;
  static std::vector<FieldError> complaints(db::Session& session, const security::Caller& caller, std::optional<OrgId> org,
                                            const std::optional<std::vector<std::string>>& roles);

  Services services_;
};

}  // namespace mis::administration
