#include "mis/files/import_command.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace mis::files {
namespace {

constexpr int kShownProblems = 20;  // the reject file has them all
constexpr auto kProgressInterval = std::chrono::seconds(1);

const ImportKind* find_kind(const ImportKinds& kinds, const std::string& name) {
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const ImportKind& k) { return k.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

std::string names_of(const ImportKinds& kinds) {
  std::string names;
  for (const ImportKind& kind : kinds) names += (names.empty() ? "" : ", ") + kind.name;
  return names;
}

Error usage(std::string message) { return invalid("import.usage", std::move(message)); }

std::string summary_line(const ImportSummary& s) {
  std::string text = fmt::format("{} read, {} loaded, {} unchanged, {} rejected", s.read, s.loaded, s.unchanged, s.rejected);
  if (s.doubtful > 0) text += fmt::format(", {} doubtful", s.doubtful);
  if (s.ignored > 0) text += fmt::format(", {} ignored", s.ignored);
  return text + fmt::format("; {} rows/s", s.rows_per_s());
}

}  // namespace

Result<ImportCommand> parse_import_command(std::span<const std::string> arguments, const ImportKinds& kinds) {
  ImportCommand command;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool takes_value = argument == "--encoding" || argument == "--reject";
    if (takes_value && i + 1 == arguments.size()) return usage(fmt::format("expected a value behind {} but found none", argument));
    if (argument == "--describe") {
      command.describe = true;
    } else if (argument == "--encoding") {
      const auto encoding = parse_encoding(arguments[++i]);
      if (!encoding) return usage(fmt::format("expected --encoding utf-8, gb18030 or detect but found {}", arguments[i]));
      command.options.encoding = *encoding;
    } else if (argument == "--reject") {
      command.options.reject_file = arguments[++i];
    } else if (argument.starts_with("--")) {
      return usage(fmt::format("expected --encoding, --reject or --describe but found {}", argument));
    } else if (command.kind.empty()) {
      command.kind = argument;
    } else {
      command.files.emplace_back(argument);
    }
  }
  if (!command.kind.empty() && !find_kind(kinds, command.kind)) {
    return usage(fmt::format("expected one of {} but found {}", names_of(kinds), command.kind));
  }
  if (command.describe) return command;
  if (command.kind.empty()) return usage(fmt::format("expected what to import, one of {}, but found nothing", names_of(kinds)));
  if (command.files.empty()) return usage("expected a file to import but found none");
  if (command.files.size() > 1 && !command.options.reject_file.empty()) {
    return usage("expected one file with --reject but found several: each would overwrite the rejected rows of the one before");
  }
  return command;
}

std::string describe_kinds(const ImportKinds& kinds, const std::string& name) {
  std::string text;
  for (const ImportKind& kind : kinds) {
    if (!name.empty() && kind.name != name) continue;
    text += fmt::format("{}{}: {}\n", text.empty() ? "" : "\n", kind.name, kind.title);
    for (const Column& c : kind.columns) {
      text += fmt::format("  {:<22} {} {}; {}\n", c.name, c.required ? "*" : " ", c.meaning, c.format);
    }
    if (!kind.notes.empty()) text += fmt::format("  {}\n", kind.notes);
  }
  return text + "\n* = required. Files are CSV with a header line, UTF-8 or GB18030, plain or gzip.\n";
}

int run_import_command(ImportContext& context, const ImportCommand& command, const ImportKinds& kinds, std::FILE* out, std::FILE* err) {
  if (command.describe) {
    fmt::print(out, "{}", describe_kinds(kinds, command.kind));
    return 0;
  }
  const ImportKind& kind = *find_kind(kinds, command.kind);
  bool rejected = false;
  for (const auto& file : command.files) {
    int shown = 0;
    auto told = std::chrono::steady_clock::now();
    const auto started = told;
    ImportListener listener;
    listener.problem = [&](const Problem& problem, bool is_rejected) {
      if (++shown <= kShownProblems) {
        fmt::print(err, "{}: {}{} ({})\n", file.filename().string(), is_rejected ? "" : "doubtful, loaded all the same: ", to_text(problem), problem.code);
      } else if (shown == kShownProblems + 1) {
        fmt::print(err, "{}: … further complaints are counted only\n", file.filename().string());
      }
    };
    listener.progress = [&](const ImportSummary& summary) {
      const auto now = std::chrono::steady_clock::now();
      if (now - told < kProgressInterval) return;
      told = now;
      fmt::print(err, "{}: {}\n", file.filename().string(), summary_line(summary));
    };
    auto summary = import_file(context, kind, file, command.options, listener);
    if (!summary) {
      fmt::print(err, "{}: {} ({})\n", file.string(), summary.error().message, summary.error().code);
      fmt::print(err, "What was loaded before stays; importing the file again skips it.\n");
      return 2;
    }
    summary->elapsed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started).count();
    fmt::print(out, "{} {}: {}\n", kind.name, file.filename().string(), summary_line(*summary));
    if (summary->rejected > 0) {
      rejected = true;
      const auto reject_file = command.options.reject_file.empty() ? default_reject_file(file) : command.options.reject_file;
      fmt::print(out, "Rejected rows are in {}; correct them there and import that file.\n", reject_file.string());
    }
  }
  return rejected ? 1 : 0;
}

}  // namespace mis::files
