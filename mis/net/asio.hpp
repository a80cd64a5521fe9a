// asio, included in one way by every source of this room. Private to it.
//
// asio decides by a macro of the standard library how it allocates. Where a source includes asio before any standard
// header the macro is not there yet, that source frees with `delete` what another one got from `aligned_alloc`, and only a
// sanitizer would tell. So a standard header comes first, here, and nobody includes <asio/…> without this.
#pragma once

// clang-format off: the order is the point
#include <cstddef>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/ssl/context.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/steady_timer.hpp>
// clang-format on
