#include "mis/files/lookup.hpp"

#include <algorithm>

namespace mis::files {
namespace {

constexpr std::size_t kMaxList = 500;

// Lists come in four lengths only, filled up with their last key, so that a session prepares four statements and not one
// for every length.
std::size_t padded_size(std::size_t n) { return n <= 1 ? 1 : n <= 16 ? 16 : n <= 50 ? 50 : kMaxList; }

// Runs `on_list` with the text and the parameters of each list.
template <class Key, class OnList>
void for_lists(std::string_view sql, std::span<const Key> keys, std::span<const db::Param> first, const OnList& on_list) {
  const std::size_t star = sql.find("(*)");
  while (!keys.empty()) {
    const auto list = keys.first(std::min(keys.size(), kMaxList));
    keys = keys.subspan(list.size());
    std::vector<db::Param> params(first.begin(), first.end());
    for (const Key& key : list) params.emplace_back(key);
    std::string marks = "(?";
    for (std::size_t i = 1; i < padded_size(list.size()); ++i) {
      marks += ",?";
      if (i >= list.size()) params.emplace_back(list.back());
    }
    marks += ')';
    std::string text(sql);
    text.replace(star, 3, marks);
    on_list(text, params);
  }
}

template <class Key>
void query_lists(db::Session& session, std::string_view sql, std::span<const Key> keys, const std::function<void(db::Rows&)>& on_row, std::span<const db::Param> first) {
  for_lists(sql, keys, first, [&](const std::string& text, const std::vector<db::Param>& params) {
    db::Rows rows = session.run_query(text, params);
    while (rows.next()) on_row(rows);
  });
}

}  // namespace

void query_in(db::Session& session, std::string_view sql, std::span<const std::string> keys,
              const std::function<void(db::Rows&)>& on_row, std::span<const db::Param> first) {
  query_lists(session, sql, keys, on_row, first);
}

void query_in(db::Session& session, std::string_view sql, std::span<const std::int64_t> keys,
              const std::function<void(db::Rows&)>& on_row, std::span<const db::Param> first) {
  query_lists(session, sql, keys, on_row, first);
}

void execute_in(db::Session& session, std::string_view sql, std::span<const std::int64_t> keys, std::span<const db::Param> first) {
  for_lists(sql, keys, first, [&](const std::string& text, const std::vector<db::Param>& params) { session.run_update(text, params); });
}

std::unordered_map<std::string, std::int64_t> ids_of(db::Session& session, std::string_view sql, std::vector<std::string> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::erase(keys, "");
  std::unordered_map<std::string, std::int64_t> ids;
  ids.reserve(keys.size());
  query_in(session, sql, std::span<const std::string>(keys), [&](db::Rows& row) { ids.emplace(row.text(0), row.i64(1)); });
  return ids;
}

}  // namespace mis::files
