// What the tests of the bank port share: a framing, something to wait for, and a record of what the port reported.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "mis/net/framed_client.hpp"
#include "mis/net/framed_server.hpp"

namespace mis::net::test {

// Two bytes of length, big-endian, then so many bytes. A length above 4096 is a protocol error.
inline FrameDecision two_byte_frames(std::string_view bytes) {
  if (bytes.size() < 2) return need_more();
  const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8 | static_cast<unsigned char>(bytes[1]);
  if (length > 4096) return protocol_error("expected a length of at most 4096 but found " + std::to_string(length));
  return bytes.size() < length + 2 ? need_more() : frame_of(length + 2);
}

inline std::string framed(std::string_view body) {
  return std::string{static_cast<char>(body.size() >> 8), static_cast<char>(body.size() & 0xFF)} + std::string(body);
}
inline std::string body_of(std::string_view frame) { return std::string(frame.substr(2)); }

// A failing test must end too: nothing here is waited for longer than this.
inline constexpr std::chrono::seconds kPatience{60};

// Threads wait at it until it is opened.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait_for(lock, kPatience, [this] { return open_; });
  }
  bool wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return arrived_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

// Lines that hooks and handlers write, and that tests wait for.
class Record {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    ++counts_[line];
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  // True once the line stands there so many times.
  bool wait_for(const std::string& line, int times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return counts_[line] >= times; });
  }
  int count(const std::string& line) {
    const std::lock_guard lock(mutex_);
    return counts_[line];
  }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  Hooks hooks() {
    Hooks hooks;
    hooks.opened = [this](const Peer&) { add("opened"); };
    hooks.closed = [this](const Peer&, CloseReason reason, std::string_view) { add("closed " + std::string(to_text(reason))); };
    hooks.refused = [this](std::string_view, RefusalReason reason) { add("refused " + std::string(to_text(reason))); };
    hooks.received = [this](const Peer&) { add("received"); };
    hooks.worked = [this](const Peer&, std::int64_t, std::int64_t) { add("worked"); };
    hooks.failed = [this](const Peer&, std::string_view what) { add("failed " + std::string(what)); };
    hooks.answer_lost = [this](const Peer&) { add("answer lost"); };
    return hooks;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::map<std::string, int> counts_;
};

// Plain TCP on a free port of the loopback; connections may wait long, so that a busy machine cuts none off.
inline FramedServerOptions plain_options() {
  FramedServerOptions options;
  options.tls_wanted = false;
  options.max_per_address = 1000;
  options.handshake_ms = options.frame_ms = options.idle_ms = options.write_ms = 120'000;
  return options;
}

inline Result<FramedClient> connect_plain(const FramedServer& server) {
  FramedClientOptions options;
  options.port = server.port();
  options.tls_wanted = false;
  options.answer_ms = 60'000;
  return FramedClient::connect(options, two_byte_frames);
}

}  // namespace mis::net::test
