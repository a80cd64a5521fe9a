#include "tests/unit/documents/pdf_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace pdf_reader {
namespace {

class ScratchFile {
 public:
  explicit ScratchFile(const std::string& content) : path_((std::filesystem::temp_directory_path() / "watthour_pdf_XXXXXX").string()) {
    const int handle = mkstemp(path_.data());
    if (handle < 0) throw std::runtime_error("expected to make a file in the temporary folder but could not");
    close(handle);
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string ask(const std::string& pdf, const std::string& before, const std::string& behind) {
  const ScratchFile file(pdf);
  const auto command = before + " " + file.path() + " " + behind + " 2>&1";
  auto* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("expected to start " + before + " but could not");
  std::string answer;
  std::array<char, 65536> block{};
  for (std::size_t n = 0; (n = fread(block.data(), 1, block.size(), pipe)) > 0;) answer.append(block.data(), n);
  if (pclose(pipe) != 0) throw std::runtime_error("expected " + before + " (Debian's poppler-utils) to read the PDF but it said: " + answer.substr(0, 500));
  return answer;
}

std::string line_behind(const std::string& info, const std::string& name) {
  const auto at = info.find(name);
  if (at == std::string::npos) return "";
  const auto from = info.find_first_not_of(' ', at + name.size());
  return info.substr(from, info.find('\n', from) - from);
}

}  // namespace

std::string text_of(const std::string& pdf) { return ask(pdf, "pdftotext -enc UTF-8 -layout", "-"); }
std::string info_of(const std::string& pdf) { return ask(pdf, "TZ=UTC LC_ALL=C.UTF-8 pdfinfo -enc UTF-8", ""); }
std::string fonts_of(const std::string& pdf) { return ask(pdf, "pdffonts", ""); }
int pages_of(const std::string& pdf) { return std::stoi(line_behind(info_of(pdf), "Pages:")); }
std::string size_of(const std::string& pdf) { return line_behind(info_of(pdf), "Page size:"); }

Picture picture_of(const std::string& pdf, int dots_per_inch) {
  std::istringstream in(ask(pdf, "pdftoppm -singlefile -gray -r " + std::to_string(dots_per_inch), ""));
  std::string kind;
  int most = 0;
  Picture picture;
  in >> kind >> picture.width >> picture.height >> most;
  in.get();
  if (kind != "P5" || most != 255) throw std::runtime_error("expected pdftoppm to give a grey picture but found " + kind);
  picture.grey.resize(static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height));
  in.read(reinterpret_cast<char*>(picture.grey.data()), static_cast<std::streamsize>(picture.grey.size()));
  return picture;
}

std::string squeezed(const std::string& text) {
  std::string result;
  std::copy_if(text.begin(), text.end(), std::back_inserter(result), [](char c) { return c != ' ' && c != '\n' && c != '\f' && c != '\r'; });
  return result;
}

}  // namespace pdf_reader
