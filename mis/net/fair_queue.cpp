#include "mis/net/fair_queue.hpp"

#include <algorithm>

namespace mis::net {

void FairQueue::enter_ring(std::uint64_t owner, Lane& lane) {
  if (lane.in_ring || lane.tasks.empty() || lane.running >= max_parallel_) return;
  lane.in_ring = true;
  ring_.push_back(owner);
  changed_.notify_one();
}

void FairQueue::push(std::uint64_t owner, Task task) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  Lane& lane = lanes_[owner];
  lane.tasks.push_back(std::move(task));
  ++waiting_;
  enter_ring(owner, lane);
}

std::optional<FairQueue::Taken> FairQueue::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !ring_.empty() || (closed_ && waiting_ == 0); });
  if (ring_.empty()) return {};
  const std::uint64_t owner = ring_.front();
  ring_.pop_front();
  Lane& lane = lanes_.at(owner);
  lane.in_ring = false;
  Taken taken{owner, std::move(lane.tasks.front())};
  lane.tasks.pop_front();
  --waiting_;
  ++lane.running;
  enter_ring(owner, lane);
  if (closed_ && waiting_ == 0) changed_.notify_all();
  return taken;
}

void FairQueue::done(std::uint64_t owner) {
  const std::lock_guard lock(mutex_);
  const auto found = lanes_.find(owner);
  if (found == lanes_.end()) return;
  --found->second.running;
  if (found->second.tasks.empty() && found->second.running == 0) lanes_.erase(found);
  else enter_ring(owner, found->second);
}

void FairQueue::drop(std::uint64_t owner) {
  std::deque<Task> dropped;  // destroyed without the lock: a task may own what calls us again
  const std::lock_guard lock(mutex_);
  const auto found = lanes_.find(owner);
  if (found == lanes_.end()) return;
  waiting_ -= static_cast<int>(found->second.tasks.size());
  dropped.swap(found->second.tasks);
  if (found->second.in_ring) ring_.erase(std::find(ring_.begin(), ring_.end(), owner));
  found->second.in_ring = false;
  if (found->second.running == 0) lanes_.erase(found);
  if (closed_ && waiting_ == 0) changed_.notify_all();
}

void FairQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

int FairQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

}  // namespace mis::net
