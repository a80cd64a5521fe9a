// Work of many owners for few workers, taken from the owners in turn, and of each from its connections in turn. Private to this room.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace mis::net {

// Two rings, one inside the other. Owners (banks) that have something to do stand in a ring; a worker takes one task of the
// foremost, who then goes to the end. Within an owner his lines (connections) take turns likewise, each with a lane of tasks in
// their order. So an owner with four hundred lines has the same turn as one with a single line. A line or an owner with enough
// tasks at work waits outside of the ring until one is done, so that neither can fill the pool.
class FairQueue {
 public:
  using Task = std::function<void()>;
  struct Whose {
    std::uint64_t owner = 0, line = 0;  // a line has one owner for as long as it lives
  };
  explicit FairQueue(int max_parallel, int max_parallel_of_owner = std::numeric_limits<int>::max()) : max_of_line_(max_parallel), max_of_owner_(max_parallel_of_owner) {}

  void push(Whose whose, Task task);
  // Waits for a task; nothing once the queue is closed and empty. The worker calls done(whose) after it.
  struct Taken {
    Whose whose;
    Task task;
  };
  std::optional<Taken> take();
  void done(Whose whose);
  // Forgets what a line has waiting. Tasks at work go on.
  void drop(Whose whose);
  // Workers get what is still there, then nothing.
  void close();
  int waiting() const;

 private:
  struct Lane {
    std::deque<Task> tasks;
    int running = 0;
    bool in_ring = false;
  };
  struct Owner {
    std::unordered_map<std::uint64_t, Lane> lanes;
    std::deque<std::uint64_t> ring;  // lines that may have a turn
    int running = 0;
    bool in_ring = false;
  };
  void enter_rings(Whose whose, Owner& owner, Lane& lane);
  void enter_ring(std::uint64_t id, Owner& owner);
  void forget_idle(Whose whose, Owner& owner, Lane& lane);

  const int max_of_line_, max_of_owner_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::uint64_t, Owner> owners_;
  std::deque<std::uint64_t> ring_;
  int waiting_ = 0;
  bool closed_ = false;
};

}  // namespace mis::net
