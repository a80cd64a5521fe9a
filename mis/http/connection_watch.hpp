// Keeps an eye on every open connection, so that slow, idle or greedy ones cannot take the threads of all others.
//
// A connection has a thread. What it waits for in the network has a deadline as a whole, not for each byte: a client that
// sends one byte every ten seconds is cut off like one that sends nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>

namespace mis::http {

class ConnectionWatch {
 public:
  struct Limits {
    int read_deadline_ms = 15'000;   // handshake, headers and body together
    int write_deadline_ms = 60'000;  // one answer
    int max_connections = 700;
    int max_per_address = 100;       // the loopback is exempt unless `limit_loopback`: a proxy sits there
    bool limit_loopback = false;
  };
  enum class Phase : std::uint8_t { kIdle, kReading, kWorking, kWriting, kStreaming };

  explicit ConnectionWatch(Limits limits) : limits_(limits) {}

  // One connection, for as long as its thread serves it. Must end before its socket is closed.
  class Watched {
   public:
    Watched(ConnectionWatch& watch, int descriptor, std::string address);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    bool admitted() const { return admitted_; }  // false: this address has too many already
    void enter(Phase phase);

   private:
    friend class ConnectionWatch;
    ConnectionWatch& watch_;
    int descriptor_;
    std::string address_;
    bool admitted_ = false;
    // Written by the connection's thread, read by sweep(): first the time, then the phase, so that a new phase is never
    // seen with an old time.
    std::atomic<std::int64_t> since_ms_{0};
    std::atomic<Phase> phase_{Phase::kReading};
    std::list<Watched*>::iterator place_;
  };

  // Cuts off what is over its deadline, and the longest idle ones when places run short. Called about once a second.
  void sweep();
  // Cuts off whoever is not in the middle of something; used at the stop.
  void cut_idle();
  // Cuts off everybody.
  void cut_all();
  int open() const;
  std::int64_t cut_off() const { return cut_.load(std::memory_order_relaxed); }

 private:
  static std::int64_t now_ms();
  void cut(Watched& watched);

  Limits limits_;
  mutable std::mutex mutex_;
  std::list<Watched*> connections_;
  std::map<std::string, int> by_address_;
  std::atomic<std::int64_t> cut_{0};
};

}  // namespace mis::http
