// Work of many connections for few workers, taken from the connections in turn. Private to this room.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace mis::net {

// Each owner (a connection) has a lane of tasks in their order. Owners that have something to do stand in a ring; a worker
// takes one task of the foremost, who then goes to the end. An owner with `max_parallel` tasks at work waits outside of
// the ring until one is done, so that it cannot fill the pool either.
class FairQueue {
 public:
  using Task = std::function<void()>;
  explicit FairQueue(int max_parallel) : max_parallel_(max_parallel) {}

  void push(std::uint64_t owner, Task task);
  // Waits for a task; nothing once the queue is closed and empty. The worker calls done(owner) after it.
  struct Taken {
    std::uint64_t owner;
    Task task;
  };
  std::optional<Taken> take();
  void done(std::uint64_t owner);
  // Forgets what an owner has waiting. Tasks at work go on.
  void drop(std::uint64_t owner);
  // Workers get what is still there, then nothing.
  void close();
  int waiting() const;

 private:
  struct Lane {
    std::deque<Task> tasks;
    int running = 0;
    bool in_ring = false;
  };
  void enter_ring(std::uint64_t owner, Lane& lane);

  const int max_parallel_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::uint64_t, Lane> lanes_;
  std::deque<std::uint64_t> ring_;
  int waiting_ = 0;
  bool closed_ = false;
};

}  // namespace mis::net
