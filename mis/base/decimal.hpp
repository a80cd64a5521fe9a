// Decimal text in and out of scaled integers: "0.59286875" ↔ 59286875 at scale 8. No floating point on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/money.hpp"

namespace mis {

// Reads an optionally signed decimal ("-12.5", "+3", ".5" is not one) as an integer of 10^-scale. Returns nothing where
// the text is not a decimal, has more than `scale` significant decimals (trailing zeros are fine) or does not fit int64:
// a value is never rounded on the way in.
std::optional<std::int64_t> parse_decimal(std::string_view text, int scale);

// Writes value·10^-scale with at least `min_decimals` decimals and no superfluous zeros behind them.
std::string format_decimal(std::int64_t value, int scale, int min_decimals);
void append_decimal(std::string& out, std::int64_t value, int scale, int min_decimals);

inline std::string format_yuan(Money m) { return format_decimal(m.value, 2, 2); }
inline std::string format_kwh(Energy e) { return format_decimal(e.value, 3, 0); }
inline std::string format_kw(Demand d) { return format_decimal(d.value, 3, 0); }
inline std::string format_kva(Capacity c) { return format_decimal(c.value, 3, 0); }
inline std::string format_price(Price p) { return format_decimal(p.value, 8, 2); }

inline std::optional<Money> parse_yuan(std::string_view t) { if (auto v = parse_decimal(t, 2)) return Money{*v}; return {}; }
inline std::optional<Energy> parse_kwh(std::string_view t) { if (auto v = parse_decimal(t, 3)) return Energy{*v}; return {}; }
inline std::optional<Demand> parse_kw(std::string_view t) { if (auto v = parse_decimal(t, 3)) return Demand{*v}; return {}; }
inline std::optional<Capacity> parse_kva(std::string_view t) { if (auto v = parse_decimal(t, 3)) return Capacity{*v}; return {}; }
inline std::optional<Price> parse_price(std::string_view t) { if (auto v = parse_decimal(t, 8)) return Price{*v}; return {}; }

}  // namespace mis
