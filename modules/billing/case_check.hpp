// Compares a bill with what its case expects.
#pragma once

#include <string>
#include <vector>

#include "modules/billing/case_file.hpp"

namespace mis::billing {

// One text per difference, "line 2 amount: expected 1506.40 but found 1506.41"; empty where the bill is as expected or
// the case expects nothing.
std::vector<std::string> differences(const BillingCase& billing_case, const Bill& bill);

}  // namespace mis::billing
