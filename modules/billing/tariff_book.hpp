// The published tariffs as values, looked up by code and day. Read once per shard's worker and kept while nothing new is
// published.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"
#include "modules/tariffs/tariffs.hpp"

namespace mis::billing {

class TariffBook {
 public:
  // Parses every published version. An unreadable definition is an error that names code and version.
  static Result<std::shared_ptr<const TariffBook>> load(db::Session& session);

  // The version in force on `day`; nullptr where there is none.
  const tariffs::Tariff* find(std::string_view code, Date day) const;
  // What the utility pays for photovoltaic energy on that day; nullptr where no such tariff is published.
  const tariffs::Tariff* export_tariff(Date day) const;
  const tariffs::Tariff* by_version(std::int64_t version_id) const;

 private:
  std::map<std::string, std::vector<std::unique_ptr<tariffs::Tariff>>, std::less<>> by_code_;
  std::unordered_map<std::int64_t, const tariffs::Tariff*> by_id_;
};

// The book as of now, shared by all threads; read anew when a version has been published since.
class TariffBookSource {
 public:
  Result<std::shared_ptr<const TariffBook>> current(db::Session& session);

 private:
  std::mutex mutex_;
  std::int64_t newest_version_id_ = -1;
  std::shared_ptr<const TariffBook> book_;
};

}  // namespace mis::billing
