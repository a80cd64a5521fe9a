// One number for all rows of a county, so that two of them can be compared without keeping either.
#pragma once

#include <cstdint>
#include <string_view>

#include "db/demo/rows.hpp"

namespace demo_test {

// FNV-1a.
class RowHash {
 public:
  void add(std::int64_t v) { for (int i = 0; i < 8; ++i) byte(static_cast<unsigned char>(v >> (8 * i))); }
  void add(std::string_view text) { for (const char c : text) byte(static_cast<unsigned char>(c)); byte(0); }
  void add(mis::Date d) { add(std::int64_t{d.days}); }
  template <class T> void add(const std::optional<T>& v) { if (v) add(*v); else byte(255); }
  template <class Tag> void add(mis::Id<Tag> id) { add(id.value); }

  void add_master(const mis::demo::RouteRows& rows) {
    for (const auto& r : rows.customers) { add(r.customer_id); add(r.customer_no); add(r.kind); add(r.name); add(r.id_no); add(r.phone); add(r.created_at.micros); }
    for (const auto& r : rows.accounts) {
      add(r.account_id); add(r.account_no); add(r.customer_id); add(r.org_id); add(r.route_id); add(std::int64_t{r.route_position});
      add(r.transformer_area_id); add(r.address); add(r.status); add(r.opened_on); add(r.closed_on); add(std::int64_t{r.household_size});
      add(r.household_since); add(r.customer_name);
    }
    for (const auto& r : rows.agreements) {
      add(r.account_id); add(r.valid.from); add(r.valid.to); add(r.category); add(r.voltage); add(r.capacity.value);
      add(r.tariff_code); add(r.billing_mode); add(r.contract_demand.value); add(std::int64_t{r.pf_standard});
    }
    for (const auto& r : rows.usage_points) {
      add(r.usage_point_id); add(r.account_id); add(r.usage_point_no); add(r.kind); add(r.tariff_code); add(r.parent_id);
      add(r.deduction_kind); add(r.deduction_value); add(r.metered_side); add(r.transformer_va);
    }
    for (const auto& r : rows.meters) { add(r.meter_id); add(r.asset_no); add(r.kind); add(std::int64_t{r.register_digits}); add(r.maker); add(r.made_on); }
    for (const auto& r : rows.installations) {
      add(r.installation_id); add(r.usage_point_id); add(r.meter_id); add(r.valid.from); add(r.valid.to);
      add(std::int64_t{r.ct_ratio}); add(std::int64_t{r.pt_ratio});
    }
  }
  void add_months(const mis::demo::RouteRows& rows) {
    for (const auto& r : rows.readings) {
      add(std::int64_t{r.billing_month.yyyymm}); add(r.route_id); add(r.installation_id); add(static_cast<std::int64_t>(r.kind));
      add(r.read_at.micros); add(static_cast<std::int64_t>(r.source)); add(static_cast<std::int64_t>(r.quality));
      const auto& x = r.registers;
      for (const auto v : {x.total_e4, x.sharp_e4, x.peak_e4, x.flat_e4, x.valley_e4, x.deep_e4, x.reactive_forward_e4,
                           x.reactive_reverse_e4, x.reverse_total_e4, x.max_demand_w}) add(v);
    }
    for (const auto& r : rows.history) {
      add(std::int64_t{r.billing_month.yyyymm}); add(r.account_id); add(r.energy.value); add(r.amount.value); add(r.tier_energy.value);
    }
  }
  std::uint64_t value() const { return state_; }

 private:
  void byte(unsigned char b) { state_ = (state_ ^ b) * 0x100000001b3ULL; }
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

}  // namespace demo_test
