#include "modules/billing/domain/transformer_loss.hpp"

namespace mis::billing {
namespace {

// A bound that keeps K·Pk·W² within 128 bits, far above any transformer: 10 GVA, 1 GW, K = 100.
constexpr std::int64_t kMaxCapacityVa = 10'000'000'000;
constexpr std::int64_t kMaxLossW = 1'000'000'000;
constexpr std::int32_t kMaxShapeE4 = 1'000'000;
constexpr std::int64_t kMaxLoadWh = 1'000'000'000'000;  // 1 TWh through one transformer

bool plausible(const Transformer& t, const TransformerLoad& load, std::int64_t days) {
  return t.capacity.value > 0 && t.capacity.value <= kMaxCapacityVa && t.no_load_loss.value >= 0 &&
         t.no_load_loss.value <= kMaxLossW && t.load_loss.value >= 0 && t.load_loss.value <= kMaxLossW &&
         t.no_load_current_bp >= 0 && t.no_load_current_bp <= 10'000 && t.impedance_bp >= 0 &&
         t.impedance_bp <= 10'000 && t.load_shape_e4 > 0 && t.load_shape_e4 <= kMaxShapeE4 && days > 0 &&
         days <= 1000 && load.active.value >= 0 && load.active.value <= kMaxLoadWh && load.reactive.value >= 0 &&
         load.reactive.value <= kMaxLoadWh;
}

std::int64_t rounded(int128 numerator, int128 denominator, bool whole_kwh) {
  if (!whole_kwh) return static_cast<std::int64_t>(divide_rounded(numerator, denominator, Rounding::kHalfUp));
  return static_cast<std::int64_t>(divide_rounded(numerator, denominator * 1000, Rounding::kHalfUp)) * 1000;
}

TransformerLoss by_formula(const Transformer& t, const TransformerLoad& load) {
  const std::int64_t days = t.days != 0 ? t.days : load.days;
  if (!plausible(t, load, days)) return {{}, {}, false};
  const int128 hours = 24 * days;
  const int128 wp = load.active.value, wq = load.reactive.value;
  // (Wp / 0.8)² = Wp² × 25/16; both branches carry the factor 16 so that the division stays last.
  const int128 squares_x16 = load.has_reactive ? (wp * wp + wq * wq) * 16 : wp * wp * 25;
  const int128 se = t.capacity.value;
  // Iron and copper have one denominator, so the sum is rounded once. 10⁴ of K and 16 of the squares are in it. The
  // squares are at most 3.2·10²⁵, times K·Pk 10¹⁵: divided by Se first where it would not fit, which costs less than a
  // Wh.
  const int128 shape = int128{t.load_shape_e4} * t.load_loss.value;
  const int128 copper_scale = se * hours * 160'000;
  const int128 squares_per_va = squares_x16 / se;
  const int128 lost = squares_x16 % se;
  constexpr int128 kRoom = int128{1} << 120;
  if (shape != 0 && squares_per_va > kRoom / shape) return {{}, {}, false};
  const int128 copper = shape * squares_per_va + (shape * lost) / se;
  const std::int64_t active =
      rounded(int128{t.no_load_loss.value} * hours * copper_scale + copper, copper_scale, t.whole_kwh);
  std::int64_t reactive = 0;
  if (load.has_reactive) {
    const int128 scale = hours * 160'000 * 10'000;
    const int128 iron = int128{t.no_load_current_bp} * se * hours * hours * 160'000;
    const int128 factor = int128{t.load_shape_e4} * t.impedance_bp;
    if (factor != 0 && squares_per_va > kRoom / factor) return {{}, {}, false};
    reactive = rounded(iron + factor * squares_per_va + factor * lost / se, scale, t.whole_kwh);
  }
  if (active > kMaxEnergyWh || reactive > kMaxEnergyWh) return {{}, {}, false};
  return {{active}, {reactive}};
}

}  // namespace

TransformerLoss transformer_loss(const Transformer& t, const TransformerLoad& load) {
  switch (t.mode) {
    case LossMode::kFormula:
      return by_formula(t, load);
    case LossMode::kPercent:
      if (t.percent_bp < 0 || t.percent_bp > 10'000) return {{}, {}, false};
      return {{rounded(int128{load.active.value} * t.percent_bp, 10'000, t.whole_kwh)}, {}};
    case LossMode::kFixed: {
      const auto bad = [](Energy e) { return e.value < 0 || e.value > kMaxEnergyWh; };
      if (bad(t.fixed_active) || bad(t.fixed_reactive)) return {{}, {}, false};
      return {t.fixed_active, t.fixed_reactive};
    }
  }
  return {{}, {}, false};
}

}  // namespace mis::billing
