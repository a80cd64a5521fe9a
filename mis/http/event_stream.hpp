// Server-sent events over a socket.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "mis/http/answer.hpp"

namespace mis::http {

// "id: 7\nevent: progress\ndata: {…}\n\n"; data of several lines gets "data: " before each.
std::string event_text(std::int64_t id, std::string_view event, std::string_view data);

class SocketEventStream final : public EventStream {
 public:
  // A stream ends after `max_seconds`; the browser connects again by itself, and its session is looked at again.
  SocketEventStream(Poco::Net::StreamSocket& socket, const std::atomic<bool>& stopping, std::int64_t last_event_id, int max_seconds);
  bool send(std::int64_t id, std::string_view event, std::string_view data) override;
  bool wait(int milliseconds) override;
  std::int64_t last_event_id() const override { return last_event_id_; }

 private:
  bool write(std::string_view bytes);
  bool over() const;

  Poco::Net::StreamSocket& socket_;
  const std::atomic<bool>& stopping_;
  std::int64_t last_event_id_;
  std::chrono::steady_clock::time_point end_;
  std::chrono::steady_clock::time_point last_written_;
};

}  // namespace mis::http
