// A unit of work whose connection was lost while it was committed: nobody knows whether it was done. Whoever asks again learns it from the
// row with the message's key; whoever cannot must not be told that nothing was done. Internal to the module.
#pragma once

#include "mis/base/result.hpp"

namespace mis::payment_channels {

inline bool is_outcome_unknown(const Error& error) { return error.code == "db.outcome_unknown"; }

}  // namespace mis::payment_channels
