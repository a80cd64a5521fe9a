#include <catch2/catch.hpp>

#include <numeric>

#include "modules/meter_reading/domain/nem12.hpp"

using namespace mis::meter_reading;

namespace {

struct Parsed {
  std::vector<Nem12Day> days;
  std::string file_complaint;  // code
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (std::size_t from = 0;; ) {
    const std::size_t to = text.find(separator, from);
    out.push_back(text.substr(from, to - from));
    if (to == std::string_view::npos) return out;
    from = to + 1;
  }
}

Parsed parse(std::string_view content) {
  Parsed parsed;
  Nem12Parser parser;
  std::int64_t line = 0;
  for (std::string_view record : split(content, '\n')) {
    ++line;
    if (record.empty()) continue;
    const auto fields = split(record, ',');
    if (auto complaint = parser.take(line, fields, parsed.days)) {
      parsed.file_complaint = complaint->code;
      return parsed;
    }
  }
  if (auto complaint = parser.finish(line, parsed.days)) parsed.file_complaint = complaint->code;
  return parsed;
}

// "v,v,…", as often as intervals of a day.
std::string values(int count, const std::string& value) {
  std::string out;
  for (int i = 0; i < count; ++i) out += (i ? "," : "") + value;
  return out;
}

std::string hourly(const std::string& unit, const std::string& value, const std::string& rest = "A,,,") {
  return "100,NEM12,202610010000,MDA1,Ret1\n200,NMI0000001,E1,1,E1,N1,M1," + unit + ",60,\n300,20260930," + values(24, value) + "," + rest + "\n900\n";
}

std::string complaint_of(const Parsed& parsed) {
  if (parsed.days.empty() || !parsed.days.front().complaint) return "none";
  const Nem12Complaint& c = *parsed.days.front().complaint;
  return "line " + std::to_string(c.line) + ", " + c.column + ": expected " + c.expected + " but found " + c.found;
}

}  // namespace

TEST_CASE("a day of a channel comes out in whole Wh") {
  const Parsed parsed = parse(hourly("kWh", "1.111"));
  REQUIRE(parsed.days.size() == 1);
  const Nem12Day& day = parsed.days[0];
  CHECK(parsed.file_complaint.empty());
  CHECK(!day.complaint);
  CHECK(day.nmi == "NMI0000001");
  CHECK(day.channel == "E1");
  CHECK(day.day == mis::Date::of(2026, 9, 30));
  CHECK(day.quality == 'A');
  CHECK(day.points == std::vector<std::int32_t>(24, 1111));
}

TEST_CASE("units are scaled exactly") {
  CHECK(parse(hourly("Wh", "7")).days[0].points[0] == 7);
  CHECK(parse(hourly("MWh", "0.0015")).days[0].points[0] == 1500);
  CHECK(parse(hourly("kVArh", "2.222")).days[0].points[0] == 2222);
  CHECK(parse(hourly("KWH", "0")).days[0].points[0] == 0);
}

TEST_CASE("values finer than a Wh are off by less than one each, and not in their sum") {
  const Nem12Day day = parse(hourly("kWh", "0.0625")).days[0];  // 62.5 Wh
  CHECK(std::accumulate(day.points.begin(), day.points.end(), 0) == 1500);
  for (std::int32_t point : day.points) CHECK((point == 62 || point == 63));
}

TEST_CASE("a channel that is no energy is ignored") {
  const Parsed parsed = parse("100,NEM12,1,a,b\n200,NMI1,E1V1,,V1,,,,10,\n300,20260930," + values(144, "239.13") + ",A,,,\n900\n");
  REQUIRE(parsed.days.size() == 1);
  CHECK(parsed.days[0].ignored);
}

TEST_CASE("400 records give the quality of each interval of a variable day") {
  const std::string day = "100,NEM12,1,a,b\n200,NMI1,E1,1,E1,,,kWh,60,\n300,20260930," + values(24, "1") + ",V,,,\n";
  const Parsed good = parse(day + "400,1,20,A,,\n400,21,24,S14,76,\n500,O,,,\n900\n");
  REQUIRE(good.days.size() == 1);
  CHECK(complaint_of(good) == "none");
  CHECK(good.days[0].qualities == std::string(20, 'A') + std::string(4, 'S'));
  CHECK(complaint_of(parse(day + "400,1,20,A,,\n900\n")) == "line 3, quality method: expected 400 records for all 24 intervals but found 20");
  CHECK(complaint_of(parse(day + "400,2,24,A,,\n900\n")) == "line 4, start interval: expected 1 but found \"2\"");
  CHECK(complaint_of(parse(day + "400,1,25,A,,\n900\n")) == "line 4, end interval: expected an interval from 1 to 24 but found \"25\"");
  CHECK(complaint_of(parse(day + "400,1,24,V,,\n900\n")) == "line 4, quality method: expected A, E, F, N or S but found \"V\"");
}

TEST_CASE("what is wrong with a day is named by line and column") {
  CHECK(complaint_of(parse("100,NEM12,1,a,b\n200,NMI1,E1,1,E1,,,kWh,30,\n300,20260930,V,,,\n900\n")) ==
        "line 3, interval 1: expected 48 values of 30 minutes but found 0");
  CHECK(complaint_of(parse("100,NEM12,1,a,b\n200,NMI1,E1,1,E1,,,kWh,60,\n300,20260930," + values(25, "1") + ",A,,,\n900\n")) ==
        "line 3, interval 25: expected 24 values of 60 minutes but found more");
  CHECK(complaint_of(parse(hourly("kWh", "x"))) == "line 3, interval 1: expected a number of at least 0 but found \"x\"");
  CHECK(complaint_of(parse(hourly("kWh", "-1"))) == "line 3, interval 1: expected a number of at least 0 but found \"-1\"");
  CHECK(complaint_of(parse(hourly("MWh", "999999999"))) == "line 3, interval 1: expected a number of at least 0 but found \"999999999\"");
  CHECK(complaint_of(parse(hourly("kWh", "1", "X,,,"))) == "line 3, quality method: expected A, E, F, N, S or V but found \"X\"");
  CHECK(complaint_of(parse("100,NEM12,1,a,b\n200,NMI1,E1,1,E1,,,kWh,60,\n300,20260231," + values(24, "1") + ",A,,,\n900\n")) ==
        "line 3, interval date: expected a date like 20270131 but found \"20260231\"");
  CHECK(complaint_of(parse("100,NEM12,1,a,b\n200,NMI1,E1,1,E1,,,kWh,7,\n300,20260930,1,A,,,\n900\n")) ==
        "line 2, interval length: expected 5, 10, 15, 30 or 60 minutes but found \"7\"");
  CHECK(complaint_of(parse("100,NEM12,1,a,b\n300,20260930,1,A,,,\n900\n")) == "line 2, record indicator: expected a 200 record before but found 300");
  CHECK(complaint_of(parse("100,NEM12,1,a,b\n777,x\n900\n")) == "line 2, record indicator: expected 200, 300, 400, 500 or 900 but found \"777\"");
}

TEST_CASE("a rejected day keeps its records, so that it can be written down again") {
  const Parsed parsed = parse("100,NEM12,1,a,b\n200,NMI1,E1,1,E1,,,kWh,30,\n300,20260930,V,,,\n400,1,48,A,,\n900\n");
  CHECK(parsed.days[0].channel_record == "200,NMI1,E1,1,E1,,,kWh,30,");
  CHECK(parsed.days[0].records == std::vector<std::string>{"300,20260930,V,,,", "400,1,48,A,,"});
}

TEST_CASE("a file without its header, of another version, or cut at its end is refused as a whole") {
  CHECK(parse("200,NMI1,E1,1,E1,,,kWh,60,\n900\n").file_complaint == "meter_reading.nem12_header");
  CHECK(parse("100,NEM13,1,a,b\n900\n").file_complaint == "meter_reading.nem12_version");
  CHECK(parse("100,NEM12,1,a,b\n200,NMI1,E1,1,E1,,,kWh,60,\n").file_complaint == "meter_reading.nem12_end");
  CHECK(parse("").file_complaint == "meter_reading.nem12_header");
}
