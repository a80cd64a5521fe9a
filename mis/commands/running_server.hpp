// The server as a whole: the modules on a database, HTTPS in front, workers behind.
#pragma once

#include <memory>

#include "mis/commands/commands.hpp"

namespace mis::commands {

class RunningServer {
 public:
  RunningServer(Installation& installation, const ServeOptions& options);
  ~RunningServer();  // takes no new requests, finishes the shards in hand
  std::uint16_t port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::commands
