// The real server on a real database, and a client that speaks TLS to it and trusts its own certificate only.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mis/base/time.hpp"
#include "mis/http/server.hpp"
#include "mis/observe/metrics.hpp"
#include "mis/registry.hpp"
#include "mis/security/sessions.hpp"
#include "tests/store/fixture.hpp"

namespace fixture {

// A clock that stands still until a test moves it.
class TestClock final : public mis::Clock {
 public:
  mis::Instant now() const override { return {micros_.load()}; }
  void advance_minutes(int minutes) { micros_ += std::int64_t{minutes} * 60 * 1'000'000; }

 private:
  std::atomic<std::int64_t> micros_{mis::Instant::parse("2026-11-02T08:00:00Z")->micros};
};

struct Reply {
  int status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  std::string header(const std::string& name) const;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
  std::string code() const { return json().at("code").get<std::string>(); }  // of a problem
  std::vector<std::string> pointers() const;                                 // of a problem's fields
};

using Headers = std::vector<std::pair<std::string, std::string>>;

class Client {
 public:
  Client(std::uint16_t port, std::string certificate);
  Client(Client&&) noexcept;
  ~Client();

  // Signs in and keeps cookie and CSRF token for what follows; throws where it is refused.
  void sign_in(const std::string& username, const std::string& password = "watthour-2026");
  Reply get(const std::string& path, const Headers& headers = {});
  Reply post(const std::string& path, const nlohmann::json& body, Headers headers = {});
  Reply put(const std::string& path, const nlohmann::json& body, Headers headers = {});
  Reply del(const std::string& path);
  Reply send(const std::string& method, const std::string& path, const std::string& body, const Headers& headers);
  void drop_connection();

  std::string cookie;
  std::string csrf_token;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline std::pair<std::string, std::string> idempotency_key(const std::string& key) { return {"Idempotency-Key", key}; }

// Making a database takes seconds, so tests share one whose kernel tables are emptied before each; a test that writes
// elsewhere asks for one of its own.
enum class DatabaseUse : unsigned char { kShared, kOwn };

// A company (unit 1) with stations 11 (east) and 12 (west), and one user for each role that a test needs; the password of
// all is "watthour-2026". `more` registers further modules or routes before the server starts.
class RunningServer {
 public:
  explicit RunningServer(const std::function<void(mis::Registry&)>& more = {}, mis::http::ServerOptions options = {},
                         DatabaseUse use = DatabaseUse::kShared);
  ~RunningServer();

  Client client() { return Client(server->port(), certificate); }
  // A client that has signed in already.
  Client client_of(const std::string& username);
  std::uint16_t port() const { return server->port(); }

 private:
  std::unique_ptr<FreshDatabase> own_database_;

 public:
  FreshDatabase& database;
  TestClock clock;
  mis::observe::Metrics metrics;
  mis::Registry registry;
  mis::security::Sessions sessions;
  TemporaryFolder folder;
  std::string certificate;
  std::unique_ptr<mis::http::Server> server;
};

}  // namespace fixture
