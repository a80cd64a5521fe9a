// Answers "why?": a line's or an exception's working in words, made only when somebody asks.
#pragma once

#include <string>

#include "modules/billing/domain/calculate.hpp"

namespace mis::billing {

enum class Language : std::uint8_t { kChinese, kEnglish };

// What the line is called on the bill: "电度电费 峰" / "Energy, peak".
std::string label_of(const Line& line, Language language);

// Its working: "1,234 kWh × 0.5383 元/kWh = 664.26 元".
std::string explain(const Line& line, Language language);

// Where the rule comes from: the tariff's document and clause, or the regulation of the power factor. `tariff` may be
// nullptr (a stored version that is not at hand).
std::string source_of(const Line& line, const Tariff* tariff, Language language);

// "expected … but …" in either language; the arguments are read by the exception's kind.
std::string describe(const BillException& exception, Language language);

std::string label_of(Period period, Language language);
std::string label_of(ComponentKind component, Language language);
std::string label_of(Register reg, Language language);

}  // namespace mis::billing
