#include "mis/files/csv_writer.hpp"

#include <zlib.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>

#include <fmt/format.h>

namespace mis::files {
namespace {

constexpr std::size_t kFlushBytes = 256 * 1024;

}  // namespace

struct CsvWriter::Impl {
  std::string name;
  std::FILE* file = nullptr;
  gzFile packed = nullptr;
  std::optional<Converter> converter;
  std::string pending;
  std::string converted;
  bool row_begun = false;
  std::optional<Error> failure;

  ~Impl() {
    if (file) std::fclose(file);
    if (packed) gzclose(packed);
  }

  void fail(std::string_view why) {
    if (!failure) failure = unavailable("files.unwritable", fmt::format("expected to write {} but {}", name, why));
  }

  void flush() {
    std::string_view out = pending;
    if (converter) {
      converted.clear();
      if (converter->append(pending, converted)) fail("a field is no UTF-8");
      out = converted;
    }
    if (!failure && !out.empty()) {
      if (file && std::fwrite(out.data(), 1, out.size(), file) != out.size()) fail(std::strerror(errno));
      if (packed && gzwrite(packed, out.data(), static_cast<unsigned>(out.size())) <= 0) fail("zlib could not");
    }
    pending.clear();
  }
};

CsvWriter::CsvWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CsvWriter::CsvWriter(CsvWriter&&) noexcept = default;
CsvWriter& CsvWriter::operator=(CsvWriter&&) noexcept = default;
CsvWriter::~CsvWriter() {
  if (impl_ && (impl_->file || impl_->packed)) impl_->flush();
}

Result<CsvWriter> CsvWriter::create(const std::filesystem::path& path, CsvWriterOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->name = path.string();
  if (options.gzip) {
    impl->packed = gzopen(path.c_str(), "wb1");  // the fastest level: these files are read once
  } else {
    impl->file = std::fopen(path.c_str(), "wbe");
  }
  if (!impl->file && !impl->packed) {
    return unavailable("files.unwritable", fmt::format("expected to create {} but {}", impl->name, std::strerror(errno)));
  }
  if (options.encoding == Encoding::kGb18030) {
    impl->converter.emplace(Converter::Direction::kUtf8ToGb18030);
  } else if (options.byte_order_mark) {
    impl->pending = "\xEF\xBB\xBF";
  }
  return CsvWriter(std::move(impl));
}

CsvWriter& CsvWriter::row(std::span<const std::string_view> fields) {
  for (std::string_view field : fields) add(field);
  return end_row();
}

CsvWriter& CsvWriter::add(std::string_view field) {
  std::string& out = impl_->pending;
  if (impl_->row_begun) out += ',';
  impl_->row_begun = true;
  if (field.find_first_of("\",\r\n") == std::string_view::npos) {
    out += field;
    return *this;
  }
  out += '"';
  for (char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
  return *this;
}

CsvWriter& CsvWriter::add(std::int64_t number) {
  char digits[24];
  return add(std::string_view(digits, static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, number).ptr - digits)));
}

CsvWriter& CsvWriter::end_row() {
  impl_->pending += "\r\n";
  impl_->row_begun = false;
  if (impl_->pending.size() > kFlushBytes) impl_->flush();
  return *this;
}

Status CsvWriter::close() {
  impl_->flush();
  if (impl_->file) {
    if (std::fclose(impl_->file) != 0) impl_->fail(std::strerror(errno));
    impl_->file = nullptr;
  }
  if (impl_->packed) {
    if (gzclose(impl_->packed) != Z_OK) impl_->fail("zlib could not");
    impl_->packed = nullptr;
  }
  if (impl_->failure) return *impl_->failure;
  return ok();
}

}  // namespace mis::files
