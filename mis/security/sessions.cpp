#include "mis/security/sessions.hpp"

#include <algorithm>

#include "mis/http/digest.hpp"
#include "mis/observe/log.hpp"
#include "mis/observe/metrics.hpp"
#include "mis/security/audit.hpp"
#include "mis/security/password.hpp"

namespace mis::security {
namespace {

using std::chrono::steady_clock;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kIdleUs = 30 * 60 * kSecond;
constexpr std::int64_t kAbsoluteUs = 12 * 3600 * kSecond;
constexpr std::int64_t kTouchUs = 60 * kSecond;  // the row's last_seen_at is exact to a minute; a write a request would cost more
constexpr auto kRememberFor = std::chrono::seconds(5);
constexpr std::size_t kMostRemembered = 20'000;

Error wrong_credentials() {
  return {ErrorKind::kUnauthorized, "security.wrong_credentials",
          "expected the name and password of a user but they do not fit together", {}};
}

Error locked(Instant until) {
  return forbidden("security.locked", "expected an open account but after " + std::to_string(kWrongInARow) +
                                          " wrong passwords it is locked until " + until.to_string());
}

struct StoredUser {
  UserId user_id;
  std::string password_hash;
  bool enabled = false;
  int failed_attempts = 0;
  std::optional<Instant> locked_until;
};

std::optional<StoredUser> from_row(db::Rows rows) {
  if (!rows.next()) return {};
  return StoredUser{rows.id<struct UserTag>(0), rows.text(1), rows.i64(2) != 0, rows.i32(3), rows.instant_or_null(4)};
}

std::optional<StoredUser> find_user(db::Session& session, std::string_view username) {
  return from_row(session.query(
      "SELECT user_id, password_hash, enabled, failed_attempts, locked_until FROM administration_user WHERE username = ?", username));
}

std::optional<StoredUser> lock_user(db::Session& session, UserId user) {
  return from_row(session.query(
      "SELECT user_id, password_hash, enabled, failed_attempts, locked_until FROM administration_user WHERE user_id = ? FOR UPDATE",
      user));
}

bool is_locked(const StoredUser& user, Instant now) { return user.locked_until && *user.locked_until > now; }

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find(separator, begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

Result<Sessions::SignedIn> Sessions::sign_in(const Credentials& credentials) {
  auto& wrong = services_.metrics.counter("watthour_sign_in_total", "Attempts to sign in.", {{"outcome", "wrong"}});
  if (verification_is_crowded()) return unavailable("security.busy", "expected a free place to check a password but too many wait: try again");
  const Instant now = services_.clock.now();
  const auto user = services_.database.read(
      [&](db::Session& session) -> Result<std::optional<StoredUser>> { return find_user(session, credentials.username); });
  if (!user) return user.error();

  // A name that nobody has, or whose owner may not sign in, is treated like one with a wrong password: the same time, the
  // same answer, the same lock.
  if (!*user || !(*user)->enabled) {
    if (const auto until = unknown_names_.locked_until(credentials.username, now)) return locked(*until);
    waste_verification_time(credentials.password);
    wrong.add();
    if (const auto until = unknown_names_.count_wrong(credentials.username, now)) return locked(*until);
    return wrong_credentials();
  }
  if (is_locked(**user, now)) return locked(*(*user)->locked_until);

  // Outside of any transaction: it takes tens of milliseconds of a processor.
  if (!verify_password(credentials.password, (*user)->password_hash)) {
    wrong.add();
    observe::log(observe::Level::kWarning, "security.wrong_password",
                 {{"user_id", (*user)->user_id.value}, {"remote", credentials.remote}});
    auto outcome = note_wrong_password((*user)->user_id, credentials, now);
    if (!outcome) return outcome.error();
    return *outcome ? **outcome : wrong_credentials();
  }
  std::optional<std::string> fresh_hash;
  if (needs_rehash((*user)->password_hash)) fresh_hash = hash_password(credentials.password);
  auto signed_in = open_session((*user)->user_id, credentials, fresh_hash);
  if (signed_in) services_.metrics.counter("watthour_sign_in_total", "Attempts to sign in.", {{"outcome", "ok"}}).add();
  return signed_in;
}

// The row is locked, so that attempts at the same moment count one by one.
Result<std::optional<Error>> Sessions::note_wrong_password(UserId user, const Credentials& credentials, Instant now) {
  return services_.database.transact([&](db::Session& session) -> Result<std::optional<Error>> {
    const auto row = lock_user(session, user);
    if (!row) return std::optional<Error>(wrong_credentials());
    if (is_locked(*row, now)) return std::optional<Error>(locked(*row->locked_until));
    const AttemptState state = after_wrong_password(row->failed_attempts, now);
    session.execute("UPDATE administration_user SET failed_attempts = ?, locked_until = ? WHERE user_id = ?", state.failed,
                    state.locked_until, user);
    if (!state.locked_until) return std::optional<Error>();
    append_audit(session, now,
                 {.user = user, .action = "security.lock", .entity = "user", .entity_id = std::to_string(user.value), .before = {},
                  .after = "{\"locked_until\":\"" + state.locked_until->to_string() + "\"}", .remote = credentials.remote});
    return std::optional<Error>(locked(*state.locked_until));
  });
}

Result<Sessions::SignedIn> Sessions::open_session(UserId user, const Credentials& credentials,
                                                  const std::optional<std::string>& fresh_hash) {
  const Instant now = services_.clock.now();
  const std::string token = http::random_token(32);
  const std::string session_id = http::sha256_hex(token);
  const std::string csrf_token = http::random_token(32);
  const Status opened = services_.database.transact([&](db::Session& session) -> Status {
    const auto row = lock_user(session, user);
    // Between the check of the password and here others may have guessed wrong, or somebody may have closed the account.
    if (!row || !row->enabled) return wrong_credentials();
    if (is_locked(*row, now)) return locked(*row->locked_until);
    session.execute("UPDATE administration_user SET failed_attempts = 0, locked_until = NULL WHERE user_id = ?", user);
    if (fresh_hash) session.execute("UPDATE administration_user SET password_hash = ? WHERE user_id = ?", *fresh_hash, user);
    // Sessions that are over go a few at a time with the new ones, so that no clean-up job is needed.
    session.execute("DELETE FROM security_session WHERE expires_at < ? LIMIT 100", now);
    session.execute(
        "INSERT INTO security_session (token_sha256, user_id, csrf_token, created_at, last_seen_at, expires_at, remote) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        session_id, user, csrf_token, now, now, Instant{now.micros + kAbsoluteUs}, credentials.remote);
    append_audit(session, now,
                 {.user = user, .action = "security.sign_in", .entity = "user", .entity_id = std::to_string(user.value), .before = {},
                  .after = {}, .remote = credentials.remote});
    return ok();
  });
  if (!opened) return opened.error();
  auto caller = fetch(session_id, now);
  if (!caller) return caller.error();
  if (!*caller) return wrong_credentials();
  (*caller)->remote = credentials.remote;
  return SignedIn{token, std::move(**caller)};
}

Status Sessions::sign_out(const Caller& caller) {
  const Instant now = services_.clock.now();
  const Status done = services_.database.transact([&](db::Session& session) -> Status {
    session.execute("DELETE FROM security_session WHERE token_sha256 = ?", caller.session_id);
    append_audit(session, now, audit_entry(caller, "security.sign_out", "user", std::to_string(caller.user_id.value)));
    return ok();
  });
  const std::lock_guard lock(mutex_);
  remembered_.erase(caller.session_id);
  return done;
}

Status Sessions::change_password(const Caller& caller, std::string_view current, std::string_view next) {
  const auto user = services_.database.read(
      [&](db::Session& session) -> Result<std::optional<StoredUser>> { return find_user(session, caller.username); });
  if (!user) return user.error();
  const Instant now = services_.clock.now();
  if (!*user || !(*user)->enabled) return wrong_credentials();
  if (is_locked(**user, now)) return locked(*(*user)->locked_until);
  if (!verify_password(current, (*user)->password_hash)) {
    // A stolen session must not become a place to guess the password at leisure.
    auto outcome = note_wrong_password(caller.user_id, {caller.username, "", caller.remote}, now);
    if (!outcome) return outcome.error();
    return *outcome ? **outcome : wrong_credentials();
  }
  auto complaint = password_complaint(next, caller.username);
  if (!complaint && next == current) complaint = "expected another password than the present one but it is the same";
  if (complaint) {
    return invalid("http.invalid_fields", "expected a good new password but it is not", {{"/new", "security.weak_password", *complaint}});
  }
  const std::string hash = hash_password(next);
  const Status done = services_.database.transact([&](db::Session& session) -> Status {
    session.execute(
        "UPDATE administration_user SET password_hash = ?, must_change_password = 0, failed_attempts = 0 WHERE user_id = ?", hash,
        caller.user_id);
    session.execute("DELETE FROM security_session WHERE user_id = ? AND token_sha256 <> ?", caller.user_id, caller.session_id);
    append_audit(session, now, audit_entry(caller, "security.change_password", "user", std::to_string(caller.user_id.value)));
    return ok();
  });
  forget_all();
  return done;
}

Result<std::optional<Caller>> Sessions::find(std::string_view token) {
  const std::string session_id = http::sha256_hex(token);
  const Instant now = services_.clock.now();
  if (auto caller = recall(session_id, now)) return std::optional<Caller>(std::move(caller));
  return fetch(session_id, now);
}

std::optional<Caller> Sessions::recall(const std::string& session_id, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto it = remembered_.find(session_id);
  if (it == remembered_.end() || steady_clock::now() - it->second.fetched > kRememberFor || it->second.caller.expires_at <= now) return {};
  return it->second.caller;
}

Result<std::optional<Caller>> Sessions::fetch(const std::string& session_id, Instant now) {
  auto rights_now = rights();
  if (!rights_now) return rights_now.error();
  Instant last_seen;
  auto found = services_.database.read([&](db::Session& session) -> Result<std::optional<Caller>> {
    auto rows = session.query(
        "SELECT s.user_id, s.csrf_token, s.last_seen_at, s.expires_at, u.username, u.name, u.must_change_password, "
        "       o.org_id, o.code, o.name, o.path, "
        "       (SELECT GROUP_CONCAT(r.role_code ORDER BY r.role_code) FROM administration_user_role r WHERE r.user_id = s.user_id) "
        "FROM security_session s "
        "JOIN administration_user u ON u.user_id = s.user_id AND u.enabled = 1 "
        "JOIN administration_org_unit o ON o.org_id = u.org_id "
        "WHERE s.token_sha256 = ?",
        session_id);
    if (!rows.next()) return std::optional<Caller>();
    last_seen = rows.instant(2);
    Caller caller{.user_id = rows.id<struct UserTag>(0), .username = rows.text(4), .name = rows.text(5),
                  .org_id = rows.id<struct OrgTag>(7), .org_code = rows.text(8), .org_name = rows.text(9), .org_path = rows.text(10),
                  .roles = {}, .permissions = {}, .session_id = session_id, .csrf_token = rows.text(1),
                  .expires_at = rows.instant(3), .must_change_password = rows.i64(6) != 0, .remote = {}};
    for (const std::string& role : split(rows.text_or_null(11).value_or(""), ',')) {
      const auto name = (*rights_now)->names.find(role);
      if (name != (*rights_now)->names.end()) caller.roles.push_back(name->second);
      const auto permissions = (*rights_now)->permissions.find(role);
      if (permissions == (*rights_now)->permissions.end()) continue;
      caller.permissions.insert(caller.permissions.end(), permissions->second.begin(), permissions->second.end());
    }
    return std::optional<Caller>(std::move(caller));
  });
  if (!found || !*found) return found;
  Caller& caller = **found;
  if (caller.expires_at <= now || last_seen.micros + kIdleUs <= now.micros) return std::optional<Caller>();
  std::sort(caller.permissions.begin(), caller.permissions.end());
  caller.permissions.erase(std::unique(caller.permissions.begin(), caller.permissions.end()), caller.permissions.end());
  if (now.micros - last_seen.micros > kTouchUs) {
    if (const Status touched = touch(session_id, now); !touched) return touched.error();
  }
  const std::lock_guard lock(mutex_);
  if (remembered_.size() >= kMostRemembered) remembered_.clear();
  remembered_[session_id] = {caller, last_seen, steady_clock::now()};
  return found;
}

Status Sessions::touch(const std::string& session_id, Instant now) {
  return services_.database.transact([&](db::Session& session) -> Status {
    session.execute("UPDATE security_session SET last_seen_at = ? WHERE token_sha256 = ?", now, session_id);
    return ok();
  });
}

Result<std::shared_ptr<const Sessions::Rights>> Sessions::rights() {
  {
    const std::lock_guard lock(mutex_);
    if (rights_ && steady_clock::now() - rights_->fetched <= kRememberFor) return rights_;
  }
  auto fresh = services_.database.read([](db::Session& session) -> Result<std::shared_ptr<const Rights>> {
    auto made = std::make_shared<Rights>();
    auto rows = session.query(
        "SELECT r.role_code, r.name, r.name_en, p.permission FROM administration_role r "
        "LEFT JOIN administration_role_permission p ON p.role_code = r.role_code");
    while (rows.next()) {
      const std::string code = rows.text(0);
      made->names.try_emplace(code, RoleName{code, rows.text(1), rows.text(2)});
      if (auto permission = rows.text_or_null(3)) made->permissions[code].push_back(std::move(*permission));
    }
    made->fetched = steady_clock::now();
    return std::shared_ptr<const Rights>(std::move(made));
  });
  if (!fresh) return fresh;
  const std::lock_guard lock(mutex_);
  rights_ = *fresh;
  return fresh;
}

void Sessions::forget_all() {
  const std::lock_guard lock(mutex_);
  remembered_.clear();
  rights_.reset();
}

}  // namespace mis::security
