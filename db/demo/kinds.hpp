// The kinds of account that a county has, and how each of them uses energy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "db/demo/names.hpp"
#include "db/demo/random.hpp"

namespace mis::demo {

enum class AccountKind : std::uint8_t {
  kHome,         // 一户一表, annual tiers: nearly everybody
  kHomeTou,      // chose peak and valley
  kHomeLarge,    // a household of five or more with wider tiers
  kHomePv,       // photovoltaic panels on the roof
  kShared,       // 合表: dormitories and old estates behind one meter
  kFarm,         // agriculture at low voltage
  kShopFlat,     // a small shop with a plain meter
  kShop,         // commerce at 380 V with a period meter
  kShared10,     // 合表 at 10 kV: schools
  kPump10,       // irrigation with a transformer of its own
  kGeneral10,    // general industry and commerce at 10 kV, single-part
  kGeneral35,
  kIndustry10,   // large industry, two-part
  kIndustry35,
};
inline constexpr std::size_t kAccountKinds = 14;
inline constexpr std::size_t index_of(AccountKind kind) { return static_cast<std::size_t>(kind); }

constexpr bool is_low_voltage(AccountKind kind) { return kind < AccountKind::kShared10; }
constexpr bool is_industry(AccountKind kind) { return kind >= AccountKind::kIndustry10; }
constexpr bool is_home(AccountKind kind) { return kind <= AccountKind::kHomePv; }

// How a kind is contracted and measured, in the words of the tables.
struct KindTerms {
  std::string_view category;
  std::string_view voltage;
  std::string_view tariff_code;
  std::string_view meter_kind;
  int pf_standard;      // hundredths; 0 for none
  int per_153000;       // how many there are in a county of 153,000 accounts; 0: the rest
  int fewest;           // in a county of any size
  bool by_period;       // the meter has period registers
  bool reactive;        // and reactive ones
  bool is_person;
  FirmTrade trade;
};
extern const std::array<KindTerms, kAccountKinds> kKindTerms;
inline const KindTerms& terms_of(AccountKind kind) { return kKindTerms[index_of(kind)]; }

// Energy of a calendar month (1…12) over the average month, in thousandths.
int season_permille(AccountKind kind, int month);

// Average energy of a month in Wh for an account of this kind; `capacity_va` matters for those with a transformer.
std::int64_t monthly_level_wh(Random& random, AccountKind kind, std::int64_t capacity_va);

// How the energy of a month divides over the period registers, in thousandths: sharp, peak, flat, valley; they add up
// to 1,000. Sharp hours exist in July and August only (Beijing's calendar).
std::array<int, 4> period_shares(AccountKind kind, int month, std::int64_t noise_permille);

}  // namespace mis::demo
