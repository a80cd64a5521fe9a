// Names and addresses as a stranger may see them: enough for a customer to recognise, too little to learn from. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mis::payment_channels {

// "张三" becomes "*三", "欧阳小明" "*阳小明"; more than four characters (a body) keep the first two and the last two.
std::string masked_name(std::string_view name);
// The first six characters, but no more than half of them, then "***".
std::string masked_address(std::string_view address);

}  // namespace mis::payment_channels
