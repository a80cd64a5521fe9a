// The server's side of the simulation: where services are asked, and what may befall whoever answers. A step is done by this
// process, or by a child of it that is killed in the middle, or while the database is killed; then it is asked again.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>

#include "mis/observe/metrics.hpp"
#include "mis/registry.hpp"
#include "mis/security/caller.hpp"

namespace sim {

// The world's clock, set by its hours.
class WorldClock final : public mis::Clock {
 public:
  mis::Instant now() const override { return now_; }
  void set(mis::Instant now) { now_ = now; }

 private:
  mis::Instant now_;
};

mis::security::Caller person(mis::UserId id);

// One server: its sessions with the database, its services.
class Desk {
 public:
  Desk(mis::db::Database& database, const mis::Clock& clock) : services_{database, clock, metrics_} {}
  const mis::Services& services() const { return services_; }
  mis::db::Database& database() const { return services_.database; }
  // What somebody asks over the API under an idempotency key: effect and answer are stored together. "error CODE" where it is refused.
  std::string staff(mis::UserId who, const std::string& key, const std::function<mis::Result<std::string>(mis::db::Session&)>& work) const;

 private:
  mis::observe::Metrics metrics_;
  mis::Services services_;
};

inline std::string refused(const mis::Error& error) { return "error " + error.code; }

// What a server is asked to do; the answer as text, so that it goes through a pipe.
using Request = std::function<std::string(const Desk&)>;

class Lives {
 public:
  // One request in so many kills the server, or the database; 0 for never. When a kill comes is nobody's choice, what is answered in
  // the end is.
  struct Chances {
    int server = 0, database = 0;
  };
  Lives(mis::db::Database& app, mis::db::Database& owner, const mis::Clock& clock, std::uint64_t seed, Chances chances);

  // Asks until there is an answer; where one was heard before, a repetition must say the same (throws std::runtime_error).
  std::string ask(const Request& request);

  int server_kills() const { return server_kills_; }
  int database_kills() const { return database_kills_; }
  int lost_answers() const { return lost_answers_; }
  int unheard() const { return unheard_; }  // of the killed: nothing was heard of them

 private:
  bool one_in(int n) { return n > 0 && static_cast<int>(random_() % static_cast<unsigned>(n)) == 0; }
  std::string in_child(const Request& request, bool kill_database);
  void freshen();

  mis::db::Database& app_;
  mis::db::Database& owner_;
  const mis::Clock& clock_;
  std::mt19937_64 random_;
  Chances chances_;
  Desk desk_;
  int server_kills_ = 0, database_kills_ = 0, lost_answers_ = 0, unheard_ = 0;
};

}  // namespace sim
