// The bytes of a channel's file on their way in and out: a file on disk (plain or gzip) or text at hand, in pieces of bounded
// size. Knows nothing of what stands in them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "mis/base/result.hpp"

namespace mis::payment_channels {

// Where a reader gets its bytes.
class ChannelInput {
 public:
  // Errors as files::ByteSource::open.
  static Result<ChannelInput> open(const std::filesystem::path& path);
  // Reads from text that the caller keeps alive.
  static ChannelInput of(std::string_view bytes);

  // Reads up to `size` bytes; 0 at the end. Errors: files.gzip_truncated, files.gzip_damaged, files.unreadable.
  Result<std::size_t> read(char* to, std::size_t size) { return read_(to, size); }

 private:
  using Read = std::function<Result<std::size_t>(char*, std::size_t)>;
  explicit ChannelInput(Read read) : read_(std::move(read)) {}
  Read read_;
};

// Where a writer puts its bytes, piece by piece. An error ends the writing and is the writer's answer.
using WriteBytes = std::function<Status(std::string_view)>;

// A file that is there as a whole or not at all: it is written beside its place, under the name with ".part" behind it, brought
// to disk and moved there by close(). Left unclosed, it is removed.
class ChannelOutput {
 public:
  static Result<ChannelOutput> create(const std::filesystem::path& path);
  ChannelOutput(ChannelOutput&&) noexcept;
  ChannelOutput& operator=(ChannelOutput&&) noexcept;
  ~ChannelOutput();

  Status write(std::string_view bytes);
  // Errors of any write since create() (a full disk): files.unwritable. There is no file at `path` then, or the old one.
  Status close();

 private:
  struct Impl;
  explicit ChannelOutput(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::payment_channels
