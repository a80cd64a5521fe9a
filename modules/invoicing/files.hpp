// Files of the data folder that are there whole or not at all, and survive a crash once they are there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"

namespace mis::invoicing {

// Nothing where there is no such file; an error where the folder cannot be looked into.
Result<std::optional<std::string>> read_whole(const std::filesystem::path& path);

enum class IfThere : unsigned char { kKeep, kReplace };
// Makes the folders as well. With kKeep a file that is there stays as it is, also where another process makes it meanwhile.
// Errors: invoicing.file (unavailable).
Status write_whole(const std::filesystem::path& path, std::string_view content, IfThere if_there, unsigned mode = 0640);

}  // namespace mis::invoicing
