#include "mis/http/connection.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponseImpl.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>

#include <charconv>
#include <chrono>
#include <cstdio>

#include "mis/http/digest.hpp"
#include "mis/http/event_stream.hpp"
#include "mis/http/problem.hpp"
#include "mis/http/wire.hpp"
#include "mis/observe/log.hpp"

namespace mis::http {
namespace {

using Poco::Net::HTTPServerRequestImpl;

Error malformed(std::string message) { return {ErrorKind::kInvalid, "http.malformed", std::move(message), {}}; }

// "k3Jx9-1a4": unique within the process and, by its random beginning, nearly surely among all of them.
std::string next_request_id() {
  static const std::string process = random_token(4);
  static std::atomic<std::uint64_t> number{0};
  char digits[17];
  std::snprintf(digits, sizeof digits, "%llx", static_cast<unsigned long long>(++number));
  return process + "-" + digits;
}

std::optional<Method> method_of(const std::string& name) {
  if (name == "GET" || name == "HEAD") return Method::kGet;
  if (name == "POST") return Method::kPost;
  if (name == "PUT") return Method::kPut;
  if (name == "DELETE") return Method::kDelete;
  return {};
}

}  // namespace

Connection::Connection(const Poco::Net::StreamSocket& socket, ConnectionShare& share)
    : Poco::Net::TCPServerConnection(socket), share_(share) {}

void Connection::run() {
  std::string remote;
  try {
    remote = socket().peerAddress().host().toString();
    socket().setNoDelay(true);
    socket().setReceiveTimeout(share_.params->getTimeout());
    socket().setSendTimeout(share_.params->getTimeout());
  } catch (const Poco::Exception&) {
    return;  // gone before it began
  }
  // The session closes the socket at its end, so it must outlive the watch on it.
  Poco::Net::HTTPServerSession session(socket(), share_.params);
  ConnectionWatch::Watched watched(share_.watch, static_cast<int>(socket().impl()->sockfd()), remote);
  if (!watched.admitted()) return;
  try {
    bool first = true;
    while (!share_.stopping.load(std::memory_order_relaxed)) {
      // A new connection owes us a request; between requests it may rest.
      if (!first) watched.enter(ConnectionWatch::Phase::kIdle);
      first = false;
      if (!session.hasMoreRequests()) break;
      watched.enter(ConnectionWatch::Phase::kReading);
      if (!serve_one(session, watched, remote)) break;
    }
  } catch (const Poco::Exception&) {
    // Time-outs, resets, failed handshakes: the client's affair, and too many to log.
  } catch (const std::exception& failure) {
    observe::log(observe::Level::kError, "http.connection", {{"what", failure.what()}});
  }
}

bool Connection::serve_one(Poco::Net::HTTPServerSession& session, ConnectionWatch::Watched& watched, const std::string& remote) {
  Request request;
  request.request_id = next_request_id();
  request.remote = remote;
  bool head_only = false;
  bool keep_alive = false;
  std::optional<Error> error;
  Poco::Net::HTTPServerResponseImpl unused(session);
  try {
    HTTPServerRequestImpl received(unused, session, share_.params.get());
    keep_alive = received.getKeepAlive() && session.canKeepAlive();
    error = read_request(received, request, head_only);
  } catch (const Poco::Net::NoMessageException&) {
    return false;  // closed between requests, as browsers do
  } catch (const Poco::Net::MessageException&) {
    error = malformed("expected a request line and headers of HTTP/1.1, each value up to 8192 bytes, but got something else");
  } catch (const Poco::SyntaxException&) {
    error = malformed("expected a Content-Length in digits but got something else");
  }

  watched.enter(ConnectionWatch::Phase::kWorking);
  // After a request that was not read to its end nobody knows where the next one begins.
  if (error) keep_alive = false;
  if (share_.stopping.load(std::memory_order_relaxed)) keep_alive = false;
  session.setKeepAlive(keep_alive);
  const Answer answer = error ? problem_answer(*error, request.request_id) : share_.dispatcher.answer(request);

  if (answer.stream) {
    write_events(answer, request, watched);
    return false;
  }
  watched.enter(ConnectionWatch::Phase::kWriting);
  write_answer(answer, request, head_only, keep_alive);
  return keep_alive;
}

std::optional<Error> Connection::read_request(HTTPServerRequestImpl& from, Request& request, bool& head_only) {
  const auto method = method_of(from.getMethod());
  head_only = from.getMethod() == "HEAD";
  if (!method) {
    return Error{ErrorKind::kInvalid, "http.method_not_allowed", "expected GET, HEAD, POST, PUT or DELETE but got another method", {}};
  }
  request.method = *method;
  auto target = parse_target(from.getURI());
  if (!target) return malformed("expected an address like /api/v1/… with a plain path and query but got something else");
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  for (const auto& [name, value] : from) request.headers.emplace_back(name, value);
  return read_body(from, request);
}

std::optional<Error> Connection::read_body(HTTPServerRequestImpl& from, Request& request) {
  const bool has_length = from.hasContentLength();
  const std::string encoding = from.getTransferEncoding();
  const bool chunked = encoding == "chunked";
  // Two lengths, or one that we do not understand, are how requests are smuggled past a proxy.
  if ((has_length && encoding != Poco::Net::HTTPMessage::IDENTITY_TRANSFER_ENCODING) ||
      (!chunked && encoding != Poco::Net::HTTPMessage::IDENTITY_TRANSFER_ENCODING)) {
    return malformed("expected either a Content-Length or chunks but got both or an unknown Transfer-Encoding");
  }
  if (!has_length && !chunked) return {};
  const std::size_t limit = share_.dispatcher.max_body_bytes(request.method, request.path);
  const auto length = has_length ? from.getContentLength64() : 0;
  if (length < 0) return malformed("expected a Content-Length in digits but it is negative");
  const Error too_large{ErrorKind::kInvalid, "http.too_large", "expected a body of at most " + std::to_string(limit) + " bytes but it is larger", {}};
  if (static_cast<std::uint64_t>(length) > limit) return too_large;
  if (from.getExpectContinue()) write("HTTP/1.1 100 Continue\r\n\r\n");
  std::istream& in = from.stream();
  char buffer[8192];
  while (in) {
    in.read(buffer, sizeof buffer);
    request.body.append(buffer, static_cast<std::size_t>(in.gcount()));
    if (request.body.size() > limit) return too_large;
  }
  if (has_length && request.body.size() != static_cast<std::size_t>(length)) {
    throw Poco::Net::ConnectionResetException("the client went away within its request");
  }
  return {};
}

void Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const int sent = socket().sendBytes(bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) throw Poco::Net::ConnectionResetException("the client went away within its answer");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Connection::write_answer(const Answer& answer, const Request& request, bool head_only, bool keep_alive) {
  std::string head = answer_head(answer, request.request_id, keep_alive);
  if (head_only || answer.status == 204 || answer.status == 304) {
    write(head);
  } else if (answer.body.size() < 64 * 1024) {
    // Head and body in one piece: one TLS record and one packet for most answers.
    head += answer.body;
    write(head);
  } else {
    write(head);
    write(answer.body);
  }
}

void Connection::write_events(const Answer& answer, const Request& request, ConnectionWatch::Watched& watched) {
  struct Place {
    std::atomic<int>& count;
    int number;
    explicit Place(std::atomic<int>& c) : count(c), number(++c) {}
    ~Place() { --count; }
  } place(share_.open_streams);
  // Every listener holds a thread; beyond a share of them, terminals ask again instead of listening.
  if (place.number > share_.max_streams) {
    const Answer busy = problem_answer(
        unavailable("http.too_many_streams", "expected a free place to listen but there is none: ask again from time to time"), request.request_id);
    write_answer(busy, request, false, false);
    return;
  }
  watched.enter(ConnectionWatch::Phase::kStreaming);
  write(answer_head(answer, request.request_id, false));
  std::int64_t last_id = 0;
  if (const auto header = request.header("Last-Event-ID")) {
    std::from_chars(header->data(), header->data() + header->size(), last_id);
  }
  SocketEventStream events(socket(), share_.stopping, last_id, share_.max_stream_seconds);
  try {
    answer.stream(events);
  } catch (const Poco::Exception&) {
    // The client has gone.
  }
}

}  // namespace mis::http
