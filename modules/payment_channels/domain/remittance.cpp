#include "modules/payment_channels/domain/remittance.hpp"

#include <algorithm>

#include "mis/base/id.hpp"

namespace mis::payment_channels {

std::vector<std::string> account_numbers_in(std::string_view text) {
  std::vector<std::string> found;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    const std::string run(text.substr(at, end - at));
    if (run.size() == 10 && is_valid_account_no(run) && std::find(found.begin(), found.end(), run) == found.end()) found.push_back(run);
    at = end;
  }
  return found;
}

}  // namespace mis::payment_channels
