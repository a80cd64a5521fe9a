// Keys and printed numbers. A key (`Id<Tag>`) identifies a row and is never shown; a printed number is text for people.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace mis {

template <class Tag>
struct Id {
  std::int64_t value = 0;
  constexpr auto operator<=>(const Id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};

using OrgId = Id<struct OrgTag>;
using UserId = Id<struct UserTag>;
using CustomerId = Id<struct CustomerTag>;
using AccountId = Id<struct AccountTag>;
using UsagePointId = Id<struct UsagePointTag>;
using MeterId = Id<struct MeterTag>;
using InstallationId = Id<struct InstallationTag>;
using RouteId = Id<struct RouteTag>;
using RunId = Id<struct RunTag>;
using JobId = Id<struct JobTag>;

// The printed account number (户号): nine digits and a check digit (Luhn, which finds every single wrong digit and nearly
// every swap of neighbours; the ten digits are the utility's convention, the check digit is ours).
std::string make_account_no(std::int64_t serial);
bool is_valid_account_no(std::string_view text);

// The 22-digit asset number of a meter (Q/GDW 1205): 21 digits and a mod-10 check digit with weights 3 and 1 from the
// right. The check digit rule is a candidate that no published number confirms, so imports only warn where it differs.
std::string make_asset_no(std::string_view unit, std::string_view type, std::int64_t serial);

}  // namespace mis

template <class Tag>
struct std::hash<mis::Id<Tag>> {
  std::size_t operator()(mis::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
