#include "db/demo/history.hpp"

#include <array>

#include <fmt/format.h>

namespace mis::demo {
namespace {

using billing::AccountInput;
using billing::UsagePointInput;

tariffs::PowerFactorStandard standard_of(int hundredths) {
  switch (hundredths) {
    case 90: return tariffs::PowerFactorStandard::k090;
    case 85: return tariffs::PowerFactorStandard::k085;
    case 80: return tariffs::PowerFactorStandard::k080;
    default: return tariffs::PowerFactorStandard::kNone;
  }
}

billing::Agreement agreement_of(const customers::Agreement& row, const customers::Account& account) {
  billing::Agreement a;
  a.capacity = row.capacity;
  a.contract_demand = row.contract_demand;
  if (row.billing_mode == "contract_demand") a.basic_mode = billing::BasicMode::kContractDemand;
  if (row.billing_mode == "actual_demand") a.basic_mode = billing::BasicMode::kActualDemand;
  a.has_pf_standard = row.pf_standard != 0;
  a.pf_standard = standard_of(row.pf_standard);
  a.household_persons = static_cast<std::uint8_t>(account.household_size);
  if (account.household_since) {
    const auto day = account.household_since->ymd();
    a.household_since = {static_cast<int>(day.year()) * 100 + static_cast<int>(static_cast<unsigned>(day.month()))};
  }
  return a;
}

billing::Transformer transformer_of(const metering::UsagePoint& row) {
  billing::Transformer t;
  t.capacity = {row.transformer_va};
  t.no_load_loss = {row.p0_w};
  t.load_loss = {row.pk_w};
  t.no_load_current_bp = static_cast<std::int32_t>(row.i0_ppm / 100);
  t.impedance_bp = static_cast<std::int32_t>(row.uk_ppm / 100);
  t.load_shape_e4 = row.loss_k_e4;
  return t;
}

void set_deduction(UsagePointInput& input, const metering::UsagePoint& row) {
  if (row.deduction_kind == "child_meter") input.deduction = billing::Deduction::kChildMeter;
  if (row.deduction_kind == "fixed_quantity") {
    input.deduction = billing::Deduction::kFixedQuantity;
    input.fixed_energy = {row.deduction_value};
  }
  if (row.deduction_kind == "fixed_ratio") {
    input.deduction = billing::Deduction::kFixedRatio;
    input.fixed_ratio_bp = static_cast<std::int32_t>(row.deduction_value / 100);
  }
}

// The months of the tier year in which the account existed.
std::int32_t months_of_use(Date opened_on, BillingMonth month) {
  const auto opened = opened_on.ymd();
  if (static_cast<int>(opened.year()) != month.year()) return 12;
  return 13 - static_cast<std::int32_t>(static_cast<unsigned>(opened.month()));
}

}  // namespace

Result<TariffBook> read_tariff_book(const std::filesystem::path& reference_folder) {
  auto all = tariffs::load_reference(reference_folder.string());
  if (!all) return std::move(all).error();
  TariffBook book;
  for (auto& tariff : *all) {
    auto code = tariff.code;
    book.insert_or_assign(std::move(code), std::move(tariff));
  }
  std::string missing;
  const auto want = [&](std::string_view code) { if (!book.contains(code)) missing += fmt::format(" {}", code); };
  for (const auto& terms : kKindTerms) want(terms.tariff_code);
  want("PV-EXPORT");
  if (!missing.empty())
    return invalid("demo.tariffs", fmt::format("expected the county's tariffs below {}, but these are not there:{}", reference_folder.string(), missing));
  return book;
}

const tariffs::Tariff* HistoryBiller::find(std::string_view code) const {
  const auto it = book_.find(code);
  return it == book_.end() ? nullptr : &it->second;
}

void HistoryBiller::bill(const CountyLayout& layout, const Subject& subject, const std::vector<MonthMeasured>& months,
                         std::vector<std::vector<billing::MigratedMonth>>& by_month) {
  std::array<UsagePointInput, 2> points;
  auto& first = points[0];
  auto& second = points[1];
  first.id = subject.first.usage_point_id;
  first.tariff = find(subject.agreement.tariff_code);
  if (subject.second != nullptr) {
    second.id = subject.second->usage_point_id;
    second.parent = 0;
    if (subject.second->kind == "generation") {
      first.export_tariff = find(*subject.second->tariff_code);
      second.billed = false;
      second.parent = -1;
    } else {
      second.tariff = find(*subject.second->tariff_code);
      set_deduction(second, *subject.second);
    }
  }
  const std::array<billing::Transformer, 1> transformers{transformer_of(subject.first)};
  const bool with_loss = subject.first.metered_side == "lv" && subject.first.transformer_va > 0;
  if (with_loss) first.transformer = 0;

  AccountInput input;
  input.account = subject.account.account_id;
  // A generation meter is not billed, so it takes no part here; its account is settled by the two-way meter.
  const bool takes_part = subject.second != nullptr && second.billed;
  input.usage_points = std::span<const UsagePointInput>(points.data(), takes_part ? 2 : 1);
  if (with_loss) input.transformers = transformers;
  input.agreement = agreement_of(subject.agreement, subject.account);

  Energy tier_energy;
  for (const auto& month : months) {
    input.month = layout.month(month.index);
    input.service = input.month.range();
    if (input.month.month() == 1) tier_energy = {};
    input.tier_energy_before = tier_energy;
    input.months_of_use = months_of_use(subject.account.opened_on, input.month);
    first.segments = month.first;
    second.segments = month.second;
    calculate(input, bill_);
    if (bill_.blocked()) {
      ++refused_;
      continue;
    }
    tier_energy = bill_.totals.tier_energy_after;
    by_month[static_cast<std::size_t>(month.index)].push_back(
        {input.month, subject.account.account_id, bill_.totals.energy, bill_.totals.amount, tier_energy});
  }
}

}  // namespace mis::demo
