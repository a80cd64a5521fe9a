#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "mis/commands/commands.hpp"
#include "mis/commands/modules.hpp"
#include "mis/commands/running_server.hpp"
#include "mis/http/certificate.hpp"
#include "mis/http/openapi.hpp"
#include "mis/http/system_routes.hpp"
#include "mis/jobs/timer.hpp"
#include "mis/jobs/worker.hpp"
#include "mis/observe/log.hpp"
#include "mis/observe/metrics.hpp"
#include "mis/outbox/file_provider.hpp"
#include "mis/security/routes.hpp"
#include "mis/security/sessions.hpp"
#include "modules/invoicing/invoicing.hpp"
#include "modules/payment_channels/payment_channels.hpp"

namespace mis::commands {
namespace {

// Resident memory of this process in bytes, as the kernel counts it.
std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

void register_process_metrics(observe::Metrics& metrics, db::Database& database) {
  auto& memory = metrics.gauge("watthour_resident_bytes", "Resident memory of the server");
  auto& in_use = metrics.gauge("watthour_db_sessions", "Database sessions", {{"state", "in_use"}});
  auto& idle = metrics.gauge("watthour_db_sessions", "Database sessions", {{"state", "idle"}});
  auto& transactions = metrics.gauge("watthour_db_transactions", "Committed units of work since the start");
  auto& retries = metrics.gauge("watthour_db_retries", "Units of work that were repeated since the start");
  metrics.before_text([&] {
    const auto stats = database.stats();
    memory.set(resident_bytes());
    in_use.set(stats.in_use);
    idle.set(stats.idle);
    transactions.set(stats.transactions);
    retries.set(stats.retries);
  });
}

}  // namespace

struct RunningServer::Impl {
  SystemClock clock;
  observe::Metrics metrics;
  Services services;
  Registry registry;
  security::Sessions sessions;
  std::unique_ptr<jobs::Worker> worker;
  std::unique_ptr<jobs::Timekeeper> timekeeper;
  std::unique_ptr<http::Server> server;
  std::atomic<bool> stopping{false};
  std::thread database_watch;

  // A private database that dies (killed, out of memory) is started again; until it is back, requests are told to wait.
  void watch_database(Installation& installation) {
    while (!stopping) {
      try {
        if (installation.restart_database_if_dead()) observe::log(observe::Level::kError, "database.restarted", {{"reason", "the private database server had died"}});
      } catch (const std::exception& e) {
        observe::log(observe::Level::kError, "database.not_restarted", {{"reason", e.what()}});
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
    }
  }

  explicit Impl(Installation& installation) : services{installation.app(), clock, metrics}, registry(services), sessions(services) {
    registry.part<payment_channels::KeyPlace>().folder = installation.place().data / "keys";
    register_modules(registry);
    outbox::use_files(registry.part<outbox::Providers>(), installation.place().data / "outbox");
    invoicing::use_folder(registry.part<invoicing::Equipment>(), installation.place().data / "invoicing");
    security::register_session_routes(registry, sessions);
    http::register_system_routes(registry);
    register_process_metrics(metrics, installation.app());
  }
};

RunningServer::RunningServer(Installation& installation, const ServeOptions& options) : impl_(std::make_unique<Impl>(installation)) {
  const auto files = http::own_certificate(options.place.data / "tls");
  http::ServerOptions server;
  server.address = options.address;
  server.port = static_cast<std::uint16_t>(options.port);
  server.certificate = files.certificate;
  server.key = files.key;
  server.static_dir = options.place.home / "terminals" / "dist" / "counter";
  impl_->server = std::make_unique<http::Server>(server, impl_->registry, impl_->sessions);
  impl_->worker = std::make_unique<jobs::Worker>(installation.app(), impl_->clock, impl_->registry.part<jobs::Kinds>(), jobs::Worker::Options{.threads = options.workers});
  impl_->worker->start();
  impl_->registry.part<outbox::Keeping>().days = options.keep_outbox_days;
  impl_->timekeeper = std::make_unique<jobs::Timekeeper>(installation.app(), impl_->clock, impl_->registry.part<jobs::Timers>());
  impl_->timekeeper->start();
  impl_->database_watch = std::thread([this, &installation] { impl_->watch_database(installation); });
}

RunningServer::~RunningServer() {
  impl_->server->stop();
  impl_->timekeeper->stop();
  impl_->worker->stop();
  impl_->stopping = true;
  impl_->database_watch.join();
}

std::uint16_t RunningServer::port() const { return impl_->server->port(); }

int serve(const ServeOptions& options, http::StopSignals& signals) {
  const auto start = SystemClock().now();
  Installation installation(options.place);
  RunningServer server(installation, options);
  observe::log(observe::Level::kInfo, "server.ready",
               {{"address", options.address}, {"port", static_cast<std::int64_t>(server.port())}, {"milliseconds", (SystemClock().now().micros - start.micros) / 1'000}});
  fmt::print("Watthour serves https://{}:{}/ - Ctrl-C stops it.\n", options.address, server.port());
  std::fflush(stdout);
  signals.wait();
  fmt::print("Stopping ...\n");
  std::fflush(stdout);
  return 0;
}

int print_openapi() {
  // Registration touches no database: an address that is never connected to is enough.
  db::Endpoint nowhere;
  db::Database database(nowhere);
  SystemClock clock;
  observe::Metrics metrics;
  const Services services{database, clock, metrics};
  Registry registry(services);
  security::Sessions sessions(services);
  register_modules(registry);
  security::register_session_routes(registry, sessions);
  http::register_system_routes(registry);
  fmt::print("{}\n", http::openapi_document(registry));
  return 0;
}

}  // namespace mis::commands
