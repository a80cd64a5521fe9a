// The body of a middle-business message as values by name, and what makes a value right. The same for both forms.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "modules/payment_channels/domain/middle_business/transactions.hpp"

namespace mis::payment_channels::middle_business {

// 2^53 fen, as everywhere where money is told to others.
inline constexpr std::int64_t kMostFen = std::int64_t{1} << 53;

// UTF-8 by field name. Numbers and amounts bear no zeros in front ("0" is nothing), dates are yyyymmdd; a field that is not
// there is not in the map.
using Values = std::map<std::string, std::string, std::less<>>;

struct Record {
  Values values;
  std::vector<Values> rows;
  bool operator==(const Record&) const = default;

  std::string_view get(std::string_view name) const;
  Record& set(std::string name, std::string value);
  Record& set(std::string name, Money amount);
  Record& set(std::string name, std::int64_t number);
  Record& set(std::string name, Date day);
};

// Of values that `check` found right: nothing, no day or zero where the field is absent.
std::string_view text_of(const Values& values, std::string_view name);
Money fen_of(const Values& values, std::string_view name);
std::int64_t number_of(const Values& values, std::string_view name);
std::optional<Date> day_of(const Values& values, std::string_view name);

// Every field known, the required ones there, each of its kind and not wider than its rule. Complains about all of them
// at once, with pointers like "/rows/3/amount_fen". Error payment_channels.middle_field.
Status check(const BodyRule& rule, const Record& record);

// Takes the zeros off numbers and amounts, so that both forms give the same record. Leaves what is no number.
void normalise(const BodyRule& rule, Record& record);

// Helpers of this folder.
bool is_digits(std::string_view text);
std::string quoted(std::string_view bytes);  // at most 24 of them, others than printable as hexadecimal digits
std::optional<Date> parse_day(std::string_view yyyymmdd);
std::string format_day(Date day);

}  // namespace mis::payment_channels::middle_business
