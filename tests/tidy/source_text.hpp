// A source file as the house rules see it: what is code, what is text in quotes, what is comment. Not a parser: it knows
// C++'s comments, strings and characters, and no grammar. TypeScript, SQL and shell are read line by line instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct Literal {
  std::size_t begin;  // offsets of the quotes in the text
  std::size_t end;    // one past the closing quote
  std::string value;  // as written, escapes left alone
};

struct SourceText {
  std::string path;  // below the top of the checkout, with '/'
  std::string text;
  std::string code;  // as long as `text`; comments and the insides of quotes are blanks, line ends stay
  std::vector<Literal> literals;

  SourceText(std::string path_below_top, std::string content);

  int line_at(std::size_t offset) const;  // 1-based
  bool is_cpp() const;
  bool is_header() const;
};

bool ends_with(std::string_view text, std::string_view end);
std::vector<std::string_view> lines_of(std::string_view text);

// Where `word` stands in `text` as a whole identifier, from `from` on; std::string_view::npos when nowhere.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0);

}  // namespace tidy
