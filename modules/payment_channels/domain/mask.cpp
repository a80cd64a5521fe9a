#include "modules/payment_channels/domain/mask.hpp"

#include <vector>

namespace mis::payment_channels {
namespace {

// Splits UTF-8 text into its characters.
std::vector<std::string_view> characters_of(std::string_view text) {
  std::vector<std::string_view> characters;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    characters.push_back(text.substr(at, end - at));
    at = end;
  }
  return characters;
}

}  // namespace

std::string masked_name(std::string_view name) {
  const auto characters = characters_of(name);
  std::string masked;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const bool hidden = characters.size() <= 4 ? i == 0 : i >= 2 && i + 2 < characters.size();
    if (hidden) masked += '*';
    else masked += characters[i];
  }
  return masked;
}

std::string masked_address(std::string_view address) {
  std::string masked;
  const auto characters = characters_of(address);
  for (std::size_t i = 0; i < characters.size() / 2 && i < 6; ++i) masked += characters[i];
  return masked.empty() ? masked : masked + "***";
}

}  // namespace mis::payment_channels
