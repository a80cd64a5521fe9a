// Dates, billing months and instants. The different dates of a bill (reading, service period, issue, due, posting,
// recorded) are different fields everywhere; here are only the types they are made of.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mis {

// A calendar day of the utility's zone, counted in days since 1970-01-01.
struct Date {
  std::int32_t days = 0;

  constexpr auto operator<=>(const Date&) const = default;
  constexpr Date operator+(int n) const { return {days + n}; }
  constexpr int operator-(Date other) const { return days - other.days; }
  constexpr std::chrono::year_month_day ymd() const { return std::chrono::sys_days{std::chrono::days{days}}; }
  static constexpr Date of(int year, unsigned month, unsigned day) {
    return {static_cast<std::int32_t>(
        std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)}
            .time_since_epoch().count())};
  }
  static std::optional<Date> parse(std::string_view text);  // "2027-01-31", a day that exists
  std::string to_string() const;
};

// A half-open range of days [from, to); an absent end is `kForever`.
inline constexpr Date kForever = Date::of(9999, 12, 31);

struct DateRange {
  Date from;
  Date to = kForever;
  constexpr bool operator==(const DateRange&) const = default;
  constexpr bool contains(Date d) const { return from <= d && d < to; }
  constexpr bool empty() const { return to <= from; }
  constexpr int days() const { return empty() ? 0 : to - from; }
  constexpr DateRange intersect(DateRange o) const { return {from > o.from ? from : o.from, to < o.to ? to : o.to}; }
};

// A billing month (电费年月), stored and compared as yyyymm.
struct BillingMonth {
  std::int32_t yyyymm = 0;

  constexpr auto operator<=>(const BillingMonth&) const = default;
  constexpr int year() const { return yyyymm / 100; }
  constexpr int month() const { return yyyymm % 100; }
  constexpr bool valid() const { return year() >= 1990 && year() <= 2199 && month() >= 1 && month() <= 12; }
  constexpr BillingMonth plus(int months) const {
    const int n = year() * 12 + month() - 1 + months;
    return {n / 12 * 100 + n % 12 + 1};
  }
  constexpr int months_since(BillingMonth o) const { return (year() - o.year()) * 12 + month() - o.month(); }
  constexpr Date first_day() const { return Date::of(year(), static_cast<unsigned>(month()), 1); }
  constexpr DateRange range() const { return {first_day(), plus(1).first_day()}; }
  static std::optional<BillingMonth> parse(std::string_view text);  // "2027-01" or "202701"
  std::string to_string() const;                                    // "2027-01"
};

// A point in time, UTC, in microseconds since 1970-01-01T00:00Z; what DATETIME(6) columns hold.
struct Instant {
  std::int64_t micros = 0;
  constexpr auto operator<=>(const Instant&) const = default;
  static std::optional<Instant> parse(std::string_view text);  // "2027-01-31T08:00:00Z", offset, fraction
  std::string to_string() const;                               // "2027-01-31T08:00:00Z"
  std::string to_sql() const;                                  // "2027-01-31 08:00:00.000000"
};

// Where "now" comes from: an argument, so that tests and simulations own the time.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};
class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

// The day of an instant in a zone with a fixed offset from UTC (China has no daylight saving time since 1992).
inline constexpr std::int64_t kChinaOffsetMinutes = 8 * 60;
Date local_date(Instant instant, std::int64_t offset_minutes = kChinaOffsetMinutes);

}  // namespace mis
