// What a handler gives back: a status, headers and a body, or a stream of events.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/http/request.hpp"

namespace mis::http {

// Server-sent events over one open connection. Written by the handler's stream function on the connection's own
// thread; the function returns when the work it tells of is over or when `send`/`wait` say that nobody listens.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // Sends one event. `id` is what the browser gives back as Last-Event-ID when it reconnects. False: the client has
  // gone, the session's time is over, or the server stops.
  virtual bool send(std::int64_t id, std::string_view event, std::string_view data) = 0;
  // Waits, and keeps the connection alive meanwhile. False as above.
  virtual bool wait(int milliseconds) = 0;
  // The number after which to go on; 0 for a first connection.
  virtual std::int64_t last_event_id() const = 0;
};

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  NameValues headers;
  std::function<void(EventStream&)> stream;  // set for text/event-stream only
  // A body that holds a secret (a temporary password) is not kept for repeated requests.
  bool secret = false;

  Answer& with_header(std::string name, std::string value);
  Answer& with_etag(std::int64_t version);
};

Answer json_answer(const nlohmann::json& body, int status = 200);
Answer no_content();
// 202 with where the job can be watched: {"job_id": …} and a Location header.
Answer accepted_job(std::int64_t job_id);
Answer event_stream(std::function<void(EventStream&)> stream);

// If-Match. `if_match_version` reads the version that the caller last saw (428 where the header is missing; the server
// checks that already for routes that demand it); `check_if_match` compares it with the present one (412).
Result<std::int64_t> if_match_version(const Request& request);
std::optional<Error> check_if_match(const Request& request, std::int64_t present_version);

}  // namespace mis::http
