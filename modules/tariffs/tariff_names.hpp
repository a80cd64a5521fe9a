// The words of a tariff's JSON form, one table for reading and printing. Internal to tariffs and to case files.
#pragma once

#include <span>
#include <utility>

#include "modules/tariffs/domain/tariff.hpp"

namespace mis::tariffs {

template <class Enum>
using Names = std::span<const std::pair<const char*, Enum>>;

Names<Period> period_names();  // total, sharp, peak, flat, valley, deep
Names<Category> category_names();
Names<Voltage> voltage_names();
Names<Structure> structure_names();
Names<ComponentKind> component_names();
Names<PowerFactorStandard> standard_names();
Names<Rounding> rounding_names();

// The word of a value; every enumerator has one.
template <class Enum>
const char* word_of(Names<Enum> names, Enum value) {
  for (const auto& [word, item] : names)
    if (item == value) return word;
  return "";
}

}  // namespace mis::tariffs
