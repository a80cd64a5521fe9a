#include "mis/outbox/file_provider.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/http/digest.hpp"
#include "mis/http/page.hpp"

namespace mis::outbox {
namespace fs = std::filesystem;
namespace {

Delivery failed(std::string error) { return {Delivery::Outcome::kFailed, "", std::move(error), {}}; }

std::string lines_of(std::span<const Outgoing> messages) {
  std::string text;
  for (const auto& [id, m] : messages) {
    nlohmann::json line = {{"message_id", id.value}, {"kind", name_of(m.kind)}, {"address", m.address}, {"subject", m.subject}, {"body", m.body}};
    if (m.attachment)
      line["attachment"] = {{"name", m.attachment->name}, {"content_type", m.attachment->content_type}, {"content", http::base64url(m.attachment->content)}};
    text += line.dump();
    text += '\n';
  }
  return text;
}

// Writes and syncs a file; returns the errno of what failed, 0 where nothing did.
int write_file(const fs::path& path, std::string_view content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
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

// A name that was given survives a crash of the machine only once its folder is on the disk too.
int sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  return error;
}

}  // namespace

std::string FileProvider::place() {
  constexpr std::size_t kBytes = 12, kCharacters = 16;
  std::error_code error;
  fs::create_directories(folder_, error);
  const auto path = folder_ / ".place";
  if (!fs::exists(path, error)) {
    // Takes its name only when it is whole, and not where somebody else's has it by then.
    const auto half = folder_ / fmt::format(".place.{}", http::random_token(kBytes));
    if (write_file(half, http::random_token(kBytes)) == 0) fs::create_hard_link(half, path, error);
    fs::remove(half, error);
    sync_folder(folder_);
  }
  std::string number;
  std::ifstream(path) >> number;
  return number.size() == kCharacters ? number : std::string(kNowhere);
}

fs::path FileProvider::path_of(std::int64_t batch) const { return folder_ / fmt::format("batch-{:010}.jsonl", batch); }

Delivery FileProvider::ask(std::int64_t batch) {
  const auto path = path_of(batch);
  std::error_code error;
  if (fs::exists(path, error)) return {Delivery::Outcome::kSent, path.filename().string(), "", {}};
  // A folder that cannot be looked into (a disk that is not mounted) tells nothing about the batch.
  if (error) return {Delivery::Outcome::kUnknown, "", fmt::format("expected to look for {} but {}", path.filename().string(), error.message()), {}};
  return failed(fmt::format("expected the file {} but there is none", path.filename().string()));
}

Delivery FileProvider::send(std::int64_t batch, std::span<const Outgoing> messages) {
  if (auto before = ask(batch); before.outcome != Delivery::Outcome::kFailed) return before;
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return failed(fmt::format("expected to make the folder of the outbox but {}", error.message()));
  const auto path = path_of(batch);
  const auto half = folder_ / fmt::format(".batch-{:010}.part", batch);
  if (const int code = write_file(half, lines_of(messages)); code != 0) {
    fs::remove(half, error);
    return failed(fmt::format("expected to write {} but {}", path.filename().string(), std::strerror(code)));
  }
  fs::rename(half, path, error);
  if (error) return failed(fmt::format("expected to write {} but {}", path.filename().string(), error.message()));
  if (const int code = sync_folder(folder_); code != 0)
    return {Delivery::Outcome::kUnknown, "", fmt::format("expected the folder on the disk but {}", std::strerror(code)), {}};
  return {Delivery::Outcome::kSent, path.filename().string(), "", {}};
}

Status FileProvider::clear(std::int64_t batch) {
  std::error_code error;
  fs::remove(path_of(batch), error);  // one that somebody took away already is no error
  if (error) return internal("outbox.not_cleared", fmt::format("expected to remove {} but {}", path_of(batch).filename().string(), error.message()));
  return ok();
}

void use_files(Providers& providers, const fs::path& top) {
  for (const auto kind : kKinds) providers.set(kind, std::make_shared<FileProvider>(top / std::string(name_of(kind))));
}

}  // namespace mis::outbox
