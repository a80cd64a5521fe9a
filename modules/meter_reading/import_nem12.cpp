#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "mis/files/csv_reader.hpp"
#include "mis/files/lookup.hpp"
#include "modules/meter_reading/domain/nem12.hpp"
#include "modules/meter_reading/domain/points.hpp"
#include "modules/meter_reading/import.hpp"
#include "modules/meter_reading/meter_reading.hpp"

namespace mis::meter_reading {
namespace {

using files::ImportListener;
using files::ImportSummary;
using files::Problem;

constexpr std::size_t kChunkDays = 500;

// Rejected days as a NEM12 file of their own: each day with its channel before it, so it can be corrected and loaded as it is.
class RejectedDays {
 public:
  explicit RejectedDays(std::filesystem::path path) : path_(std::move(path)) {}
  ~RejectedDays() {
    if (file_) std::fclose(file_);
  }
  RejectedDays(const RejectedDays&) = delete;
  RejectedDays& operator=(const RejectedDays&) = delete;

  void add(const std::string& header, const Nem12Day& day) {
    if (!file_ && !failed_) {
      file_ = std::fopen(path_.c_str(), "we");
      failed_ = file_ == nullptr;
      write(header);
    }
    if (!day.channel_record.empty() && day.channel_record != channel_) write(channel_ = day.channel_record);
    for (const std::string& record : day.records) write(record);
  }
  Status close() {
    if (file_) write("900");
    if (file_ && std::fclose(file_) != 0) failed_ = true;
    file_ = nullptr;
    if (failed_) return unavailable("files.unwritable", fmt::format("expected to write {} but could not", path_.string()));
    return ok();
  }

 private:
  void write(const std::string& line) {
    if (file_ && std::fprintf(file_, "%s\r\n", line.c_str()) < 0) failed_ = true;
  }
  std::filesystem::path path_;
  std::FILE* file_ = nullptr;
  bool failed_ = false;
  std::string channel_;
};

enum class Outcome : std::uint8_t { kLoaded, kUnchanged, kUnknownPoint };

class Nem12Import {
 public:
  Nem12Import(files::ImportContext& context, const files::ImportOptions& options, const ImportListener& listener, files::CsvReader reader)
      : context_(context), listener_(listener), reader_(std::move(reader)), rejects_(options.reject_file) {}

  Result<ImportSummary> run() {
    std::optional<Error> failure;
    std::vector<Nem12Day> days;
    for (;;) {
      auto more = reader_.next();
      if (!more) failure = more.error();
      if (!more || !*more) break;
      if (reader_.problem()) {  // a record that is no text; its day, if it has one, lacks it
        tell(*reader_.problem());
        ++summary_.read;
        ++summary_.rejected;
        continue;
      }
      if (auto fatal = parser_.take(reader_.line(), reader_.fields(), days)) {
        if (auto status = load(days); !status) return status.error();
        return error_of(*fatal);
      }
      if (days.size() >= kChunkDays) {
        if (auto status = load(days); !status) return status.error();
      }
    }
    auto cut = parser_.finish(reader_.line(), days);
    if (failure || cut) {  // the last day of a cut file may lack its 400 records, so it waits for the whole file
      if (!days.empty()) days.pop_back();
    }
    if (auto status = load(days); !status) return status.error();
    if (auto status = rejects_.close(); !status) return status.error();
    if (failure) return *failure;
    if (cut) return error_of(*cut);
    return summary_;
  }

 private:
  static Problem to_problem(const Nem12Complaint& c) { return {c.line, c.column, c.code, c.expected, c.found}; }
  static Error error_of(const Nem12Complaint& c) { return invalid(c.code, to_text(to_problem(c))); }
  void tell(const Problem& problem) {
    if (listener_.problem) listener_.problem(problem, true);
  }
  void reject(const Nem12Day& day, const Problem& problem) {
    ++summary_.rejected;
    tell(problem);
    rejects_.add(parser_.header_record(), day);
  }

  Status load(std::vector<Nem12Day>& days) {
    if (days.empty()) return ok();
    std::vector<Outcome> outcomes;
    auto done = context_.database.transact([&](db::Session& session) -> Status {
      outcomes = load_days(session, days);
      return ok();
    });
    if (!done) return done;
    for (std::size_t i = 0; i < days.size(); ++i) {
      const Nem12Day& day = days[i];
      ++summary_.read;
      if (day.complaint) {
        reject(day, to_problem(*day.complaint));
      } else if (day.ignored) {
        ++summary_.ignored;
      } else {
        switch (outcomes[i]) {
          case Outcome::kLoaded: ++summary_.loaded; break;
          case Outcome::kUnchanged: ++summary_.unchanged; break;
          case Outcome::kUnknownPoint:
            reject(day, {day.line, "NMI", "metering.unknown_usage_point", "a usage point that is loaded", day.nmi});
            break;
        }
      }
    }
    days.clear();
    summary_.elapsed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_).count();
    if (listener_.progress) listener_.progress(summary_);
    return ok();
  }

  using Key = std::tuple<std::int64_t, std::string, std::int32_t>;  // usage point, channel, day

  static std::vector<Outcome> load_days(db::Session& session, const std::vector<Nem12Day>& days) {
    std::vector<std::string> nmis;
    Date from = kForever, to{0};
    for (const Nem12Day& day : days) {
      if (day.complaint || day.ignored) continue;
      nmis.push_back(day.nmi);
      from = std::min(from, day.day);
      to = std::max(to, day.day);
    }
    const auto points = files::ids_of(session, "SELECT usage_point_no, usage_point_id FROM metering_usage_point_no WHERE usage_point_no IN (*)", nmis);
    std::vector<std::int64_t> ids;
    for (const auto& [number, id] : points) ids.push_back(id);
    std::map<Key, IntervalDay> known;
    const db::Param range[] = {from, to};
    files::query_in(session,
                    "SELECT usage_point_id, channel, day, seq, interval_minutes, quality, qualities, points FROM meter_reading_interval_day "
                    "WHERE day BETWEEN ? AND ? AND usage_point_id IN (*)",
                    std::span<const std::int64_t>(ids), [&](db::Rows& row) {
                      IntervalDay had{{row.i64(0)}, row.text(1), row.date(2), row.i32(3), row.i32(4), row.text(5)[0], row.text_or_null(6).value_or(""),
                                      unpack_points(row.text(7)).value_or(std::vector<std::int32_t>{})};
                      IntervalDay& kept = known[{row.i64(0), had.channel, had.day.days}];
                      if (!kept.usage_point_id || kept.seq < had.seq) kept = std::move(had);
                    }, range);
    std::vector<Outcome> outcomes(days.size(), Outcome::kUnknownPoint);
    std::vector<IntervalDay> fresh;
    for (std::size_t i = 0; i < days.size(); ++i) {
      const Nem12Day& day = days[i];
      if (day.complaint || day.ignored) continue;
      const auto point = points.find(day.nmi);
      if (point == points.end()) continue;
      IntervalDay found{{point->second}, day.channel, day.day, 1, day.interval_minutes, day.quality, day.qualities, day.points};
      const auto [entry, is_new] = known.try_emplace({point->second, day.channel, day.day.days}, found);
      if (!is_new) {
        const IntervalDay& had = entry->second;
        if (had.interval_minutes == found.interval_minutes && had.quality == found.quality && had.qualities == found.qualities && had.points == found.points) {
          outcomes[i] = Outcome::kUnchanged;
          continue;
        }
        found.seq = had.seq + 1;
        entry->second = found;
      }
      outcomes[i] = Outcome::kLoaded;
      fresh.push_back(std::move(found));
    }
    if (!fresh.empty()) load_interval_days(session, fresh);
    return outcomes;
  }

  files::ImportContext& context_;
  const ImportListener& listener_;
  files::CsvReader reader_;
  RejectedDays rejects_;
  Nem12Parser parser_;
  ImportSummary summary_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

files::ImportKind nem12_import() {
  files::ImportKind kind;
  kind.name = "nem12";
  kind.title = "Interval data in the NEM12 format; a row is a day of one channel.";
  kind.notes =
      "No header line: records 100, 200, 300, 400, 500, 900. The NMI is the usage_point_no. Wh, kWh, MWh and varh, kvarh, Mvarh are kept as whole Wh "
      "or varh; other units (volts) are ignored. Another content for a day that is there supersedes it. Rejected days go to a NEM12 file.";
  kind.run = [](files::ImportContext& context, const std::filesystem::path& file, const files::ImportOptions& options,
                const ImportListener& listener) -> Result<ImportSummary> {
    auto reader = files::CsvReader::open(file, {options.encoding});
    if (!reader) return reader.error();
    return Nem12Import(context, options, listener, std::move(reader).value()).run();
  };
  return kind;
}

}  // namespace mis::meter_reading
