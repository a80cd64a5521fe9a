#include "modules/invoicing/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "mis/http/digest.hpp"

namespace mis::invoicing {
namespace fs = std::filesystem;
namespace {

Error file_error(const fs::path& path, int code) {
  return unavailable("invoicing.file", fmt::format("expected to write {} but {}", path.filename().string(), std::strerror(code)));
}

int write_and_sync(const fs::path& path, std::string_view content, unsigned mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return errno;
  int error = 0;
  while (!content.empty() && error == 0) {
    const auto n = ::write(fd, content.data(), content.size());
    if (n < 0) error = errno == EINTR ? 0 : errno;
    else content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (error == 0 && ::fsync(fd) != 0) error = errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  return error;
}

// A name survives a crash of the machine only once its folder is on the disk.
int sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  return error;
}

}  // namespace

Result<std::optional<std::string>> read_whole(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    if (error) return unavailable("invoicing.file", fmt::format("expected to look for {} but {}", path.filename().string(), error.message()));
    return std::optional<std::string>();
  }
  std::ifstream in(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) return unavailable("invoicing.file", fmt::format("expected to read {} but it cannot be opened", path.filename().string()));
  return std::optional(std::move(content));
}

Status write_whole(const fs::path& path, std::string_view content, IfThere if_there, unsigned mode) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return file_error(path, error.value());
  // Of a name of its own, so that two writers never write into one another.
  const auto half = path.parent_path() / fmt::format(".{}.{}.part", path.filename().string(), http::random_token(9));
  if (const int code = write_and_sync(half, content, mode); code != 0) {
    fs::remove(half, error);
    return file_error(path, code);
  }
  int code = 0;
  if (if_there == IfThere::kReplace) {
    if (::rename(half.c_str(), path.c_str()) != 0) code = errno;
  } else {
    // A link is made only where there is no file of that name; a name is never seen with half a content.
    if (::link(half.c_str(), path.c_str()) != 0 && errno != EEXIST) code = errno;
    ::unlink(half.c_str());
  }
  if (code == 0) code = sync_folder(path.parent_path());
  if (code != 0) return file_error(path, code);
  return ok();
}

}  // namespace mis::invoicing
