#include "mis/outbox/postman.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "mis/jobs/jobs.hpp"

namespace mis::outbox {

struct Postman::Impl {
  Impl(db::Database& d, const Clock& c, const Providers& p, int every_ms) : database(d), clock(c), providers(p), look_every_ms(every_ms) {}
  db::Database& database;
  const Clock& clock;
  const Providers& providers;
  int look_every_ms;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::thread thread;
};

Postman::Postman(db::Database& database, const Clock& clock, const Providers& providers, int look_every_ms)
    : impl_(std::make_unique<Impl>(database, clock, providers, look_every_ms)) {}
Postman::~Postman() { stop(); }

void Postman::start() {
  impl_->thread = std::thread([this] {
    std::unique_lock lock(impl_->mutex);
    while (!impl_->stopping) {
      lock.unlock();
      look();
      lock.lock();
      impl_->changed.wait_for(lock, std::chrono::milliseconds(impl_->look_every_ms), [this] { return impl_->stopping; });
    }
  });
}

void Postman::stop() {
  if (!impl_->thread.joinable()) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  impl_->thread.join();
}

bool Postman::look() {
  // A database that is away is looked at again the next time.
  auto made = impl_->database.transact([this](db::Session& s) -> Result<bool> {
    const auto now = impl_->clock.now();
    if (jobs::is_active(s, kDeliverJob, 0) || !has_work(s, impl_->providers, now)) return false;
    request_delivery(s, impl_->providers, now, {});
    return true;
  });
  return made && *made;
}

}  // namespace mis::outbox
