// What has to be true of every row of a county, whatever the seed.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "db/demo/county.hpp"

using namespace mis;
using namespace mis::demo;
using meter_reading::kNoIndex;
using meter_reading::Quality;
using meter_reading::Reading;
using meter_reading::ReadingKind;

namespace {

// A county of 1,500 with everything in it, made once.
struct Made {
  County county;
  std::vector<RouteRows> routes;
};

const Made& made() {
  static const Made all = [] {
    CountyOptions options;
    options.customers = 1'500;
    options.reference_folder = std::filesystem::path(WATTHOUR_SOURCE_DIR) / "db/reference";
    auto county = County::plan(options);
    if (!county) FAIL(county.error().message);
    Made m{std::move(county).value(), {}};
    m.routes.resize(m.county.layout().routes.size());
    for (std::size_t i = 0; i < m.routes.size(); ++i) m.county.make_route(i, m.routes[i]);
    return m;
  }();
  return all;
}

const AccountPlan& plan_of(const customers::Account& account) { return made().county.layout().account(account.account_id.value); }

}  // namespace

TEST_CASE("ids are dense and in the order of routes", "[demo]") {
  std::int64_t account = 0, point = 0, meter = 0, customer = 0;
  for (const auto& rows : made().routes) {
    for (const auto& r : rows.customers) CHECK(r.customer_id.value == ++customer);
    for (const auto& r : rows.accounts) CHECK(r.account_id.value == ++account);
    for (const auto& r : rows.usage_points) CHECK(r.usage_point_id.value == ++point);
    for (const auto& r : rows.meters) CHECK(r.meter_id.value == ++meter);
  }
  CHECK(account == static_cast<std::int64_t>(made().county.layout().accounts.size()));
  CHECK(point == made().county.layout().usage_points);
  CHECK(meter == made().county.layout().meters);
}

TEST_CASE("printed numbers are unique and valid", "[demo]") {
  std::set<std::string> accounts, points, assets;
  for (const auto& rows : made().routes) {
    for (const auto& r : rows.accounts) {
      CHECK(is_valid_account_no(r.account_no));
      CHECK(accounts.insert(r.account_no).second);
    }
    for (const auto& r : rows.usage_points) CHECK(points.insert(r.usage_point_no).second);
    for (const auto& r : rows.meters) {
      CHECK(r.asset_no.size() == 22);
      CHECK(assets.insert(r.asset_no).second);
    }
  }
}

TEST_CASE("every account has a customer, an agreement, a usage point and a meter", "[demo]") {
  std::set<std::int64_t> customers;
  for (const auto& rows : made().routes)
    for (const auto& r : rows.customers) customers.insert(r.customer_id.value);
  bool shared_customer = false;
  for (const auto& rows : made().routes) {
    std::map<std::int64_t, std::int64_t> point_of, account_of_point;
    std::set<std::int64_t> metered;
    for (const auto& r : rows.usage_points) {
      account_of_point[r.usage_point_id.value] = r.account_id.value;
      if (!r.parent_id) point_of[r.account_id.value] = r.usage_point_id.value;
    }
    for (const auto& r : rows.installations) {
      REQUIRE(account_of_point.contains(r.usage_point_id.value));
      metered.insert(r.usage_point_id.value);
      CHECK(r.valid.from < r.valid.to);
    }
    REQUIRE(rows.agreements.size() == rows.accounts.size());
    for (std::size_t i = 0; i < rows.accounts.size(); ++i) {
      const auto& account = rows.accounts[i];
      CHECK(customers.contains(account.customer_id.value));
      shared_customer = shared_customer || account.customer_id.value != account.account_id.value;
      CHECK(rows.agreements[i].account_id == account.account_id);
      REQUIRE(point_of.contains(account.account_id.value));
      CHECK(metered.contains(point_of[account.account_id.value]));
      CHECK((account.status == "closed") == account.closed_on.has_value());
      CHECK(account.address.size() <= 200);
      CHECK(made().county.tariffs().contains(rows.agreements[i].tariff_code));
    }
  }
  CHECK(shared_customer);
}

TEST_CASE("a child hangs under a usage point of the same account, hence the same route", "[demo]") {
  int children = 0, generation = 0;
  for (const auto& rows : made().routes) {
    std::map<std::int64_t, const metering::UsagePoint*> by_id;
    for (const auto& r : rows.usage_points) by_id[r.usage_point_id.value] = &r;
    for (const auto& r : rows.usage_points) {
      if (!r.parent_id) continue;
      REQUIRE(by_id.contains(r.parent_id->value));
      CHECK(by_id[r.parent_id->value]->account_id == r.account_id);
      CHECK(r.tariff_code.has_value());
      (r.kind == "generation" ? generation : children) += 1;
      CHECK((r.kind == "generation") == !r.deduction_kind.has_value());
    }
  }
  CHECK(children > 3);
  CHECK(generation > 3);
}

TEST_CASE("transformers fit the voltage and the load", "[demo]") {
  for (const auto& rows : made().routes) {
    std::map<std::int64_t, const customers::Agreement*> by_account;
    for (const auto& r : rows.agreements) by_account[r.account_id.value] = &r;
    std::map<std::int64_t, const metering::UsagePoint*> points;
    for (const auto& r : rows.usage_points) points[r.usage_point_id.value] = &r;
    for (const auto& r : rows.installations) {
      const auto& point = *points[r.usage_point_id.value];
      if (point.parent_id) continue;
      const auto& agreement = *by_account[point.account_id.value];
      INFO(agreement.tariff_code << " " << agreement.capacity.value << " VA, ct " << r.ct_ratio << " pt " << r.pt_ratio);
      const bool lv_side = point.metered_side == "lv";
      if (agreement.voltage == "220V") CHECK((r.ct_ratio == 1 && r.pt_ratio == 1));
      if (agreement.voltage == "380V") CHECK(r.pt_ratio == 1);
      if (agreement.voltage == "10kV") CHECK(r.pt_ratio == (point.metered_side == "lv" || r.pt_ratio == 1 ? 1 : 100));
      if (agreement.voltage == "35kV") CHECK((r.pt_ratio == 350 && !lv_side));
      if (agreement.category == "large_industry") {
        CHECK(agreement.capacity.value >= 315'000);
        CHECK(agreement.pf_standard == 90);
        CHECK((agreement.billing_mode == "contract_demand") == (agreement.contract_demand.value > 0));
        CHECK(agreement.contract_demand.value <= agreement.capacity.value);
      }
      if (lv_side) CHECK((point.transformer_va == agreement.capacity.value && point.p0_w > 0 && point.loss_k_e4 > 0));
      // The rated current passes: √3 × 5 A × ratio × secondary volts is at least the capacity, within a percent.
      const std::int64_t secondary_volts = r.pt_ratio == 1 ? 400 : 100;
      if (r.ct_ratio > 1) CHECK(1'732 * 5 * secondary_volts / 1'000 * r.ct_ratio * r.pt_ratio >= agreement.capacity.value * 94 / 100);
    }
  }
}

TEST_CASE("registers rise month by month but for what is meant to be wrong in the last one", "[demo]") {
  const auto& layout = made().county.layout();
  const auto last = layout.options.last_month;
  int rollovers = 0, falling = 0, missing = 0;
  for (const auto& rows : made().routes) {
    std::map<std::int64_t, int> digits;
    for (const auto& m : rows.meters) digits[m.meter_id.value] = m.register_digits;
    std::map<std::int64_t, const Reading*> previous;
    for (const auto& r : rows.readings) {
      if (r.quality == Quality::kMissing) {
        CHECK(r.billing_month == last);
        CHECK(r.registers == meter_reading::Registers{});
        ++missing;
        continue;
      }
      REQUIRE(r.registers.total_e4 != kNoIndex);
      std::int64_t range = 10'000;
      for (int i = 0; i < digits[r.installation_id.value]; ++i) range *= 10;
      CHECK((r.registers.total_e4 >= 0 && r.registers.total_e4 < range));
      auto& before = previous[r.installation_id.value];
      // Removal and installation come before the regular reading of their month in time, not always in the table's order.
      if (r.kind != ReadingKind::kInstallation && before != nullptr && before->kind != ReadingKind::kRemoval &&
          r.registers.total_e4 < before->registers.total_e4) {
        if (r.billing_month == last && r.quality == Quality::kSuspect) ++falling;
        else {
          ++rollovers;
          CHECK(before->registers.total_e4 > range / 2);
        }
      }
      if (r.kind != ReadingKind::kInstallation || before == nullptr) before = &r;
    }
  }
  CHECK(rollovers >= 2);
  CHECK(falling >= 2);
  CHECK(missing >= 2);
}

TEST_CASE("the periods of a meter add up to its total", "[demo]") {
  int four = 0, two = 0;
  for (const auto& rows : made().routes) {
    for (const auto& r : rows.readings) {
      const auto& x = r.registers;
      if (x.flat_e4 != kNoIndex) {
        CHECK(x.sharp_e4 + x.peak_e4 + x.flat_e4 + x.valley_e4 == x.total_e4);
        ++four;
      } else if (x.peak_e4 != kNoIndex) {
        CHECK(x.peak_e4 + x.valley_e4 == x.total_e4);
        ++two;
      }
    }
  }
  CHECK(four > 100);
  CHECK(two > 100);
}

TEST_CASE("every meter in service is read every month, but for the last one's gaps", "[demo]") {
  const auto& layout = made().county.layout();
  int unread = 0;
  for (const auto& rows : made().routes) {
    std::map<std::int64_t, std::set<int>> months;
    for (const auto& r : rows.readings)
      if (r.kind == ReadingKind::kRegular) {
        CHECK(months[r.installation_id.value].insert(r.billing_month.yyyymm).second);
        const auto day = local_date(r.read_at);
        CHECK(r.billing_month.range().contains(day));
      }
    for (const auto& installation : rows.installations) {
      for (int i = -1; i < layout.options.months; ++i) {
        const auto month = layout.month(i);
        const Date read_on = month.first_day() + 27;
        const bool there = installation.valid.from <= read_on && read_on < installation.valid.to;
        const bool read = months[installation.installation_id.value].contains(month.yyyymm);
        if (there && !read && month == layout.options.last_month) ++unread;
        else CHECK(read == there);
      }
    }
  }
  CHECK(unread >= 2);
}

TEST_CASE("the predecessor billed every account in every month before the last one", "[demo]") {
  const auto& layout = made().county.layout();
  std::int64_t idle = 0, tiered = 0;
  for (const auto& rows : made().routes) {
    std::map<std::int64_t, std::vector<const billing::MigratedMonth*>> by_account;
    for (const auto& h : rows.history) by_account[h.account_id.value].push_back(&h);
    for (const auto& account : rows.accounts) {
      const auto& plan = plan_of(account);
      int expected = layout.options.months - 1;
      if (plan.event == Event::kConnected) expected -= plan.event_month;
      if (plan.event == Event::kClosed) expected = plan.event_month + 1;
      const auto& list = by_account[account.account_id.value];
      INFO(account.account_no << " " << terms_of(plan.kind).tariff_code << " event " << static_cast<int>(plan.event));
      CHECK(static_cast<int>(list.size()) == expected);
      for (std::size_t i = 0; i < list.size(); ++i) {
        CHECK(list[i]->energy.value >= 0);
        if (list[i]->energy.value == 0) ++idle;
        if (plan.kind != AccountKind::kHome || i == 0) continue;
        // Annual tiers: the energy of the year so far, from zero in January.
        const auto carried = list[i]->billing_month.month() == 1 ? 0 : list[i - 1]->tier_energy.value;
        CHECK(list[i]->tier_energy.value == carried + list[i]->energy.value);
        ++tiered;
      }
      if (plan.event == Event::kSuspended) CHECK(list.back()->energy.value == 0);
    }
  }
  CHECK(idle > 0);
  CHECK(tiered > 1'000);
}
