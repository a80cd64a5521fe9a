#include <catch2/catch.hpp>

#include <fstream>

#include "mis/files/csv_reader.hpp"
#include "mis/files/csv_writer.hpp"
#include "tests/unit/files/temporary_file.hpp"

using example::TemporaryFile;
using mis::files::CsvOptions;
using mis::files::CsvReader;
using mis::files::CsvWriter;
using mis::files::CsvWriterOptions;
using mis::files::Encoding;

namespace {

// Every record as "line: field|field", with the problem behind it where there is one; the last entry tells of an error.
std::vector<std::string> read_file(const std::filesystem::path& path, CsvOptions options = {}) {
  std::vector<std::string> out;
  auto reader = CsvReader::open(path, options);
  if (!reader) return {reader.error().code};
  for (;;) {
    auto more = reader->next();
    if (!more) {
      out.push_back(more.error().code);
      return out;
    }
    if (!*more) return out;
    std::string text = std::to_string(reader->line()) + ": ";
    for (std::size_t i = 0; i < reader->fields().size(); ++i) text += (i ? "|" : "") + std::string(reader->fields()[i]);
    if (reader->problem()) text += " ! " + reader->problem()->column + " " + reader->problem()->code;
    out.push_back(text);
  }
}

std::vector<std::string> read_all(std::string_view content, CsvOptions options = {}) {
  const TemporaryFile file(content);
  return read_file(file.path(), options);
}

using Records = std::vector<std::string>;

std::string gzipped(std::initializer_list<std::string_view> fields) {
  const TemporaryFile file;
  auto writer = CsvWriter::create(file.path(), {.gzip = true});
  REQUIRE(writer);
  for (int i = 0; i < 1000; ++i) writer->row(fields);
  REQUIRE(writer->close());
  return file.content();
}

}  // namespace

TEST_CASE("fields are split at commas, records at line ends of either kind") {
  CHECK(read_all("a,b\r\n1,2\n,\r\nlast,one") == Records{"1: a|b", "2: 1|2", "3: |", "4: last|one"});
  CHECK(read_all("") == Records{});
  CHECK(read_all("a\n\n\r\nb\n") == Records{"1: a", "4: b"});
}

TEST_CASE("quotes hold commas, quotes and line breaks, and lines are counted through them") {
  CHECK(read_all("\"a,b\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",x\r\nnext,y\r\n") ==
        Records{"1: a,b|say \"hi\"", "2: two\nlines|x", "4: next|y"});
}

TEST_CASE("a wrong quote is a problem of its record only") {
  CHECK(read_all("a\"b,c\nd,e\n") == Records{"1: ab|c ! #1 files.stray_quote", "2: d|e"});
  CHECK(read_all("a,\"b\" c\nd,e\n") == Records{"1: a|b c ! #2 files.stray_quote", "2: d|e"});
  CHECK(read_all("a,b\nc,\"never closed\n") == Records{"1: a|b", "2: c|never closed\n ! #2 files.open_quote"});
}

TEST_CASE("a NUL byte is a problem of its field") {
  CHECK(read_all(std::string_view("a,b\n1,x\0y\n3,4\n", 14)) == Records{"1: a|b", "2: 1|x y ! #2 files.nul_byte", "3: 3|4"});
}

TEST_CASE("a field of ten megabytes is refused without being kept, and reading goes on behind its line") {
  const std::string content = "a,b\n1," + std::string(10'000'000, 'x') + "\n3,4\n";
  const auto records = read_all(content);
  REQUIRE(records.size() == 3);
  CHECK(records[1].ends_with("! #2 files.field_too_long"));
  CHECK(records[1].size() < 2'000'000);
  CHECK(records[2] == "3: 3|4");
}

TEST_CASE("UTF-8 and GB18030 are told apart; a byte-order mark is no part of the first field") {
  CHECK(read_all("姓名,电话\n张三,1\n") == Records{"1: 姓名|电话", "2: 张三|1"});
  CHECK(read_all("\xEF\xBB\xBF姓名,x\n") == Records{"1: 姓名|x"});
  // 姓名 and 张三 in GB18030; 张's second byte and the four-byte 㐀 (0x8139EE39) hold digits and letters, never commas.
  CHECK(read_all("\xD0\xD5\xC3\xFB,x\n\xD5\xC5\xC8\xFD,\x81\x39\xEE\x39\n") == Records{"1: 姓名|x", "2: 张三|㐀"});
  CHECK(read_all("name\n\xD5\xC5\xC8\xFD\n", {.encoding = Encoding::kGb18030}) == Records{"1: name", "2: 张三"});
}

TEST_CASE("a file that is ASCII for a long time is still told apart at its first other character") {
  std::string content;
  for (int i = 0; i < 100'000; ++i) content += "1234,5678\n";
  auto records = read_all(content + "\xD5\xC5\xC8\xFD,x\n");
  CHECK(records.back() == "100001: 张三|x");
  records = read_all(content + "张三,x\n");
  CHECK(records.back() == "100001: 张三|x");
}

TEST_CASE("half a character is a problem of its field, in either encoding") {
  CHECK(read_all("张三,x\n\xE5\xBC,y\nok,z\n") == Records{"1: 张三|x", "2: \xEF\xBF\xBD\xEF\xBF\xBD|y ! #1 files.broken_character", "3: ok|z"});
  CHECK(read_all("\xD5\xC5\xC8\xFD,x\n\xD5,y\n", {.encoding = Encoding::kGb18030}) ==
        Records{"1: 张三|x", "2: \xEF\xBF\xBD|y ! #1 files.broken_character"});
  // Overlong forms and surrogates are no UTF-8 either.
  CHECK(read_all("\xC0\xAF,x\n", {.encoding = Encoding::kUtf8})[0].ends_with("files.broken_character"));
  CHECK(read_all("\xED\xA0\x80,x\n", {.encoding = Encoding::kUtf8})[0].ends_with("files.broken_character"));
}

TEST_CASE("gzip is unpacked by its magic, also several files joined together") {
  const std::string one = gzipped({"张三", "1"});
  CHECK(read_all(one).size() == 1000);
  CHECK(read_all(one + one).size() == 2000);
}

TEST_CASE("a cut gzip file gives what came before the cut, then says that it was cut") {
  const std::string whole = gzipped({"a", "1"});
  const auto records = read_all(whole.substr(0, whole.size() - 9));
  REQUIRE(!records.empty());
  CHECK(records.back() == "files.gzip_truncated");
  for (std::size_t i = 0; i + 1 < records.size(); ++i) CHECK(records[i] == std::to_string(i + 1) + ": a|1");
}

TEST_CASE("a damaged gzip file says so") {
  std::string damaged = gzipped({"a", "1"});
  damaged[damaged.size() - 6] ^= 0x55;  // the checksum
  CHECK(read_all(damaged).back() == "files.gzip_damaged");
}

TEST_CASE("what is no text file is named for what it is") {
  CHECK(read_all("PK\x03\x04....") == Records{"files.format"});
  CHECK(read_all(std::string_view("\xFF\xFE" "a\0b\0", 6)) == Records{"files.format"});
  CHECK(read_file(std::filesystem::path("/nonexistent.csv")) == Records{"files.not_found"});
  CHECK(read_file(std::filesystem::temp_directory_path()) == Records{"files.not_a_file"});
}

TEST_CASE("a problem reads as one sentence with its place") {
  CHECK(to_text(mis::files::Problem{17, "phone", "x", "digits", "\"abc\""}) == "line 17, column phone: expected digits but found \"abc\"");
}

TEST_CASE("what is written is read back, in each form") {
  const std::vector<std::string_view> fields{"张三", "a,b", "say \"hi\"", "two\nlines", "", "㐀"};
  for (const Encoding encoding : {Encoding::kUtf8, Encoding::kGb18030}) {
    for (const bool gzip : {false, true}) {
      const TemporaryFile file;
      auto writer = CsvWriter::create(file.path(), {.encoding = encoding, .gzip = gzip});
      REQUIRE(writer);
      writer->row(fields);
      writer->add("n").add(-42).end_row();
      REQUIRE(writer->close());
      CHECK(read_file(file.path()) == Records{"1: 张三|a,b|say \"hi\"|two\nlines||㐀", "3: n|-42"});
    }
  }
}

TEST_CASE("a file that cannot be written is an error, not a silence") {
  CHECK(CsvWriter::create("/nonexistent/x.csv").error().code == "files.unwritable");
  auto full = CsvWriter::create("/dev/full");
  REQUIRE(full);
  for (int i = 0; i < 100'000; ++i) full->row({"a", "b"});
  CHECK(full->close().error().code == "files.unwritable");
}
