// OpenSSL contexts for asio, and who is at the other end of a handshake. Private to this room: it brings asio along.
#pragma once

#include "mis/net/asio.hpp"

#include <string>

#include "mis/net/framed_client.hpp"
#include "mis/net/framed_server.hpp"

namespace mis::net {

// Throw std::runtime_error naming the file that is missing or wrong.
asio::ssl::context server_context(const ServerTls& tls);
asio::ssl::context client_context(const ClientTls& tls);

// Fills the certificate's fields of `peer`; leaves them empty where none was shown.
void read_certificate(SSL* connection, Peer& peer);

// What OpenSSL thought of the other side's certificate, for the log: "certificate has expired".
std::string verification_text(SSL* connection);

}  // namespace mis::net
