#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "mis/jobs/jobs.hpp"
#include "modules/invoicing/service.hpp"

namespace mis::invoicing {

struct Watch::Impl {
  Impl(db::Database& d, const Clock& c, const Equipment& e, int every_ms) : database(d), clock(c), equipment(e), look_every_ms(every_ms) {}
  db::Database& database;
  const Clock& clock;
  const Equipment& equipment;
  int look_every_ms;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::thread thread;
};

Watch::Watch(db::Database& database, const Clock& clock, const Equipment& equipment, int look_every_ms) : impl_(std::make_unique<Impl>(database, clock, equipment, look_every_ms)) {}
Watch::~Watch() { stop(); }

void Watch::start() {
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

void Watch::stop() {
  if (!impl_->thread.joinable()) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  impl_->thread.join();
}

bool Watch::look() {
  if (!impl_->equipment.provider) return false;
  // A database that is away is looked at again the next time.
  auto made = impl_->database.transact([this](db::Session& s) -> Result<bool> {
    if (jobs::is_active(s, kSendJob, 0)) return false;
    const auto now = impl_->clock.now();
    const auto lanes = waiting_lanes(s, now);
    if (lanes.empty()) return false;
    request_sending(s, lanes, now, {});
    return true;
  });
  return made && *made;
}

}  // namespace mis::invoicing
