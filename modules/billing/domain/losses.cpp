// 变损, 线损: what transformers and lines lost on the way, added to the energy that is billed.
#include "modules/billing/domain/energies.hpp"
#include "modules/billing/domain/engine.hpp"
#include "modules/billing/domain/transformer_loss.hpp"

namespace mis::billing {
namespace {

void add_transformer_loss(Context& c, std::size_t transformer_at) {
  const Transformer& transformer = c.in.transformers[transformer_at];
  TransformerLoad load;
  load.days = c.in.service.days();
  const auto is_member = [&](std::size_t i) {
    return c.point(i).transformer == static_cast<std::int32_t>(transformer_at);
  };
  std::int64_t members = 0, reactive_members = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < c.count(); ++i) {
    if (!is_member(i)) continue;
    if (members++ == 0) first = i;
    reactive_members += c.result(i).has_reactive ? 1 : 0;
    load.active += c.result(i).billed[kTotalPeriod];
    load.reactive += c.result(i).reactive;
    load.has_reactive |= c.result(i).has_reactive;
  }
  if (members == 0) return;
  const TransformerLoss loss = transformer_loss(transformer, load);
  if (!loss.in_range) {
    c.raise(ExceptionKind::kBadMeterData, static_cast<std::ptrdiff_t>(first),
            static_cast<std::int64_t>(transformer_at));
    return;
  }
  // Shared by energy; an idle transformer's iron loss in equal parts. All in whole kWh where the loss is.
  const std::int64_t unit = transformer.whole_kwh && loss.active.value % kWhPerKwh == 0 ? kWhPerKwh : 1;
  std::int64_t active_left = loss.active.value / unit, weight_left = load.active.value;
  const bool idle = weight_left == 0;
  if (idle) weight_left = members;
  std::int64_t reactive_left = loss.reactive.value;
  for (std::size_t i = 0; i < c.count(); ++i) {
    if (!is_member(i)) continue;
    UsagePointResult& r = c.result(i);
    const std::int64_t weight = idle ? 1 : r.billed[kTotalPeriod].value;
    // Each takes its share of what is left, so the last takes the rest and the parts add up.
    const std::int64_t part = weight_left == 0
                                  ? 0
                                  : static_cast<std::int64_t>(divide_rounded(int128{active_left} * weight,
                                                                             int128{weight_left}, Rounding::kHalfUp));
    active_left -= part;
    weight_left -= weight;
    spread(r.billed, r.by_period, part * unit, unit);
    r.loss += Energy{part * unit};
    if (r.has_reactive) {
      const std::int64_t varh = divide_rounded(reactive_left, reactive_members, Rounding::kHalfUp);
      r.reactive += Energy{varh};
      reactive_left -= varh;
      --reactive_members;
    }
  }
}

}  // namespace

void add_losses(Context& c) {
  for (std::size_t t = 0; t < c.in.transformers.size() && !c.blocked; ++t) add_transformer_loss(c, t);
  for (std::size_t i = 0; i < c.count() && !c.blocked; ++i) {
    const UsagePointInput& point = c.point(i);
    UsagePointResult& r = c.result(i);
    if (point.transformer < -1 || point.transformer >= static_cast<std::int32_t>(c.in.transformers.size()) ||
        point.line_loss_bp < 0 || point.line_loss_bp > 10'000) {
      c.raise(ExceptionKind::kBadMeterData, static_cast<std::ptrdiff_t>(i), point.transformer, point.line_loss_bp);
      return;
    }
    const bool whole = r.tariff != nullptr && r.tariff->rounding.whole_kwh;
    if (point.line_loss_bp != 0) {
      const std::int64_t line = round_to_unit(int128{r.billed[kTotalPeriod].value} * point.line_loss_bp, 10'000, whole);
      spread(r.billed, r.by_period, line, whole ? kWhPerKwh : 1);
      r.loss += Energy{line};
      r.reactive += Energy{round_to_unit(int128{r.reactive.value} * point.line_loss_bp, 10'000, whole)};
    }
    if (whole) {
      for (Energy& e : r.billed) e = {round_to_unit(e.value, 1, true)};
      if (r.by_period) r.billed[kTotalPeriod] = {sum_of_periods(r.billed)};
    }
    if (r.billed[kTotalPeriod].value > kMaxEnergyWh || r.reactive.value > kMaxEnergyWh)
      c.raise(ExceptionKind::kArithmeticRange, static_cast<std::ptrdiff_t>(i), r.billed[kTotalPeriod].value);
  }
}

// The power factor is that of the whole meter: children are added back, losses counted (lighting takes part, PF-07).
void find_power_factor_energy(Context& c) {
  for (std::size_t i = 0; i < c.count(); ++i) {
    UsagePointResult& r = c.result(i);
    r.pf_active = r.billed[kTotalPeriod] + r.deducted;
  }
  // What a child lost in the transformer passed its parents' meter point too. Depth was checked when deducting.
  for (std::size_t i = 0; i < c.count(); ++i) {
    const Energy loss = c.result(i).loss;
    if (loss.value == 0 || c.point(i).deduction == Deduction::kNone) continue;
    for (std::int32_t at = c.point(i).parent; at >= 0; at = c.point(static_cast<std::size_t>(at)).parent)
      c.result(static_cast<std::size_t>(at)).pf_active += loss;
  }
  for (std::size_t i = 0; i < c.count(); ++i)
    if (c.result(i).pf_active.value > kMaxEnergyWh)
      c.raise(ExceptionKind::kArithmeticRange, static_cast<std::ptrdiff_t>(i), c.result(i).pf_active.value);
}

}  // namespace mis::billing
