#include "mis/base/time.hpp"

#include <charconv>

#include <fmt/format.h>

namespace mis {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// Takes exactly `count` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return {};
  int value = 0;
  for (char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return {};
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Date> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take_char(text, '-')) return {};
  const auto month = take_digits(text, 2);
  if (!month || !take_char(text, '-')) return {};
  const auto day = take_digits(text, 2);
  if (!day) return {};
  const std::chrono::year_month_day ymd{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                        std::chrono::day{static_cast<unsigned>(*day)}};
  if (!ymd.ok()) return {};
  return Date::of(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day));
}

struct Broken {
  Date date;
  int hour, minute, second, micros;
};

Broken break_up(Instant instant) {
  auto day = instant.micros / kMicrosPerDay;
  auto rest = instant.micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --day;
  }
  const auto seconds = static_cast<int>(rest / kMicrosPerSecond);
  return {{static_cast<std::int32_t>(day)}, seconds / 3600, seconds / 60 % 60, seconds % 60,
          static_cast<int>(rest % kMicrosPerSecond)};
}

}  // namespace

std::optional<Date> Date::parse(std::string_view text) {
  const auto date = take_date(text);
  return date && text.empty() ? date : std::nullopt;
}

std::string Date::to_string() const {
  const auto d = ymd();
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(d.year()), static_cast<unsigned>(d.month()),
                     static_cast<unsigned>(d.day()));
}

std::optional<BillingMonth> BillingMonth::parse(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year) return {};
  take_char(text, '-');
  const auto month = take_digits(text, 2);
  if (!month || !text.empty()) return {};
  const BillingMonth result{*year * 100 + *month};
  return result.valid() ? std::optional{result} : std::nullopt;
}

std::string BillingMonth::to_string() const { return fmt::format("{:04}-{:02}", year(), month()); }

std::optional<Instant> Instant::parse(std::string_view text) {
  const auto date = take_date(text);
  if (!date || text.empty() || (text.front() != 'T' && text.front() != ' ')) return {};
  text.remove_prefix(1);
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ':')) return {};
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return {};
  int second = 0;
  std::int64_t micros = 0;
  if (take_char(text, ':')) {
    const auto s = take_digits(text, 2);
    if (!s || *s > 59) return {};
    second = *s;
    if (take_char(text, '.')) {
      int digits = 0;
      while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (++digits <= 6) micros = micros * 10 + (text.front() - '0');
        text.remove_prefix(1);
      }
      if (digits == 0) return {};
      for (; digits < 6; ++digits) micros *= 10;
    }
  }
  std::int64_t offset_minutes = 0;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    const int sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    const auto h = take_digits(text, 2);
    take_char(text, ':');
    const auto m = take_digits(text, 2);
    if (!h || !m || *h > 15 || *m > 59) return {};
    offset_minutes = sign * (*h * 60 + *m);
  } else {
    take_char(text, 'Z');
  }
  if (!text.empty()) return {};
  const std::int64_t seconds = *hour * 3600 + *minute * 60 + second - offset_minutes * 60;
  return Instant{date->days * kMicrosPerDay + seconds * kMicrosPerSecond + micros};
}

std::string Instant::to_string() const {
  const auto b = break_up(*this);
  return fmt::format("{}T{:02}:{:02}:{:02}Z", b.date.to_string(), b.hour, b.minute, b.second);
}

std::string Instant::to_sql() const {
  const auto b = break_up(*this);
  return fmt::format("{} {:02}:{:02}:{:02}.{:06}", b.date.to_string(), b.hour, b.minute, b.second, b.micros);
}

Instant SystemClock::now() const {
  using namespace std::chrono;
  return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

Date local_date(Instant instant, std::int64_t offset_minutes) {
  return break_up({instant.micros + offset_minutes * 60 * kMicrosPerSecond}).date;
}

}  // namespace mis
