#include "tests/bench/table.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bench {
namespace {

std::string shown(double value) { return value >= 1000 ? fmt::format("{:.0f}", value) : value >= 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.3f}", value); }

}  // namespace

void Table::add(Row row) {
  if (rows_.empty()) fmt::print("{:<52}{:>12} {:<10}{:>12}  {}\n", "what", "measured", "unit", "target", "");
  const auto target = row.target == 0 ? std::string() : fmt::format("{}{}", row.at_most ? "<= " : ">= ", shown(row.target));
  fmt::print("{:<52}{:>12} {:<10}{:>12}  {}{}\n", row.name, shown(row.value), row.unit, target, row.reached() ? "" : "MISSED ", row.note);
  std::fflush(stdout);
  rows_.push_back(std::move(row));
}

std::string Table::json() const {
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& r : rows_)
    rows.push_back({{"name", r.name}, {"value", r.value}, {"unit", r.unit}, {"target", r.target}, {"at_most", r.at_most}, {"reached", r.reached()}, {"note", r.note}});
  return nlohmann::json{{"rows", rows}}.dump(2);
}

bool Table::all_reached() const {
  for (const auto& row : rows_)
    if (!row.reached()) return false;
  return true;
}

}  // namespace bench
