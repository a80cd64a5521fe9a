#include "mis/files/import.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "mis/files/csv_writer.hpp"

namespace mis::files {
namespace {

// What a reject file has behind the columns of its input.
constexpr std::string_view kErrorColumns[] = {"_line", "_column", "_code", "_expected", "_found"};

// A record as it was read, kept until its chunk is decided.
struct KeptRecord {
  std::int64_t line = 0;
  std::vector<std::string> fields;
};

class RejectFile {
 public:
  RejectFile(std::filesystem::path path, std::vector<std::string> header) : path_(std::move(path)), header_(std::move(header)) {}

  Status add(const std::vector<std::string>& fields, const Problem& problem) {
    if (!writer_) {  // made with the first bad row, so that a clean import leaves no empty file
      auto created = CsvWriter::create(path_);
      if (!created) return created.error();
      writer_.emplace(std::move(created).value());
      for (const std::string& name : header_) writer_->add(name);
      for (std::string_view name : kErrorColumns) writer_->add(name);
      writer_->end_row();
    }
    for (std::size_t i = 0; i < header_.size(); ++i) writer_->add(i < fields.size() ? std::string_view(fields[i]) : std::string_view());
    writer_->add(problem.line).add(problem.column).add(problem.code).add(problem.expected).add(problem.found).end_row();
    return ok();
  }
  Status close() { return writer_ ? writer_->close() : ok(); }

 private:
  std::filesystem::path path_;
  std::vector<std::string> header_;
  std::optional<CsvWriter> writer_;
};

// Where the columns of the kind stand in the file.
struct Header {
  std::vector<int> positions;
  std::vector<int> kept;            // the positions that are columns of the kind, in the file's order
  std::vector<std::string> names;   // of those
  std::size_t fields = 0;
};

Result<Header> read_header(CsvReader& reader, const ImportKind& kind) {
  auto more = reader.next();
  if (!more) return more.error();
  if (!*more) return invalid("files.empty", fmt::format("expected a header line with the columns of {} but the file is empty", kind.name));
  if (reader.problem()) return invalid(reader.problem()->code, to_text(*reader.problem()));

  Header header;
  header.positions.assign(kind.columns.size(), -1);
  header.fields = reader.fields().size();
  std::vector<FieldError> errors;
  std::vector<std::string> names(reader.fields().begin(), reader.fields().end());
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string& name = names[i];
    while (!name.empty() && name.front() == ' ') name.erase(0, 1);
    while (!name.empty() && name.back() == ' ') name.pop_back();
    if (std::find(std::begin(kErrorColumns), std::end(kErrorColumns), name) != std::end(kErrorColumns)) continue;
    const auto column = std::find_if(kind.columns.begin(), kind.columns.end(), [&](const Column& c) { return c.name == name; });
    if (column == kind.columns.end()) {
      errors.push_back({name, "files.unknown_column", fmt::format("expected a column of {} but found \"{}\"", kind.name, name)});
      continue;
    }
    int& position = header.positions[static_cast<std::size_t>(column - kind.columns.begin())];
    if (position >= 0) {
      errors.push_back({name, "files.column_twice", fmt::format("expected each column once but found {} twice", name)});
      continue;
    }
    position = static_cast<int>(i);
    header.kept.push_back(static_cast<int>(i));
    header.names.push_back(name);
  }
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    if (kind.columns[i].required && header.positions[i] < 0) {
      errors.push_back({std::string(kind.columns[i].name), "files.missing_column",
                        fmt::format("expected a column {} ({}) but found none", kind.columns[i].name, kind.columns[i].meaning)});
    }
  }
  if (!errors.empty()) {
    std::string message = fmt::format("line {}: ", reader.line());
    for (const FieldError& error : errors) message += (&error == errors.data() ? "" : "; ") + error.message;
    return invalid("files.header", std::move(message), std::move(errors));
  }
  reader.name_columns(std::move(names));
  return header;
}

}  // namespace

// The driver's view of verdicts.
class ChunkResults {
 public:
  template <class Unchanged, class Loaded, class Rejected>
  static void visit(const Verdicts& verdicts, Unchanged unchanged, Loaded loaded, Rejected rejected) {
    for (std::size_t i = 0; i < verdicts.rows_.size(); ++i) {
      const Verdicts::Row& row = verdicts.rows_[i];
      switch (row.state) {
        case Verdicts::State::kUnchanged: unchanged(); break;
        case Verdicts::State::kLoaded: loaded(row.problem); break;
        case Verdicts::State::kRejected: rejected(i, *row.problem); break;
      }
    }
  }
};

namespace {

class FileImport {
 public:
  FileImport(ImportContext& context, const ImportKind& kind, const ImportOptions& options, const ImportListener& listener,
             CsvReader reader, Header header, RejectFile rejects)
      : context_(context), options_(options), listener_(listener), columns_(kind.columns), reader_(std::move(reader)),
        header_(std::move(header)), rejects_(std::move(rejects)), importer_(kind.make()) {}

  Result<ImportSummary> run() {
    std::optional<Error> failure;
    for (;;) {
      auto more = reader_.next();
      if (!more) {
        failure = more.error();
        break;
      }
      if (!*more) break;
      ++summary_.read;
      if (auto status = take_record(); !status) return status.error();
      if (kept_.size() >= options_.chunk_rows) {
        if (auto status = load_chunk(); !status) return status.error();
      }
    }
    if (auto status = load_chunk(); !status) return status.error();
    if (auto status = rejects_.close(); !status) return status.error();
    if (failure) return *failure;
    return summary_;
  }

 private:
  std::vector<std::string> present_fields() const {
    std::vector<std::string> fields;
    fields.reserve(header_.kept.size());
    for (int position : header_.kept) {
      const auto at = static_cast<std::size_t>(position);
      fields.emplace_back(at < reader_.fields().size() ? reader_.fields()[at] : std::string_view());
    }
    return fields;
  }

  Status reject(const std::vector<std::string>& fields, const Problem& problem) {
    ++summary_.rejected;
    if (listener_.problem) listener_.problem(problem, true);
    return rejects_.add(fields, problem);
  }

  Status take_record() {
    const auto& fields = reader_.fields();
    if (reader_.problem()) return reject(present_fields(), *reader_.problem());
    if (fields.size() != header_.fields) {
      std::string found = fmt::format("{}", fields.size());
      for (std::size_t i = header_.fields; i < fields.size(); ++i) found += fmt::format(", \"{}\"", fields[i]);  // else it were lost
      return reject(present_fields(), {reader_.line(), "", "files.ragged", fmt::format("{} fields as in the header", header_.fields), found});
    }
    RowReader row(columns_, header_.positions, fields, reader_.line());
    importer_->read(row);
    if (!row.problems().empty()) {
      importer_->drop_last();
      if (listener_.problem) {  // all are told, the reject file names the first
        for (std::size_t i = 1; i < row.problems().size(); ++i) listener_.problem(row.problems()[i], true);
      }
      return reject(present_fields(), row.problems().front());
    }
    kept_.push_back({reader_.line(), present_fields()});
    return ok();
  }

  Status load_chunk() {
    if (kept_.empty()) return ok();
    if (auto status = importer_->prepare(context_); !status) return status;
    std::vector<std::int64_t> lines;
    lines.reserve(kept_.size());
    for (const KeptRecord& record : kept_) lines.push_back(record.line);
    std::optional<Verdicts> verdicts;
    auto done = context_.database.transact([&](db::Session& session) -> Status {
      verdicts.emplace(lines);
      importer_->load(session, context_, *verdicts);
      return ok();
    });
    if (!done) {
      Error error = std::move(done).error();
      error.message = fmt::format("lines {} to {}: {}", kept_.front().line, kept_.back().line, error.message);
      return error;
    }
    Status written = ok();
    ChunkResults::visit(
        *verdicts, [&] { ++summary_.unchanged; },
        [&](const std::optional<Problem>& doubt) {
          ++summary_.loaded;
          if (!doubt) return;
          ++summary_.doubtful;
          if (listener_.problem) listener_.problem(*doubt, false);
        },
        [&](std::size_t row, const Problem& problem) {
          if (auto status = reject(kept_[row].fields, problem); !status) written = status.error();
        });
    kept_.clear();
    importer_->clear();
    summary_.elapsed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_).count();
    if (listener_.progress) listener_.progress(summary_);
    return written;
  }

  ImportContext& context_;
  const ImportOptions& options_;
  const ImportListener& listener_;
  std::span<const Column> columns_;
  CsvReader reader_;
  Header header_;
  RejectFile rejects_;
  std::unique_ptr<Importer> importer_;
  std::vector<KeptRecord> kept_;
  ImportSummary summary_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code ignored;
  return std::filesystem::exists(b, ignored) && std::filesystem::equivalent(a, b, ignored);
}

}  // namespace

ImportSummary& ImportSummary::operator+=(const ImportSummary& o) {
  read += o.read;
  loaded += o.loaded;
  unchanged += o.unchanged;
  rejected += o.rejected;
  doubtful += o.doubtful;
  ignored += o.ignored;
  elapsed_ms += o.elapsed_ms;
  return *this;
}

void Verdicts::reject(std::size_t row, std::string_view column, std::string code, std::string expected, std::string found) {
  rows_[row].state = State::kRejected;
  rows_[row].problem = Problem{lines_[row], std::string(column), std::move(code), std::move(expected), std::move(found)};
}

void Verdicts::doubt(std::size_t row, std::string_view column, std::string code, std::string expected, std::string found) {
  if (rows_[row].state != State::kLoaded || rows_[row].problem) return;  // the first doubt is told
  rows_[row].problem = Problem{lines_[row], std::string(column), std::move(code), std::move(expected), std::move(found)};
}

void Comparison::note(std::string_view column, std::string had, std::string found) {
  column_ = column;
  had_ = std::move(had);
  found_ = std::move(found);
}

void Comparison::judge(Verdicts& verdicts, std::size_t row) const {
  if (same()) return verdicts.unchanged(row);
  verdicts.reject(row, column_, "files.conflict", fmt::format("\"{}\" as it was loaded before", had_), fmt::format("\"{}\"", found_));
}

std::filesystem::path default_reject_file(const std::filesystem::path& input) {
  std::filesystem::path stem = input;
  if (stem.extension() == ".gz") stem.replace_extension();
  if (stem.extension() == ".csv") stem.replace_extension();
  stem += ".rejected.csv";
  return stem;
}

Result<ImportSummary> import_file(ImportContext& context, const ImportKind& kind, const std::filesystem::path& file,
                                  const ImportOptions& options, const ImportListener& listener) {
  const auto reject_file = options.reject_file.empty() ? default_reject_file(file) : options.reject_file;
  if (same_file(file, reject_file)) {
    return invalid("files.reject_is_input", fmt::format("expected another file for rejected rows but {} is the input", reject_file.string()));
  }
  if (kind.run) {
    ImportOptions with_reject = options;
    with_reject.reject_file = reject_file;
    return kind.run(context, file, with_reject, listener);
  }
  auto reader = CsvReader::open(file, {.encoding = options.encoding});
  if (!reader) return reader.error();
  auto header = read_header(*reader, kind);
  if (!header) return header.error();
  RejectFile rejects(reject_file, header->names);
  return FileImport(context, kind, options, listener, std::move(reader).value(), std::move(header).value(), std::move(rejects)).run();
}

}  // namespace mis::files
