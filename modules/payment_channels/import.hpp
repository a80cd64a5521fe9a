// The files of payment channels that `mis import` takes in.
#pragma once

#include "mis/files/import.hpp"

namespace mis::payment_channels {

files::ImportKind mandate_import();

}  // namespace mis::payment_channels
