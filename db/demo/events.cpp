#include <algorithm>

#include "db/demo/layout_parts.hpp"

namespace mis::demo {
namespace {

bool plain_register(AccountKind kind) {
  return kind == AccountKind::kHome || kind == AccountKind::kHomeLarge || kind == AccountKind::kFarm || kind == AccountKind::kShopFlat;
}

// Which kinds an event can happen to. A reading goes wrong for anybody; whoever comes or leaves does so at low voltage,
// where no capacity has to be pro-rated; a register rolls over where it is an old one without periods.
bool can_happen(Event event, AccountKind kind) {
  switch (event) {
    case Event::kNone: return false;
    case Event::kSuspended:
    case Event::kClosed:
    case Event::kConnected: return is_low_voltage(kind) && kind != AccountKind::kHomePv;
    case Event::kRollover: return plain_register(kind);
    case Event::kZeroUse: return is_low_voltage(kind);
    case Event::kMeterChange: return kind != AccountKind::kHomePv;
    case Event::kHighUse:
    case Event::kEstimated:
    case Event::kMissing:
    case Event::kUnread:
    case Event::kAbsurd:
    case Event::kFalling: return kind != AccountKind::kHomePv && !is_industry(kind);
  }
  return false;
}

}  // namespace

void plan_events(CountyLayout& layout, std::int64_t closed) {
  const auto accounts = static_cast<std::int64_t>(layout.accounts.size());
  const int last = layout.options.months - 1;
  Random random(layout.options.seed, Stream::kLayout, 7);

  const auto happen = [&](Event event, int month, std::int64_t times) {
    // A small county runs out of untouched accounts before it runs out of events; then some do not happen.
    for (std::int64_t tries = 0; times > 0 && tries < 50 * times + 1'000; ++tries) {
      auto& plan = layout.accounts[static_cast<std::size_t>(random.below(accounts))];
      if (plan.event != Event::kNone || !can_happen(event, plan.kind)) continue;
      plan.event = event;
      plan.event_month = static_cast<std::int8_t>(month);
      --times;
    }
  };
  const auto times = [&](int per_million, int fewest) {
    return std::max<std::int64_t>(fewest, accounts * per_million / 1'000'000);
  };

  // The closed ones first: their number decides how many meters are in service, so none of them may fail to happen.
  for (std::int64_t i = 0; i < closed; ++i) happen(Event::kClosed, static_cast<int>(i % last), 1);
  happen(Event::kSuspended, 0, times(6'000, 3));

  // The last month, with what nobody has looked at yet.
  happen(Event::kMissing, last, times(900, 2));
  happen(Event::kUnread, last, times(600, 2));
  happen(Event::kAbsurd, last, times(500, 2));
  happen(Event::kFalling, last, times(250, 2));
  happen(Event::kHighUse, last, times(1'000, 2));
  happen(Event::kZeroUse, last, times(3'000, 2));

  for (int month = last; month >= 0; --month) {
    const int fewest = month == last ? 2 : 0;
    happen(Event::kMeterChange, month, times(600, fewest));
    happen(Event::kRollover, month, times(200, fewest));
    happen(Event::kEstimated, month, times(1'500, fewest));
    if (month > 0) happen(Event::kConnected, month, times(1'200, fewest));
  }
}

}  // namespace mis::demo
