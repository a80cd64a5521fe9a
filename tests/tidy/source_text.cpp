#include "tests/tidy/source_text.hpp"

#include <algorithm>
#include <cctype>

namespace tidy {
namespace {

bool is_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Walks over C++ once and blanks what is not code.
class Scanner {
 public:
  Scanner(const std::string& text, std::string& code, std::vector<Literal>& literals)
      : text_(text), code_(code), literals_(literals) {}

  void run() {
    while (at_ < text_.size()) {
      if (starts("//")) blank_until(text_.find('\n', at_));
      else if (starts("/*")) blank_until(after(text_.find("*/", at_ + 2), 2));
      else if (starts("R\"") && (at_ == 0 || !is_identifier(text_[at_ - 1]))) raw_string();
      else if (text_[at_] == '"') quoted('"');
      // 1'000'000 holds digit separators, not characters.
      else if (text_[at_] == '\'' && (at_ == 0 || !is_identifier(text_[at_ - 1]))) quoted('\'');
      else ++at_;
    }
  }

 private:
  bool starts(std::string_view what) const { return text_.compare(at_, what.size(), what) == 0; }
  std::size_t after(std::size_t found, std::size_t length) const {
    return found == std::string::npos ? text_.size() : found + length;
  }
  void blank(std::size_t from, std::size_t to) {
    for (; from < to; ++from)
      if (code_[from] != '\n') code_[from] = ' ';
  }
  void blank_until(std::size_t end) {
    end = std::min(end, text_.size());
    blank(at_, end);
    at_ = end;
  }
  void quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
    end = std::min(end, text_.size());
    if (quote == '"') literals_.push_back({at_, std::min(end + 1, text_.size()), text_.substr(at_ + 1, end - at_ - 1)});
    blank(at_ + 1, end);
    at_ = end + 1;
  }
  void raw_string() {
    const auto open = text_.find('(', at_);
    if (open == std::string::npos) return blank_until(text_.size());
    const std::string close = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
    const auto found = text_.find(close, open);
    const auto end = after(found, close.size());
    literals_.push_back({at_, end, text_.substr(open + 1, (found == std::string::npos ? end : found) - open - 1)});
    blank(at_ + 1, end);
    at_ = end;
  }

  const std::string& text_;
  std::string& code_;
  std::vector<Literal>& literals_;
  std::size_t at_ = 0;
};

}  // namespace

SourceText::SourceText(std::string path_below_top, std::string content)
    : path(std::move(path_below_top)), text(std::move(content)), code(text) {
  if (is_cpp()) Scanner(text, code, literals).run();
}

int SourceText::line_at(std::size_t offset) const {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size())), '\n'));
}

bool SourceText::is_header() const { return ends_with(path, ".hpp") || ends_with(path, ".h"); }
bool SourceText::is_cpp() const { return is_header() || ends_with(path, ".cpp"); }

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  for (auto at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_identifier(text[at - 1])) && (end == text.size() || !is_identifier(text[end]))) return at;
  }
  return std::string_view::npos;
}

}  // namespace tidy
