// A person's name as others in a queue may see it: "*小明". Bodies are known by their names anyway.
#pragma once

#include <string>
#include <string_view>

namespace mis::invoicing {

// The first character becomes a star. A name of one character is one star.
std::string mask_name(std::string_view name);

}  // namespace mis::invoicing
