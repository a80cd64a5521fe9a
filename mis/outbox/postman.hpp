// The thread that notices when messages are due (new ones, or those that wait after a refusal) and asks for a delivery job.
// It sends nothing itself. Several processes may each have one on the same database.
#pragma once

#include <memory>

#include "mis/outbox/outbox.hpp"

namespace mis::outbox {

class Postman {
 public:
  Postman(db::Database& database, const Clock& clock, const Providers& providers, int look_every_ms = 3'000);
  ~Postman();  // stops

  void start();
  void stop();
  // One look: makes a job where something is due and none is under way. Returns whether it did.
  bool look();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::outbox
