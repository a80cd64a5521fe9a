#include "db/demo/layout.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "db/demo/layout_parts.hpp"
#include "mis/base/split.hpp"

namespace mis::demo {

Status check(const CountyOptions& options) {
  std::vector<FieldError> fields;
  const auto complain = [&](const char* name, std::string message) {
    fields.push_back({fmt::format("/{}", name), "demo.option", std::move(message)});
  };
  if (options.customers < kFewestCustomers || options.customers > kMostCustomers)
    complain("customers", fmt::format("expected {} to {} customers, but got {}", kFewestCustomers, kMostCustomers, options.customers));
  if (options.months < 2 || options.months > kMostMonths)
    complain("months", fmt::format("expected 2 to {} months, but got {}", kMostMonths, options.months));
  // The county's prices are in force from 2020 on, and its months of history have to be priced with them.
  if (!options.last_month.valid() || options.last_month.plus(-std::clamp(options.months, 0, kMostMonths)) < BillingMonth{202001})
    complain("last_month", fmt::format("expected a month whose opening reading lies in 2020 or later, but got {} with {} months before it",
                                       options.last_month.yyyymm, options.months));
  if (fields.empty()) return ok();
  std::string all = fields[0].message;
  for (std::size_t i = 1; i < fields.size(); ++i) all += "; " + fields[i].message;
  return invalid("demo.options", all, std::move(fields));
}

int usage_points_of(const AccountPlan& plan) { return plan.kind == AccountKind::kHomePv || plan.children != 0 ? 2 : 1; }

int meters_of(const AccountPlan& plan) {
  const bool second = plan.kind == AccountKind::kHomePv || plan.children == static_cast<int>(ChildKind::kChildMeter);
  return 1 + (second ? 1 : 0) + (plan.event == Event::kMeterChange ? 1 : 0);
}

namespace {

// How many accounts so many customers hold, when every 383rd account shares its customer.
std::int64_t accounts_for(std::int64_t customers) {
  std::int64_t accounts = customers;
  while (customer_of(accounts) < customers) ++accounts;
  return accounts;
}

std::int64_t scaled(std::int64_t per_153000, std::int64_t accounts, std::int64_t fewest) {
  return std::max(fewest, (per_153000 * accounts + 76'500) / 153'000);
}

struct Counts {
  std::array<std::int64_t, kAccountKinds> of_kind{};
  std::int64_t low_voltage = 0, closed = 0;
};

template <class T>
void shuffle(std::vector<T>& list, Random random) {
  for (std::size_t i = list.size(); i > 1; --i)
    std::swap(list[i - 1], list[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
}

// Children of large industry: a quarter has a dormitory with a meter, an eighth each a fixed quantity and a fixed share.
std::uint8_t children_of_nth_industry(std::int64_t n) {
  switch (n % 8) {
    case 0: case 4: return static_cast<std::uint8_t>(ChildKind::kChildMeter);
    case 2: return static_cast<std::uint8_t>(ChildKind::kFixedQuantity);
    case 6: return static_cast<std::uint8_t>(ChildKind::kFixedRatio);
    default: return 0;
  }
}

// Decides how many there are of each kind. Photovoltaic homes, which have a second meter, are as many as it takes to
// have 154 meters in service for 153 customers.
Counts count_kinds(const CountyOptions& options, std::int64_t accounts) {
  Counts counts;
  std::int64_t given = 0;
  for (std::size_t k = 0; k < kAccountKinds; ++k) {
    const auto& terms = kKindTerms[k];
    if (terms.per_153000 == 0) continue;
    counts.of_kind[k] = scaled(terms.per_153000, accounts, terms.fewest);
    given += counts.of_kind[k];
  }
  counts.closed = scaled(300, accounts, 2);
  std::int64_t child_meters = 0;
  const auto industry = counts.of_kind[index_of(AccountKind::kIndustry10)] + counts.of_kind[index_of(AccountKind::kIndustry35)];
  for (std::int64_t n = 0; n < industry; ++n)
    child_meters += children_of_nth_industry(n) == static_cast<int>(ChildKind::kChildMeter);
  const auto wanted_meters = (std::int64_t{options.customers} * 154 + 76) / 153;
  auto& pv = counts.of_kind[index_of(AccountKind::kHomePv)];
  pv = std::max<std::int64_t>(terms_of(AccountKind::kHomePv).fewest, wanted_meters - (accounts - counts.closed) - child_meters);
  counts.of_kind[index_of(AccountKind::kHome)] = accounts - given - pv;
  for (std::size_t k = 0; k < kAccountKinds; ++k)
    if (is_low_voltage(static_cast<AccountKind>(k))) counts.low_voltage += counts.of_kind[k];
  return counts;
}

// Routes in the order of ids: per station the low-voltage ones, then one of customers with their own transformer, then
// one of large industry.
struct RouteSize { std::size_t township; int class_of; std::int64_t accounts; };  // class 0 low voltage, 1 own transformer, 2 industry

std::vector<RouteSize> size_routes(const Counts& counts) {
  std::array<std::int64_t, kTownships> weights{};
  for (std::size_t t = 0; t < kTownships; ++t) weights[t] = kTownshipTable[t].weight;
  std::int64_t special = 0, industry = 0;
  for (std::size_t k = 0; k < kAccountKinds; ++k) {
    const auto kind = static_cast<AccountKind>(k);
    if (is_low_voltage(kind)) continue;
    (is_industry(kind) ? industry : special) += counts.of_kind[k];
  }
  const auto low = split_by_largest_remainder(counts.low_voltage, weights);
  const auto special_of = split_by_largest_remainder(special, weights);
  const auto industry_of = split_by_largest_remainder(industry, weights);
  std::vector<RouteSize> routes;
  for (std::size_t t = 0; t < kTownships; ++t) {
    constexpr std::int64_t kAccountsPerRoute = 462;
    const auto parts = std::max<std::int64_t>(1, (low[t] + kAccountsPerRoute / 2) / kAccountsPerRoute);
    const std::vector<std::int64_t> equal(static_cast<std::size_t>(parts), 1);
    for (const auto n : split_by_largest_remainder(low[t], equal)) routes.push_back({t, 0, n});
    if (special_of[t] > 0) routes.push_back({t, 1, special_of[t]});
    if (industry_of[t] > 0) routes.push_back({t, 2, industry_of[t]});
  }
  return routes;
}

std::vector<AccountKind> kinds_in(const Counts& counts, int route_class, std::uint64_t seed) {
  std::vector<AccountKind> list;
  for (std::size_t k = 0; k < kAccountKinds; ++k) {
    const auto kind = static_cast<AccountKind>(k);
    const int its_class = is_low_voltage(kind) ? 0 : is_industry(kind) ? 2 : 1;
    if (its_class == route_class) list.insert(list.end(), static_cast<std::size_t>(counts.of_kind[k]), kind);
  }
  shuffle(list, Random(seed, Stream::kLayout, 100 + static_cast<std::uint64_t>(route_class)));
  return list;
}

}  // namespace

CountyLayout make_layout(const CountyOptions& options) {
  CountyLayout layout;
  layout.options = options;
  layout.org_units = make_org_units();
  layout.substations = make_substations();
  layout.feeders = make_feeders();

  const auto accounts = accounts_for(options.customers);
  layout.customers = options.customers;
  const auto counts = count_kinds(options, accounts);
  std::array<std::vector<AccountKind>, 3> kinds;
  std::array<std::size_t, 3> taken{};
  for (int c = 0; c < 3; ++c) kinds[static_cast<std::size_t>(c)] = kinds_in(counts, c, options.seed);

  layout.accounts.reserve(static_cast<std::size_t>(accounts));
  std::array<int, kTownships> low_voltage_routes{};
  for (const auto& size : size_routes(counts)) {
    RoutePlan& plan = layout.routes.emplace_back();
    plan.township = size.township;
    plan.large = size.class_of != 0;
    plan.first_account = static_cast<std::int64_t>(layout.accounts.size()) + 1;
    plan.accounts = size.accounts;
    const auto c = static_cast<std::size_t>(size.class_of);
    for (std::int64_t i = 0; i < size.accounts; ++i) {
      AccountPlan account;
      account.kind = kinds[c][taken[c]];
      if (size.class_of == 2) account.children = children_of_nth_industry(static_cast<std::int64_t>(taken[c]));
      ++taken[c];
      layout.accounts.push_back(account);
    }
    name_route(plan, static_cast<std::int64_t>(layout.routes.size()), size.class_of, low_voltage_routes[size.township]);
    plan.route.org_id = layout.station_of(size.township);
  }
  plan_events(layout, counts.closed);

  std::int64_t usage_point = 1, meter = 1;
  for (auto& plan : layout.routes) {
    plan.first_usage_point = usage_point;
    plan.first_meter = meter;
    for (std::int64_t i = 0; i < plan.accounts; ++i) {
      const auto& account = layout.account(plan.first_account + i);
      usage_point += usage_points_of(account);
      meter += meters_of(account);
    }
    add_areas(layout, plan);
  }
  layout.usage_points = usage_point - 1;
  layout.meters = meter - 1;
  return layout;
}

}  // namespace mis::demo
