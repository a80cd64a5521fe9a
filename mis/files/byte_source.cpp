#include "mis/files/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace mis::files {

struct ByteSource::Impl {
  std::string name;  // of the file, for messages
  int fd = -1;
  std::vector<char> packed = std::vector<char>(128 * 1024);
  std::size_t begin = 0, end = 0;  // what of `packed` is not used yet
  bool gzip = false;
  bool in_member = false;  // inside a gzip member: an end of the file here is a cut
  bool stream_open = false;
  z_stream stream{};

  ~Impl() {
    if (stream_open) inflateEnd(&stream);
    if (fd >= 0) ::close(fd);
  }

  // Fills the empty buffer. The number of bytes, 0 at the end.
  Result<std::size_t> fill() {
    for (;;) {
      const ssize_t n = ::read(fd, packed.data(), packed.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        return invalid("files.unreadable", fmt::format("expected to read {} but {}", name, std::strerror(errno)));
      }
      begin = 0;
      end = static_cast<std::size_t>(n);
      return end;
    }
  }

  Result<std::size_t> read_gzip(char* to, std::size_t size) {
    stream.next_out = reinterpret_cast<Bytef*>(to);
    stream.avail_out = static_cast<uInt>(size);
    while (stream.avail_out == size) {
      if (begin == end) {
        auto filled = fill();
        if (!filled) return filled.error();
        if (*filled == 0) {
          if (!in_member) return std::size_t{0};
          return invalid("files.gzip_truncated",
                         fmt::format("expected {} to go on to its gzip trailer but it ends in the middle", name));
        }
      }
      if (!in_member) {  // gzip files may be joined together: one member after the other
        inflateReset(&stream);
        in_member = true;
      }
      stream.next_in = reinterpret_cast<Bytef*>(packed.data() + begin);
      stream.avail_in = static_cast<uInt>(end - begin);
      const int rc = inflate(&stream, Z_NO_FLUSH);
      begin = end - stream.avail_in;
      if (rc == Z_STREAM_END) {
        in_member = false;
      } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
        return invalid("files.gzip_damaged", fmt::format("expected gzip data in {} but {}", name,
                                                         stream.msg ? stream.msg : "its checksum differs"));
      }
    }
    return size - stream.avail_out;
  }
};

ByteSource::ByteSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

Result<ByteSource> ByteSource::open(const std::filesystem::path& path) {
  auto impl = std::make_unique<Impl>();
  impl->name = path.filename().string();
  impl->fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (impl->fd < 0) {
    return invalid(errno == ENOENT ? "files.not_found" : "files.unreadable",
                   fmt::format("expected a file {} but {}", path.string(), std::strerror(errno)));
  }
  struct stat info {};
  if (fstat(impl->fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    return invalid("files.not_a_file", fmt::format("expected a file but {} is a folder", path.string()));
  }
  auto filled = impl->fill();
  if (!filled) return filled.error();

  const std::string_view head(impl->packed.data(), impl->end);
  const auto starts = [&](std::string_view magic) { return head.starts_with(magic); };
  const char* other = starts("PK\x03\x04")                      ? "a ZIP archive or Excel workbook"
                      : starts("\xD0\xCF\x11\xE0")              ? "an old Excel workbook"
                      : starts("\xFD" "7zXZ")                   ? "xz data"
                      : starts("BZh")                           ? "bzip2 data"
                      : starts("\x28\xB5\x2F\xFD")              ? "zstd data"
                      : starts("\xFF\xFE") || starts("\xFE\xFF") ? "UTF-16 text"
                                                                 : nullptr;
  if (other) {
    return invalid("files.format", fmt::format("expected text in UTF-8 or GB18030, plain or gzip, but {} is {}", impl->name, other));
  }
  if (starts("\x1F\x8B")) {
    impl->gzip = true;
    if (inflateInit2(&impl->stream, 15 + 16) != Z_OK) return internal("files.zlib", "zlib cannot start");
    impl->stream_open = true;
  }
  return ByteSource(std::move(impl));
}

Result<std::size_t> ByteSource::read(char* to, std::size_t size) {
  Impl& in = *impl_;
  if (in.gzip) return in.read_gzip(to, size);
  if (in.begin == in.end) {
    auto filled = in.fill();
    if (!filled || *filled == 0) return filled;
  }
  const std::size_t n = std::min(size, in.end - in.begin);
  std::memcpy(to, in.packed.data() + in.begin, n);
  in.begin += n;
  return n;
}

}  // namespace mis::files
