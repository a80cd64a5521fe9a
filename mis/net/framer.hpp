// Where in a stream of bytes one message ends: the only thing that the network port knows of a protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace mis::net {

struct FrameDecision {
  enum class Kind : std::uint8_t { kNeedMore, kFrame, kProtocolError };
  Kind kind = Kind::kNeedMore;
  std::size_t bytes = 0;  // of the frame, header included
  std::string reason;     // of a protocol error, "expected … but …"
};

inline FrameDecision need_more() { return {}; }
inline FrameDecision frame_of(std::size_t bytes) { return {FrameDecision::Kind::kFrame, bytes, {}}; }
inline FrameDecision protocol_error(std::string reason) { return {FrameDecision::Kind::kProtocolError, 0, std::move(reason)}; }

// Looks at the bytes from the start of a frame, of which more may follow. Called from one thread at a time, again and
// again while a frame grows, so it should look at the header only. After a protocol error the connection is closed: where
// one length is wrong nothing behind it can be trusted.
using Framer = std::function<FrameDecision(std::string_view bytes)>;

}  // namespace mis::net
