// Rounding of exact integers. A rounding is always named at the place that rounds: utilities round in different ways
// (a published invoice rounds negative money towards zero, another away from it), so there is no default.
#pragma once

#include <cstdint>

namespace mis {

enum class Rounding : std::uint8_t {
  kHalfUp,      // half away from zero on the magnitude: the common rule of Chinese bills (四舍五入)
  kHalfEven,    // half to even
  kTowardZero,  // truncation (截尾)
  kFloor,       // towards minus infinity
  kCeiling,     // towards plus infinity
};

// numerator / denominator as an integer; denominator must be positive.
template <class Int>
constexpr Int divide_rounded(Int numerator, Int denominator, Rounding mode) {
  const Int quotient = numerator / denominator;
  const Int remainder = numerator % denominator;
  if (remainder == 0) return quotient;
  const Int away = numerator < 0 ? Int{-1} : Int{1};
  const Int twice = (remainder < 0 ? -remainder : remainder) * 2;
  switch (mode) {
    case Rounding::kHalfUp: return twice >= denominator ? quotient + away : quotient;
    case Rounding::kHalfEven:
      if (twice != denominator) return twice > denominator ? quotient + away : quotient;
      return quotient % 2 == 0 ? quotient : quotient + away;
    case Rounding::kTowardZero: return quotient;
    case Rounding::kFloor: return numerator < 0 ? quotient - 1 : quotient;
    case Rounding::kCeiling: return numerator > 0 ? quotient + 1 : quotient;
  }
  return quotient;
}

}  // namespace mis
