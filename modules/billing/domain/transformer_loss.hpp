// 变压器损耗 of customers metered on the low-voltage side: what the transformer itself used.
#pragma once

#include "mis/base/money.hpp"
#include "modules/billing/domain/calculate.hpp"

namespace mis::billing {

struct TransformerLoss {
  Energy active;
  Energy reactive;  // varh
  bool in_range = true;
};

struct TransformerLoad {
  Energy active;
  Energy reactive;
  bool has_reactive = false;
  std::int32_t days = 0;
};

// The textbook formula that Chinese billing systems use (h = 24 × days, Se the capacity):
//   active   iron P0·h, copper K·Pk·(Wp² + Wq²)/(Se²·h);   reactive   iron I0·Se·h, copper K·Uk·(Wp² + Wq²)/(Se·h)
// Without a reactive meter Wp² + Wq² is taken as (Wp/0.8)² and the reactive loss as 0. Rounded half-up, to whole kWh
// where the transformer says so. Out of range (nameplate values no transformer has): `in_range` is false.
TransformerLoss transformer_loss(const Transformer& transformer, const TransformerLoad& load);

}  // namespace mis::billing
