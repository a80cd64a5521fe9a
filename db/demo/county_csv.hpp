// The demonstration county as the CSV files that a utility would hand over: what `mis import` documents and reads. Loading
// them gives the same rows as loading the county directly.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "db/demo/options.hpp"
#include "mis/base/result.hpp"
#include "mis/files/encoding.hpp"

namespace mis::demo {

struct CsvFilesOptions {
  files::Encoding encoding = files::Encoding::kUtf8;  // or kGb18030
  bool gzip = false;
  // Who reads a route and who took a reading. The import knows people by username, so they have to be there before;
  // files without them load anywhere.
  bool name_readers = false;
};

struct CsvFile {
  std::string kind;  // the word for `mis import`
  std::filesystem::path path;
};

// Writes one file per kind into `folder` (made where it is not there) and returns them in the order in which they load.
// Memory stays bounded by one route. Errors: demo.options, and files.… where the disk refuses.
Result<std::vector<CsvFile>> write_county_csv(const std::filesystem::path& folder, const CountyOptions& options,
                                              const CsvFilesOptions& files = {});

}  // namespace mis::demo
