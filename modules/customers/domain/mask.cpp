#include "modules/customers/domain/mask.hpp"

namespace mis::customers {
namespace {

std::string mask(std::string_view text, std::size_t first, std::size_t last) {
  if (text.size() <= first + last) first = 0;
  if (text.size() <= last) return std::string(text.size(), '*');
  std::string out(text.substr(0, first));
  out.append(text.size() - first - last, '*');
  out.append(text.substr(text.size() - last));
  return out;
}

}  // namespace

std::string mask_phone(std::string_view phone) { return mask(phone, phone.size() >= 9 ? 3 : 0, phone.size() >= 9 ? 4 : 2); }
std::string mask_id_no(std::string_view id_no) { return mask(id_no, 4, 2); }

}  // namespace mis::customers
