#include "mis/db/bulk_writer.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include <fmt/format.h>

namespace mis::db {
namespace {

// A file that exists only in memory, for as long as LOAD DATA reads it.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : fd_(memfd_create("watthour-load", MFD_CLOEXEC)) {
    if (fd_ < 0) throw std::runtime_error(fmt::format("cannot make a memory file: {}", std::strerror(errno)));
    while (!content.empty()) {
      const auto n = ::write(fd_, content.data(), content.size());
      if (n < 0) {
        const int error = errno;
        ::close(fd_);
        throw std::runtime_error(fmt::format("cannot fill a memory file: {}", std::strerror(error)));
      }
      content.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }

 private:
  int fd_;
};

// The fields of one line of the gathered text, unescaped, as parameters.
std::vector<Param> parse_line(std::string_view line) {
  std::vector<Param> fields;
  std::string field;
  bool null = false;
  const auto end_field = [&] {
    fields.push_back(null ? Param(nullptr) : Param(std::move(field)));
    field.clear();
    null = false;
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      end_field();
    } else if (line[i] == '\\') {
      switch (line[++i]) {
        case 'N': null = true; break;
        case 't': field += '\t'; break;
        case 'n': field += '\n'; break;
        case '0': field += '\0'; break;
        default: field += line[i];
      }
    } else {
      field += line[i];
    }
  }
  end_field();
  return fields;
}

// Statements come in a few lengths only, so that a session prepares ten of them and not one for every number of rows.
constexpr std::int64_t kRowsPerInsert = 512;
constexpr std::int64_t kFewRows = 16;

}  // namespace

std::int64_t load_text(Session& session, std::string_view table, std::string_view columns, std::string_view text) {
  const MemoryFile file(text);
  // Bytes go in as they are ("binary"): our text is UTF-8 already, and packed points are not text.
  const auto arrived = session.run_raw(fmt::format("LOAD DATA LOCAL INFILE '{}' INTO TABLE {} CHARACTER SET binary ({})", file.path(), table, columns));
  if (const auto warning = session.first_warning())
    throw DbError(warning->code == 1062 ? DbError::Kind::kDuplicate : DbError::Kind::kOther, warning->code, fmt::format("loading {}: {}", table, warning->message));
  return arrived;
}

BulkWriter::BulkWriter(std::string_view table, std::initializer_list<std::string_view> columns)
    : table_(table), columns_(columns.begin(), columns.end()) {}

BulkWriter& BulkWriter::or_update(std::initializer_list<std::string_view> columns) {
  on_duplicate_ = " ON DUPLICATE KEY UPDATE ";
  for (const auto column : columns) on_duplicate_ += fmt::format("{}{} = VALUES({})", column == *columns.begin() ? "" : ", ", column, column);
  return *this;
}

void BulkWriter::separate() {
  if (fields_in_row_++ > 0) text_ += '\t';
}

BulkWriter& BulkWriter::add(std::int64_t v) {
  separate();
  char digits[24];
  text_.append(digits, std::to_chars(digits, digits + sizeof digits, v).ptr);
  return *this;
}

BulkWriter& BulkWriter::add(std::string_view v) {
  separate();
  for (char c : v) {
    switch (c) {
      case '\\': text_ += "\\\\"; break;
      case '\t': text_ += "\\t"; break;
      case '\n': text_ += "\\n"; break;
      case '\0': text_ += "\\0"; break;
      default: text_ += c;
    }
  }
  return *this;
}

BulkWriter& BulkWriter::add(Date v) { return add(std::string_view(v.to_string())); }
BulkWriter& BulkWriter::add(Instant v) { return add(std::string_view(v.to_sql())); }

BulkWriter& BulkWriter::add_null() {
  separate();
  text_ += "\\N";
  return *this;
}

void BulkWriter::end_row() {
  if (fields_in_row_ != columns_.size())
    throw std::logic_error(fmt::format("expected {} fields for {} but got {}", columns_.size(), table_, fields_in_row_));
  fields_in_row_ = 0;
  text_ += '\n';
  ++rows_;
}

std::int64_t BulkWriter::flush(Session& session) {
  if (rows_ == 0) return 0;
  const auto expected = rows_;
  // The rows leave the buffer whatever happens: where sending fails, the transaction is rolled back and the caller
  // makes them anew.
  struct Clear {
    BulkWriter& w;
    ~Clear() { w.text_.clear(); w.rows_ = 0; }
  } clear{*this};
  const auto send = [&]() -> std::int64_t {
    if (!on_duplicate_.empty()) return flush_by_insert(session), expected;  // the server counts a changed row as two
    if (rows_ <= kFewRows || session.forbids_local_infile()) return flush_by_insert(session);
    try {
      return load_text(session, table_, fmt::format("{}", fmt::join(columns_, ", ")), text_);
    } catch (const DbError& e) {
      constexpr int kNotAllowed = 1148, kLoadLocalDisabled = 3948, kForbiddenInThisBuild = 4166;
      if (e.code() != kNotAllowed && e.code() != kLoadLocalDisabled && e.code() != kForbiddenInThisBuild) throw;
      session.note_local_infile_forbidden();
      return flush_by_insert(session);
    }
  };
  const auto arrived = send();
  if (arrived != expected)
    throw DbError(DbError::Kind::kDuplicate, 1062,
                  fmt::format("expected {} new rows in {} but {} of them have a key that exists", expected, table_, expected - arrived));
  return expected;
}

std::int64_t BulkWriter::flush_by_insert(Session& session) {
  std::string row_marks = "(";
  for (std::size_t i = 0; i < columns_.size(); ++i) row_marks += i == 0 ? "?" : ",?";
  row_marks += ')';
  const auto statement_for = [&](std::int64_t rows) {
    std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ", table_, fmt::join(columns_, ", "));
    for (std::int64_t i = 0; i < rows; ++i) {
      if (i > 0) sql += ',';
      sql += row_marks;
    }
    return sql + on_duplicate_;
  };
  std::int64_t arrived = 0;
  std::string_view rest = text_;
  for (std::int64_t left = rows_, batch = kRowsPerInsert; left > 0; left -= batch) {
    while (batch > left) batch /= 2;
    std::vector<Param> params;
    params.reserve(static_cast<std::size_t>(batch) * columns_.size());
    for (std::int64_t i = 0; i < batch; ++i) {
      const auto end = rest.find('\n');  // a newline inside a field is escaped, so this one ends the row
      for (auto& field : parse_line(rest.substr(0, end))) params.push_back(std::move(field));
      rest.remove_prefix(end + 1);
    }
    arrived += session.run_update(statement_for(batch), params);
  }
  return arrived;
}

}  // namespace mis::db
