// The quantities that a bill is made of, each a type of its own so that they cannot be mixed up.
//
// Every one is an exact 64-bit integer of its smallest unit; there is no way in from, and none out to, binary floating
// point. The one product that matters, price × quantity, is an exact 128-bit `Charge`; `round_to_money` is the only way
// back from it, so each rounding is visible in the code that decided on it.
#pragma once

#include <compare>
#include <cstdint>

#include "mis/base/rounding.hpp"

namespace mis {

// GCC's and Clang's 128-bit integer; __extension__ keeps -Wpedantic quiet about it in this one place.
__extension__ typedef __int128 int128;

// A quantity with additive arithmetic. `Tag` only makes the types distinct; `value` is in the unit that the alias names.
template <class Tag>
struct Quantity {
  std::int64_t value = 0;

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity operator-() const { return {-value}; }
  constexpr Quantity& operator+=(Quantity other) { value += other.value; return *this; }
  constexpr Quantity& operator-=(Quantity other) { value -= other.value; return *this; }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.value + b.value}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.value - b.value}; }
  friend constexpr Quantity operator*(Quantity a, std::int64_t n) { return {a.value * n}; }
};

using Money = Quantity<struct MoneyTag>;        // fen, 1/100 yuan
using Energy = Quantity<struct EnergyTag>;      // Wh; also varh for reactive energy
using Demand = Quantity<struct DemandTag>;      // W
using Capacity = Quantity<struct CapacityTag>;  // VA

// A price per kWh, per kW·month or per kVA·month, in units of 10⁻⁸ yuan (published prices have up to eight decimals,
// e.g. 0.59286875 yuan/kWh of Guangdong's residential table).
using Price = Quantity<struct PriceTag>;

inline constexpr std::int64_t kPriceScale = 100'000'000;

// An exact amount in units of 10⁻⁹ fen: what Price × Wh (or W, or VA) gives before anybody rounds.
struct Charge {
  int128 nano_fen = 0;

  constexpr auto operator<=>(const Charge&) const = default;
  constexpr Charge& operator+=(Charge other) { nano_fen += other.nano_fen; return *this; }
  friend constexpr Charge operator+(Charge a, Charge b) { return {a.nano_fen + b.nano_fen}; }
  friend constexpr Charge operator-(Charge a, Charge b) { return {a.nano_fen - b.nano_fen}; }
};

inline constexpr std::int64_t kNanoFenPerFen = 1'000'000'000;

// yuan·10⁻⁸ per kWh × Wh = yuan·10⁻¹¹ = fen·10⁻⁹, so the product needs no scaling and loses nothing.
constexpr Charge operator*(Price price, Energy energy) { return {int128{price.value} * energy.value}; }
constexpr Charge operator*(Price price, Demand demand) { return {int128{price.value} * demand.value}; }
constexpr Charge operator*(Price price, Capacity capacity) { return {int128{price.value} * capacity.value}; }
constexpr Charge to_charge(Money money) { return {int128{money.value} * kNanoFenPerFen}; }

// Rounds an exact charge to the fen. The caller has checked the range with `fits_money` where the input is not its own.
constexpr Money round_to_money(Charge charge, Rounding mode) {
  return {static_cast<std::int64_t>(divide_rounded(charge.nano_fen, int128{kNanoFenPerFen}, mode))};
}

// True where the rounded charge is representable with room to add many of them (|amount| < 9·10¹⁵ fen, 2⁵³).
constexpr bool fits_money(Charge charge) {
  constexpr int128 limit = int128{9'000'000'000'000'000} * kNanoFenPerFen;
  return charge.nano_fen < limit && charge.nano_fen > -limit;
}

}  // namespace mis
