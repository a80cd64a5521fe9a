// The bills of the months before the last one, as the system that Watthour replaced had computed them: with the same
// engine, from the same readings.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "db/demo/readings.hpp"
#include "modules/billing/domain/calculate.hpp"
#include "modules/billing/history_loader.hpp"

namespace mis::demo {

// The county's tariffs by code. Pointers into it are used while it lives.
using TariffBook = std::map<std::string, tariffs::Tariff, std::less<>>;
// Reads db/reference and checks that every code the county uses is there.
Result<TariffBook> read_tariff_book(const std::filesystem::path& reference_folder);

// Bills one account month by month. Reuse one per thread: it keeps its memory.
class HistoryBiller {
 public:
  explicit HistoryBiller(const TariffBook& book) : book_(book) {}

  struct Subject {
    const customers::Account& account;
    const customers::Agreement& agreement;
    const metering::UsagePoint& first;
    const metering::UsagePoint* second;  // nullptr where there is none
  };
  // Appends to `by_month[index]`. A month that the engine refuses gets no row and is counted.
  void bill(const CountyLayout& layout, const Subject& subject, const std::vector<MonthMeasured>& months,
            std::vector<std::vector<billing::MigratedMonth>>& by_month);
  std::int64_t refused() const { return refused_; }

 private:
  const tariffs::Tariff* find(std::string_view code) const;

  const TariffBook& book_;
  billing::Bill bill_;
  std::int64_t refused_ = 0;
};

}  // namespace mis::demo
