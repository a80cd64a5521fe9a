#include "modules/invoicing/check_code.hpp"

#include <fmt/format.h>

#include "mis/http/digest.hpp"
#include "modules/invoicing/files.hpp"

namespace mis::invoicing {

Result<std::string> check_key(const std::filesystem::path& folder) {
  const auto path = folder / "check.key";
  const auto useless = [&](std::string_view why) { return unavailable("invoicing.no_key", fmt::format("expected the key of invoices' check codes in {} but {}", path.filename().string(), why)); };
  auto key = read_whole(path);
  if (!key) return useless(key.error().message);
  if (!*key) {
    // Whoever comes first wins; what is read afterwards is his.
    if (auto written = write_whole(path, http::random_token(32) + "\n", IfThere::kKeep, 0600); !written) return useless(written.error().message);
    key = read_whole(path);
    if (!key) return useless(key.error().message);
  }
  if (!*key || (*key)->size() < 32) return useless("it is too short");
  return std::move(**key);
}

std::string check_code(const Checked& invoice, const std::string& key) {
  // The secret stands on both sides: what is appended to the text does not continue a hash that somebody knows.
  const auto hash = http::sha256_hex(fmt::format("{}|{}|{}|{}|{}|{}|{}", key, invoice.number, invoice.drawn_on.to_string(), invoice.net.value, invoice.total.value, invoice.buyer_tax_id, key));
  // Digits, as on Chinese invoices: four hex digits give two decimal ones each time.
  std::string digits;
  for (int i = 0; i < 10; ++i) digits += fmt::format("{:02}", std::stoul(hash.substr(static_cast<std::size_t>(i) * 4, 4), nullptr, 16) % 100);
  return digits;
}

}  // namespace mis::invoicing
