// The vouchers of a day as the file that the finance system loads. Internal to the module.
#pragma once

#include <string>
#include <vector>

#include "modules/ledger/ledger.hpp"

namespace mis::ledger {

// CSV with a header line, a row per voucher line, and a last line with the totals: the same bytes for the same postings.
std::string voucher_file(Date day, const std::vector<Voucher>& vouchers, bool gb18030);

}  // namespace mis::ledger
