#include "modules/billing/shard_input.hpp"

#include <algorithm>
#include <map>

#include "modules/billing/past_months.hpp"

namespace mis::billing {
namespace {

constexpr std::size_t kRegisterColumns = 10;

// One row of meter_reading_index: the indexes of a meter at one time.
struct ReadingRow {
  std::array<std::int64_t, kRegisterColumns> index{};
  std::uint16_t present = 0;
  bool estimated = false;
  bool usable = false;  // not marked as missing
};

// The readings of an installation that can bound its month.
struct MeterReadings {
  ReadingRow previous;      // regular reading of the month before
  ReadingRow current;       // regular reading of the month
  ReadingRow installation;  // start index of a meter that came in the month
  ReadingRow removal;       // end index of a meter that went in the month
};

constexpr const char* kReadingColumns =
    "SELECT installation_id, kind, quality, total_e4, sharp_e4, peak_e4, flat_e4, valley_e4, deep_e4, reactive_forward_e4, reactive_reverse_e4, "
    "reverse_total_e4, max_demand_w FROM meter_reading_index ";

ReadingRow reading_from(const db::Rows& rows) {
  constexpr int kEstimated = 2, kMissing = 4;
  ReadingRow row;
  const auto quality = rows.i32(2);
  row.usable = quality != kMissing;
  row.estimated = quality == kEstimated;
  for (std::size_t i = 0; i < kRegisterColumns; ++i) {
    const int column = 3 + static_cast<int>(i);
    if (rows.is_null(column)) continue;
    row.index[i] = rows.i64(column);
    row.present = static_cast<std::uint16_t>(row.present | 1u << i);
  }
  // Demand comes in W; the engine wants the register's 10⁻⁴ kW.
  row.index[static_cast<std::size_t>(Register::kMaxDemand)] *= 10;
  return row;
}

using Readings = std::unordered_map<std::int64_t, MeterReadings>;

// Rows come in the order of (kind, seq), so that of several the latest stays.
void read_readings(db::Session& session, BillingMonth month, RouteId route, Readings& out) {
  const auto where = std::string(kReadingColumns) + "WHERE billing_month = ? AND route_id = ? ORDER BY installation_id, kind, seq";
  for (auto rows = session.query(where, month.plus(-1), route); rows.next();) {
    if (rows.i32(1) != 1) continue;
    out[rows.i64(0)].previous = reading_from(rows);
  }
  for (auto rows = session.query(where, month, route); rows.next();) {
    auto& readings = out[rows.i64(0)];
    switch (rows.i32(1)) {
      case 2: readings.installation = reading_from(rows); break;
      case 3: readings.removal = reading_from(rows); break;
      default: readings.current = reading_from(rows); break;
    }
  }
}

// The same over several months, for a meter whose account was not billed last month: it goes on from the reading of the
// last month that was billed, so that what was left out then is billed now.
MeterReadings read_window(db::Session& session, BillingMonth last_billed, BillingMonth month, std::int64_t installation) {
  MeterReadings readings;
  for (auto rows = session.query("SELECT installation_id, kind, quality, total_e4, sharp_e4, peak_e4, flat_e4, valley_e4, deep_e4, reactive_forward_e4, reactive_reverse_e4, "
                                 "reverse_total_e4, max_demand_w, billing_month FROM meter_reading_index WHERE installation_id = ? AND billing_month BETWEEN ? AND ? "
                                 "ORDER BY billing_month, kind, seq", installation, last_billed, month); rows.next();) {
    const auto read_in = rows.month(13);
    switch (rows.i32(1)) {
      case 2: if (read_in > last_billed) readings.installation = reading_from(rows); break;
      case 3: if (read_in > last_billed) readings.removal = reading_from(rows); break;
      default:
        if (read_in == last_billed) readings.previous = reading_from(rows);
        if (read_in == month) readings.current = reading_from(rows);
        break;
    }
  }
  return readings;
}

// Where the reading of the last billed month is missing or was taken on another route, the newest earlier one bounds the
// bill: what was not billed then is billed now. A meter that nobody had read by then starts with its first reading.
ReadingRow read_earlier(db::Session& session, BillingMonth last_billed, BillingMonth month, std::int64_t installation) {
  const auto newest = [&](BillingMonth from, BillingMonth to) {
    auto rows = session.query(std::string(kReadingColumns) +
                                  "WHERE installation_id = ? AND billing_month BETWEEN ? AND ? AND kind IN (1, 2) AND quality <> 4 "
                                  "ORDER BY billing_month DESC, kind, seq DESC LIMIT 1", installation, from, to);
    return rows.next() ? reading_from(rows) : ReadingRow{};
  };
  // Mostly it is the month before; all months at once would open the partitions of years.
  constexpr int kMonthsAtFirst = 2;
  const auto near = last_billed.plus(1 - kMonthsAtFirst);
  if (const auto row = newest(near, last_billed); row.usable) return row;
  if (const auto row = newest({0}, near.plus(-1)); row.usable) return row;
  auto rows = session.query(std::string(kReadingColumns) +
                                "WHERE installation_id = ? AND billing_month > ? AND billing_month < ? AND kind IN (1, 2) AND quality <> 4 "
                                "ORDER BY billing_month, kind DESC, seq DESC LIMIT 1", installation, last_billed, month);
  return rows.next() ? reading_from(rows) : ReadingRow{};
}

MeterSegment segment_between(const ReadingRow& start, const ReadingRow& end) {
  MeterSegment segment;
  for (std::size_t i = 0; i < kRegisterColumns; ++i) {
    const auto reg = static_cast<Register>(i);
    const bool at_start = start.present >> i & 1u, at_end = end.present >> i & 1u;
    if (reg == Register::kMaxDemand ? at_end : at_start && at_end) segment.set(reg, start.index[i], end.index[i]);
  }
  return segment;
}

// CT × PT; beyond what a meter can have it becomes 0, which the engine names as bad meter data.
std::int32_t ratio_of(std::int32_t ct, std::int32_t pt) {
  const std::int64_t ratio = std::int64_t{ct} * pt;
  return ratio > INT32_MAX ? 0 : static_cast<std::int32_t>(ratio);
}

struct PointRow {
  RouteId route;
  AccountId account;
  std::int64_t usage_point, parent, deduction_value;
  std::string tariff_code, deduction_kind, metered_side, kind;
  std::int64_t transformer_va, p0_w, pk_w, i0_ppm, uk_ppm, loss_k_e4, line_loss_ppm;
  struct Meter {
    std::int64_t installation;
    DateRange valid;
    std::int32_t ct_ratio, pt_ratio, digits;
    std::string asset_no;
  };
  std::vector<Meter> meters;
};

// STRAIGHT_JOIN: from the route's accounts outwards, whatever the statistics say.
constexpr const char* kPointColumns =
    "SELECT STRAIGHT_JOIN account_id, usage_point_id, COALESCE(parent_id, 0), deduction_value, COALESCE(tariff_code, ''), COALESCE(deduction_kind, ''), metered_side, "
    "transformer_va, p0_w, pk_w, i0_ppm, uk_ppm, loss_k_e4, line_loss_ppm, installation_id, valid_from, valid_to, ct_ratio, pt_ratio, register_digits, asset_no, kind, route_id ";

std::vector<PointRow> points_from(db::Rows rows) {
  std::vector<PointRow> points;
  while (rows.next()) {
    if (points.empty() || points.back().usage_point != rows.i64(1)) {
      points.push_back({{rows.i64(22)}, {rows.i64(0)}, rows.i64(1), rows.i64(2), rows.i64(3), rows.text(4), rows.text(5), rows.text(6), rows.text(21), rows.i64(7), rows.i64(8),
                        rows.i64(9), rows.i64(10), rows.i64(11), rows.i64(12), rows.i64(13), {}});
    }
    if (rows.is_null(14)) continue;
    points.back().meters.push_back({rows.i64(14), {rows.date(15), rows.date(16)}, rows.i32(17), rows.i32(18), rows.i32(19), rows.text(20)});
  }
  return points;
}

std::vector<PointRow> read_points(db::Session& session, RouteId route) {
  return points_from(session.query(std::string(kPointColumns) + "FROM metering_billing_point WHERE route_id = ? ORDER BY account_id, usage_point_id, valid_from", route));
}

// Child meters that are read on other routes than their parents.
std::vector<PointRow> read_foreign_children(db::Session& session, RouteId route) {
  return points_from(session.query(std::string(kPointColumns) + "FROM metering_foreign_child WHERE parent_route_id = ? ORDER BY account_id, usage_point_id, valid_from", route));
}

BasicMode basic_mode_of(const std::string& mode) {
  if (mode == "contract_demand") return BasicMode::kContractDemand;
  if (mode == "actual_demand") return BasicMode::kActualDemand;
  return BasicMode::kCapacity;
}

void set_power_factor(Agreement& agreement, int hundredths) {
  using Standard = tariffs::PowerFactorStandard;
  switch (hundredths) {
    case 90: agreement.pf_standard = Standard::k090; break;
    case 85: agreement.pf_standard = Standard::k085; break;
    case 80: agreement.pf_standard = Standard::k080; break;
    default: return;  // the tariff's own
  }
  agreement.has_pf_standard = true;
}

BillingMonth month_of(Date day) { return {static_cast<int>(day.ymd().year()) * 100 + static_cast<int>(static_cast<unsigned>(day.ymd().month()))}; }

// How many months of the tariff's tier year the account is a customer, the present month's year.
int months_of_use(const tariffs::Tariff* tariff, BillingMonth month, Date opened, std::optional<Date> closed) {
  const auto first = tier_year_start(tariff, month);
  const int from = std::clamp(month_of(opened).months_since(first), 0, 11);
  const int to = closed ? std::clamp(month_of(*closed + -1).months_since(first) + 1, 1, 12) : 12;
  return std::max(1, to - from);
}

// Accounts that were served in the month, whether or not they have an agreement: one without gets no bill but a reason.
void read_accounts(db::Session& session, BillingMonth month, RouteId route, ShardInput& out) {
  const auto range = month.range();
  for (auto rows = session.query("SELECT account_id, org_id, status, opened_on, closed_on, household_size, household_since FROM customers_served_account "
                                 "WHERE route_id = ? ORDER BY account_id", route); rows.next();) {
    const auto opened = rows.date(3);
    const auto closed = rows.date_or_null(4);
    const DateRange service = range.intersect({opened, closed.value_or(kForever)});
    if (service.empty()) continue;
    auto& account = out.accounts.emplace_back();
    account.id = {rows.i64(0)};
    account.org = {rows.i64(1)};
    account.status = rows.text(2);
    account.category = "none";
    account.opened = opened;
    account.closed = closed;
    account.first_change = out.changes.size();
    auto& input = account.input;
    input.account = account.id;
    input.month = month;
    input.service = service;
    input.cycle = range;
    input.agreement.household_persons = static_cast<std::uint8_t>(std::clamp(rows.i32(5), 0, 255));
    if (const auto since = rows.date_or_null(6)) input.agreement.household_since = month_of(*since);
  }
}

// The agreements that touch the month. The last of them prices it; earlier ones give capacity changes, and a flag for the
// reviewer where they differ in more than that.
void read_agreements(db::Session& session, BillingMonth month, RouteId route, ShardInput& out) {
  const auto range = month.range();
  auto account = out.accounts.begin();
  for (auto rows = session.query("SELECT STRAIGHT_JOIN account_id, valid_from, category, capacity_va, tariff_code, billing_mode, contract_demand_w, pf_standard FROM customers_billing_account "
                                 "WHERE route_id = ? AND valid_from < ? AND valid_to > ? ORDER BY account_id, valid_from", route, range.to, range.from); rows.next();) {
    const AccountId id{rows.i64(0)};
    while (account != out.accounts.end() && account->id < id) ++account;
    if (account == out.accounts.end()) break;
    if (account->id != id) continue;
    auto& agreement = account->input.agreement;
    const auto tariff_code = rows.text(4);
    const auto mode = basic_mode_of(rows.text(5));
    const Demand contract{rows.i64(6)};
    if (account->changes == 0) account->first_change = out.changes.size();
    else account->agreement_changed |= account->tariff_code != tariff_code || agreement.basic_mode != mode || agreement.contract_demand != contract;
    account->category = rows.text(2);
    account->tariff_code = tariff_code;
    agreement.capacity = {rows.i64(3)};
    // A suspended account keeps its contract, but its sealed capacity is free (暂停).
    agreement.suspended = account->status == "suspended" ? agreement.capacity : Capacity{};
    agreement.contract_demand = contract;
    agreement.basic_mode = mode;
    set_power_factor(agreement, rows.i32(7));
    account->input.months_of_use = months_of_use(out.tariffs->find(tariff_code, account->input.service.to + -1), month, account->opened, account->closed);
    out.changes.push_back({std::max(rows.date(1), account->input.service.from), agreement.capacity, agreement.suspended});
    ++account->changes;
  }
  // One agreement all month: no change to speak of.
  for (auto& a : out.accounts)
    if (a.changes == 1) a.changes = 0;
}

void read_decisions(db::Session& session, RunId run, RouteId route, ShardInput& out) {
  struct Decided { std::string action; int seq = 0; };
  std::unordered_map<std::int64_t, Decided> decisions;
  for (auto rows = session.query("SELECT r.account_id, r.action, r.seq FROM billing_exception_resolution r JOIN customers_served_account a ON a.account_id = r.account_id "
                                 "WHERE r.run_id = ? AND a.route_id = ? ORDER BY r.account_id, r.seq", run, route); rows.next();)
    decisions[rows.i64(0)] = {rows.text(1), rows.i32(2)};
  if (decisions.empty()) return;
  for (auto& account : out.accounts)
    if (const auto it = decisions.find(account.id.value); it != decisions.end()) {
      account.decision = it->second.action;
      account.decision_seq = it->second.seq;
    }
  // By account, not by the exception's route: a decision goes with an account that has moved. What is open is told anew.
  for (auto rows = session.query("SELECT e.account_id, e.reason, e.usage_point_id, e.argument_1, e.argument_2, e.after_decision FROM billing_exception e "
                                 "JOIN customers_served_account a ON a.account_id = e.account_id WHERE e.run_id = ? AND a.route_id = ?", run, route); rows.next();)
    if (const auto it = decisions.find(rows.i64(0)); it != decisions.end() && rows.i32(5) < it->second.seq) out.known_exceptions[rows.i64(0)].push_back({rows.i32(1), rows.i64(2), rows.i64(3), rows.i64(4)});
}

class ShardBuilder {
 public:
  ShardBuilder(db::Session& session, ShardInput& out) : session_(session), out_(out) {}

  void build(const std::vector<PointRow>& rows, const std::vector<PointRow>& foreign_children, const Readings& readings) {
    // Children by the usage point that they hang under. A generation point is no child: it names the export tariff.
    std::unordered_map<std::int64_t, std::vector<const PointRow*>> children;
    for (const auto* list : {&rows, &foreign_children})
      for (const auto& row : *list)
        if (row.parent != 0 && !row.deduction_kind.empty()) children[row.parent].push_back(&row);
    for (const auto& row : rows)
      if (row.kind == "generation" && row.parent != 0) export_tariffs_[row.parent] = row.tariff_code;

    auto row = rows.begin();
    for (auto& account : out_.accounts) {
      while (row != rows.end() && row->account < account.id) ++row;
      account.first_point = out_.points.size();
      account.first_transformer = out_.transformers.size();
      std::vector<const PointRow*> own;
      for (; row != rows.end() && row->account == account.id; ++row)
        if (row->kind != "generation" && !gone(account, *row)) own.push_back(&*row);
      for (const auto* point : own) add_point(account, *point, readings, true);
      for (std::size_t i = 0; i < own.size(); ++i) {
        const auto it = children.find(own[i]->usage_point);
        if (it == children.end()) continue;
        for (const auto* child : it->second) {
          const auto position = std::find(own.begin(), own.end(), child);
          if (position == own.end() && gone(account, *child)) continue;
          if (position == own.end()) add_point(account, *child, readings, false);  // another account pays it
          auto& input = position == own.end() ? out_.points.back() : out_.points[account.first_point + static_cast<std::size_t>(position - own.begin())];
          input.parent = static_cast<std::int32_t>(i);
        }
      }
      account.points = out_.points.size() - account.first_point;
      account.transformers = out_.transformers.size() - account.first_transformer;
    }
    set_spans();
  }

 private:
  // The days that the bill's readings span: after the last billed month up to the end of this one.
  DateRange window_of(const ShardAccount& account) const {
    return {account.last_billed.plus(1).first_day(), out_.month.range().to};
  }

  // A metered usage point whose meters had all been taken away before: there is nothing to bill there any more.
  bool gone(const ShardAccount& account, const PointRow& row) const {
    if (row.meters.empty() || row.deduction_kind == "fixed_quantity" || row.deduction_kind == "fixed_ratio") return false;
    const auto window = window_of(account);
    return std::all_of(row.meters.begin(), row.meters.end(), [&](const auto& meter) { return meter.valid.to <= window.from; });
  }

  void add_point(ShardAccount& account, const PointRow& row, const Readings& readings, bool billed) {
    UsagePointInput point;
    point.id = {row.usage_point};
    point.billed = billed;
    const auto day = account.input.service.to + -1;  // the version in force on the last day prices the bill
    point.tariff = out_.tariffs->find(row.tariff_code.empty() ? account.tariff_code : row.tariff_code, day);
    if (row.deduction_kind == "fixed_quantity") point.deduction = Deduction::kFixedQuantity;
    else if (row.deduction_kind == "fixed_ratio") point.deduction = Deduction::kFixedRatio;
    else if (row.deduction_kind == "child_meter") point.deduction = Deduction::kChildMeter;
    point.fixed_energy = {point.deduction == Deduction::kFixedQuantity ? row.deduction_value : 0};
    point.fixed_ratio_bp = point.deduction == Deduction::kFixedRatio ? static_cast<std::int32_t>(row.deduction_value / 100) : 0;
    point.line_loss_bp = static_cast<std::int32_t>(row.line_loss_ppm / 100);
    if (billed && row.metered_side == "lv" && row.transformer_va > 0) {
      point.transformer = static_cast<std::int32_t>(out_.transformers.size() - account.first_transformer);
      Transformer transformer;
      transformer.capacity = {row.transformer_va};
      transformer.no_load_loss = {row.p0_w};
      transformer.load_loss = {row.pk_w};
      transformer.no_load_current_bp = static_cast<std::int32_t>(row.i0_ppm / 100);
      transformer.impedance_bp = static_cast<std::int32_t>(row.uk_ppm / 100);
      if (row.loss_k_e4 > 0) transformer.load_shape_e4 = static_cast<std::int32_t>(row.loss_k_e4);
      out_.transformers.push_back(transformer);
    }
    const auto first = out_.segments.size();
    add_segments(account, row, readings);
    segment_ranges_.push_back({first, out_.segments.size() - first});
    // Only a place with photovoltaics is paid for what it feeds in; other meters have that register too.
    if (const auto it = export_tariffs_.find(row.usage_point); it != export_tariffs_.end()) point.export_tariff = out_.tariffs->find(it->second, day);
    else if (account.category == "photovoltaic") point.export_tariff = out_.tariffs->export_tariff(day);
    out_.points.push_back(point);
  }

  // One segment per meter that was in place in the month. A meter that nobody can bound leaves the usage point without
  // any: half a month is not billed.
  void add_segments(ShardAccount& account, const PointRow& row, const Readings& readings) {
    const auto first = out_.segments.size();
    const auto window = window_of(account);
    const bool last_month = window.from == out_.month.first_day();
    for (const auto& meter : row.meters) {
      if (meter.valid.intersect(window).empty()) continue;
      const auto it = readings.find(meter.installation);
      // Readings of this route's month are at hand; a longer window, meters of other routes and those that were read before
      // their account moved here are read one by one.
      const bool at_hand = last_month && row.route == out_.route && it != readings.end() && (it->second.current.usable || it->second.removal.usable);
      const MeterReadings known = at_hand ? it->second : read_window(session_, account.last_billed, out_.month, meter.installation);
      ReadingRow start = known.installation.usable ? known.installation : known.previous;
      if (!start.usable) start = read_earlier(session_, account.last_billed, out_.month, meter.installation);
      const ReadingRow& end = known.removal.usable ? known.removal : known.current;
      if (!start.usable || !end.usable) {
        out_.segments.resize(first);
        out_.meters.resize(first);
        return;
      }
      auto segment = segment_between(start, end);
      segment.ratio = ratio_of(meter.ct_ratio, meter.pt_ratio);
      segment.digits = static_cast<std::uint8_t>(std::clamp(meter.digits, 0, 255));
      out_.segments.push_back(segment);
      out_.meters.push_back({{meter.installation}, meter.asset_no, end.estimated || start.estimated});
      account.estimated |= end.estimated;
      account.meter_changed |= known.removal.usable || known.installation.usable;
    }
  }

  // The arrays have stopped growing: from here on, spans into them stay good.
  void set_spans() {
    for (std::size_t i = 0; i < out_.points.size(); ++i)
      out_.points[i].segments = {out_.segments.data() + segment_ranges_[i].first, segment_ranges_[i].second};
    for (auto& account : out_.accounts) {
      account.input.usage_points = {out_.points.data() + account.first_point, account.points};
      account.input.transformers = {out_.transformers.data() + account.first_transformer, account.transformers};
      account.input.capacity_changes = {out_.changes.data() + account.first_change, account.changes};
      // Last month is known for the account, so it is compared where the account has a single usage point of its own.
      if (account.points == 1 && account.has_previous) {
        auto& point = out_.points[account.first_point];
        point.previous_energy = account.previous.energy;
        point.has_previous = true;
      }
    }
  }

  db::Session& session_;
  ShardInput& out_;
  std::vector<std::pair<std::size_t, std::size_t>> segment_ranges_;
  std::unordered_map<std::int64_t, std::string> export_tariffs_;  // by the usage point that the generation hangs under
};

}  // namespace

Status read_shard(db::Session& session, RunId run, BillingMonth month, RouteId route, std::shared_ptr<const TariffBook> tariffs, ShardInput& out) {
  out.route = route;
  out.month = month;
  out.tariffs = std::move(tariffs);
  read_accounts(session, month, route, out);
  read_agreements(session, month, route, out);
  read_past_months(session, out);
  read_decisions(session, run, route, out);
  Readings readings;
  read_readings(session, month, route, readings);
  ShardBuilder(session, out).build(read_points(session, route), read_foreign_children(session, route), readings);
  return ok();
}

}  // namespace mis::billing
