// `mis county`: writes the demonstration county as the files that a utility would bring, for `mis import`.
#include <fmt/format.h>

#include "db/demo/county_csv.hpp"
#include "mis/commands/commands.hpp"

namespace mis::commands {

int write_county_files(const CountyFilesOptions& options) {
  demo::CountyOptions county;
  county.customers = options.customers;
  if (options.seed != 0) county.seed = options.seed;
  county.reference_folder = default_home() / "db" / "reference";
  demo::CsvFilesOptions csv;
  csv.encoding = options.gb18030 ? files::Encoding::kGb18030 : files::Encoding::kUtf8;
  csv.gzip = options.gzip;
  auto files = demo::write_county_csv(options.folder, county, csv);
  if (!files) {
    fmt::print(stderr, "{} ({})\n", files.error().message, files.error().code);
    return 2;
  }
  for (const auto& file : *files) fmt::print("mis import {} {}\n", file.kind, file.path.string());
  return 0;
}

}  // namespace mis::commands
