// Lists in pages. A cursor is opaque to the client: the key values of the last row it has, in base64url with a check.
//
// It is not a secret and needs no signature: all a forged one can do is to start the list elsewhere, and every list
// asks for permission and data scope by itself. The check only tells a broken cursor from a good one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/http/answer.hpp"

namespace mis::http {

inline constexpr int kDefaultPageLimit = 20;
inline constexpr int kMaxPageLimit = 100;

struct PageRequest {
  int limit = kDefaultPageLimit;
  std::vector<std::string> after;  // the cursor's key values; empty on the first page

  bool first() const { return after.empty(); }
  // A key value as a number; `otherwise` on the first page (e.g. INT64_MAX for a list that goes down).
  std::int64_t key(std::size_t index, std::int64_t otherwise) const;
  std::string key_text(std::size_t index, std::string otherwise = {}) const;
};

std::string encode_cursor(const std::vector<std::string>& keys);
std::optional<std::vector<std::string>> decode_cursor(std::string_view cursor);

std::string base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

// The page as JSON. `items` are up to limit + 1 rows (ask the database for one more than the limit): the surplus row only
// tells that there is more. `keys_of(row number)` gives the cursor's key values of a row that stays. `beside` is an object
// whose members stand beside the items.
Answer page_answer(nlohmann::json items, const PageRequest& page,
                   const std::function<std::vector<std::string>(std::size_t)>& keys_of);
Answer page_answer(nlohmann::json items, const PageRequest& page,
                   const std::function<std::vector<std::string>(std::size_t)>& keys_of, const nlohmann::json& beside);

}  // namespace mis::http
