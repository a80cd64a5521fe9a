// The bytes of a file, unpacked where it is gzip, in a few buffers of fixed size whatever the size of the file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "mis/base/result.hpp"

namespace mis::files {

class ByteSource {
 public:
  // Errors: files.not_found, files.not_a_file, files.unreadable, and files.format for packed formats other than gzip.
  static Result<ByteSource> open(const std::filesystem::path& path);
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;
  ~ByteSource();

  // Reads up to `size` bytes; 0 at the end. Errors: files.gzip_truncated, files.gzip_damaged, files.unreadable. What
  // was read before an error is good.
  Result<std::size_t> read(char* to, std::size_t size);

 private:
  struct Impl;
  explicit ByteSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::files
