// One connection of a FramedServer: reads frames, hands them to the queue, writes answers in the order of the frames.
// Private to this room. Everything here happens in the network's thread, except what is posted to it.
#pragma once

#include "mis/net/asio.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mis/net/fair_queue.hpp"
#include "mis/net/framed_server.hpp"

namespace mis::net {

class Connection;

// What all connections of a server have in common; outlives them.
struct ConnectionShare {
  const FramedServerOptions& options;
  const Framer& framer;
  const Handler& handler;
  const Hooks& hooks;
  asio::io_context& io;
  asio::ssl::context* tls;  // nullptr: none
  FairQueue& queue;
  std::function<bool(Connection&)> find_place;  // of its owner, after the handshake; false: it has been closed
  std::function<void(Connection&)> gone;  // the connection is closed; forget it
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `place` is what its address is counted under.
  Connection(ConnectionShare& share, asio::ip::tcp::socket socket, Peer peer, std::string place);
  void start();
  // Reads no further frames and closes once those it has are answered.
  void drain();
  void close(CloseReason reason, std::string_view detail = {});
  // Closes where something takes longer than it may. Called some times a second.
  void check_deadline(Time now);
  const Peer& peer() const { return peer_; }
  const std::string& place() const { return place_; }
  void belongs_to(std::string owner, std::uint64_t owner_id);
  bool has_owner() const { return owner_id_ != 0; }

 private:
  enum class Phase : std::uint8_t { kHandshake, kOpen, kClosed };

  void opened();
  void read();
  void have_read(const std::error_code& error, std::size_t bytes);
  void take_frames();
  void submit(std::string frame);
  void work(std::uint64_t sequence, const std::string& frame, Time received);  // in a worker's thread
  void answered(std::uint64_t sequence, Answer answer);
  void write();
  void have_written(const std::error_code& error);
  void settle();
  bool wants_more() const;
  FairQueue::Whose whose() const { return {owner_id_, peer_.connection}; }
  int in_flight() const { return static_cast<int>(next_sequence_ - next_answer_) + writing_count_; }

  ConnectionShare& share_;
  asio::ip::tcp::socket socket_;
  std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
  Peer peer_;
  std::string place_;
  std::uint64_t owner_id_ = 0;
  Phase phase_ = Phase::kHandshake;
  bool reading_ = false, writing_ = false, draining_ = false, close_after_write_ = false;
  std::optional<CloseReason> drain_reason_;

  std::vector<char> chunk_;
  std::string pending_;  // the start of a frame that has not wholly arrived
  std::string out_;
  std::map<std::uint64_t, Answer> ready_;
  std::uint64_t next_sequence_ = 0;  // of the next frame
  std::uint64_t next_answer_ = 0;    // of the next answer to be written
  int writing_count_ = 0;            // answers in `out_`

  // When what is being waited for began. A deadline is of the whole, not for each byte.
  Time handshake_since_{}, frame_since_{}, idle_since_{}, write_since_{};
};

}  // namespace mis::net
