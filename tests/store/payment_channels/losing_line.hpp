// A line to the database that breaks while a unit of work is committed, as a network or a server does that goes away: who sits at its end
// does not know whether it was done. Everything else passes as it is.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "mis/db/session.hpp"
#include "tests/store/fixture.hpp"

namespace books {

class LosingLine {
 public:
  explicit LosingLine(mis::db::Endpoint to);  // by its socket
  ~LosingLine();
  LosingLine(const LosingLine&) = delete;
  LosingLine& operator=(const LosingLine&) = delete;

  // Where it begins.
  mis::db::Endpoint endpoint() const;

  // The next commits are done, and their confirmation is lost with the connection.
  void lose_confirmations(int commits) { confirmations_ = commits; }
  // The next commits do not reach the server.
  void lose_commits(int commits) { commits_ = commits; }
  // Nobody gets through any more as soon as something was lost.
  void stay_broken() { stays_broken_ = true; }
  // Everything passes again.
  void mend();
  int lost() const { return lost_; }

 private:
  void accept_all();
  void relay(int client);
  bool breaks(const std::string& bytes, int client, int server);

  mis::db::Endpoint to_;
  fixture::TemporaryFolder folder_;
  int listener_ = -1;
  std::atomic<int> confirmations_{0}, commits_{0}, lost_{0};
  std::atomic<bool> stays_broken_{false}, broken_{false};
  std::vector<std::jthread> relays_;  // the listener's alone
  std::jthread accepting_;
};

}  // namespace books
