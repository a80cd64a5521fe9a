#include <catch2/catch.hpp>

#include "mis/net/fair_queue.hpp"

using mis::net::FairQueue;

namespace {

// Takes and ends tasks one by one until none is ready; whose they were.
std::string drained(FairQueue& queue) {
  std::string owners;
  queue.close();
  while (auto taken = queue.take()) {
    owners += static_cast<char>('0' + taken->owner);
    queue.done(taken->owner);
  }
  return owners;
}

}  // namespace

TEST_CASE("owners take turns whatever each has waiting", "[net]") {
  FairQueue queue(4);
  for (int i = 0; i < 6; ++i) queue.push(1, [] {});
  queue.push(2, [] {});
  queue.push(2, [] {});
  queue.push(3, [] {});
  CHECK(queue.waiting() == 9);
  CHECK(drained(queue) == "123121111");
  CHECK(queue.waiting() == 0);
}

TEST_CASE("an owner with enough at work waits until one is done", "[net]") {
  FairQueue queue(2);
  for (int i = 0; i < 4; ++i) queue.push(1, [] {});
  queue.push(2, [] {});
  CHECK(queue.take()->owner == 1);
  CHECK(queue.take()->owner == 2);
  CHECK(queue.take()->owner == 1);
  queue.push(3, [] {});
  CHECK(queue.take()->owner == 3);  // 1 has two at work
  queue.done(1);
  CHECK(queue.take()->owner == 1);
  queue.done(1);
  CHECK(drained(queue) == "1");
}

TEST_CASE("what is dropped is not done, and leaves others' turns as they were", "[net]") {
  FairQueue queue(4);
  for (std::uint64_t owner : {1, 2, 3, 2, 2}) queue.push(owner, [] {});
  queue.drop(2);
  queue.drop(9);
  CHECK(queue.waiting() == 2);
  CHECK(drained(queue) == "13");
  queue.push(4, [] {});
  CHECK(queue.waiting() == 0);  // closed
}
