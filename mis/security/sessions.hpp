// Signing in, staying signed in, and who the caller of a request is.
//
// A session is a row: only the SHA-256 of its token is stored, so a copy of the database signs nobody in. It ends after
// thirty idle minutes, and after twelve hours in any case. The server remembers callers for five seconds, which is how long
// a change of rights or a sign-out at another server may take to be felt here.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mis/registry.hpp"
#include "mis/security/attempts.hpp"
#include "mis/security/caller.hpp"

namespace mis::security {

class Sessions final : public CallerSource {
 public:
  explicit Sessions(const Services& services) : services_(services) {}

  struct Credentials {
    std::string username;
    std::string password;
    std::string remote;
  };
  struct SignedIn {
    std::string token;  // for the cookie; exists nowhere else
    Caller caller;
  };
  // Errors: security.wrong_credentials (also for names that nobody has and for disabled users), security.locked,
  // security.busy (too many sign in at once).
  Result<SignedIn> sign_in(const Credentials& credentials);
  Status sign_out(const Caller& caller);
  // Ends all other sessions of the caller. Errors: security.wrong_credentials, and http.invalid_fields about "/new".
  Status change_password(const Caller& caller, std::string_view current, std::string_view next);

  Result<std::optional<Caller>> find(std::string_view token) override;

  // Drops what is remembered, after a change of users or roles.
  void forget_all();

 private:
  struct Remembered {
    Caller caller;
    Instant last_seen;  // as the row has it
    std::chrono::steady_clock::time_point fetched;
  };
  struct Rights {
    std::unordered_map<std::string, RoleName> names;
    std::unordered_map<std::string, std::vector<std::string>> permissions;
    std::chrono::steady_clock::time_point fetched;
  };

  std::optional<Caller> recall(const std::string& session_id, Instant now);
  Result<std::optional<Caller>> fetch(const std::string& session_id, Instant now);
  Result<std::shared_ptr<const Rights>> rights();
  Status touch(const std::string& session_id, Instant now);
  Result<std::optional<Error>> note_wrong_password(UserId user, const Credentials& credentials, Instant now);
  Result<SignedIn> open_session(UserId user, const Credentials& credentials, const std::optional<std::string>& fresh_hash);

  Services services_;
  UnknownNames unknown_names_;
  std::mutex mutex_;
  std::unordered_map<std::string, Remembered> remembered_;
  std::shared_ptr<const Rights> rights_;
};

}  // namespace mis::security
