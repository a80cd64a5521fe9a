// The import of files: reads rows, lets a module check and load them in chunks, and puts the bad ones into a reject file.
//
// A kind of file (customers, readings, …) is data: its columns, and an importer that its module makes. The rules are the
// same for all:
//  - Good rows load, bad rows land in the reject file: the columns of the input and, behind them, where and why. It can be
//    corrected and loaded again as it is; the columns behind are ignored then.
//  - A chunk is one transaction. A killed import is repeated from the start: rows that are there already, with the same
//    content, count as unchanged. So loading a file twice changes nothing.
//  - The same key with other content is a conflict and rejected: changes of master data are made by people with the right
//    to do so, and leave an audit row. Readings and interval data are superseded instead, see there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/database.hpp"
#include "mis/files/encoding.hpp"
#include "mis/files/row_reader.hpp"

namespace mis::files {

struct ImportContext {
  db::Database& database;
  const Clock& clock;
  // Makes sure that tables by month take rows of these months. Needs the schema's owner, so the command gives it.
  std::function<Status(BillingMonth from, BillingMonth to)> ensure_months;
};

struct ImportSummary {
  std::int64_t read = 0;
  std::int64_t loaded = 0;
  std::int64_t unchanged = 0;
  std::int64_t rejected = 0;
  std::int64_t doubtful = 0;  // of the loaded ones: somebody should look
  std::int64_t ignored = 0;   // what a format may carry and Watthour keeps nowhere
  std::int64_t elapsed_ms = 0;
  std::int64_t rows_per_s() const { return elapsed_ms > 0 ? read * 1000 / elapsed_ms : read; }
  ImportSummary& operator+=(const ImportSummary& o);
};

// What became of the rows of a chunk. The chunk may be loaded more than once (a deadlock repeats it), so this is state of
// one attempt.
class Verdicts {
 public:
  explicit Verdicts(std::vector<std::int64_t> lines) : lines_(std::move(lines)), rows_(lines_.size()) {}

  std::size_t size() const { return rows_.size(); }
  void unchanged(std::size_t row) { rows_[row].state = State::kUnchanged; }
  void reject(std::size_t row, std::string_view column, std::string code, std::string expected, std::string found);
  // The row is loaded all the same, but reported.
  void doubt(std::size_t row, std::string_view column, std::string code, std::string expected, std::string found);
  bool rejected(std::size_t row) const { return rows_[row].state == State::kRejected; }
  std::int64_t line(std::size_t row) const { return lines_[row]; }

 private:
  friend class ChunkResults;
  enum class State : std::uint8_t { kLoaded, kUnchanged, kRejected };
  struct Row {
    State state = State::kLoaded;
    std::optional<Problem> problem;
  };
  std::vector<std::int64_t> lines_;
  std::vector<Row> rows_;
};

// Compares what is there with what a file says, column by column, and keeps the first difference.
class Comparison {
 public:
  template <class T>
  Comparison& on(std::string_view column, const T& had, const T& found) {
    if (!(had == found) && column_.empty()) note(column, shown(had), shown(found));
    return *this;
  }
  bool same() const { return column_.empty(); }
  // Counts the row as unchanged, or rejects it as a conflict that names the first difference.
  void judge(Verdicts& verdicts, std::size_t row) const;

 private:
  void note(std::string_view column, std::string had, std::string found);
  static std::string shown(const std::string& v) { return v; }
  static std::string shown(std::int64_t v) { return std::to_string(v); }
  static std::string shown(Date v) { return v == kForever ? "" : v.to_string(); }
  template <class Tag> static std::string shown(Quantity<Tag> v) { return std::to_string(v.value); }
  template <class Tag> static std::string shown(Id<Tag> v) { return v ? "another" : ""; }
  template <class T> static std::string shown(const std::optional<T>& v) { return v ? shown(*v) : std::string(); }
  std::string column_, had_, found_;
};

// What a module does with a kind of file. Made anew for each file; used by one thread.
class Importer {
 public:
  virtual ~Importer() = default;
  virtual void clear() = 0;
  // Takes one row into the chunk. A row with complaints is taken out again by `drop_last`.
  virtual void read(RowReader& row) = 0;
  virtual void drop_last() = 0;
  // Before the transaction of the chunk: what cannot be done inside one (partitions).
  virtual Status prepare(ImportContext&) { return ok(); }
  // Inside the transaction. May run again; throws db::DbError.
  virtual void load(db::Session& session, ImportContext& context, Verdicts& verdicts) = 0;
};

template <class Row>
class RowImporter : public Importer {
 public:
  void clear() final { rows_.clear(); }
  void read(RowReader& row) final { rows_.push_back(read_row(row)); }
  void drop_last() final { rows_.pop_back(); }
  void load(db::Session& session, ImportContext& context, Verdicts& verdicts) final {
    load_rows(session, context, rows_, verdicts);
  }

 protected:
  virtual Row read_row(RowReader& row) = 0;
  virtual void load_rows(db::Session& session, ImportContext& context, const std::vector<Row>& rows, Verdicts& verdicts) = 0;
  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::vector<Row> rows_;
};

struct ImportOptions {
  Encoding encoding = Encoding::kDetect;
  std::filesystem::path reject_file;  // empty: "<input>.rejected.csv" beside the input
  std::size_t chunk_rows = 5'000;
};

// Hears of an import while it runs. Both may be empty.
struct ImportListener {
  std::function<void(const Problem&, bool rejected)> problem;
  std::function<void(const ImportSummary&)> progress;  // after each chunk
};

struct ImportKind {
  std::string name;   // "customers"
  std::string title;  // one sentence
  std::vector<Column> columns;
  std::string notes;  // what the columns do not say by themselves
  std::function<std::unique_ptr<Importer>()> make;
  // For formats that are no tables (NEM12): the whole import. `make` is empty then.
  std::function<Result<ImportSummary>(ImportContext&, const std::filesystem::path&, const ImportOptions&, const ImportListener&)> run = {};
};

// The kinds of all modules, in the order in which files depend on each other; a part of the registry.
struct ImportKinds : std::vector<ImportKind> {};

// Imports one file. An error where nothing can be done at all (no such file, a column is missing, the database is gone); then
// the chunks before it are loaded and a repetition skips them.
Result<ImportSummary> import_file(ImportContext& context, const ImportKind& kind, const std::filesystem::path& file,
                                  const ImportOptions& options, const ImportListener& listener = {});

// "<input>.rejected.csv", without ".gz" and ".csv" in between.
std::filesystem::path default_reject_file(const std::filesystem::path& input);

}  // namespace mis::files
