#include "mis/http/idempotency.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "mis/http/digest.hpp"

namespace mis::http {
namespace {

using nlohmann::json;

constexpr std::int64_t kKeptDays = 7;  // how long a client may come back for its answer

using InFlightKey = std::pair<std::int64_t, std::string>;

// Keys whose first request runs in this process. Other processes' are held off by the row's lock in the database.
std::mutex in_flight_mutex;
std::set<InFlightKey> in_flight;

class InFlight {
 public:
  explicit InFlight(InFlightKey key) : key_(std::move(key)) {
    const std::lock_guard lock(in_flight_mutex);
    owned_ = in_flight.insert(key_).second;
  }
  ~InFlight() {
    if (!owned_) return;
    const std::lock_guard lock(in_flight_mutex);
    in_flight.erase(key_);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  bool owned() const { return owned_; }

 private:
  InFlightKey key_;
  bool owned_ = false;
};

std::string to_json(const Answer& answer) {
  json headers = json::array();
  for (const auto& [name, value] : answer.headers) headers.push_back({name, value});
  json stored{{"content_type", answer.content_type}, {"headers", std::move(headers)}, {"secret", answer.secret}};
  if (!answer.secret) stored["body"] = answer.body;
  return stored.dump();
}

Result<Answer> from_json(int status, const std::string& text) {
  const json stored = json::parse(text);
  if (stored.at("secret").get<bool>()) {
    return conflict("http.answer_not_kept",
                    "expected a new Idempotency-Key but this one's request was done, and its answer held a secret that is not kept");
  }
  Answer answer;
  answer.status = status;
  answer.content_type = stored.at("content_type").get<std::string>();
  answer.body = stored.at("body").get<std::string>();
  for (const json& header : stored.at("headers")) {
    answer.headers.emplace_back(header.at(0).get<std::string>(), header.at(1).get<std::string>());
  }
  answer.with_header("Idempotency-Replayed", "true");
  return answer;
}

bool is_well_formed(std::string_view key) {
  return key.size() >= 8 && key.size() <= 80 && std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

// The first answer, where there is one already.
Result<Answer> replay(db::Session& session, UserId user, const std::string& key, const std::string& request_sha256) {
  auto rows = session.query("SELECT request_sha256, status, answer FROM http_idempotency WHERE user_id = ? AND idempotency_key = ?",
                            user, key);
  if (!rows.next()) return unavailable("http.idempotency_in_flight", "expected the first answer but it was just given up: try again");
  if (rows.text(0) != request_sha256) {
    return invalid("http.idempotency_key_reused",
                   "expected the content that this Idempotency-Key was first used with but it differs: take a new key");
  }
  return from_json(rows.i32(1), rows.text(2));
}

}  // namespace

Result<Answer> idempotent(const Services& services, const Request& request, const security::Caller& caller,
                          const std::function<Result<Answer>(db::Session&)>& use_case) {
  const std::string key(request.header("Idempotency-Key").value_or(""));
  if (!is_well_formed(key)) {
    return Error{ErrorKind::kInvalid, "http.idempotency_key_missing",
                 "expected an Idempotency-Key header of 8 to 80 printable characters (a UUID) but there is none", {}};
  }
  const InFlight mine({caller.user_id.value, key});
  if (!mine.owned()) {
    return conflict("http.idempotency_in_flight", "expected one request at a time for an Idempotency-Key but the first one still runs");
  }
  const std::string request_sha256 =
      sha256_hex(std::string(to_string(request.method)) + "\n" + request.path + "\n" + request.body);

  // Old answers go a few at a time with the new ones, so that no clean-up job is needed.
  static std::atomic<unsigned> calls{0};
  const bool clean_up = calls.fetch_add(1, std::memory_order_relaxed) % 64 == 0;

  auto result = services.database.transact([&](db::Session& session) -> Result<Answer> {
    const Instant now = services.clock.now();
    // The row is claimed before the work: a second request in another process waits on its lock until we commit or
    // give up, and only then finds either our answer or a free key.
    try {
      session.execute(
          "INSERT INTO http_idempotency (user_id, idempotency_key, request_sha256, status, answer, created_at) "
          "VALUES (?, ?, ?, 0, '', ?)",
          caller.user_id, key, request_sha256, now);
    } catch (const db::DbError& error) {
      if (error.kind() != db::DbError::Kind::kDuplicate) throw;
      return replay(session, caller.user_id, key, request_sha256);
    }
    auto answer = use_case(session);
    if (!answer) return answer;
    session.execute("UPDATE http_idempotency SET status = ?, answer = ? WHERE user_id = ? AND idempotency_key = ?", answer->status,
                    to_json(*answer), caller.user_id, key);
    return answer;
  });
  // By itself: two who clean up at once wait for each other, and must not hold what the request has locked meanwhile.
  if (clean_up && result) {
    const Instant before{services.clock.now().micros - kKeptDays * 86'400 * 1'000'000};
    (void)services.database.transact([&](db::Session& session) -> Status {
      session.execute("DELETE FROM http_idempotency WHERE created_at < ? LIMIT 1000", before);
      return ok();
    });
  }
  return result;
}

}  // namespace mis::http
