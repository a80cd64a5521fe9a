#include <catch2/catch.hpp>
#include <set>

#include "mis/http/digest.hpp"
#include "mis/security/attempts.hpp"
#include "mis/security/audit.hpp"
#include "mis/security/caller.hpp"
#include "mis/security/password.hpp"

using namespace mis;
using namespace mis::security;

namespace {
constexpr std::int64_t kMinute = 60 * 1'000'000;
}

TEST_CASE("a password is verified by its argon2id hash, and two hashes of one password differ") {
  const std::string hash = hash_password("correct horse battery");
  CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CHECK(verify_password("correct horse battery", hash));
  CHECK_FALSE(verify_password("correct horse batterY", hash));
  CHECK_FALSE(verify_password("", hash));
  CHECK_FALSE(verify_password("x", "no hash at all"));
  CHECK(hash != hash_password("correct horse battery"));
  CHECK_FALSE(needs_rehash(hash));
  CHECK(needs_rehash("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG"));
}

TEST_CASE("a password that is easily guessed is refused with its reason") {
  CHECK_FALSE(password_complaint("watthour-2026", "li.na"));
  CHECK_FALSE(password_complaint("抄表收费营销", "li.na"));
  for (const char* weak : {"short", "aaaaaaaaaaaa", "121212121212", "Li.Na-Li.Na-99"}) {
    CAPTURE(weak);
    REQUIRE(password_complaint(weak, "li.na"));
    CHECK(password_complaint(weak, "li.na")->starts_with("expected "));
  }
  CHECK(password_complaint(std::string(200, 'x'), "li.na"));
}

TEST_CASE("temporary passwords are good ones and differ") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string password = temporary_password();
    CHECK(password.size() == 14);
    CHECK(password.find_first_of("0O1lI") == std::string::npos);
    seen.insert(password);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("the fifth wrong password in a row locks for fifteen minutes and starts the count anew") {
  const Instant now{1'000'000};
  CHECK(after_wrong_password(0, now).failed == 1);
  CHECK_FALSE(after_wrong_password(3, now).locked_until);
  const AttemptState fifth = after_wrong_password(4, now);
  CHECK(fifth.failed == 0);
  CHECK(fifth.locked_until == Instant{now.micros + 15 * kMinute});
}

TEST_CASE("names that nobody has are counted like those that somebody has, in bounded memory") {
  UnknownNames names;
  for (int i = 1; i <= 4; ++i) CHECK_FALSE(names.count_wrong("ghost", Instant{0}));
  CHECK(names.count_wrong("ghost", Instant{0}) == Instant{15 * kMinute});
  CHECK(names.locked_until("ghost", Instant{14 * kMinute}));
  CHECK_FALSE(names.locked_until("ghost", Instant{15 * kMinute}));
  CHECK_FALSE(names.locked_until("other", Instant{0}));
  // A flood of names forgets the oldest, not the newest.
  for (int i = 0; i < 30'000; ++i) (void)names.count_wrong("flood" + std::to_string(i), Instant{20 * kMinute + i});
  for (int i = 1; i <= 4; ++i) (void)names.count_wrong("flood29999", Instant{21 * kMinute});
  CHECK(names.locked_until("flood29999", Instant{22 * kMinute}));
}

TEST_CASE("an audit row's hash depends on every field, and on which field holds what") {
  const AuditLink link{7, "2026-11-02 08:00:00.000000",
                       {.user = UserId{3}, .action = "billing.issue", .entity = "bill_run", .entity_id = "12", .before = "{}", .after = {}, .remote = "10.0.0.1"},
                       std::string(64, '0')};
  // Known value: a chain that was written by an earlier build must verify with this one.
  CHECK(audit_hash(link) == http::sha256_hex("watthour audit 1;1:7;26:2026-11-02 08:00:00.000000;1:3;13:billing.issue;8:bill_run;2:12;2:{};-;8:10.0.0.1;64:" +
                                             std::string(64, '0') + ";"));
  std::set<std::string> hashes{audit_hash(link)};
  const auto add = [&](auto change) {
    AuditLink other = link;
    change(other);
    CHECK(hashes.insert(audit_hash(other)).second);
  };
  add([](AuditLink& l) { l.seq = 8; });
  add([](AuditLink& l) { l.at = "2026-11-02 08:00:00.000001"; });
  add([](AuditLink& l) { l.entry.user = {}; });
  add([](AuditLink& l) { l.entry.user = UserId{4}; });
  add([](AuditLink& l) { l.entry.action = "billing.issu"; l.entry.entity = "ebill_run"; });
  add([](AuditLink& l) { l.entry.entity_id = "1"; });
  add([](AuditLink& l) { l.entry.before = {}; l.entry.after = "{}"; });
  add([](AuditLink& l) { l.entry.after = ""; });
  add([](AuditLink& l) { l.entry.remote = "10.0.0.2"; });
  add([](AuditLink& l) { l.previous_hash = std::string(64, '1'); });
}

TEST_CASE("a caller may what the permissions say and sees what lies below the own unit") {
  const Caller caller{.user_id = UserId{3}, .username = "a", .name = "a", .org_id = OrgId{12}, .org_code = "W", .org_name = "w", .org_path = "/1/12/", .roles = {},
                      .permissions = {"billing.run", "billing.view"}, .session_id = {}, .csrf_token = {}, .expires_at = {}, .remote = {}};
  CHECK(caller.may("billing.run"));
  CHECK_FALSE(caller.may("billing.ru"));
  CHECK(caller.sees("/1/12/"));
  CHECK(caller.sees("/1/12/7/"));
  CHECK_FALSE(caller.sees("/1/"));
  CHECK_FALSE(caller.sees("/1/120/"));
  CHECK_FALSE(Caller{}.sees("/1/"));
  CHECK(caller.scope_pattern() == "/1/12/%");
  CHECK(require_second_person(caller, UserId{3})->code == "security.second_person");
  CHECK_FALSE(require_second_person(caller, UserId{4}));
}

TEST_CASE("tokens are random, and texts are compared whole") {
  CHECK(http::random_token(32).size() == 43);
  CHECK(http::random_token(32) != http::random_token(32));
  CHECK(http::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(http::equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(http::equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(http::equal_in_constant_time("abc", "ab"));
}
