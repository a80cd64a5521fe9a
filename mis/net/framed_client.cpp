#include "mis/net/framed_client.hpp"

#include "mis/net/asio.hpp"

#include <asio/connect.hpp>
#include <asio/ssl/host_name_verification.hpp>
#include <asio/write.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>

#include "mis/net/tls.hpp"

namespace mis::net {
namespace {

constexpr std::size_t kChunkBytes = 16'384;

using asio::ip::tcp;
using std::chrono::milliseconds;
using Deadline = std::chrono::steady_clock::time_point;

Deadline after(int ms) { return std::chrono::steady_clock::now() + milliseconds(ms); }

}  // namespace

struct FramedClient::Impl {
  Impl(const FramedClientOptions& o, Framer f) : options(o), framer(std::move(f)) {
    if (options.tls_wanted) context.emplace(client_context(options.tls));
  }

  // Lets what was started go on until it is done or its time is over. What is not done in time is cancelled by closing
  // the socket: half a frame cannot be taken back.
  bool run_until(Deadline deadline, const std::optional<std::error_code>& done) {
    io.restart();
    while (!done && io.run_one_until(deadline) > 0) {
    }
    if (done) return true;
    close();
    io.restart();
    io.run();
    return false;
  }

  Status open() {
    const Deadline deadline = after(options.connect_ms);
    const std::string where = options.host + ":" + std::to_string(options.port);
    std::error_code error;
    tcp::resolver resolver(io);
    const auto endpoints = resolver.resolve(options.host, std::to_string(options.port), error);
    if (error) return unavailable("net.connect", "expected to find " + where + " but: " + error.message());
    std::optional<std::error_code> done;
    asio::async_connect(socket, endpoints, [&done](const std::error_code& e, const tcp::endpoint&) { done = e; });
    if (!run_until(deadline, done)) return unavailable("net.connect", "expected " + where + " to answer in time but it did not");
    if (*done) return unavailable("net.connect", "expected to connect to " + where + " but: " + done->message());
    socket.set_option(tcp::no_delay(true), error);
    if (!context) return ok();

    tls.emplace(socket, *context);
    if (!options.tls.server_name.empty()) {
      SSL_set_tlsext_host_name(tls->native_handle(), options.tls.server_name.c_str());
      tls->set_verify_callback(asio::ssl::host_name_verification(options.tls.server_name));
    }
    done.reset();
    tls->async_handshake(asio::ssl::stream_base::client, [&done](const std::error_code& e) { done = e; });
    if (!run_until(deadline, done)) return unavailable("net.tls", "expected a TLS handshake with " + where + " in time but it did not end");
    if (!*done) return ok();
    const std::string why = verification_text(tls->native_handle());
    return unavailable("net.tls", "expected a TLS handshake with " + where + " but: " + (why.empty() ? done->message() : why));
  }

  Status send(std::string_view bytes) {
    if (!socket.is_open()) return unavailable("net.closed", "expected an open connection but it is closed");
    std::optional<std::error_code> done;
    const auto note = [&done](const std::error_code& e, std::size_t) { done = e; };
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    if (tls) asio::async_write(*tls, buffer, note);
    else asio::async_write(socket, buffer, note);
    if (!run_until(after(options.answer_ms), done)) return unavailable("net.timeout", "expected the other side to take the bytes in time but it did not");
    if (*done) return unavailable("net.closed", "expected to send but: " + done->message());
    return ok();
  }

  Result<std::string> receive() {
    const Deadline deadline = after(options.answer_ms);
    while (true) {
      const FrameDecision decision = received.empty() ? need_more() : framer(received);
      if (decision.kind == FrameDecision::Kind::kProtocolError) {
        close();
        return unavailable("net.protocol", "expected a frame but: " + decision.reason);
      }
      if (decision.kind == FrameDecision::Kind::kFrame && decision.bytes > 0 && decision.bytes <= received.size()) {
        std::string frame = received.substr(0, decision.bytes);
        received.erase(0, decision.bytes);
        return frame;
      }
      if (received.size() >= options.max_frame_bytes) {
        close();
        return unavailable("net.protocol", "expected a frame of at most " + std::to_string(options.max_frame_bytes) + " bytes but it is longer");
      }
      if (const auto read = read_some(deadline); !read) return read.error();
    }
  }

  Status read_some(Deadline deadline) {
    if (!socket.is_open()) return unavailable("net.closed", "expected an open connection but it is closed");
    std::optional<std::error_code> done;
    std::size_t count = 0;
    const auto note = [&](const std::error_code& e, std::size_t n) {
      done = e;
      count = n;
    };
    if (tls) tls->async_read_some(asio::buffer(chunk), note);
    else socket.async_read_some(asio::buffer(chunk), note);
    if (!run_until(deadline, done)) return unavailable("net.timeout", "expected an answer in time but it did not come");
    received.append(chunk.data(), count);
    if (*done && count == 0) {
      close();
      return unavailable("net.closed", "expected an answer but: " + done->message());
    }
    return ok();
  }

  void close() {
    std::error_code ignored;
    socket.close(ignored);
  }

  const FramedClientOptions options;
  const Framer framer;
  std::optional<asio::ssl::context> context;
  asio::io_context io{1};
  tcp::socket socket{io};
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  std::array<char, kChunkBytes> chunk{};
  std::string received;
};

FramedClient::FramedClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FramedClient::~FramedClient() = default;
FramedClient::FramedClient(FramedClient&&) noexcept = default;
FramedClient& FramedClient::operator=(FramedClient&&) noexcept = default;

Result<FramedClient> FramedClient::connect(const FramedClientOptions& options, Framer framer) {
  std::unique_ptr<Impl> impl;
  try {
    impl = std::make_unique<Impl>(options, std::move(framer));
  } catch (const std::runtime_error& failure) {
    return invalid("net.tls", failure.what());
  }
  if (const auto opened = impl->open(); !opened) return opened.error();
  return FramedClient(std::move(impl));
}

Status FramedClient::send(std::string_view bytes) { return impl_->send(bytes); }
Result<std::string> FramedClient::receive() { return impl_->receive(); }

Result<std::string> FramedClient::call(std::string_view frame) {
  if (const auto sent = impl_->send(frame); !sent) return sent.error();
  return impl_->receive();
}

// Over TLS too the connection's own end is told, not TLS's: a TLS shutdown would wait for the other side's.
void FramedClient::finish_sending() {
  std::error_code ignored;
  impl_->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void FramedClient::close() { impl_->close(); }

}  // namespace mis::net
