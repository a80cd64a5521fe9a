#include "modules/tariffs/domain/tariff.hpp"

#include <fmt/format.h>

#include "mis/base/decimal.hpp"

namespace mis::tariffs {
namespace {

constexpr Energy kMaxBound{1'000'000'000'000};  // 1 TWh: beyond any household, and safe to multiply

class Checker {
 public:
  explicit Checker(const Tariff& tariff) : tariff_(tariff) {}

  std::vector<FieldError> run() {
    identity();
    energy_prices();
    tiers();
    components();
    basic_charge();
    percentages();
    calendar();
    return std::move(errors_);
  }

 private:
  void fail(std::string pointer, std::string code, std::string message) {
    errors_.push_back({std::move(pointer), std::move(code), std::move(message)});
  }

  void price(const std::string& pointer, Price value) {
    if (value < Price{0} || value > kMaxPrice)
      fail(pointer, "price_range",
           fmt::format("expected a price from 0 to 10000 yuan but found {}", format_price(value)));
  }

  void identity() {
    if (tariff_.code.empty() || tariff_.code.size() > 32)
      fail("/code", "length", fmt::format("expected a code of 1 to 32 characters but found {}", tariff_.code.size()));
    if (tariff_.version < 1)
      fail("/version", "range", fmt::format("expected a version from 1 on but found {}", tariff_.version));
    if (tariff_.valid.empty())
      fail("/valid", "empty_range",
           fmt::format("expected validity to end after it begins but found {} to {}", tariff_.valid.from.to_string(),
                       tariff_.valid.to.to_string()));
  }

  void energy_prices() {
    static constexpr const char* kNames[] = {"total", "sharp", "peak", "flat", "valley", "deep"};
    bool any = false;
    for (std::size_t p = 0; p < kPeriods; ++p) {
      price(fmt::format("/energy/{}", kNames[p]), tariff_.price[p]);
      if (tariff_.price[p].value != 0) any = true;
    }
    // A tariff of tier prices has its prices in the tiers; an export price may be zero.
    if (!any && tariff_.tiers.form != TierForm::kTierPrice && tariff_.category != Category::kExport)
      fail("/energy", "missing", "expected at least one energy price but found none");
    if (tariff_.by_period && tariff_.price[0].value != 0)
      fail("/energy/total", "contradiction",
           "expected either a price for all energy or prices by period but found both");
  }

  void tiers() {
    const TierTable& t = tariff_.tiers;
    if (t.form == TierForm::kNone) return;
    if (t.cycle_start_month < 1 || t.cycle_start_month > 12)
      fail("/tiers/cycle_start_month", "range",
           fmt::format("expected a month from 1 to 12 but found {}", t.cycle_start_month));
    if (t.season_count == 0) fail("/tiers/seasons", "missing", "expected at least one set of bounds but found none");
    if (t.cycle == TierCycle::kAnnual && t.season_count > 1)
      fail("/tiers/seasons", "contradiction", "expected one set of bounds for an annual cycle but found several");
    unsigned months = 0;
    for (std::size_t s = 0; s < t.season_count; ++s) {
      const TierBounds& bounds = t.seasons[s];
      if (months & bounds.months)
        fail(fmt::format("/tiers/seasons/{}/months", s), "overlap",
             "expected each month in one season but found one in two");
      months |= bounds.months;
      for (std::size_t b = 0; b < bounds.upper_count; ++b)
        if (bounds.upper[b] <= (b == 0 ? Energy{0} : bounds.upper[b - 1]))
          fail(fmt::format("/tiers/seasons/{}/upper_kwh/{}", s, b), "order",
               fmt::format("expected bounds that rise but found {} kWh", format_kwh(bounds.upper[b])));
    }
    for (std::size_t i = 0; i < kMaxTiers; ++i) {
      price(fmt::format("/tiers/increments/{}", i), t.increment[i]);
      for (const Price& p : t.price[i]) price(fmt::format("/tiers/prices/{}", i), p);
    }
    for (std::size_t s = 0; s < t.season_count; ++s)
      for (std::size_t b = 0; b < t.seasons[s].upper_count; ++b)
        if (t.seasons[s].upper[b] > kMaxBound)
          fail(fmt::format("/tiers/seasons/{}/upper_kwh/{}", s, b), "range",
               fmt::format("expected a bound up to {} kWh but found {}", format_kwh(kMaxBound),
                           format_kwh(t.seasons[s].upper[b])));
    if (t.household.bounds_moved > kMaxTiers - 1 || t.household.per_month < Energy{0} ||
        t.household.per_month > kMaxBound)
      fail("/tiers/household", "range",
           "expected an extension of 0 kWh or more over at most four bounds but found another");
  }

  void components() {
    if (tariff_.of_which.size() > kMaxComponents)
      fail("/of_which", "length",
           fmt::format("expected at most {} components but found {}", kMaxComponents, tariff_.of_which.size()));
    for (std::size_t i = 0; i < tariff_.of_which.size(); ++i)
      price(fmt::format("/of_which/{}/price", i), tariff_.of_which[i].price);
    for (std::size_t i = 0; i < tariff_.surcharges.size(); ++i)
      price(fmt::format("/surcharges/{}/price", i), tariff_.surcharges[i].price);
  }

  void basic_charge() {
    const BasicCharge& b = tariff_.basic;
    price("/basic/capacity_price", b.capacity_price);
    price("/basic/demand_price", b.demand_price);
    const bool priced = b.capacity_price.value != 0 || b.demand_price.value != 0;
    if (tariff_.structure == Structure::kTwoPart && !priced)
      fail("/basic", "missing", "expected a capacity or demand price for a two-part tariff but found neither");
    if (tariff_.structure == Structure::kSingle && priced)
      fail("/basic", "contradiction", "expected no basic charge in a single-part tariff but found one");
    for (auto [name, bp] : {std::pair{"contract_floor_percent", b.contract_floor_bp},
                            {"suspended_share_percent", b.suspended_share_bp},
                            {"discount_price_percent", b.discount_price_bp}})
      if (bp < 0 || bp > 10'000)
        fail(fmt::format("/basic/{}", name), "range",
             fmt::format("expected 0 to 100 percent but found {}", format_decimal(bp, 2, 0)));
    if (b.discount_kwh_per_kva < 0 || b.discount_kwh_per_kva > 744)
      fail("/basic/discount_kwh_per_kva", "range",
           fmt::format("expected 0 to 744 kWh per kVA but found {}", b.discount_kwh_per_kva));
  }

  void percentages() {
    const auto bp = tariff_.power_factor.fixed_bp;
    if (bp < -10'000 || bp > 20'000)
      fail("/power_factor/fixed_percent", "range",
           fmt::format("expected -100 to 200 percent but found {}", format_decimal(bp, 2, 0)));
  }

  void calendar() {
    if (!tariff_.calendar) return;
    unsigned months = 0;
    for (std::size_t s = 0; s < tariff_.calendar->seasons.size(); ++s) {
      if (months & tariff_.calendar->seasons[s].months)
        fail(fmt::format("/calendar/seasons/{}/months", s), "overlap",
             "expected each month in one season but found one in two");
      months |= tariff_.calendar->seasons[s].months;
    }
    if (months != 0xFFF)
      fail("/calendar/seasons", "gap", "expected a season for each of the twelve months but found a month without");
  }

  const Tariff& tariff_;
  std::vector<FieldError> errors_;
};

}  // namespace

std::vector<FieldError> check_tariff(const Tariff& tariff) { return Checker(tariff).run(); }

}  // namespace mis::tariffs
