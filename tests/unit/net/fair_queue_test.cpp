#include <catch2/catch.hpp>

#include "mis/net/fair_queue.hpp"

using mis::net::FairQueue;

namespace {

// An owner with one line.
FairQueue::Whose only(std::uint64_t owner) { return {owner, owner}; }

// Takes and ends tasks one by one until none is ready; whose they were.
std::string drained(FairQueue& queue) {
  std::string owners;
  queue.close();
  while (auto taken = queue.take()) {
    owners += static_cast<char>('0' + taken->whose.owner);
    queue.done(taken->whose);
  }
  return owners;
}

}  // namespace

TEST_CASE("owners take turns whatever each has waiting", "[net]") {
  FairQueue queue(4);
  for (int i = 0; i < 6; ++i) queue.push(only(1), [] {});
  queue.push(only(2), [] {});
  queue.push(only(2), [] {});
  queue.push(only(3), [] {});
  CHECK(queue.waiting() == 9);
  CHECK(drained(queue) == "123121111");
  CHECK(queue.waiting() == 0);
}

TEST_CASE("an owner with enough at work waits until one is done", "[net]") {
  FairQueue queue(2);
  for (int i = 0; i < 4; ++i) queue.push(only(1), [] {});
  queue.push(only(2), [] {});
  CHECK(queue.take()->whose.owner == 1);
  CHECK(queue.take()->whose.owner == 2);
  CHECK(queue.take()->whose.owner == 1);
  queue.push(only(3), [] {});
  CHECK(queue.take()->whose.owner == 3);  // 1 has two at work
  queue.done(only(1));
  CHECK(queue.take()->whose.owner == 1);
  queue.done(only(1));
  CHECK(drained(queue) == "1");
}

TEST_CASE("what is dropped is not done, and leaves others' turns as they were", "[net]") {
  FairQueue queue(4);
  for (std::uint64_t owner : {1, 2, 3, 2, 2}) queue.push(only(owner), [] {});
  queue.drop(only(2));
  queue.drop(only(9));
  CHECK(queue.waiting() == 2);
  CHECK(drained(queue) == "13");
  queue.push(only(4), [] {});
  CHECK(queue.waiting() == 0);  // closed
}

TEST_CASE("an owner with four hundred lines has the turn of one with a single line", "[net]") {
  FairQueue queue(4);
  for (std::uint64_t line = 0; line < 400; ++line) queue.push({1, 100 + line}, [] {});
  queue.push({2, 1}, [] {});
  queue.push({2, 1}, [] {});
  CHECK(drained(queue).substr(0, 6) == "121211");
}

TEST_CASE("an owner's own lines take turns too", "[net]") {
  FairQueue queue(4);
  std::string lines;
  for (int i = 0; i < 3; ++i) queue.push({1, 7}, [&] { lines += 'a'; });
  for (int i = 0; i < 2; ++i) queue.push({1, 8}, [&] { lines += 'b'; });
  queue.close();
  while (auto taken = queue.take()) {
    taken->task();
    queue.done(taken->whose);
  }
  CHECK(lines == "ababa");
}

TEST_CASE("an owner with enough at work over all of its lines waits until one is done", "[net]") {
  FairQueue queue(4, 2);
  for (std::uint64_t line = 0; line < 5; ++line) queue.push({1, line}, [] {});
  const auto first = queue.take()->whose, second = queue.take()->whose;
  CHECK(first.owner == 1);
  CHECK(second.owner == 1);
  queue.push({2, 9}, [] {});
  CHECK(queue.take()->whose.owner == 2);
  queue.drop({1, 2});
  queue.done(first);
  CHECK(queue.take()->whose.line == 3);
  queue.done(second);
  CHECK(drained(queue) == "1");
}
