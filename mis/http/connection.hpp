// One client's connection: reads requests, has them answered, writes the answers, until one side has enough.
#pragma once

#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/TCPServerConnection.h>

#include <atomic>
#include <string>
#include <string_view>

#include "mis/http/answer.hpp"
#include "mis/http/connection_watch.hpp"
#include "mis/http/dispatcher.hpp"

namespace Poco::Net {
class HTTPServerSession;
class HTTPServerRequestImpl;
}  // namespace Poco::Net

namespace mis::http {

// What all connections of a server share. Outlives them.
struct ConnectionShare {
  Dispatcher& dispatcher;
  ConnectionWatch& watch;
  Poco::Net::HTTPServerParams::Ptr params;
  std::atomic<bool>& stopping;
  std::atomic<int>& open_streams;
  int max_streams;
  int max_stream_seconds;
};

class Connection : public Poco::Net::TCPServerConnection {
 public:
  Connection(const Poco::Net::StreamSocket& socket, ConnectionShare& share);
  void run() override;

 private:
  // False where the connection ends after this request.
  bool serve_one(Poco::Net::HTTPServerSession& session, ConnectionWatch::Watched& watched, const std::string& remote);
  // Fills in method, target, headers and body. A problem where they are not acceptable; the connection then ends.
  std::optional<Error> read_request(Poco::Net::HTTPServerRequestImpl& from, Request& request, bool& head_only);
  std::optional<Error> read_body(Poco::Net::HTTPServerRequestImpl& from, Request& request);
  void write(std::string_view bytes);
  void write_answer(const Answer& answer, const Request& request, bool head_only, bool keep_alive);
  void write_events(const Answer& answer, const Request& request, ConnectionWatch::Watched& watched);

  ConnectionShare& share_;
};

}  // namespace mis::http
