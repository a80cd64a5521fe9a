#include "db/demo/readings.hpp"

#include <algorithm>

#include "db/demo/dial.hpp"
#include "db/demo/use.hpp"

namespace mis::demo {
namespace {

using billing::MeterSegment;
using billing::Register;
using meter_reading::kNoIndex;
using meter_reading::Quality;
using meter_reading::Reading;
using meter_reading::ReadingKind;
using meter_reading::Registers;
using meter_reading::Source;

constexpr std::int64_t kSecond = 1'000'000;

Date cycle_date(const RoutePlan& route, BillingMonth month) { return month.first_day() + (route.route.cycle_day - 1); }

Instant local_time(Date day, std::int64_t second_of_day) {
  return {(std::int64_t{day.days} * 86'400 + second_of_day - kChinaOffsetMinutes * 60) * kSecond};
}

MeterSegment segment_of(const Dial& dial, const Registers& start, const Registers& end) {
  MeterSegment s;
  s.ratio = dial.ratio();
  s.digits = static_cast<std::uint8_t>(dial.digits());
  const auto set = [&](Register r, std::int64_t a, std::int64_t b) { if (a != kNoIndex && b != kNoIndex) s.set(r, a, b); };
  set(Register::kTotal, start.total_e4, end.total_e4);
  set(Register::kSharp, start.sharp_e4, end.sharp_e4);
  set(Register::kPeak, start.peak_e4, end.peak_e4);
  set(Register::kFlat, start.flat_e4, end.flat_e4);
  set(Register::kValley, start.valley_e4, end.valley_e4);
  set(Register::kReactiveForward, start.reactive_forward_e4, end.reactive_forward_e4);
  set(Register::kReactiveReverse, start.reactive_reverse_e4, end.reactive_reverse_e4);
  set(Register::kExport, start.reverse_total_e4, end.reverse_total_e4);
  if (end.max_demand_w != kNoIndex) s.set(Register::kMaxDemand, 0, end.max_demand_w * 10);  // W to 10⁻⁴ kW
  return s;
}

// Wrong indexes are wrong in the total and in one period alike, as when a digit is mistaken in both: the periods still
// add up, so that what is found is the jump and not the sum.
void shift(Registers& r, std::int64_t by_e4) {
  r.total_e4 += by_e4;
  if (r.peak_e4 != kNoIndex) r.peak_e4 += by_e4;
}

// A meter that starts where its register passes the end in the middle of the wanted month.
std::int64_t rollover_start_kwh(const CountyLayout& layout, std::int64_t account_id, const Premises& premises, int wanted) {
  std::int64_t before_wh = 0;
  for (int i = 0; i < wanted; ++i) before_wh += use_of_month(layout, account_id, premises, i).energy_wh;
  const auto inside_wh = use_of_month(layout, account_id, premises, wanted).energy_wh;
  std::int64_t range_kwh = 1;
  for (int i = 0; i < premises.digits; ++i) range_kwh *= 10;
  // One kWh of room keeps an empty flat's register just below its end.
  return std::max<std::int64_t>(0, range_kwh - 1 - (before_wh + inside_wh / 2) / 1'000);
}

// One account's way through the months.
class Story {
 public:
  Story(const CountyLayout& layout, const RoutePlan& route, std::int64_t account_id, const Premises& premises,
        const AccountMeters& meters, std::vector<std::vector<Reading>>& by_month)
      : layout_(layout), route_(route), account_id_(account_id), plan_(layout.account(account_id)), premises_(premises),
        meters_(meters), by_month_(by_month), random_(layout.options.seed, Stream::kFault, static_cast<std::uint64_t>(account_id)),
        first_(dial_kind_of(plan_.kind), meters.first.ratio, meters.first.digits, start_kwh()),
        second_({}, std::max(meters.second.ratio, 1), meters.second.digits, random_.between(500, 9'000)),
        installation_(meters.first.installation) {}

  std::vector<MonthMeasured> tell() {
    const bool newly = plan_.event == Event::kConnected;
    if (!newly) read_regular(-1);
    measured_.reserve(static_cast<std::size_t>(layout_.options.months));
    for (int index = newly ? plan_.event_month : 0; index < layout_.options.months; ++index) {
      const bool today = plan_.event_month == index;
      const auto use = use_of_month(layout_, account_id_, premises_, index);
      MonthMeasured month;
      month.index = index;
      if (today && plan_.event == Event::kConnected) {
        record(index, installation_, ReadingKind::kInstallation, event_time(index), first_.registers());
        previous_ = first_.registers();
        first_.turn(use, 1'000 - event_share());
      } else if (today && plan_.event == Event::kClosed) {
        first_.turn(use, event_share());
        record(index, installation_, ReadingKind::kRemoval, event_time(index), first_.registers());
        month.first.push_back(segment_of(first_, previous_, first_.registers()));
        keep(std::move(month));
        return std::move(measured_);
      } else if (today && plan_.event == Event::kMeterChange) {
        change_meter(index, use, month);
      } else {
        first_.turn(use);
      }
      finish_month(index, use, std::move(month));
    }
    return std::move(measured_);
  }

 private:
  std::int64_t start_kwh() {
    if (plan_.event == Event::kRollover) return rollover_start_kwh(layout_, account_id_, premises_, plan_.event_month);
    if (plan_.event == Event::kConnected) return random_.between(0, 3);  // the test bench leaves a little
    return random_.between(600, is_low_voltage(plan_.kind) ? 40'000 : 200'000);
  }
  // Of the month's use, what falls before the day on which somebody comes or leaves or gets another meter.
  std::int64_t event_share() const { return (premises_.event_day + 5) * 1'000 / 31; }
  Instant event_time(int index) const {
    const Date day = layout_.month(index).first_day() + (premises_.event_day - 1);
    return local_time(day, 9 * 3'600 + (account_id_ % 480) * 60);
  }

  void change_meter(int index, const MonthUse& use, MonthMeasured& month) {
    first_.turn(use, event_share());
    record(index, installation_, ReadingKind::kRemoval, event_time(index), first_.registers());
    month.first.push_back(segment_of(first_, previous_, first_.registers()));
    first_ = Dial(dial_kind_of(plan_.kind), meters_.replacement.ratio, meters_.replacement.digits, random_.between(0, 5));
    installation_ = meters_.replacement.installation;
    record(index, installation_, ReadingKind::kInstallation, event_time(index), first_.registers());
    previous_ = first_.registers();
    first_.turn(use, 1'000 - event_share());
  }

  void finish_month(int index, const MonthUse& use, MonthMeasured month) {
    if (meters_.second.installation) {
      const auto before = second_.registers();
      second_.turn_total(plan_.kind == AccountKind::kHomePv ? use.generated_wh : use.child_wh);
      month.second.push_back(segment_of(second_, before, second_.registers()));
    }
    const auto read = read_regular(index);
    month.first.push_back(segment_of(first_, previous_, read));
    previous_ = read;
    keep(std::move(month));
  }

  // Reads both meters on the route's day, as well as it can; returns the indexes that count for billing.
  Registers read_regular(int index) {
    Registers shown = first_.registers();
    Reading row = regular_row(index, installation_, shown);
    if (index >= 0 && index == plan_.event_month) go_wrong(row);
    const bool unread = plan_.event == Event::kUnread && index == plan_.event_month;
    if (!unread) month_rows(index).push_back(row);
    if (meters_.second.installation) month_rows(index).push_back(regular_row(index, meters_.second.installation, second_.registers()));
    if (index < 0) previous_ = shown;
    return row.registers;
  }

  Reading regular_row(int index, InstallationId installation, const Registers& registers) {
    const auto day = cycle_date(route_, layout_.month(index));
    const bool by_hand = is_read_by_hand(route_);
    Reading row;
    row.billing_month = layout_.month(index);
    row.route_id = route_.route.route_id;
    row.installation_id = installation;
    row.source = by_hand ? Source::kManual : Source::kRemote;
    // By hand in the order of the houses; by line in the first half hour of the day.
    row.read_at = local_time(day, by_hand ? 8 * 3'600 + (account_id_ - route_.first_account) * 70 % 32'000 : 300 + account_id_ % 1'500);
    if (by_hand) row.recorded_by = reader_of(route_);
    row.registers = registers;
    return row;
  }

  void go_wrong(Reading& row) {
    switch (plan_.event) {
      case Event::kMissing:
        row.quality = Quality::kMissing;
        row.registers = Registers{};
        return;
      case Event::kAbsurd:
        shift(row.registers, random_.between(20'000, 60'000) * 10'000);
        // Half of them were noticed on the way in.
        if (random_.below(2) == 0) row.quality = Quality::kSuspect;
        return;
      case Event::kFalling:
        // Below the index before by 5 to 400 kWh: two meters of one staircase mixed up.
        row.registers = previous_;
        shift(row.registers, -random_.between(5, 120) * 10'000);
        row.quality = Quality::kSuspect;
        return;
      case Event::kEstimated: {
        // Nobody was at home: somewhat less than what was used, and the next reading makes it good.
        row.quality = Quality::kEstimated;
        row.source = Source::kEstimate;
        const auto used_e4 = row.registers.total_e4 - previous_.total_e4;
        if (used_e4 > 0 && row.registers.peak_e4 == kNoIndex) row.registers.total_e4 -= used_e4 / 12 / 100 * 100;
        return;
      }
      case Event::kNone:
      case Event::kSuspended:
      case Event::kClosed:
      case Event::kConnected:
      case Event::kMeterChange:
      case Event::kRollover:
      case Event::kZeroUse:
      case Event::kHighUse:
      case Event::kUnread: return;
    }
  }

  void record(int index, InstallationId installation, ReadingKind kind, Instant at, const Registers& registers) {
    Reading row;
    row.billing_month = layout_.month(index);
    row.route_id = route_.route.route_id;
    row.installation_id = installation;
    row.kind = kind;
    row.read_at = at;
    row.source = Source::kManual;
    row.registers = registers;
    row.recorded_by = reader_of(route_);
    month_rows(index).push_back(std::move(row));
  }

  std::vector<Reading>& month_rows(int index) { return by_month_[static_cast<std::size_t>(index + 1)]; }

  void keep(MonthMeasured month) {
    if (month.index < layout_.options.months - 1) measured_.push_back(std::move(month));
  }

  const CountyLayout& layout_;
  const RoutePlan& route_;
  const std::int64_t account_id_;
  const AccountPlan& plan_;
  const Premises& premises_;
  const AccountMeters& meters_;
  std::vector<std::vector<Reading>>& by_month_;
  Random random_;
  Dial first_, second_;
  InstallationId installation_;
  Registers previous_;  // of the first meter, as it was read last
  std::vector<MonthMeasured> measured_;
};

}  // namespace

// Users 21 to 60 are readers, four at each station.
UserId reader_of(const RoutePlan& route) {
  return {21 + static_cast<std::int64_t>(route.township) * 4 + route.route.route_id.value % 4};
}

bool is_read_by_hand(const RoutePlan& route) {
  return !route.large && !route.neighbourhoods.empty() && !route.neighbourhoods[0].urban && route.route.route_id.value % 3 == 0;
}

std::vector<MonthMeasured> add_readings(const CountyLayout& layout, const RoutePlan& route, std::int64_t account_id,
                                        const Premises& premises, const AccountMeters& meters,
                                        std::vector<std::vector<Reading>>& by_month) {
  return Story(layout, route, account_id, premises, meters, by_month).tell();
}

}  // namespace mis::demo
