#include "modules/payment_channels/formats/channel_bytes.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "mis/files/byte_source.hpp"

namespace mis::payment_channels {

Result<ChannelInput> ChannelInput::open(const std::filesystem::path& path) {
  auto source = files::ByteSource::open(path);
  if (!source) return source.error();
  // std::function wants to be copied; the source does not.
  auto shared = std::make_shared<files::ByteSource>(std::move(source).value());
  return ChannelInput([shared](char* to, std::size_t size) { return shared->read(to, size); });
}

ChannelInput ChannelInput::of(std::string_view bytes) {
  return ChannelInput([bytes](char* to, std::size_t size) mutable -> Result<std::size_t> {
    const std::size_t n = std::min(size, bytes.size());
    if (n > 0) std::memcpy(to, bytes.data(), n);
    bytes.remove_prefix(n);
    return n;
  });
}

struct ChannelOutput::Impl {
  std::filesystem::path path, part;
  std::FILE* file = nullptr;
  std::optional<Error> failure;

  const Error& fail(const char* why) {
    if (!failure) failure = unavailable("files.unwritable", fmt::format("expected to write {} but {}", path.string(), why));
    return *failure;
  }
  ~Impl() {
    if (!file) return;
    std::fclose(file);
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
  }
};

ChannelOutput::ChannelOutput(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChannelOutput::ChannelOutput(ChannelOutput&&) noexcept = default;
ChannelOutput& ChannelOutput::operator=(ChannelOutput&&) noexcept = default;
ChannelOutput::~ChannelOutput() = default;

Result<ChannelOutput> ChannelOutput::create(const std::filesystem::path& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->part = path;
  impl->part += ".part";
  impl->file = std::fopen(impl->part.c_str(), "wbe");
  if (!impl->file) return unavailable("files.unwritable", fmt::format("expected to create {} but {}", impl->part.string(), std::strerror(errno)));
  return ChannelOutput(std::move(impl));
}

Status ChannelOutput::write(std::string_view bytes) {
  if (impl_->failure) return *impl_->failure;
  if (!impl_->file) return impl_->fail("it is closed already");
  if (std::fwrite(bytes.data(), 1, bytes.size(), impl_->file) != bytes.size()) return impl_->fail(std::strerror(errno));
  return ok();
}

Status ChannelOutput::close() {
  Impl& out = *impl_;
  if (!out.file) return out.failure ? Status(*out.failure) : ok();
  // On disk before it bears its name: a power cut must not leave half a file that a bank would take for a whole one.
  if (!out.failure && (std::fflush(out.file) != 0 || ::fsync(::fileno(out.file)) != 0)) out.fail(std::strerror(errno));
  if (std::fclose(out.file) != 0) out.fail(std::strerror(errno));
  out.file = nullptr;
  std::error_code moved;
  if (!out.failure) std::filesystem::rename(out.part, out.path, moved);
  if (moved) out.fail(moved.message().c_str());
  if (!out.failure) return ok();
  std::error_code ignored;
  std::filesystem::remove(out.part, ignored);
  return *out.failure;
}

}  // namespace mis::payment_channels
