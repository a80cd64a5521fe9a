#include "modules/meter_reading/domain/nem12.hpp"

#include <algorithm>
#include <limits>

#include "mis/base/decimal.hpp"
#include "mis/base/rounding.hpp"

namespace mis::meter_reading {
namespace {

constexpr std::size_t kMaxNmi = 20, kMaxChannel = 4;
constexpr int kMicro = 6;  // values are added up in millionths of a Wh
constexpr std::int64_t kMicroPerWh = 1'000'000;
constexpr std::int64_t kMaxPoint = std::int64_t{std::numeric_limits<std::int32_t>::max()} * kMicroPerWh;

std::string_view field(std::span<const std::string_view> fields, std::size_t i) { return i < fields.size() ? fields[i] : std::string_view(); }

std::string quoted(std::string_view text) { return text.empty() ? "nothing" : "\"" + std::string(text.substr(0, 60)) + "\""; }

std::string join(std::span<const std::string_view> fields) {
  std::string out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    out += fields[i];  // NEM12 has no quoting: a comma never stands inside a field
  }
  return out;
}

bool is_name(std::string_view text, std::size_t max) {
  return !text.empty() && text.size() <= max && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

std::optional<int> small_number(std::string_view text) {
  const auto value = parse_decimal(text, 0);
  if (!value || *value < 0 || *value > 1440) return {};
  return static_cast<int>(*value);
}

std::optional<Date> parse_day(std::string_view text) {
  if (text.size() != 8) return {};
  return Date::parse(std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" + std::string(text.substr(6)));
}

struct Unit {
  std::string_view name;
  int decimals_to_wh;
};
constexpr Unit kUnits[] = {{"wh", 0}, {"kwh", 3}, {"mwh", 6}, {"varh", 0}, {"kvarh", 3}, {"mvarh", 6}};

const Unit* find_unit(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto found = std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& u) { return u.name == lower; });
  return found == std::end(kUnits) ? nullptr : found;
}

// "A", "S14", "V": the flag, and for estimates and substitutes the method behind it.
std::optional<char> parse_quality(std::string_view text, bool variable_too) {
  if (text.empty()) return {};
  const std::string_view flags = variable_too ? "AEFNSV" : "AEFNS";
  if (flags.find(text[0]) == std::string_view::npos) return {};
  const std::string_view method = text.substr(1);
  const bool good = method.empty() || (method.size() == 2 && method.find_first_not_of("0123456789") == std::string_view::npos);
  return good ? std::optional<char>(text[0]) : std::nullopt;
}

}  // namespace

void Nem12Parser::complain(std::int64_t line, std::string column, std::string code, std::string expected, std::string found) {
  if (day_ && !day_->complaint) day_->complaint = Nem12Complaint{line, std::move(column), std::move(code), std::move(expected), std::move(found)};
}

std::optional<Nem12Complaint> Nem12Parser::take(std::int64_t line, std::span<const std::string_view> fields, std::vector<Nem12Day>& out) {
  const std::string_view indicator = field(fields, 0);
  if (!begun_) {
    if (indicator != "100") return Nem12Complaint{line, "record indicator", "meter_reading.nem12_header", "a 100 record first", quoted(indicator)};
    if (field(fields, 1) != "NEM12") return Nem12Complaint{line, "version header", "meter_reading.nem12_version", "NEM12", quoted(field(fields, 1))};
    header_ = join(fields);
    begun_ = true;
    return {};
  }
  if (indicator == "400") {
    take_quality(line, fields);
    return {};
  }
  end_day(out);
  if (indicator == "200") {
    take_channel(line, fields, out);
  } else if (indicator == "300") {
    take_day(line, fields);
  } else if (indicator == "900") {
    begun_ = false;  // files joined together go on with a 100 record
    channel_.reset();
  } else if (indicator != "500") {
    day_.emplace();
    day_->line = line;
    day_->records.push_back(join(fields));
    complain(line, "record indicator", "meter_reading.nem12_record", "200, 300, 400, 500 or 900", quoted(indicator));
    end_day(out);
  }
  return {};
}

std::optional<Nem12Complaint> Nem12Parser::finish(std::int64_t line, std::vector<Nem12Day>& out) {
  end_day(out);
  if (header_.empty()) return Nem12Complaint{line, "", "meter_reading.nem12_header", "a 100 record first", "an empty file"};
  if (begun_) return Nem12Complaint{line, "", "meter_reading.nem12_end", "a 900 record at the end", "the end of the file (is it cut?)"};
  return {};
}

void Nem12Parser::take_channel(std::int64_t line, std::span<const std::string_view> fields, std::vector<Nem12Day>&) {
  Channel c;
  c.record = join(fields);
  c.nmi = field(fields, 1);
  c.name = field(fields, 4);
  const auto wrong = [&](const char* column, const char* expected, std::string_view found) {
    if (!c.complaint) c.complaint = Nem12Complaint{line, column, "meter_reading.nem12_channel", expected, quoted(found)};
  };
  if (!is_name(c.nmi, kMaxNmi)) wrong("NMI", "letters and digits", c.nmi);
  if (!is_name(c.name, kMaxChannel)) wrong("NMI suffix", "a channel like E1", c.name);
  const Unit* unit = find_unit(field(fields, 7));
  c.energy = unit != nullptr;
  if (unit) c.decimals_to_wh = unit->decimals_to_wh;
  c.interval_minutes = small_number(field(fields, 8)).value_or(0);
  const int allowed[] = {5, 10, 15, 30, 60};
  if (std::find(std::begin(allowed), std::end(allowed), c.interval_minutes) == std::end(allowed)) {
    wrong("interval length", "5, 10, 15, 30 or 60 minutes", field(fields, 8));
  }
  channel_ = std::move(c);
}

void Nem12Parser::take_day(std::int64_t line, std::span<const std::string_view> fields) {
  Nem12Day& d = day_.emplace();
  d.line = line;
  d.records.push_back(join(fields));
  if (!channel_) return complain(line, "record indicator", "meter_reading.nem12_order", "a 200 record before", "300");
  const Channel& c = *channel_;
  d.nmi = c.nmi;
  d.channel = c.name;
  d.channel_record = c.record;
  d.interval_minutes = c.interval_minutes;
  if (c.complaint) {
    d.complaint = c.complaint;
    return;
  }
  if (!c.energy) {
    d.ignored = true;
    return;
  }
  const auto day = parse_day(field(fields, 1));
  if (!day) return complain(line, "interval date", "meter_reading.nem12_date", "a date like 20270131", quoted(field(fields, 1)));
  d.day = *day;

  const auto wanted = static_cast<std::size_t>(24 * 60 / c.interval_minutes);
  std::int64_t sum = 0, before = 0;
  for (std::size_t i = 0; i < wanted; ++i) {
    const std::string_view text = field(fields, 2 + i);
    const auto value = parse_decimal(text, c.decimals_to_wh + kMicro);
    if (!value && i + 2 < fields.size() && parse_quality(text, true)) {  // the quality stands where a value should
      return complain(line, "interval " + std::to_string(i + 1), "meter_reading.nem12_incomplete",
                      std::to_string(wanted) + " values of " + std::to_string(c.interval_minutes) + " minutes", std::to_string(i));
    }
    if (!value || *value < 0 || *value > kMaxPoint) {
      return complain(line, "interval " + std::to_string(i + 1), "meter_reading.nem12_value", "a number of at least 0", quoted(text));
    }
    // Values finer than a Wh are rounded on their running sum: points are off by less than one, their sum is not.
    sum += *value;
    const std::int64_t whole = divide_rounded(sum, kMicroPerWh, Rounding::kHalfUp);
    d.points.push_back(static_cast<std::int32_t>(whole - before));
    before = whole;
  }
  const std::string_view quality = field(fields, 2 + wanted);
  const auto flag = parse_quality(quality, true);
  if (!flag) {
    const bool more = parse_decimal(quality, 9).has_value();
    return complain(line, more ? "interval " + std::to_string(wanted + 1) : "quality method", "meter_reading.nem12_quality",
                    more ? std::to_string(wanted) + " values of " + std::to_string(c.interval_minutes) + " minutes" : "A, E, F, N, S or V",
                    more ? "more" : quoted(quality));
  }
  d.quality = *flag;
}

void Nem12Parser::take_quality(std::int64_t line, std::span<const std::string_view> fields) {
  if (!day_) {
    day_.emplace();
    day_->line = line;
    complain(line, "record indicator", "meter_reading.nem12_order", "a 300 record before", "400");
  }
  Nem12Day& d = *day_;
  d.records.push_back(join(fields));
  if (d.complaint || d.ignored) return;
  if (d.quality != 'V') return complain(line, "record indicator", "meter_reading.nem12_order", "400 records only behind quality V", std::string("quality ") + d.quality);
  const auto from = small_number(field(fields, 1)), to = small_number(field(fields, 2));
  const auto quality = parse_quality(field(fields, 3), false);
  if (!from || *from != static_cast<int>(d.qualities.size()) + 1) {
    return complain(line, "start interval", "meter_reading.nem12_intervals", std::to_string(d.qualities.size() + 1), quoted(field(fields, 1)));
  }
  if (!to || *to < *from || *to > static_cast<int>(d.points.size())) {
    return complain(line, "end interval", "meter_reading.nem12_intervals",
                    "an interval from " + std::to_string(*from) + " to " + std::to_string(d.points.size()), quoted(field(fields, 2)));
  }
  if (!quality) return complain(line, "quality method", "meter_reading.nem12_quality", "A, E, F, N or S", quoted(field(fields, 3)));
  d.qualities.append(static_cast<std::size_t>(*to - *from + 1), *quality);
}

void Nem12Parser::end_day(std::vector<Nem12Day>& out) {
  if (!day_) return;
  if (day_->quality == 'V' && !day_->complaint && !day_->ignored && day_->qualities.size() != day_->points.size()) {
    complain(day_->line, "quality method", "meter_reading.nem12_intervals", "400 records for all " + std::to_string(day_->points.size()) + " intervals",
             std::to_string(day_->qualities.size()));
  }
  out.push_back(std::move(*day_));
  day_.reset();
}

}  // namespace mis::meter_reading
