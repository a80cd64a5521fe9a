// An amount of money in Chinese capital numerals (人民币大写), as receipts and invoices bear it against later changes. Pure.
// Not for reading such words back, and without the word 人民币 in front: the form has it printed.
//
// Source: 中国人民银行《支付结算办法》附一《正确填写票据和结算凭证的基本规定》, 一 to 三. Where it allows two ways, the first of its
// examples is taken: 107,000.53 is 壹拾万柒仟元零伍角叁分, 1,680.32 is 壹仟陆佰捌拾元零叁角贰分, and 整 is written after 角 too.
#pragma once

#include <string>

#include "mis/base/money.hpp"

namespace mis::documents {

// Zero is 零元整, a negative amount begins with 负. Every int64 has its words.
std::string amount_in_words(Money amount);

}  // namespace mis::documents
