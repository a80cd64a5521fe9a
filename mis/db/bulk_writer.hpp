// Writes many rows into one table: LOAD DATA LOCAL INFILE from memory, or multi-row INSERT where the server forbids it.
//
// Rows are gathered in memory and sent by flush(); the caller's transaction decides whether they stay. LOAD DATA LOCAL
// turns duplicate keys and bad values into warnings, so flush() checks the number of rows that arrived and the warnings,
// and throws: no row is lost or bent silently. Few rows go by INSERT, since a file costs two round trips more.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mis/db/session.hpp"

namespace mis::db {

// Loads text in LOAD DATA's default format (tabs, newlines, backslash escapes) into a table; returns the rows that arrived.
// Throws DbError for any row that did not, or not as it was.
std::int64_t load_text(Session& session, std::string_view table, std::string_view columns, std::string_view text);

class BulkWriter {
 public:
  // `table` and `columns` are names from the code, never from outside.
  BulkWriter(std::string_view table, std::initializer_list<std::string_view> columns);
  // Rows whose key exists give it these columns' new values instead of being refused (projections, never ledgers).
  BulkWriter& or_update(std::initializer_list<std::string_view> columns);

  // Appends one field of the present row; end_row() closes it. Rows with another number of fields throw std::logic_error.
  BulkWriter& add(std::int64_t v);
  BulkWriter& add(int v) { return add(std::int64_t{v}); }
  BulkWriter& add(std::string_view v);
  BulkWriter& add(const char* v) { return add(std::string_view(v)); }
  BulkWriter& add(Date v);
  BulkWriter& add(Instant v);
  BulkWriter& add(BillingMonth v) { return add(std::int64_t{v.yyyymm}); }
  BulkWriter& add_null();
  BulkWriter& add(bool v) { return add(std::int64_t{v}); }
  template <class Tag> BulkWriter& add(Id<Tag> v) { return add(v.value); }
  template <class Tag> BulkWriter& add(Quantity<Tag> v) { return add(v.value); }
  template <class T> BulkWriter& add(const std::optional<T>& v) { return v ? add(*v) : add_null(); }
  void end_row();

  std::int64_t pending_rows() const { return rows_; }
  std::size_t pending_bytes() const { return text_.size(); }

  // Sends what is pending; returns the number of rows. Throws DbError (kDuplicate for a key that is there already).
  std::int64_t flush(Session& session);
  // Sends when more than `bytes` are pending, so that memory stays bounded whatever the number of rows.
  void flush_when_over(Session& session, std::size_t bytes) { if (text_.size() > bytes) flush(session); }

 private:
  std::int64_t flush_by_insert(Session& session);
  void separate();

  std::string table_;
  std::vector<std::string> columns_;
  std::string on_duplicate_;
  std::string text_;  // tab-separated, LOAD DATA's default escapes
  std::int64_t rows_ = 0;
  std::size_t fields_in_row_ = 0;
};

}  // namespace mis::db
