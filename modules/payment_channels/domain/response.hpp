// What a channel is told, whatever protocol it speaks. Each protocol's own code stands beside it in one table.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mis::payment_channels {

enum class Response : std::uint8_t {
  kApproved,
  kNoSuchAccount,
  kInvalidAmount,    // nothing, negative, or a reversal of another amount than was paid
  kOverLimit,        // more than the channel may take at once
  kNotWhatIsDue,     // the channel takes exactly what is due, or no more than it
  kBillNotOpen,      // a bill was named that is not owed
  kInvalidDate,      // the business date is neither yesterday's, today's nor, after the cut, tomorrow's
  kUnknownOriginal,  // nothing to reverse; it is kept in mind, so that the payment is refused should it come yet
  kCutOff,           // the business day is over: what is wrong with it is settled by reconciliation
  kReversedBefore,   // the payment has been reversed, before it came or after
  kReused,           // the key was used for something else
  kAdvanceUsed,      // cannot be reversed: its advance was refunded or moved meanwhile
  kNotSignedOn,
  kSuspended,
  kStale,            // its time is too far from ours
  kWrongMac,
  kFormat,
  kCurrency,
  kUnsupported,
  kMandateExists,    // the agreement's number is another's, or the account has one in force
  kNoSuchMandate,
  kNotTheCustomer,   // name or document are not those of the account's customer
  kKeyRefused,       // a new key whose check value is another, or a weak one
  kUnavailable,      // nothing was done; ask or send again later
};
inline constexpr int kResponses = 24;

struct ResponseInfo {
  Response response;
  std::string_view name;    // "no_such_account"
  std::string_view iso8583; // field 39
  std::string_view middle;  // 返回码 of the middle-business platforms
  int http;                 // status of the REST answer
  std::string_view zh, en;
};
const ResponseInfo& info_of(Response response);
inline std::string_view name_of(Response response) { return info_of(response).name; }
std::optional<Response> response_of(std::string_view name);

}  // namespace mis::payment_channels
