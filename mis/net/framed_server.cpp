#include "mis/net/framed_server.hpp"

#include "mis/net/asio.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <vector>

#include "mis/net/connection.hpp"
#include "mis/net/tls.hpp"

namespace mis::net {
namespace {

constexpr int kBacklog = 1024;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr int kLongestSweepMs = 500;
constexpr int kShortestSweepMs = 5;

using asio::ip::tcp;

void check(const FramedServerOptions& o, const Framer& framer, const Handler& handler) {
  const auto need = [](bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("expected a bank port with ") + what + " but its options say otherwise");
  };
  need(static_cast<bool>(framer) && static_cast<bool>(handler), "a framer and a handler");
  need(o.workers > 0, "at least one worker");
  need(o.max_connections > 0 && o.max_per_address > 0 && o.max_per_owner > 0 && o.max_handshakes > 0 && o.handshakes_per_minute > 0, "room for a connection");
  need(o.max_in_flight > 0 && o.max_parallel > 0, "room for a request");
  need(o.max_frame_bytes > 0, "room for a frame");
  need(o.handshake_ms > 0 && o.frame_ms > 0 && o.idle_ms > 0 && o.write_ms > 0 && o.stop_grace_ms >= 0, "time limits above nothing");
}

// Who has one address of an IPv6 network has all of them.
std::string place_of(const asio::ip::address& address) {
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) return address.to_string();
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

// Often enough that the shortest limit is kept within a quarter of it.
std::chrono::milliseconds sweep_period(const FramedServerOptions& o) {
  const int shortest = std::min(std::min(o.handshake_ms, o.frame_ms), std::min(o.idle_ms, o.write_ms));
  return std::chrono::milliseconds(std::clamp(shortest / 4, kShortestSweepMs, kLongestSweepMs));
}

}  // namespace

std::string_view to_text(CloseReason reason) {
  switch (reason) {
    case CloseReason::kPeerClosed: return "peer_closed";
    case CloseReason::kAnswerSaidSo: return "answer_said_so";
    case CloseReason::kProtocolError: return "protocol_error";
    case CloseReason::kFrameTooLarge: return "frame_too_large";
    case CloseReason::kHandshakeFailed: return "handshake_failed";
    case CloseReason::kPeerRefused: return "peer_refused";
    case CloseReason::kHandshakeTimeout: return "handshake_timeout";
    case CloseReason::kFrameTimeout: return "frame_timeout";
    case CloseReason::kIdleTimeout: return "idle_timeout";
    case CloseReason::kWriteTimeout: return "write_timeout";
    case CloseReason::kNetworkError: return "network_error";
    case CloseReason::kHandlerFailed: return "handler_failed";
    case CloseReason::kStopped: return "stopped";
    case CloseReason::kDisplaced: return "displaced";
  }
  return "";
}

std::string_view to_text(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::kTooManyConnections: return "too_many_connections";
    case RefusalReason::kTooManyFromAddress: return "too_many_from_address";
    case RefusalReason::kTooManyOfOwner: return "too_many_of_owner";
    case RefusalReason::kTooFast: return "too_fast";
  }
  return "";
}

struct FramedServer::Impl {
  Impl(FramedServerOptions o, Framer f, Handler h, Hooks k)
      : options(std::move(o)),
        framer(std::move(f)),
        handler(std::move(h)),
        hooks(std::move(k)),
        tls(options.tls_wanted ? std::optional<asio::ssl::context>(server_context(options.tls)) : std::nullopt),
        queue(options.max_parallel, options.max_parallel_of_owner > 0 ? options.max_parallel_of_owner : options.workers),
        share{options, framer, handler, hooks, io, tls ? &*tls : nullptr, queue, [this](Connection& c) { return find_place(c); }, [this](Connection& c) { forget(c); }} {
    listen();
    accept();
    sweep();
    network = std::thread([this] { io.run(); });
    for (int i = 0; i < options.workers; ++i) workers.emplace_back([this] { work(); });
  }

  void listen() {
    std::error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) throw std::runtime_error("expected an address to listen on but found " + options.address);
    const tcp::endpoint endpoint(address, options.port);
    const auto step = [&](auto&& call) {
      call();
      if (error) throw std::runtime_error("expected to listen on " + options.address + ":" + std::to_string(options.port) + " but: " + error.message());
    };
    step([&] { acceptor.open(endpoint.protocol(), error); });
    step([&] { acceptor.set_option(tcp::acceptor::reuse_address(true), error); });
    step([&] { acceptor.bind(endpoint, error); });
    step([&] { acceptor.listen(kBacklog, error); });
    listening_port = acceptor.local_endpoint().port();
  }

  void accept() {
    acceptor.async_accept([this](const std::error_code& error, tcp::socket socket) {
      if (stopping) return;
      if (!error) {
        admit(std::move(socket));
        accept();
        return;
      }
      // No descriptor left, most likely. At once again would only keep the thread busy until there is one.
      accept_pause.expires_after(kAcceptPause);
      accept_pause.async_wait([this](const std::error_code& cancelled) {
        if (!cancelled && !stopping) accept();
      });
    });
  }

  void admit(tcp::socket socket) {
    std::error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return;  // gone already
    Peer peer;
    peer.connection = ++last_connection;
    peer.address = remote.address().to_string();
    peer.port = remote.port();
    const auto place = place_of(remote.address());
    const auto refuse = [&](RefusalReason reason) {
      if (hooks.refused) hooks.refused(peer.address, reason);
    };
    const auto here = by_address.find(place);
    if (here != by_address.end() && here->second >= options.max_per_address) return refuse(RefusalReason::kTooManyFromAddress);
    if (tls && ++begun_this_minute(place) > options.handshakes_per_minute) return refuse(RefusalReason::kTooFast);
    if (static_cast<int>(strangers.size()) >= options.max_handshakes) connections.at(*strangers.begin())->close(CloseReason::kDisplaced);
    ++by_address[place];
    strangers.insert(peer.connection);
    auto connection = std::make_shared<Connection>(share, std::move(socket), peer, place);
    connections.emplace(peer.connection, connection);
    open = static_cast<int>(connections.size());
    connection->start();
  }

  int& begun_this_minute(const std::string& place) {
    const auto minute = std::chrono::duration_cast<std::chrono::minutes>(std::chrono::steady_clock::now().time_since_epoch()).count();
    if (minute != counted_minute) begun.clear();
    counted_minute = minute;
    return begun[place];
  }

  // The connection has shown who it is: a place of its owner's instead of one of its address's. False: it is closed now.
  bool find_place(Connection& connection) {
    const Peer& peer = connection.peer();
    const auto whose = hooks.owner_of ? hooks.owner_of(peer) : peer.address;
    if (!whose) {
      connection.close(CloseReason::kPeerRefused);
      return false;
    }
    Owner& owner = owners[*whose];
    const bool all_taken = placed >= options.max_connections && (!hooks.owner_of || owner.open >= options.kept_per_owner);
    if (all_taken || owner.open >= options.max_per_owner) {
      if (hooks.refused) hooks.refused(peer.address, all_taken ? RefusalReason::kTooManyConnections : RefusalReason::kTooManyOfOwner);
      if (owner.open == 0) owners.erase(*whose);
      connection.close(CloseReason::kPeerRefused);
      return false;
    }
    if (owner.id == 0) owner.id = ++last_owner;
    ++owner.open;
    ++placed;
    strangers.erase(peer.connection);
    if (hooks.owner_of) leave_address(connection);
    connection.belongs_to(*whose, owner.id);
    return true;
  }

  void leave_address(Connection& connection) {
    const auto found = by_address.find(connection.place());
    if (found != by_address.end() && --found->second <= 0) by_address.erase(found);
  }

  void forget(Connection& connection) {
    const Peer& peer = connection.peer();
    if (strangers.erase(peer.connection) != 0 || !hooks.owner_of) leave_address(connection);
    if (const auto owner = owners.find(peer.owner); connection.has_owner() && owner != owners.end()) {
      --placed;
      if (--owner->second.open == 0) owners.erase(owner);
    }
    connections.erase(peer.connection);
    open = static_cast<int>(connections.size());
    if (stopping && connections.empty()) finish();
  }

  // With nothing left to wait for, the network's thread ends.
  void finish() {
    sweeper.cancel();
    accept_pause.cancel();
    grace.cancel();
    guard.reset();
  }

  void sweep() {
    sweeper.expires_after(sweep_period(options));
    sweeper.async_wait([this](const std::error_code& cancelled) {
      if (cancelled) return;
      const auto now = std::chrono::steady_clock::now();
      for (const auto& connection : all()) connection->check_deadline(now);
      if (!(stopping && connections.empty())) sweep();
    });
  }

  // A copy: closing one takes it out of the map.
  std::vector<std::shared_ptr<Connection>> all() const {
    std::vector<std::shared_ptr<Connection>> list;
    list.reserve(connections.size());
    for (const auto& [id, connection] : connections) list.push_back(connection);
    return list;
  }

  void work() {
    while (auto taken = queue.take()) {
      taken->task();
      taken->task = nullptr;  // before done(): the last hold on a connection may be in it
      queue.done(taken->whose);
    }
  }

  void begin_to_stop() {
    stopping = true;
    std::error_code ignored;
    acceptor.close(ignored);
    if (connections.empty()) {
      finish();
      return;
    }
    grace.expires_after(std::chrono::milliseconds(options.stop_grace_ms));
    grace.async_wait([this](const std::error_code& cancelled) {
      if (cancelled) return;
      for (const auto& connection : all()) connection->close(CloseReason::kStopped);
    });
    for (const auto& connection : all()) connection->drain();
  }

  void stop() {
    const std::lock_guard lock(stop_mutex);
    if (!network.joinable()) return;
    asio::post(io, [this] { begin_to_stop(); });
    network.join();
    queue.close();
    for (auto& worker : workers) worker.join();
    workers.clear();
    // What workers finished after the last connection was cut: told as lost rather than forgotten.
    io.restart();
    io.poll();
  }

  const FramedServerOptions options;
  const Framer framer;
  const Handler handler;
  const Hooks hooks;
  std::optional<asio::ssl::context> tls;
  // All that follows up to `connections` is the network thread's.
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
  tcp::acceptor acceptor{io};
  asio::steady_timer accept_pause{io}, sweeper{io}, grace{io};
  FairQueue queue;
  ConnectionShare share;
  bool stopping = false;
  std::uint64_t last_connection = 0, last_owner = 0;
  std::map<std::string, int> by_address;  // connections that are nobody's yet
  std::set<std::uint64_t> strangers;      // these, the oldest first
  std::unordered_map<std::string, int> begun;  // handshakes of this minute by address
  std::int64_t counted_minute = 0;
  struct Owner {
    std::uint64_t id = 0;
    int open = 0;
  };
  std::map<std::string, Owner> owners;
  int placed = 0;  // connections of owners
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections;

  std::uint16_t listening_port = 0;
  std::atomic<int> open{0};
  std::thread network;
  std::vector<std::thread> workers;
  std::mutex stop_mutex;
};

FramedServer::FramedServer(FramedServerOptions options, Framer framer, Handler handler, Hooks hooks) {
  check(options, framer, handler);
  impl_ = std::make_unique<Impl>(std::move(options), std::move(framer), std::move(handler), std::move(hooks));
}

FramedServer::~FramedServer() { stop(); }

std::uint16_t FramedServer::port() const { return impl_->listening_port; }

void FramedServer::stop() { impl_->stop(); }

FramedServer::Load FramedServer::load() const { return {impl_->open.load(), impl_->queue.waiting()}; }

}  // namespace mis::net
