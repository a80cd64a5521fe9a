#include "mis/http/connection_watch.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <vector>

namespace mis::http {
namespace {

// Above this share of all places the longest idle connections make room, down to the lower share.
constexpr int kCrowdedPercent = 90;
constexpr int kRelievedPercent = 80;
constexpr std::int64_t kLeastIdleMs = 500;

bool is_loopback(const std::string& address) { return address == "::1" || address.starts_with("127."); }

}  // namespace

std::int64_t ConnectionWatch::now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

ConnectionWatch::Watched::Watched(ConnectionWatch& watch, int descriptor, std::string address)
    : watch_(watch), descriptor_(descriptor), address_(std::move(address)), since_ms_(now_ms()) {
  const std::lock_guard lock(watch_.mutex_);
  int& count = watch_.by_address_[address_];
  ++count;
  place_ = watch_.connections_.insert(watch_.connections_.end(), this);
  admitted_ = count <= watch_.limits_.max_per_address || (is_loopback(address_) && !watch_.limits_.limit_loopback);
}

ConnectionWatch::Watched::~Watched() {
  const std::lock_guard lock(watch_.mutex_);
  watch_.connections_.erase(place_);
  const auto count = watch_.by_address_.find(address_);
  if (--count->second == 0) watch_.by_address_.erase(count);
}

void ConnectionWatch::Watched::enter(Phase phase) {
  since_ms_.store(now_ms(), std::memory_order_relaxed);
  phase_.store(phase, std::memory_order_release);
}

// The descriptor is still open, because a connection leaves the list before it closes its socket and we hold the list.
void ConnectionWatch::cut(Watched& watched) {
  ::shutdown(watched.descriptor_, SHUT_RDWR);
  cut_.fetch_add(1, std::memory_order_relaxed);
}

void ConnectionWatch::sweep() {
  const std::int64_t now = now_ms();
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::int64_t, Watched*>> idle;
  for (Watched* watched : connections_) {
    const Phase phase = watched->phase_.load(std::memory_order_acquire);
    const std::int64_t age_ms = now - watched->since_ms_.load(std::memory_order_relaxed);
    switch (phase) {
      case Phase::kReading:
        if (age_ms > limits_.read_deadline_ms) cut(*watched);
        break;
      case Phase::kWriting:
        if (age_ms > limits_.write_deadline_ms) cut(*watched);
        break;
      case Phase::kIdle:
        if (age_ms >= kLeastIdleMs) idle.emplace_back(age_ms, watched);
        break;
      case Phase::kWorking:
      case Phase::kStreaming: break;
    }
  }
  const auto open = static_cast<int>(connections_.size());
  if (open * 100 < limits_.max_connections * kCrowdedPercent) return;
  std::sort(idle.begin(), idle.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const int surplus = open - limits_.max_connections * kRelievedPercent / 100;
  for (int i = 0; i < surplus && i < static_cast<int>(idle.size()); ++i) cut(*idle[static_cast<std::size_t>(i)].second);
}

void ConnectionWatch::cut_idle() {
  const std::lock_guard lock(mutex_);
  for (Watched* watched : connections_) {
    const Phase phase = watched->phase_.load(std::memory_order_acquire);
    if (phase == Phase::kIdle || phase == Phase::kReading) ::shutdown(watched->descriptor_, SHUT_RDWR);
  }
}

void ConnectionWatch::cut_all() {
  const std::lock_guard lock(mutex_);
  for (Watched* watched : connections_) ::shutdown(watched->descriptor_, SHUT_RDWR);
}

int ConnectionWatch::open() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(connections_.size());
}

}  // namespace mis::http
