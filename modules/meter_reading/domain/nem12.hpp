// The NEM12 format of interval data (AEMO, "Meter Data File Format Specification NEM12 & NEM13"): records 100 (header), 200
// (a channel of a metering point), 300 (one day of it), 400 (the quality of some of its intervals), 500 (details, passed
// over), 900 (end). Takes records one after the other and gives days.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/time.hpp"

namespace mis::meter_reading {

// A complaint about one record; it reads "line 3, column interval 7: expected … but found …".
struct Nem12Complaint {
  std::int64_t line = 0;
  std::string column;
  std::string code;
  std::string expected;
  std::string found;
};

// One 300 record with the 400 records behind it.
struct Nem12Day {
  std::int64_t line = 0;
  std::string nmi;      // national metering identifier: our usage_point_no
  std::string channel;  // "E1"
  Date day;
  int interval_minutes = 0;
  char quality = 'A';
  std::string qualities;             // one per interval where quality is V
  std::vector<std::int32_t> points;  // Wh or varh

  std::optional<Nem12Complaint> complaint;  // then only `line`, `channel_record` and `records` are of use
  bool ignored = false;                     // a channel that is no energy (volts, amperes)
  std::string channel_record;               // the 200 record, for a reject file
  std::vector<std::string> records;         // the 300 record and its 400 records
};

class Nem12Parser {
 public:
  // Takes the next record. Days that became complete are appended. The complaint is one about the file as a whole
  // (no 100 record first, another version): nothing more can be read then.
  std::optional<Nem12Complaint> take(std::int64_t line, std::span<const std::string_view> fields, std::vector<Nem12Day>& out);
  // At the end of the file: the last day, and a complaint where the 900 record is missing (the file was cut).
  std::optional<Nem12Complaint> finish(std::int64_t line, std::vector<Nem12Day>& out);

  const std::string& header_record() const { return header_; }

 private:
  struct Channel {
    std::string nmi, name, record;
    int interval_minutes = 0;
    int decimals_to_wh = 0;  // 3 for kWh, 0 for Wh, 6 for MWh
    bool energy = true;
    std::optional<Nem12Complaint> complaint;
  };
  void take_channel(std::int64_t line, std::span<const std::string_view> fields, std::vector<Nem12Day>& out);
  void take_day(std::int64_t line, std::span<const std::string_view> fields);
  void take_quality(std::int64_t line, std::span<const std::string_view> fields);
  void end_day(std::vector<Nem12Day>& out);
  void complain(std::int64_t line, std::string column, std::string code, std::string expected, std::string found);

  std::string header_;
  bool begun_ = false;  // inside 100 … 900
  std::optional<Channel> channel_;
  std::optional<Nem12Day> day_;
};

}  // namespace mis::meter_reading
