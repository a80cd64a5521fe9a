// 代理购电工商业用户电价表: the monthly table that a utility publishes, as components. The period prices are computed
// from them, as the utility computed those it printed; a table file keeps the printed ones beside, for the test that
// compares.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "modules/tariffs/domain/tariff.hpp"

namespace mis::tariffs {

struct PriceTableRow {
  std::string code;
  std::string name_zh;
  std::string name_en;
  Structure structure = Structure::kSingle;
  Voltage voltage = Voltage::kBelow1Kv;
  Price agent_purchase;
  Price transmission;
  Price demand_price;
  Price capacity_price;
  std::int32_t peak_percent = 100;  // of the agent purchase price
  std::int32_t valley_percent = 100;
  std::int32_t sharp_percent = 0;  // of the peak percentage; 0: no sharp period
  PowerFactorStandard standard = PowerFactorStandard::kNone;
  bool flat_only = false;  // for customers without a TOU meter; such a row is not printed in the table
  Price printed_peak;      // as published, 0 where not printed
  Price printed_flat;
  Price printed_valley;
};

// The same prices under another code and validity: as published, and as the reference county uses them.
struct PriceTableEdition {
  std::string code_prefix;
  DateRange valid;
};

struct PriceTable {
  Source source;
  Price line_loss;
  Price system_operation;
  std::vector<Component> funds;  // exact; the table prints and adds their sum cut to six decimals
  std::vector<PriceTableEdition> editions;
  std::vector<PriceTableRow> rows;
  TouCalendar calendar;
};

PriceTable price_table_from_json(const nlohmann::json& json, std::vector<FieldError>& errors);

// A row's period price before it is rounded to the printed six decimals, in 10⁻¹⁰ yuan (percentages add two digits).
struct ExactPeriodPrices {
  std::int64_t sharp_e10 = 0, peak_e10 = 0, flat_e10 = 0, valley_e10 = 0;
};
ExactPeriodPrices exact_prices(const PriceTable& table, const PriceTableRow& row);

// Every row as a tariff, once per edition.
std::vector<Tariff> tariffs_of(const PriceTable& table);

}  // namespace mis::tariffs
