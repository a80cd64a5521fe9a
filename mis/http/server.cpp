#include "mis/http/server.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/TCPServerParams.h>
#include <Poco/ThreadPool.h>
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "mis/http/connection.hpp"
#include "mis/observe/log.hpp"

namespace mis::http {
namespace {

constexpr int kThreadStackBytes = 512 * 1024;
constexpr int kThreadIdleSeconds = 60;
constexpr int kBacklog = 1024;

class ConnectionFactory : public Poco::Net::TCPServerConnectionFactory {
 public:
  explicit ConnectionFactory(ConnectionShare& share) : share_(share) {}
  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new Connection(socket, share_);  // Poco deletes it
  }

 private:
  ConnectionShare& share_;
};

Poco::Net::Context::Ptr tls_context(const ServerOptions& options) {
  Poco::Net::initializeSSL();
  Poco::Net::Context::Params params;
  params.privateKeyFile = options.key.string();
  params.certificateFile = options.certificate.string();
  params.verificationMode = Poco::Net::Context::VERIFY_NONE;  // of clients; staff sign in with passwords
  params.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20";
  try {
    Poco::Net::Context::Ptr context(new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params));
    context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    context->enableSessionCache(true, "watthour");
    return context;
  } catch (const Poco::Exception& failure) {
    throw std::runtime_error("expected a certificate and key in " + options.certificate.string() + " and " + options.key.string() +
                             " but: " + failure.displayText());
  }
}

Poco::Net::SecureServerSocket listening_socket(const ServerOptions& options) {
  const Poco::Net::Context::Ptr context = tls_context(options);
  try {
    return Poco::Net::SecureServerSocket(Poco::Net::SocketAddress(options.address, options.port), kBacklog, context);
  } catch (const Poco::Exception& failure) {
    throw std::runtime_error("expected to listen on " + options.address + ":" + std::to_string(options.port) + " but: " + failure.displayText());
  }
}

Poco::Net::HTTPServerParams::Ptr http_params(const ServerOptions& options) {
  Poco::Net::HTTPServerParams::Ptr params(new Poco::Net::HTTPServerParams);
  params->setKeepAlive(true);
  params->setMaxKeepAliveRequests(0);  // no limit
  params->setKeepAliveTimeout(Poco::Timespan(static_cast<Poco::Timespan::TimeDiff>(options.keep_alive_ms) * 1000));
  params->setTimeout(Poco::Timespan(static_cast<Poco::Timespan::TimeDiff>(options.read_deadline_ms) * 1000));
  params->setMaxThreads(options.max_threads);
  params->setMaxQueued(options.max_threads);
  return params;
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions o, const Registry& registry, security::CallerSource& callers)
      : options(std::move(o)),
        dispatcher(registry, callers, StaticFiles(options.static_dir)),
        watch({options.read_deadline_ms, options.write_deadline_ms, options.max_threads, options.max_connections_per_address,
               options.limit_loopback}),
        share{dispatcher, watch, http_params(options), stopping, open_streams, options.max_streams, options.max_stream_seconds},
        pool("http", 2, options.max_threads, kThreadIdleSeconds, kThreadStackBytes),
        tcp(new ConnectionFactory(share), pool, listening_socket(options), share.params),
        metrics(registry.services().metrics) {
    tcp.start();
    sweeper = std::thread([this] { sweep_until_stopped(); });
  }

  void sweep_until_stopped() {
    auto& open = metrics.gauge("watthour_http_connections", "Open connections.");
    auto& cut = metrics.gauge("watthour_http_connections_cut", "Connections that were cut off for being too slow or idle.");
    auto& streams = metrics.gauge("watthour_http_event_streams", "Open event streams.");
    const auto period = std::chrono::milliseconds(options.read_deadline_ms < 4000 ? options.read_deadline_ms / 4 + 1 : 1000);
    std::unique_lock lock(mutex);
    while (!stopped.wait_for(lock, period, [this] { return stop_sweeper; })) {
      watch.sweep();
      open.set(watch.open());
      cut.set(watch.cut_off());
      streams.set(open_streams.load());
    }
  }

  // Connections end by themselves once they see `stopping`; those that only wait in the network are cut.
  void stop() {
    if (stopping.exchange(true)) return;
    tcp.stop();
    const auto patience = std::chrono::steady_clock::now() + std::chrono::milliseconds(options.stop_grace_ms);
    while (watch.open() > 0 && std::chrono::steady_clock::now() < patience) {
      watch.cut_idle();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    watch.cut_all();
    {
      const std::lock_guard lock(mutex);
      stop_sweeper = true;
    }
    stopped.notify_all();
    if (sweeper.joinable()) sweeper.join();
    pool.joinAll();
  }

  ServerOptions options;
  std::atomic<bool> stopping{false};
  std::atomic<int> open_streams{0};
  Dispatcher dispatcher;
  ConnectionWatch watch;
  ConnectionShare share;
  Poco::ThreadPool pool;
  Poco::Net::TCPServer tcp;
  observe::Metrics& metrics;
  std::thread sweeper;
  std::mutex mutex;
  std::condition_variable stopped;
  bool stop_sweeper = false;
};

Server::Server(ServerOptions options, const Registry& registry, security::CallerSource& callers)
    : impl_(std::make_unique<Impl>(std::move(options), registry, callers)) {
  observe::log(observe::Level::kInfo, "http.listening", {{"address", impl_->options.address}, {"port", port()}});
}

Server::~Server() { stop(); }
std::uint16_t Server::port() const { return impl_->tcp.port(); }
void Server::stop() { impl_->stop(); }

StopSignals::StopSignals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int StopSignals::wait() {
  const sigset_t set = stop_signals();
  int number = 0;
  sigwait(&set, &number);
  return number;
}

bool StopSignals::wait_for(int timeout_ms) {
  const sigset_t set = stop_signals();
  const timespec time{timeout_ms / 1000, static_cast<long>(timeout_ms % 1000) * 1'000'000};
  return sigtimedwait(&set, nullptr, &time) > 0;
}

}  // namespace mis::http
