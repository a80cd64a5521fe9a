#include "modules/billing/tariff_book.hpp"

#include <fmt/format.h>

#include "modules/tariffs/tariff_json.hpp"

namespace mis::billing {

Result<std::shared_ptr<const TariffBook>> TariffBook::load(db::Session& session) {
  auto book = std::make_shared<TariffBook>();
  for (auto rows = session.query("SELECT version_id, tariff_code, version, valid_from, valid_to, definition FROM tariffs_published_version "
                                 "ORDER BY tariff_code, valid_from, version"); rows.next();) {
    auto parsed = tariffs::parse_tariff(rows.text(5));
    if (!parsed)
      return internal("billing.unreadable_tariff", fmt::format("expected a readable definition of tariff {} version {} but {}", rows.text(1),
                                                               rows.i64(2), parsed.error().message));
    auto tariff = std::make_unique<tariffs::Tariff>(std::move(*parsed));
    tariff->version_id = rows.i64(0);
    tariff->code = rows.text(1);
    tariff->version = rows.i32(2);
    tariff->valid = {rows.date(3), rows.date(4)};
    book->by_id_[tariff->version_id] = tariff.get();
    book->by_code_[tariff->code].push_back(std::move(tariff));
  }
  return std::shared_ptr<const TariffBook>(std::move(book));
}

const tariffs::Tariff* TariffBook::find(std::string_view code, Date day) const {
  const auto it = by_code_.find(code);
  if (it == by_code_.end()) return nullptr;
  // Of several that hold on the day, the one published last supersedes the others.
  for (auto version = it->second.rbegin(); version != it->second.rend(); ++version)
    if ((*version)->valid.contains(day)) return version->get();
  return nullptr;
}

const tariffs::Tariff* TariffBook::export_tariff(Date day) const {
  for (const auto& [code, versions] : by_code_)
    if (!versions.empty() && versions.front()->category == tariffs::Category::kExport)
      if (const auto* tariff = find(code, day)) return tariff;
  return nullptr;
}

const tariffs::Tariff* TariffBook::by_version(std::int64_t version_id) const {
  const auto it = by_id_.find(version_id);
  return it == by_id_.end() ? nullptr : it->second;
}

Result<std::shared_ptr<const TariffBook>> TariffBookSource::current(db::Session& session) {
  auto rows = session.query("SELECT COALESCE(MAX(version_id), 0) FROM tariffs_published_version");
  rows.next();
  const auto newest = rows.i64(0);
  const std::lock_guard lock(mutex_);
  if (book_ && newest == newest_version_id_) return book_;
  auto loaded = TariffBook::load(session);
  if (!loaded) return loaded;
  book_ = *loaded;
  newest_version_id_ = newest;
  return book_;
}

}  // namespace mis::billing
