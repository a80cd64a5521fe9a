// What a file's text and name must not be, and what every module comes with.
#include <algorithm>
#include <array>
#include <cctype>

#include "tests/tidy/rules.hpp"

namespace tidy {
namespace {

constexpr int kMaxLines = 600;

bool is_source(const SourceText& file) {
  static constexpr std::array kEndings = {".cpp", ".hpp", ".h", ".ts", ".vue", ".mjs", ".sql", ".sh"};
  return std::any_of(kEndings.begin(), kEndings.end(), [&](const char* end) { return ends_with(file.path, end); });
}

// The words are put together here so that this file does not hold them itself.
struct Mark { std::string text; bool is_call; };
const std::vector<Mark> kUnfinished = {{std::string("TO") + "DO", false}, {std::string("FIX") + "ME", false},
                                       {std::string("not imple") + "mented", false}, {std::string("SK") + "IP(", true},
                                       {std::string("test.sk") + "ip(", true}, {std::string("it.sk") + "ip(", true}};

const std::vector<std::string> kForeign = {std::string("/ho") + "me/", std::string("/ro") + "ot/", std::string("/Us") + "ers/",
                                           std::string("/wo") + "rk/", std::string("deb.deb") + "ian.org",
                                           std::string("registry.npm") + "js.org", std::string("regis") + "try.npmmirror"};

std::vector<std::string> modules_of(const House& house) {
  std::vector<std::string> modules;
  for (const auto& file : house.files) {
    if (file.path.rfind("modules/", 0) != 0) continue;
    const auto end = file.path.find('/', 8);
    if (end == std::string::npos) continue;
    const auto name = file.path.substr(8, end - 8);
    if (modules.empty() || modules.back() != name) modules.push_back(name);
  }
  return modules;
}

}  // namespace

Findings check_file_length(const House& house) {
  Findings found;
  for (const auto& file : house.files) {
    const auto lines = static_cast<int>(lines_of(file.text).size());
    if (is_source(file) && lines > kMaxLines)
      found.push_back({file.path, kMaxLines, "file length", "expected at most 600 lines, so that a newcomer finds the place, but found " + std::to_string(lines)});
  }
  return found;
}

Findings check_unfinished(const House& house) {
  Findings found;
  for (const auto& file : house.files) {
    if (!is_source(file)) continue;
    for (const auto& mark : kUnfinished) {
      const auto at = mark.is_call ? file.text.find(mark.text) : find_word(file.text, mark.text);
      if (at != std::string::npos)
        found.push_back({file.path, file.line_at(at), "unfinished", "expected finished work but found the mark " + mark.text});
    }
  }
  return found;
}

namespace {

// Whether the loop's range takes something out of what a call has just made ("read(s)[a]", "*verify(s)"); that is gone before the
// first turn.
bool is_inside_temporary(const std::string& code, std::size_t range) {
  const bool pointed_at = code[range] == '*';
  int depth = 0;
  for (std::size_t at = range; at + 1 < code.size(); ++at) {
    if (code[at] == '(' && ++depth == 1 && pointed_at && at > range + 1) return true;
    if (code[at] != ')') continue;
    if (--depth < 0) return false;
    if (depth == 0 && code[at + 1] == '[' && code[range] != '(') return true;
  }
  return false;
}

}  // namespace

Findings check_dangling_ranges(const House& house) {
  Findings found;
  for (const auto& file : house.files) {
    if (!file.is_cpp()) continue;
    for (std::size_t at = file.code.find("for ("); at != std::string::npos; at = file.code.find("for (", at + 1)) {
      const auto colon = file.code.find(" : ", at), end = file.code.find_first_of(";{", at);
      if (colon == std::string::npos || colon > end) continue;
      if (is_inside_temporary(file.code, colon + 3))
        found.push_back({file.path, file.line_at(at), "dangling ranges", "expected a loop over something that has a name but it goes over a part of what a call returns"});
    }
  }
  return found;
}

Findings check_foreign_paths(const House& house) {
  Findings found;
  for (const auto& file : house.files)
    for (const auto& foreign : kForeign)
      if (const auto at = file.text.find(foreign); at != std::string::npos)
        found.push_back({file.path, file.line_at(at), "foreign paths", "expected nothing of one machine or network but found " + foreign});
  return found;
}

Findings check_modules_are_documented(const House& house) {
  Findings found;
  for (const auto& name : modules_of(house)) {
    const auto folder = "modules/" + name + "/";
    for (const auto& wanted : {folder + "README.md", folder + name + ".hpp"})
      if (!house.has(wanted)) found.push_back({wanted, 1, "modules", "expected the module to have this file but there is none"});
  }
  return found;
}

Findings check_file_names(const House& house) {
  Findings found;
  for (const auto& file : house.files) {
    if (!file.is_cpp()) continue;
    if (std::any_of(file.path.begin(), file.path.end(), [](char c) { return std::isupper(static_cast<unsigned char>(c)) || c == '-' || c == ' '; }))
      found.push_back({file.path, 1, "file names", "expected snake_case but found " + file.path});
  }
  return found;
}

}  // namespace tidy
