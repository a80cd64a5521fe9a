// One published version of a tariff, as plain values that the billing engine reads: what a kWh, a kW and a kVA cost, in
// which period, tier and season, and which rules (rounding, power factor, partial months) go with the price.
//
// A Tariff is data. It knows no customer, no reading and no database; `modules/billing/domain` applies it. Everything
// that differs between utilities, or that sources contradict each other about, is a field here and never an `if` on a
// province. Prices are 10⁻⁸ yuan per kWh, per kW·month or per kVA·month; energies are Wh.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/rounding.hpp"
#include "mis/base/time.hpp"
#include "modules/tariffs/domain/power_factor.hpp"
#include "modules/tariffs/domain/tou_calendar.hpp"

namespace mis::tariffs {

enum class Category : std::uint8_t {
  kResidential,        // 居民生活, one household one meter
  kResidentialShared,  // 居民合表, schools and other users at the residential price without tiers
  kAgricultural,       // 农业生产
  kCommercial,         // 一般工商业
  kIndustrial,         // 大工业
  kExport,             // 光伏上网: what the utility pays
};

enum class Voltage : std::uint8_t { kBelow1Kv, k1To10Kv, k20Kv, k35Kv, k110Kv, k220KvAndAbove };

enum class Structure : std::uint8_t { kSingle, kTwoPart };

// What a price is made of. Funds are named apart because the power-factor adjustment must not touch them.
enum class ComponentKind : std::uint8_t {
  kNetEnergy,          // 电度电价净额: what is left of a price when the listed components are taken away
  kAgentPurchase,      // 代理购电
  kLineLoss,           // 上网环节线损
  kTransmission,       // 输配电
  kSystemOperation,    // 系统运行费
  kMajorWaterFund,     // 国家重大水利工程建设基金
  kReservoirFund,      // 大中型水库移民后期扶持资金
  kRenewableFund,      // 可再生能源电价附加
  kRuralGridLoanFund,  // 农网还贷资金
  kGovernmentFund,     // 政府性基金及附加, where a source gives only the sum
  kOther,
};

constexpr bool is_fund(ComponentKind kind) {
  switch (kind) {
    case ComponentKind::kMajorWaterFund:
    case ComponentKind::kReservoirFund:
    case ComponentKind::kRenewableFund:
    case ComponentKind::kRuralGridLoanFund:
    case ComponentKind::kGovernmentFund:
      return true;
    case ComponentKind::kNetEnergy:
    case ComponentKind::kAgentPurchase:
    case ComponentKind::kLineLoss:
    case ComponentKind::kTransmission:
    case ComponentKind::kSystemOperation:
    case ComponentKind::kOther:
      return false;
  }
  return false;
}

struct Component {
  ComponentKind kind = ComponentKind::kOther;
  Price price;
  bool operator==(const Component&) const = default;
};

// At most so many components, so that the engine splits an amount without allocating.
inline constexpr std::size_t kMaxComponents = 8;

// The two printed forms of a tiered bill. They differ in the fen: the first rounds the base charge of all energy and
// each increment, the second rounds each tier.
enum class TierForm : std::uint8_t {
  kNone,
  kIncrement,  // base price × all energy + increment × energy of tier 2, 3 … (Zhejiang, RS-01)
  kTierPrice,  // price of each tier × its energy (Guangdong, RS-03); with a price per period where the tariff is TOU
};

enum class TierCycle : std::uint8_t { kMonthly, kAnnual };

inline constexpr std::size_t kMaxTiers = 5;
inline constexpr std::size_t kMaxTierSeasons = 4;

// Upper bounds of the tiers below the last one, which has none. A monthly table may have other bounds in summer.
struct TierBounds {
  std::uint16_t months = 0xFFF;  // bit 0 is January
  std::uint8_t upper_count = 0;
  std::array<Energy, kMaxTiers - 1> upper{};
  bool operator==(const TierBounds&) const = default;
};

// 一户多人口: households of `from_persons` or more get wider tiers, counted from the month of application.
struct HouseholdExtension {
  std::uint8_t from_persons = 0;  // 0: the tariff has no such rule
  Energy per_month;
  std::uint8_t bounds_moved = 0;  // 1: only tier 1 grows; 2: tier 2's upper bound moves along (RS-02)
  bool operator==(const HouseholdExtension&) const = default;
};

struct TierTable {
  TierForm form = TierForm::kNone;
  TierCycle cycle = TierCycle::kMonthly;
  std::uint8_t cycle_start_month = 1;  // annual: Guizhou's year starts in December
  std::uint8_t season_count = 0;
  std::array<TierBounds, kMaxTierSeasons> seasons{};
  std::array<Price, kMaxTiers> increment{};     // kIncrement: over the base price; [0] is 0
  std::array<PeriodPrices, kMaxTiers> price{};  // kTierPrice: by period, or [kTotal] where not TOU
  HouseholdExtension household;
  bool part_year_by_months = true;  // a customer of n months has bounds × n / 12

  bool operator==(const TierTable&) const = default;
  // The bounds of a calendar month (1…12); nullptr where the table has none for it, so that the first tier is endless.
  const TierBounds* bounds_of(int month) const {
    for (std::size_t i = 0; i < season_count; ++i)
      if (seasons[i].months >> (month - 1) & 1) return &seasons[i];
    return nullptr;
  }
};

// 低保/五保: so many kWh a month are given back at `price` to households entitled to it.
struct FreeEnergy {
  Energy per_month;
  Price price;
  bool operator==(const FreeEnergy&) const = default;
};

// The readings of "the part above 105 % of the contract at double price"; see the file on basic charges in the sources.
enum class OverContract : std::uint8_t {
  kBandFree,  // C·p + 2p·(A − 1.05 C): what lies between 100 and 105 % costs nothing (发改办价格[2016]1583号 as billed)
  kBandCharged,  // 1.05 C·p + 2p·(A − 1.05 C)
  kActualBand,   // before 2016 (a): 0.95 C below 95 %, the actual demand up to 105 %, then C + 2(A − C)
  kActualBelow,  // before 2016 (b): the actual demand up to C, then C + 2(A − C)
};

enum class PartialMonth : std::uint8_t {
  kCalendarDays,  // from 2024-06-01: monthly charge / days of the month × days
  kThirtyDays,    // before: monthly charge / 30 × days (a 31-day month in two parts costs 31/30)
};

struct BasicCharge {
  Price capacity_price;  // per kVA·month
  Price demand_price;    // per kW·month
  OverContract over_contract = OverContract::kBandFree;
  PartialMonth partial_month = PartialMonth::kCalendarDays;
  std::int32_t contract_floor_bp = 4000;  // a contract below 40 % of the capacity is billed at 40 %
  std::int32_t suspended_share_bp = 0;    // 5000 was the rule for new customers until 2016 (BC-05)
  std::int64_t discount_kwh_per_kva = 0;  // 260 (发改价格[2023]526号); 0: no discount
  std::int32_t discount_price_bp = 9000;  // demand price in a month that reaches it
  bool operator==(const BasicCharge&) const = default;
};

struct PowerFactorRule {
  PowerFactorStandard standard = PowerFactorStandard::kNone;
  std::int32_t fixed_bp = 0;   // kFixed: the percentage itself, ×100
  bool excludes_funds = true;  // the base leaves out the funds inside the price
  bool operator==(const PowerFactorRule&) const = default;
};

// Every rounding of a bill by name; utilities differ, mostly on negative amounts (PF-03 truncates).
struct RoundingRules {
  Rounding energy = Rounding::kHalfUp;  // money of energy and tier lines
  Rounding surcharge = Rounding::kHalfUp;
  Rounding basic = Rounding::kHalfUp;
  Rounding power_factor = Rounding::kHalfUp;
  bool whole_kwh = false;  // billed energy is rounded half-up to whole kWh first
  bool operator==(const RoundingRules&) const = default;
};

struct Source {
  std::string document;  // "浙价资[2012]..."
  std::string clause;
  std::string confidence;  // high, medium, low: how sure we are that this is what was published
  bool operator==(const Source&) const = default;
};

struct Tariff {
  std::int64_t version_id = 0;  // key of the stored version; 0 where it was never stored
  std::string code;
  std::int32_t version = 1;
  std::string name_zh;
  std::string name_en;
  Category category = Category::kCommercial;
  Structure structure = Structure::kSingle;
  Voltage voltage = Voltage::kBelow1Kv;
  DateRange valid;
  Source source;

  bool by_period = false;  // false: price[kTotal] for all energy; true: a price per period
  PeriodPrices price{};
  TierTable tiers;
  FreeEnergy free_energy;
  std::vector<Component> of_which;                          // inside the price; the bill shows them and adds nothing
  ComponentKind of_which_rest = ComponentKind::kNetEnergy;  // what the remainder of the price is called
  std::vector<Component> surcharges;                        // on top of the price, each a line of its own
  BasicCharge basic;
  PowerFactorRule power_factor;
  RoundingRules rounding;
  std::optional<TouCalendar> calendar;  // needed only to bill interval data

  bool operator==(const Tariff&) const = default;
  // True where a kWh of this period has a price, directly or in the first tier.
  bool prices(Period period) const {
    return price[index_of(period)].value != 0 || tiers.price[0][index_of(period)].value != 0;
  }
};

// No published price comes near it; a larger one is a slip of the decimal point (10,000 yuan).
inline constexpr Price kMaxPrice{10'000 * kPriceScale};

// What is wrong with a tariff as a whole (bounds that do not rise, a two-part tariff without a basic price, prices
// beyond 10,000 yuan …), all of it, with pointers into the tariff's JSON form. Empty where it can be published.
std::vector<FieldError> check_tariff(const Tariff& tariff);

}  // namespace mis::tariffs
