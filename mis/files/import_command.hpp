// `mis import`: the command line of file import.
//
//   mis import KIND FILE… [--encoding utf-8|gb18030|detect] [--reject FILE]
//   mis import --describe [KIND]
#pragma once

#include <cstdio>
#include <span>
#include <string>

#include "mis/files/import.hpp"

namespace mis::files {

// What the arguments ask for, before a database is opened: --describe needs none.
struct ImportCommand {
  bool describe = false;
  std::string kind;
  std::vector<std::filesystem::path> files;
  ImportOptions options;
};

// Errors name the argument and what was expected (kind "import.usage").
Result<ImportCommand> parse_import_command(std::span<const std::string> arguments, const ImportKinds& kinds);

// The documented columns of one kind, or of all where `kind` is empty.
std::string describe_kinds(const ImportKinds& kinds, const std::string& kind);

// Runs the command: results to `out`, complaints and progress to `err`. The exit code: 0 all rows loaded or unchanged, 1 some
// rejected, 2 nothing done or stopped on the way.
int run_import_command(ImportContext& context, const ImportCommand& command, const ImportKinds& kinds, std::FILE* out, std::FILE* err);

}  // namespace mis::files
