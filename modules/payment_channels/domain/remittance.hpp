// Finds account numbers in what a payer wrote: runs of exactly ten digits whose check digit is right. Whether such an account exists
// is not known here. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mis::payment_channels {

std::vector<std::string> account_numbers_in(std::string_view remittance);  // each once, in their order

}  // namespace mis::payment_channels
