// What must hold of the decoders for any bytes at all. The fuzz targets and a unit test with fixed mutations ask the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "modules/payment_channels/domain/iso8583/profile.hpp"

namespace mis::payment_channels::fuzz {

// The same with a profile of the caller's.
std::string check_iso8583_with(const iso8583::Profile& profile, std::string_view frame);
// The first byte chooses the profile, the rest is a frame. Empty where all holds, else what does not.
std::string check_iso8583(std::string_view bytes);
std::vector<std::string> iso8583_seeds();

// The first byte chooses the form of the body.
std::string check_middle_business(std::string_view bytes);
std::vector<std::string> middle_business_seeds();

}  // namespace mis::payment_channels::fuzz
