// The built terminals, held in memory: what is not among the files read at start does not exist, so no path can lead
// out of the folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "mis/http/answer.hpp"
#include "mis/http/request.hpp"

namespace mis::http {

class StaticFiles {
 public:
  StaticFiles() = default;  // none: everything is absent
  // Reads every file below the folder, and packs texts (a "name.gz" beside a file is taken instead). A folder that is
  // not there gives none. Throws std::runtime_error for a file that cannot be read.
  explicit StaticFiles(const std::filesystem::path& folder);

  // The file for a GET, or index.html for the address of a page within the terminal ("/bills/…": no dot in its last
  // part, and the client takes HTML). Nothing otherwise, and never anything below /api.
  std::optional<Answer> find(const Request& request) const;

  std::size_t count() const { return files_.size(); }

 private:
  struct File {
    std::string content_type;
    std::string bytes;
    std::string packed;  // gzip; empty where it does not pay
    std::string etag;
    bool immutable = false;  // its name holds a hash of its content
  };
  void add(const std::string& path, std::string bytes, std::string packed);
  static Answer answer_with(const File& file, const Request& request);

  std::map<std::string, File, std::less<>> files_;  // "/assets/index-4f2a.js"
};

}  // namespace mis::http
