// `mis quote CASE.json`: bills one self-contained case with the engine of the bill run and shows lines and working.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "modules/billing/case_file.hpp"
#include "modules/billing/domain/explain.hpp"

namespace mis::billing {

enum class QuoteForm : std::uint8_t { kText, kJson };

// The bill of a case as people or programs read it; both end with a newline.
std::string quote_text(const BillingCase& billing_case, const Bill& bill, Language language);
std::string quote_json(const BillingCase& billing_case, const Bill& bill, Language language);

struct QuoteOutput {
  std::string out;
  std::string error;
  int exit_code =
      0;  // 0: billed; 1: the case is wrong, or no bill came of it, or it differs from its own "expect"; 2: usage
};

// The command without its name: `CASE.json [--json] [--lang zh|en] [--reference FOLDER]`. The folder is where
// {"reference": "CODE"} tariffs come from (`db/reference`).
QuoteOutput quote_command(std::span<const std::string> arguments);

}  // namespace mis::billing
