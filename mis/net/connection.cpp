#include "mis/net/connection.hpp"

#include "mis/net/asio.hpp"

#include <asio/write.hpp>

#include <exception>

#include "mis/net/tls.hpp"

namespace mis::net {
namespace {

constexpr std::size_t kChunkBytes = 4096;

using Clock = std::chrono::steady_clock;

std::int64_t micros(Clock::duration d) { return std::chrono::duration_cast<std::chrono::microseconds>(d).count(); }

}  // namespace

Connection::Connection(ConnectionShare& share, asio::ip::tcp::socket socket, Peer peer, std::string place)
    : share_(share), socket_(std::move(socket)), peer_(std::move(peer)), place_(std::move(place)), chunk_(kChunkBytes) {
  if (share_.tls != nullptr) tls_.emplace(socket_, *share_.tls);
}

void Connection::start() {
  handshake_since_ = Clock::now();
  std::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (!tls_) {
    opened();
    return;
  }
  tls_->async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](const std::error_code& error) {
    if (self->phase_ != Phase::kHandshake) return;
    if (!error) {
      self->opened();
      return;
    }
    const std::string why = verification_text(self->tls_->native_handle());
    self->close(CloseReason::kHandshakeFailed, why.empty() ? error.message() : why);
  });
}

void Connection::belongs_to(std::string owner, std::uint64_t owner_id) {
  peer_.owner = std::move(owner);
  owner_id_ = owner_id;
}

void Connection::opened() {
  if (tls_) read_certificate(tls_->native_handle(), peer_);
  phase_ = Phase::kOpen;
  idle_since_ = Clock::now();
  if (!share_.find_place(*this)) return;
  if (share_.hooks.opened) share_.hooks.opened(peer_);
  settle();
}

// A connection with enough in flight is not read from: the peer's own network buffers fill up and it has to wait.
bool Connection::wants_more() const {
  return phase_ == Phase::kOpen && !draining_ && !close_after_write_ && in_flight() < share_.options.max_in_flight;
}

void Connection::read() {
  if (reading_ || !wants_more()) return;
  reading_ = true;
  if (!pending_.empty() && frame_since_ == Time{}) frame_since_ = Clock::now();
  auto done = [self = shared_from_this()](const std::error_code& error, std::size_t bytes) { self->have_read(error, bytes); };
  if (tls_) tls_->async_read_some(asio::buffer(chunk_), std::move(done));
  else socket_.async_read_some(asio::buffer(chunk_), std::move(done));
}

void Connection::have_read(const std::error_code& error, std::size_t bytes) {
  reading_ = false;
  if (phase_ != Phase::kOpen) return;
  if (bytes > 0) {
    if (pending_.empty()) frame_since_ = Clock::now();
    if (!draining_) pending_.append(chunk_.data(), bytes);
  }
  if (error) {
    // The peer sends no more but may still want its answers.
    const bool ended = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    if (!ended) {
      close(CloseReason::kNetworkError, error.message());
      return;
    }
    draining_ = true;
    if (!drain_reason_) drain_reason_ = CloseReason::kPeerClosed;
  }
  settle();
}

void Connection::take_frames() {
  std::size_t at = 0;
  while (wants_more() && at < pending_.size()) {
    FrameDecision decision;
    try {
      decision = share_.framer(std::string_view(pending_).substr(at));
    } catch (const std::exception& failure) {
      decision = protocol_error(failure.what());
    }
    if (decision.kind == FrameDecision::Kind::kProtocolError) {
      close(CloseReason::kProtocolError, decision.reason);
      return;
    }
    const std::size_t left = pending_.size() - at;
    if (decision.bytes > share_.options.max_frame_bytes || (decision.bytes == 0 && left >= share_.options.max_frame_bytes)) {
      close(CloseReason::kFrameTooLarge);
      return;
    }
    if (decision.kind == FrameDecision::Kind::kNeedMore || decision.bytes == 0 || decision.bytes > left) break;
    submit(pending_.substr(at, decision.bytes));
    at += decision.bytes;
    frame_since_ = {};
  }
  pending_.erase(0, at);
}

void Connection::submit(std::string frame) {
  const std::uint64_t sequence = next_sequence_++;
  share_.queue.push(whose(), [self = shared_from_this(), sequence, frame = std::move(frame), received = Clock::now()] { self->work(sequence, frame, received); });
  if (share_.hooks.received) share_.hooks.received(peer_);
}

void Connection::work(std::uint64_t sequence, const std::string& frame, Time received) {
  const Time begun = Clock::now();
  Answer answer;
  std::optional<std::string> failure;
  try {
    answer = share_.handler(peer_, frame);
  } catch (const std::exception& e) {
    failure = e.what();
  } catch (...) {
    failure = "something that is no std::exception";
  }
  if (failure && share_.hooks.failed) share_.hooks.failed(peer_, *failure);
  if (share_.hooks.worked) share_.hooks.worked(peer_, micros(begun - received), micros(Clock::now() - begun));
  asio::post(share_.io, [self = shared_from_this(), sequence, answer = std::move(answer), failed = failure.has_value()]() mutable {
    if (failed) self->close(CloseReason::kHandlerFailed);
    else self->answered(sequence, std::move(answer));
  });
}

void Connection::answered(std::uint64_t sequence, Answer answer) {
  if (phase_ == Phase::kClosed) {
    if (share_.hooks.answer_lost) share_.hooks.answer_lost(peer_);
    return;
  }
  ready_.emplace(sequence, std::move(answer));
  write();
  settle();
}

void Connection::write() {
  if (writing_ || phase_ != Phase::kOpen) return;
  out_.clear();
  while (!close_after_write_ && !ready_.empty() && ready_.begin()->first == next_answer_) {
    const Answer& answer = ready_.begin()->second;
    out_ += answer.bytes;
    close_after_write_ = answer.close;
    ready_.erase(ready_.begin());
    ++next_answer_;
    ++writing_count_;
  }
  if (out_.empty()) {
    writing_count_ = 0;
    return;
  }
  writing_ = true;
  write_since_ = Clock::now();
  auto done = [self = shared_from_this()](const std::error_code& error, std::size_t) { self->have_written(error); };
  if (tls_) asio::async_write(*tls_, asio::buffer(out_), std::move(done));
  else asio::async_write(socket_, asio::buffer(out_), std::move(done));
}

void Connection::have_written(const std::error_code& error) {
  writing_ = false;
  if (phase_ != Phase::kOpen) return;
  if (error) {
    close(CloseReason::kNetworkError, error.message());
    return;
  }
  writing_count_ = 0;
  write();
  settle();
}

// Whatever has just happened: what is to be done next?
void Connection::settle() {
  if (phase_ != Phase::kOpen) return;
  if (close_after_write_ && !writing_) {
    close(CloseReason::kAnswerSaidSo);
    return;
  }
  take_frames();
  if (phase_ != Phase::kOpen) return;
  // What was received before the peer ended its side is still worked on; a rest that is no frame is not.
  if (draining_ && in_flight() == 0) {
    close(drain_reason_.value_or(CloseReason::kStopped));
    return;
  }
  if (in_flight() == 0 && pending_.empty()) {
    if (idle_since_ == Time{}) idle_since_ = Clock::now();
  } else {
    idle_since_ = {};
  }
  if (!wants_more()) frame_since_ = {};
  read();
}

void Connection::drain() {
  if (phase_ == Phase::kHandshake) {
    close(CloseReason::kStopped);
    return;
  }
  draining_ = true;
  drain_reason_ = CloseReason::kStopped;
  settle();
}

void Connection::check_deadline(Time now) {
  const auto over = [now](Time since, int limit_ms) { return since != Time{} && now - since >= std::chrono::milliseconds(limit_ms); };
  const FramedServerOptions& options = share_.options;
  if (phase_ == Phase::kHandshake) {
    if (over(handshake_since_, options.handshake_ms)) close(CloseReason::kHandshakeTimeout);
    return;
  }
  if (phase_ == Phase::kClosed) return;
  if (writing_ && over(write_since_, options.write_ms)) close(CloseReason::kWriteTimeout);
  else if (!pending_.empty() && over(frame_since_, options.frame_ms)) close(CloseReason::kFrameTimeout);
  else if (over(idle_since_, options.idle_ms)) close(CloseReason::kIdleTimeout);
}

void Connection::close(CloseReason reason, std::string_view detail) {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  const auto self = shared_from_this();  // `gone` drops the server's hold on us
  share_.queue.drop(whose());
  std::error_code ignored;
  socket_.close(ignored);
  if (share_.hooks.closed) share_.hooks.closed(peer_, reason, detail);
  share_.gone(*this);
}

}  // namespace mis::net
