// What of a person's numbers may be seen by everybody who sees the account (Personal Information Protection Law, art. 51:
// identifiers are shown in part where the whole is not needed).
#pragma once

#include <string>
#include <string_view>

namespace mis::customers {

// 13812345678 → 138****5678. Short numbers keep their last two digits.
std::string mask_phone(std::string_view phone);

// 330102199001011234 → 3301************34.
std::string mask_id_no(std::string_view id_no);

}  // namespace mis::customers
