// `mis import`: wires the import of files to the database.
#include <fmt/format.h>

#include "mis/commands/commands.hpp"
#include "mis/commands/modules.hpp"
#include "mis/db/migrations.hpp"
#include "mis/files/import_command.hpp"

namespace mis::commands {

int import_files(const Place& place, const std::vector<std::string>& arguments) {
  const auto kinds = import_kinds();
  auto command = files::parse_import_command(arguments, kinds);
  if (!command) {
    fmt::print(stderr, "{}\n", command.error().message);
    return 2;
  }
  if (command->describe) {
    fmt::print("{}", files::describe_kinds(kinds, command->kind));
    return 0;
  }
  Installation installation(place);
  SystemClock clock;
  files::ImportContext context{installation.app(), clock, [&](BillingMonth from, BillingMonth to) { return installation.ensure_months(from, to); }};
  const int code = files::run_import_command(context, *command, kinds, stdout, stderr);
  (void)installation.app().read([](db::Session& session) { return db::refresh_statistics(session); });
  return code;
}

}  // namespace mis::commands
