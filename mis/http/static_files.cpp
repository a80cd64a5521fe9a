#include "mis/http/static_files.hpp"

#include <Poco/DeflatingStream.h>

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "mis/http/digest.hpp"

namespace mis::http {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
    {".map", "application/json"},
}};

// What is packed already gains nothing from gzip.
bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/json") || type == "image/svg+xml" || type == "application/wasm";
}

std::string_view type_of(std::string_view path) {
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) throw std::runtime_error("expected to read " + file.string() + " but it cannot be opened or read");
  return bytes;
}

std::string packed(const std::string& bytes) {
  std::ostringstream out;
  Poco::DeflatingOutputStream gzip(out, Poco::DeflatingStreamBuf::STREAM_GZIP, 9);
  gzip.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  gzip.close();
  return std::move(out).str();
}

bool accepts_gzip(const Request& request) {
  return request.header("Accept-Encoding").value_or("").find("gzip") != std::string_view::npos;
}

}  // namespace

StaticFiles::StaticFiles(const std::filesystem::path& folder) {
  if (folder.empty() || !std::filesystem::is_directory(folder)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".gz") continue;
    const std::string path = "/" + entry.path().lexically_relative(folder).generic_string();
    const std::filesystem::path beside = entry.path().string() + ".gz";
    add(path, read_all(entry.path()), std::filesystem::exists(beside) ? read_all(beside) : "");
  }
}

void StaticFiles::add(const std::string& path, std::string bytes, std::string packed_bytes) {
  File file;
  file.content_type = type_of(path);
  file.etag = '"' + sha256_hex(bytes).substr(0, 32) + '"';
  file.immutable = path.starts_with("/assets/");
  if (packed_bytes.empty() && bytes.size() > 1024 && is_text(file.content_type)) packed_bytes = packed(bytes);
  if (packed_bytes.size() < bytes.size()) file.packed = std::move(packed_bytes);
  file.bytes = std::move(bytes);
  files_[path] = std::move(file);
}

std::optional<Answer> StaticFiles::find(const Request& request) const {
  if (request.method != Method::kGet || request.path == "/api" || request.path.starts_with("/api/")) return {};
  const auto file = files_.find(request.path);
  if (file != files_.end()) return answer_with(file->second, request);
  const std::string_view last_part = std::string_view(request.path).substr(request.path.rfind('/') + 1);
  const bool takes_html = request.header("Accept").value_or("*/*").find("text/html") != std::string_view::npos;
  const bool is_page = request.path == "/" || (takes_html && last_part.find('.') == std::string_view::npos);
  const auto index = files_.find("/index.html");
  if (!is_page || index == files_.end()) return {};
  return answer_with(index->second, request);
}

Answer StaticFiles::answer_with(const File& file, const Request& request) {
  Answer answer;
  answer.content_type = file.content_type;
  answer.with_header("ETag", file.etag);
  answer.with_header("Vary", "Accept-Encoding");
  // A name with a hash never changes its content; everything else is asked for again, and mostly answered with 304.
  answer.with_header("Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.header("If-None-Match").value_or("") == file.etag) {
    answer.status = 304;
    return answer;
  }
  if (!file.packed.empty() && accepts_gzip(request)) {
    answer.with_header("Content-Encoding", "gzip");
    answer.body = file.packed;
  } else {
    answer.body = file.bytes;
  }
  return answer;
}

}  // namespace mis::http
