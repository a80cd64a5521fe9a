#include "mis/net/fair_queue.hpp"

#include <algorithm>

namespace mis::net {

void FairQueue::enter_rings(Whose whose, Owner& owner, Lane& lane) {
  if (!lane.in_ring && !lane.tasks.empty() && lane.running < max_of_line_) {
    lane.in_ring = true;
    owner.ring.push_back(whose.line);
  }
  enter_ring(whose.owner, owner);
}

void FairQueue::enter_ring(std::uint64_t id, Owner& owner) {
  if (owner.in_ring || owner.ring.empty() || owner.running >= max_of_owner_) return;
  owner.in_ring = true;
  ring_.push_back(id);
  changed_.notify_one();
}

void FairQueue::forget_idle(Whose whose, Owner& owner, Lane& lane) {
  if (lane.tasks.empty() && lane.running == 0) owner.lanes.erase(whose.line);
  if (owner.lanes.empty()) owners_.erase(whose.owner);
}

void FairQueue::push(Whose whose, Task task) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  Owner& owner = owners_[whose.owner];
  Lane& lane = owner.lanes[whose.line];
  lane.tasks.push_back(std::move(task));
  ++waiting_;
  enter_rings(whose, owner, lane);
}

std::optional<FairQueue::Taken> FairQueue::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !ring_.empty() || (closed_ && waiting_ == 0); });
  if (ring_.empty()) return {};
  Whose whose{ring_.front(), 0};
  ring_.pop_front();
  Owner& owner = owners_.at(whose.owner);
  owner.in_ring = false;
  whose.line = owner.ring.front();
  owner.ring.pop_front();
  Lane& lane = owner.lanes.at(whose.line);
  lane.in_ring = false;
  Taken taken{whose, std::move(lane.tasks.front())};
  lane.tasks.pop_front();
  --waiting_;
  ++lane.running;
  ++owner.running;
  enter_rings(whose, owner, lane);
  if (closed_ && waiting_ == 0) changed_.notify_all();
  return taken;
}

void FairQueue::done(Whose whose) {
  const std::lock_guard lock(mutex_);
  const auto found = owners_.find(whose.owner);
  if (found == owners_.end()) return;
  Owner& owner = found->second;
  const auto lane = owner.lanes.find(whose.line);
  if (lane == owner.lanes.end()) return;
  --lane->second.running;
  --owner.running;
  enter_rings(whose, owner, lane->second);
  forget_idle(whose, owner, lane->second);
}

void FairQueue::drop(Whose whose) {
  std::deque<Task> dropped;  // destroyed without the lock: a task may own what calls us again
  const std::lock_guard lock(mutex_);
  const auto found = owners_.find(whose.owner);
  if (found == owners_.end()) return;
  Owner& owner = found->second;
  const auto lane = owner.lanes.find(whose.line);
  if (lane == owner.lanes.end()) return;
  waiting_ -= static_cast<int>(lane->second.tasks.size());
  dropped.swap(lane->second.tasks);
  if (lane->second.in_ring) owner.ring.erase(std::find(owner.ring.begin(), owner.ring.end(), whose.line));
  lane->second.in_ring = false;
  if (owner.in_ring && owner.ring.empty()) {
    ring_.erase(std::find(ring_.begin(), ring_.end(), whose.owner));
    owner.in_ring = false;
  }
  forget_idle(whose, owner, lane->second);
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
