#include "mis/http/event_stream.hpp"

#include <Poco/Exception.h>
#include <Poco/Timespan.h>

#include <algorithm>

namespace mis::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kSlice{250};         // how soon a stop or a client that left is noticed
constexpr std::chrono::seconds kSilence{15};  // proxies and browsers give up on longer ones

}  // namespace

std::string event_text(std::int64_t id, std::string_view event, std::string_view data) {
  std::string out = "id: " + std::to_string(id) + "\nevent: ";
  out += event;
  while (true) {
    const auto line_end = data.find('\n');
    out += "\ndata: ";
    out += data.substr(0, line_end);
    if (line_end == std::string_view::npos) break;
    data.remove_prefix(line_end + 1);
  }
  out += "\n\n";
  return out;
}

SocketEventStream::SocketEventStream(Poco::Net::StreamSocket& socket, const std::atomic<bool>& stopping,
                                     std::int64_t last_event_id, int max_seconds)
    : socket_(socket),
      stopping_(stopping),
      last_event_id_(last_event_id),
      end_(steady_clock::now() + std::chrono::seconds(max_seconds)),
      last_written_(steady_clock::now()) {}

bool SocketEventStream::over() const { return stopping_.load(std::memory_order_relaxed) || steady_clock::now() >= end_; }

bool SocketEventStream::write(std::string_view bytes) {
  try {
    while (!bytes.empty()) {
      const int sent = socket_.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  } catch (const Poco::Exception&) {
    return false;
  }
  last_written_ = steady_clock::now();
  return true;
}

bool SocketEventStream::send(std::int64_t id, std::string_view event, std::string_view data) {
  return !over() && write(event_text(id, event, data));
}

bool SocketEventStream::wait(int wait_ms) {
  const auto until = steady_clock::now() + milliseconds(wait_ms);
  while (true) {
    if (over()) return false;
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
    if (left.count() <= 0) return true;
    try {
      // A listener has nothing to say: what comes from it is its farewell.
      const auto slice = std::min(left, kSlice);
      if (socket_.poll(Poco::Timespan(slice.count() * 1000), Poco::Net::Socket::SELECT_READ)) return false;
    } catch (const Poco::Exception&) {
      return false;
    }
    if (steady_clock::now() - last_written_ > kSilence && !write(": still here\n\n")) return false;
  }
}

}  // namespace mis::http
