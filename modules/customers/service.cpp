#include "modules/customers/service.hpp"

#include <algorithm>

namespace mis::customers {
namespace {

constexpr std::size_t kMostHits = 20;
// An account may match by several of its keys, so more rows are read than accounts are wanted.
constexpr int kRowsRead = 60;
constexpr std::size_t kShortestNumberEnd = 4;

bool long_enough(const std::string& key) {
  const bool single_wide = !key.empty() && static_cast<unsigned char>(key[0]) >= 0xE0;
  const bool single_narrow = !key.empty() && !single_wide && static_cast<unsigned char>(key[0]) >= 0xC0 && key.size() == 2;
  return key.size() >= 2 && !single_narrow;
}

bool is_number(const std::string& key) {
  return std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void add_hits(std::vector<store::Hit>& hits, std::vector<store::Hit> more) {
  for (store::Hit& hit : more) {
    const bool known = std::any_of(hits.begin(), hits.end(), [&](const store::Hit& h) { return h.account_id == hit.account_id; });
    if (!known && hits.size() < kMostHits) hits.push_back(std::move(hit));
  }
}

}  // namespace

Result<std::vector<store::Hit>> Service::search(const security::Caller& caller, const std::string& typed) const {
  const std::string key = normalise_key(typed);
  if (!long_enough(key)) {
    const std::string message = "expected at least two characters, or one Chinese one, but found \"" + typed + "\"";
    return invalid("customers.query_too_short", message, {{"/q", "customers.query_too_short", message}});
  }
  const std::string scope = caller.scope_pattern();
  return services_.database.read([&](db::Session& session) -> Result<std::vector<store::Hit>> {
    std::vector<store::Hit> hits;
    add_hits(hits, store::find_by_prefix(session, key, scope, kRowsRead));
    if (hits.size() < kMostHits && key.size() >= kShortestNumberEnd && is_number(key)) {
      add_hits(hits, store::find_by_prefix(session, reversed_key(key), scope, kRowsRead));
    }
    return hits;
  });
}

Result<store::AccountPage> Service::account(const security::Caller& caller, std::string_view account_no) const {
  return services_.database.read([&](db::Session& session) -> Result<store::AccountPage> {
    auto page = store::find_account(session, account_no, caller.scope_pattern());
    if (!page) return not_found("customers.no_account", "expected an account with this number but there is none in your data scope");
    return std::move(*page);
  });
}

}  // namespace mis::customers
