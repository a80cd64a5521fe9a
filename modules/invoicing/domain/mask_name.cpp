#include "modules/invoicing/domain/mask_name.hpp"

namespace mis::invoicing {

std::string mask_name(std::string_view name) {
  if (name.empty()) return {};
  std::size_t end = 1;
  while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) ++end;
  return "*" + std::string(name.substr(end));
}

}  // namespace mis::invoicing
