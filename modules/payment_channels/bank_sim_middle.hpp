// The bank of bank_sim.hpp where it speaks middle-business messages. Internal to the module.
#pragma once

#include "modules/payment_channels/bank_sim.hpp"

namespace mis::payment_channels {

// Signs on, asks, signs a mandate, repeats and contradicts itself, cancels it, sends what is no message. In the end the mandate is cancelled.
Result<std::vector<BankSimRow>> play_middle_bank(const OpenChannel& open, const BankSimOptions& options, const Clock& clock);

}  // namespace mis::payment_channels
