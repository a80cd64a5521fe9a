// The billing engine: one account's month in, one bill out. Pure: no clock, no database, no text; the same input gives
// the same bill on any machine. `explain.hpp` turns a line's working into words, lazily.
//
// Thread rule: `calculate` has no state; call it from as many threads as you like, each with its own Bill. A Bill keeps
// its vectors' memory between calls, so a worker that reuses one allocates nothing once it is warm.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/time.hpp"
#include "modules/billing/domain/measure.hpp"
#include "modules/tariffs/tariffs.hpp"

namespace mis::billing {

using tariffs::ComponentKind;
using tariffs::Period;
using tariffs::PeriodEnergies;
using tariffs::Tariff;

// ---------------------------------------------------------------- input

// How a child usage point's energy leaves its parent (套扣). Deductions run in this order.
enum class Deduction : std::uint8_t {
  kNone,
  kFixedQuantity,  // 定量: so many kWh a month
  kFixedRatio,     // 定比: a share of what the fixed quantities left
  kChildMeter,     // 总分: the child has its own meter
};

// A transformer whose loss is the customer's because the meter hangs on its low-voltage side (高供低计).
enum class LossMode : std::uint8_t {
  kFormula,  // iron and copper loss from the nameplate
  kPercent,  // a share of the energy
  kFixed,    // given quantities
};

struct Transformer {
  LossMode mode = LossMode::kFormula;
  Capacity capacity;
  Demand no_load_loss;                  // P0
  Demand load_loss;                     // Pk
  std::int32_t no_load_current_bp = 0;  // I0, hundredths of a percent
  std::int32_t impedance_bp = 0;        // Uk, hundredths of a percent
  std::int32_t load_shape_e4 = 10'000;  // K × 10⁴: about 3 for one shift, 1.5 for two, 1.0 to 1.2 for three
  std::int32_t days = 0;                // 0: the days of the service period
  std::int32_t percent_bp = 0;          // kPercent
  Energy fixed_active;                  // kFixed
  Energy fixed_reactive;                // kFixed, varh
  bool whole_kwh = true;                // the loss is rounded half-up to whole kWh
};

struct UsagePointInput {
  UsagePointId id;
  const Tariff* tariff = nullptr;          // nullptr: "unknown tariff", a blocking exception where it is billed
  const Tariff* export_tariff = nullptr;   // photovoltaics: price of the reverse active register
  std::span<const MeterSegment> segments;  // one per meter that worked here this month; none: nobody read it
  IntervalSeries intervals;                // instead of period registers where it holds values
  std::int32_t parent = -1;                // index in AccountInput::usage_points
  Deduction deduction = Deduction::kNone;
  Energy fixed_energy;              // kFixedQuantity
  std::int32_t fixed_ratio_bp = 0;  // kFixedRatio, of 10,000
  bool billed = true;               // false: measured only, for its parent's deduction (another account pays it)
  std::int32_t transformer = -1;    // index in AccountInput::transformers
  std::int32_t line_loss_bp = 0;    // on top of energy and transformer loss
  Energy manual_energy;             // 退补: added to what was read, may be negative
  Energy previous_energy;           // last month's billed energy, for the plausibility check
  bool has_previous = false;
};

enum class BasicMode : std::uint8_t { kCapacity, kContractDemand, kActualDemand };

struct Agreement {
  Capacity capacity;
  Capacity suspended;  // 暂停: part of `capacity` that is sealed
  Demand contract_demand;
  BasicMode basic_mode = BasicMode::kCapacity;
  bool has_pf_standard = false;  // true: `pf_standard` instead of the tariff's
  tariffs::PowerFactorStandard pf_standard = tariffs::PowerFactorStandard::kNone;
  std::uint8_t household_persons = 0;
  BillingMonth household_since;  // month of application for the larger tiers
  bool free_energy = false;      // entitled to the tariff's free kWh (低保/五保)
};

// The capacity in force from a day on; the day of a change counts with the new state.
struct CapacityChange {
  Date from;
  Capacity capacity;
  Capacity suspended;
};

struct AccountInput {
  AccountId account;
  std::span<const UsagePointInput> usage_points;
  std::span<const Transformer> transformers;
  std::span<const CapacityChange> capacity_changes;  // inside the service period, ascending; empty: all month as agreed
  Agreement agreement;
  BillingMonth month;
  DateRange service;  // days of supply that this bill covers
  DateRange cycle;    // what a whole month's basic charge covers; empty: the calendar month
  Energy
      tier_energy_before;  // last month's Totals::tier_energy_after; ignored in the month in which a tier cycle starts
  std::int32_t months_of_use = 12;  // of the tier year, for customers of a part of it
  Plausibility plausibility;
};

// ---------------------------------------------------------------- output

enum class LineKind : std::uint8_t {
  kEnergy,         // energy × price, of a period and/or tier
  kTierIncrement,  // energy of a tier × increment
  kFreeEnergy,     // negative: free kWh
  kSurcharge,      // on top
  kCapacityCharge,
  kDemandCharge,  // contract or actual demand
  kOverContract,  // demand beyond the contract
  kPowerFactor,   // percentage of `base`
  kComponent,     // of which: a part of the usage point's energy and tier lines
  kExport,        // negative: paid to the customer, settled separately
};

enum class LineRole : std::uint8_t {
  kCharge,    // adds to totals.amount
  kIncluded,  // informational: inside the energy lines of its usage point, which the included lines add up to
  kPayable,   // settled separately: adds to totals.export_amount
};

enum class Unit : std::uint8_t { kWh, kW, kVA, kPercentOfBase };

// A line with its whole working, 64 bytes (one cache line), no text. amount = round(quantity × price × days/of_days ×
// …) by `kind`.
struct Line {
  LineKind kind = LineKind::kEnergy;
  LineRole role = LineRole::kCharge;
  Unit unit = Unit::kWh;
  Period period = Period::kTotal;
  std::uint8_t tier = 0;                            // 1…; 0: not tiered
  ComponentKind component = ComponentKind::kOther;  // kSurcharge, kComponent
  Rounding rounding = Rounding::kHalfUp;
  std::uint8_t power_factor = 0;  // kPowerFactor: cos φ in percent
  std::int32_t usage_point = 0;   // index in Bill::usage_points
  std::int32_t percent_bp =
      0;                     // kPowerFactor: adjustment; kDemandCharge: price share (9000 at the 2023 discount), else 0
  std::int32_t days = 0;     // basic charges: charged days, and
  std::int32_t of_days = 0;  //   of how many; 0: a whole month
  std::int64_t quantity = 0;  // Wh, W or VA by `unit`
  Price price;
  Money base;  // kPowerFactor: what the percentage is taken of
  Money amount;
  std::int64_t tariff_version = 0;  // Tariff::version_id

  bool included() const { return role == LineRole::kIncluded; }
};

struct UsagePointResult {
  UsagePointId id;
  const Tariff* tariff = nullptr;
  PeriodEnergies read{};    // index difference × ratio, by period; [kTotal] the total
  PeriodEnergies billed{};  // after deductions and losses, what is priced
  Energy reactive;          // forward + |reverse| + loss, varh
  Energy pf_active;         // what the power factor is computed of: children added back, losses included
  Energy deducted;          // moved to children
  Energy loss;              // transformer and line
  Energy exported;
  Demand max_demand;
  Money energy_amount;             // Σ energy and tier lines
  Money funds_amount;              // the funds inside it, which no power-factor adjustment touches
  Money basic_amount;              // basic charge that this point carries for the account
  std::int16_t power_factor = -1;  // percent; −1: none
  bool rolled_over = false;
  bool measured = false;
  bool has_reactive = false;
  bool by_period = false;  // `read` and `billed` hold periods
};

enum class ExceptionKind : std::uint8_t {
  kNoReading,          // no segment, or a register that the tariff needs is missing (a: register)
  kNegativeEnergy,     // end below start and not a rollover (a: register, b: difference in 10⁻⁴ kWh)
  kImpossibleIndex,    // an index below zero or beyond the dial's digits (a: register, b: index)
  kBadMeterData,       // ratio or digits out of range (a: ratio, b: digits)
  kRollover,           // note: the dial passed its end (a: register, b: energy in Wh)
  kAbsurdJump,         // energy beyond the plausible multiple of last month (a: energy Wh, b: previous Wh)
  kPeriodsDiffer,      // periods do not add up to the total (a: sum Wh, b: total Wh)
  kUnknownTariff,      // a billed usage point without a tariff
  kTariffNotValid,     // the tariff is not in force in the service period
  kDeductionTooLarge,  // a parent smaller than what its children take (a: wanted Wh, b: available Wh); capped
  kBadHierarchy,       // parent index wrong, a cycle, or deeper than the engine goes
  kBadAgreement,       // capacity or contract demand missing for the mode of the basic charge (a: BasicMode)
  kBadCase,            // billing month, service days, months of use, household … out of range
  kIntervalGap,        // an interval without a value (a: position)
  kNoCalendar,         // interval data but the tariff has no calendar
  kArithmeticRange,    // a quantity or amount beyond what a bill can carry
  kNoPrice,            // energy in a period that the tariff has no price for (a: period, b: Wh)
};

enum class Severity : std::uint8_t {
  kNote,      // worth knowing, the bill stands
  kReview,    // the bill is complete but a person should look before issue
  kBlocking,  // no bill: lines and totals are empty
};

struct BillException {
  ExceptionKind kind = ExceptionKind::kNoReading;
  Severity severity = Severity::kBlocking;
  std::int32_t usage_point = -1;  // index; −1: the account
  std::int64_t a = 0;             // arguments, see the kind
  std::int64_t b = 0;
};

struct Totals {
  Energy energy;        // billed to this account
  Money amount;         // to collect: Σ charge lines
  Money export_amount;  // to pay out: Σ payable lines, zero or negative
  Energy exported;
  Energy tier_energy_after;  // carry to next month's tier_energy_before
};

struct Bill {
  std::vector<Line> lines;
  std::vector<UsagePointResult> usage_points;
  std::vector<BillException> exceptions;
  Totals totals;

  void clear() {
    lines.clear();
    usage_points.clear();
    exceptions.clear();
    totals = {};
  }
  bool blocked() const;       // some exception is blocking: there is no bill
  bool needs_review() const;  // some exception is kReview or worse
};

// Bills one account. `out` is cleared first and always left consistent: either lines and totals, or at least one
// blocking exception and no lines. Never throws (but for memory), never overflows: what is out of range is an exception
// row.
void calculate(const AccountInput& input, Bill& out);

// Stable names for tables, JSON and translation ("energy", "no_reading", "blocking").
const char* name_of(LineKind kind);
const char* name_of(LineRole role);
const char* name_of(ExceptionKind kind);
const char* name_of(Severity severity);

}  // namespace mis::billing
