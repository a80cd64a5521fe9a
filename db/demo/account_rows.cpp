#include "db/demo/account_rows.hpp"

#include <array>

#include <fmt/format.h>

namespace mis::demo {
namespace {

constexpr auto kMakers = std::to_array<std::string_view>({"华立科技", "威胜集团", "林洋能源", "三星医疗", "许继仪表", "海兴电力"});

Instant at_nine(Date day) { return {(std::int64_t{day.days} * 24 + 1) * 3'600'000'000}; }  // 09:00 in China

bool has_person(const AccountPlan& plan) { return terms_of(plan.kind).is_person; }

// The customer's name is needed again by the accounts that share the customer, so it has a stream of its own.
customers::Customer customer_row(const CountyLayout& layout, const RoutePlan& route, std::int64_t account_id, Date known_since) {
  const auto& plan = layout.account(account_id);
  Random random(layout.options.seed, Stream::kCustomer, static_cast<std::uint64_t>(account_id));
  customers::Customer row;
  row.customer_id = {customer_of(account_id)};
  row.customer_no = customer_no_of(row.customer_id);
  row.created_at = at_nine(known_since);
  row.phone = phone_no(random);
  if (has_person(plan)) {
    row.kind = "person";
    row.name = person_name(random);
    row.id_kind = "resident_id";
    row.id_no = resident_id_no(random, kCountyRegion, Date::of(2004, 1, 1));
    return row;
  }
  std::string_view place = kTownshipTable[route.township].name;
  switch (terms_of(plan.kind).trade) {
    case FirmTrade::kFactory:
    case FirmTrade::kLargeFactory: place = kCountyName; break;
    case FirmTrade::kFarm:
    case FirmTrade::kWaterWorks:
      if (!route.neighbourhoods.empty()) place = route.neighbourhoods[static_cast<std::size_t>(account_id) % route.neighbourhoods.size()].place;
      break;
    case FirmTrade::kShop:
    case FirmTrade::kWorkshop:
    case FirmTrade::kPublicBody:
    case FirmTrade::kDormitory: break;
  }
  row.kind = "body";
  row.name = firm_name(random, terms_of(plan.kind).trade, place);
  row.id_kind = "business_licence";
  row.id_no = credit_code(random, kCountyRegion);
  return row;
}

std::string address_of(const CountyLayout& layout, const RoutePlan& route, std::int64_t account_id, AccountKind kind) {
  Random random(layout.options.seed, Stream::kAddress, static_cast<std::uint64_t>(account_id));
  if (route.large) return industry_address(random, route.township);
  const auto position = account_id - route.first_account;
  const auto count = static_cast<std::int64_t>(route.neighbourhoods.size());
  const auto& where = route.neighbourhoods[static_cast<std::size_t>(position / kAccountsPerArea % count)];
  return terms_of(kind).is_person ? home_address(random, where) : shop_address(random, where);
}

// The route of an account that lies before this route, for a customer that is shared across two routes.
const RoutePlan& route_of(const CountyLayout& layout, const RoutePlan& here, std::int64_t account_id) {
  if (account_id >= here.first_account) return here;
  return layout.routes[static_cast<std::size_t>(here.route.route_id.value - 2)];
}

customers::Account account_row(const CountyLayout& layout, const RoutePlan& route, std::int64_t account_id,
                               const Premises& premises, const customers::Customer& customer) {
  const auto& plan = layout.account(account_id);
  const auto position = account_id - route.first_account;
  customers::Account row;
  row.account_id = {account_id};
  row.account_no = account_no_of(account_id);
  row.customer_id = customer.customer_id;
  row.org_id = route.route.org_id;
  row.route_id = route.route.route_id;
  row.route_position = static_cast<int>(position + 1);
  row.transformer_area_id = route.first_area + (route.large ? position : position / kAccountsPerArea);
  row.address = address_of(layout, route, account_id, plan.kind);
  row.opened_on = premises.opened_on;
  if (plan.event == Event::kClosed) {
    row.status = "closed";
    row.closed_on = layout.month(plan.event_month).first_day() + (premises.event_day - 1);
  } else if (plan.event == Event::kSuspended) {
    row.status = "suspended";
  }
  row.household_size = premises.household_size;
  if (plan.kind == AccountKind::kHomeLarge) {
    // They applied some time in the years before the readings begin, or when they moved in.
    const Date applied = layout.opening_month().first_day() + (-60 - static_cast<int>(account_id % 900));
    row.household_since = applied < row.opened_on ? row.opened_on : applied;
  }
  row.customer_name = customer.name;
  row.customer_phone = customer.phone;
  return row;
}

customers::Agreement agreement_row(const AccountPlan& plan, const customers::Account& account, const Premises& premises) {
  const auto& terms = terms_of(plan.kind);
  customers::Agreement row;
  row.account_id = account.account_id;
  row.valid = {account.opened_on, account.closed_on.value_or(kForever)};
  row.category = terms.category;
  row.voltage = terms.voltage;
  row.capacity = {premises.capacity_va};
  row.tariff_code = terms.tariff_code;
  row.billing_mode = premises.billing_mode;
  row.contract_demand = {premises.contract_demand_w};
  row.pf_standard = terms.pf_standard;
  return row;
}

metering::UsagePoint first_usage_point(std::int64_t id, const customers::Account& account, const Premises& premises) {
  metering::UsagePoint row;
  row.usage_point_id = {id};
  row.account_id = account.account_id;
  row.usage_point_no = fmt::format("{}01", account.account_no);
  if (premises.lv_metered) {
    row.metered_side = "lv";
    row.transformer_va = premises.capacity_va;
    row.p0_w = premises.transformer.p0_w;
    row.pk_w = premises.transformer.pk_w;
    row.i0_ppm = premises.transformer.i0_ppm;
    row.uk_ppm = premises.transformer.uk_ppm;
    row.loss_k_e4 = premises.loss_k_e4;
  }
  return row;
}

metering::UsagePoint second_usage_point(const metering::UsagePoint& first, const customers::Account& account,
                                        const AccountPlan& plan, const Premises& premises) {
  metering::UsagePoint row;
  row.usage_point_id = {first.usage_point_id.value + 1};
  row.account_id = account.account_id;
  row.usage_point_no = fmt::format("{}02", account.account_no);
  row.parent_id = first.usage_point_id;
  if (plan.kind == AccountKind::kHomePv) {
    row.kind = "generation";
    row.tariff_code = "PV-EXPORT";
    return row;
  }
  row.tariff_code = "ZJ-SHARED";  // the dormitory of a factory
  switch (static_cast<ChildKind>(plan.children)) {
    case ChildKind::kNone: break;
    case ChildKind::kChildMeter: row.deduction_kind = "child_meter"; break;
    case ChildKind::kFixedQuantity:
      row.deduction_kind = "fixed_quantity";
      row.deduction_value = premises.child_level_wh;
      break;
    case ChildKind::kFixedRatio:
      row.deduction_kind = "fixed_ratio";
      row.deduction_value = 30'000;
      break;
  }
  return row;
}

struct MeterPlace {
  std::int64_t usage_point;
  std::string_view kind;
  DateRange valid;
  int ct_ratio, pt_ratio, digits;
};

MeterAtWork add_meter(const CountyLayout& layout, const MeterPlace& place, AccountId account, Cursor& cursor, RouteRows& out) {
  const auto id = cursor.meter++;
  Random random(layout.options.seed, Stream::kMeter, static_cast<std::uint64_t>(id));
  metering::Meter meter;
  meter.meter_id = {id};
  // Types 01 single-phase, 02 three-phase, 03 multi-function.
  const auto type = place.kind == "single_phase" ? "01" : place.kind == "three_phase" ? "02" : "03";
  meter.asset_no = make_asset_no("330", type, 20'000'000 + id);
  meter.kind = place.kind;
  meter.register_digits = place.digits;
  meter.maker = random.pick(kMakers);
  meter.made_on = place.valid.from + static_cast<int>(-random.between(60, 400));
  metering::Installation installation;
  installation.installation_id = {id};
  installation.usage_point_id = {place.usage_point};
  installation.meter_id = meter.meter_id;
  installation.valid = place.valid;
  installation.ct_ratio = place.ct_ratio;
  installation.pt_ratio = place.pt_ratio;
  out.asset_keys.push_back({account, meter.asset_no});  // also of meters that are gone: people ask with old bills in hand
  out.meters.push_back(std::move(meter));
  out.installations.push_back(installation);
  return {installation.installation_id, place.valid, place.ct_ratio * place.pt_ratio, place.digits};
}

}  // namespace

std::string account_no_of(std::int64_t account_id) { return make_account_no(330'000'000 + account_id); }

std::string customer_no_of(CustomerId id) { return fmt::format("C{:09}", id.value); }

AccountMeters add_account_rows(const CountyLayout& layout, const RoutePlan& route, std::int64_t account_id,
                               const Premises& premises, Cursor& cursor, RouteRows& out) {
  const auto& plan = layout.account(account_id);
  customers::Customer customer;
  if (has_own_customer(account_id)) {
    // A customer with two accounts is known since the older one, which need not be the first.
    Date since = premises.opened_on;
    const auto next = account_id + 1;
    if (next <= static_cast<std::int64_t>(layout.accounts.size()) && !has_own_customer(next))
      since = std::min(since, premises_of(layout, next).opened_on);
    customer = customer_row(layout, route, account_id, since);
    out.customers.push_back(customer);
  } else {
    customer = customer_row(layout, route_of(layout, route, account_id - 1), account_id - 1, premises.opened_on);
  }
  out.accounts.push_back(account_row(layout, route, account_id, premises, customer));
  const auto& account = out.accounts.back();
  out.agreements.push_back(agreement_row(plan, account, premises));

  AccountMeters meters;
  const auto first = first_usage_point(cursor.usage_point++, account, premises);
  out.usage_points.push_back(first);
  meters.first_usage_point = first.usage_point_id;

  // A meter that was there before the readings begin was hung up some years ago, or when the account was opened.
  const Date window = layout.opening_month().first_day();
  const Date hung = plan.event == Event::kConnected
                        ? account.opened_on
                        : std::max(account.opened_on, window + (-40 - static_cast<int>(mix(static_cast<std::uint64_t>(account_id)) % 3'000)));
  MeterPlace place{first.usage_point_id.value, terms_of(plan.kind).meter_kind, {hung, account.closed_on.value_or(kForever)},
                   premises.ct_ratio, premises.pt_ratio, premises.digits};
  if (plan.event == Event::kMeterChange) {
    place.valid.to = layout.month(plan.event_month).first_day() + (premises.event_day - 1);
    meters.first = add_meter(layout, place, account.account_id, cursor, out);
    place.valid = {place.valid.to, kForever};
    meters.replacement = add_meter(layout, place, account.account_id, cursor, out);
  } else {
    meters.first = add_meter(layout, place, account.account_id, cursor, out);
  }

  if (usage_points_of(plan) == 2) {
    const auto second = second_usage_point(first, account, plan, premises);
    ++cursor.usage_point;
    meters.second_usage_point = second.usage_point_id;
    out.usage_points.push_back(second);
    if (plan.kind == AccountKind::kHomePv) {
      meters.second = add_meter(layout, {second.usage_point_id.value, "single_phase", {hung, kForever}, 1, 1, 6}, account.account_id, cursor, out);
    } else if (plan.children == static_cast<int>(ChildKind::kChildMeter)) {
      meters.second = add_meter(layout, {second.usage_point_id.value, "three_phase", {hung, kForever}, premises.child_ct_ratio, 1, 6},
                                account.account_id, cursor, out);
    }
  }
  return meters;
}

}  // namespace mis::demo
