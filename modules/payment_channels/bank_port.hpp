// The bank port: banks connect over TLS with a certificate of their own, which tells which channel they are, and speak ISO 8583 or
// middle-business messages. One port speaks one framing; channels whose messages are cut alike may share it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mis/net/framed_server.hpp"
#include "mis/registry.hpp"
#include "modules/payment_channels/payment_channels.hpp"

namespace mis::payment_channels {

struct BankPortOptions {
  std::string channel;  // its framing is the port's; without TLS it is also who everybody is taken for
  net::FramedServerOptions server;
};

class BankPort {
 public:
  // Listens when it returns. Throws std::runtime_error: no such channel, a channel without a framing, what FramedServer throws, and
  // no TLS on another address than the loopback.
  BankPort(const Services& services, const KeyPlace& place, BankPortOptions options);
  ~BankPort();  // stops
  BankPort(const BankPort&) = delete;
  BankPort& operator=(const BankPort&) = delete;

  std::uint16_t port() const;
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::payment_channels
