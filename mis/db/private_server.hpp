// A MariaDB server of our own under a data folder, for machines where nobody has given us one: on a Unix socket only,
// durable, owned by the user that runs `mis`.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "mis/db/session.hpp"

namespace mis::db {

class PrivateServer {
 public:
  struct Options {
    std::filesystem::path folder;   // DATA/mariadb (tables), DATA/run (socket, pid, lock), DATA/log
    int buffer_pool_mb = 1024;
    int start_timeout_s = 60;       // recovery after a crash can take a while
  };
  struct Timing { double install_s = 0, ready_s = 0; };

  // Starts the server, or joins the one that another `mis` runs on the same folder. Creates it on first use. A server
  // left behind by a killed `mis` is waited for or joined. Throws std::runtime_error with the tail of the server's log.
  explicit PrivateServer(Options options);
  ~PrivateServer();  // stops the server where this object started it
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;

  Endpoint owner() const;  // may change the schema
  Endpoint app() const;    // the server's own sessions: no UPDATE or DELETE on append-only tables
  Timing timing() const;
  int pid() const;
  // Starts the server again where it has died (killed, out of memory); InnoDB recovers what was committed. True where it
  // did. Called by one thread, which lives as long as the server is wanted. Throws as the constructor does.
  bool restart_if_dead();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::db
