// What channels may ask for, whatever protocol they speak: sign on, query, pay, reverse, ask about a payment, totals of a day.
// Adapters turn their messages into these requests and the answers back. Internal to the module.
//
// Everything that moves money is one unit of work: the item, its answer, the payment in receivables and its postings are there
// together or not at all. A repeat is answered as the first time. What comes back as an Error was not done and is not stored:
// the database was away, an accounting month is closed. Except one of which nobody knows (outcome.hpp), since the database went away while it
// was committed and did not come back: whoever asked must not be told that nothing was done. Everything else, refusals included, is an answer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/registry.hpp"
#include "modules/payment_channels/channel.hpp"
#include "modules/payment_channels/domain/item_state.hpp"
#include "modules/payment_channels/domain/response.hpp"

namespace mis::payment_channels {

inline constexpr std::size_t kMostKeyBytes = 48;  // with what is put before and behind it, it is a payment's reference
// 1 to 48 printable ASCII characters that do not look like a key of our own (see file_key).
bool is_message_key(std::string_view key);

struct QueryRequest {
  std::string account_no;
};
struct BillDue {
  BillingMonth month;
  int revision = 1;
  Money principal, late;
  Date due_on;
};
struct QueryAnswer {
  Response response = Response::kApproved;
  std::string account_no, name, address;  // name and address masked
  std::vector<BillDue> bills;             // oldest first
  Money principal, late, advance;
  Money due() const { return principal + late; }
};

struct PayRequest {
  std::string key;     // what the channel itself calls unique: 1 to 48 printable ASCII characters
  std::string serial;  // by which its file of the day names it; empty: the key
  std::string account_no;
  Money amount;
  std::vector<BillingMonth> months = {};      // pay only these bills, in this order; empty: all, by the utility's order
  std::optional<Date> business_date = {};     // nothing: the business day at which it is booked
};

struct ReverseRequest {
  std::string key;           // the reversal's own; empty where the protocol has none
  std::string original_key;  // the payment's
  std::optional<Money> amount = {};            // where it is told it must be the payment's
  std::optional<std::string> account_no = {};  // likewise
  std::optional<Date> business_date = {};      // of the payment, for one that has not come
};

// Answers a payment, a reversal, a question about a payment.
struct ItemAnswer {
  Response response = Response::kApproved;
  ItemState state = ItemState::kReceived;  // the payment's
  bool repeated = false;                   // this is what was answered before
  std::string key;                         // the payment's
  std::string account_no, name;            // name masked
  Money amount, principal, late, advance;  // what became of the amount
  Date business_date;
  std::string receipt_no;  // ours; empty where nothing was taken
  bool approved() const { return response == Response::kApproved; }
};

// A business day as both sides should see it: what was paid, and what of it was taken back.
struct DayTotals {
  std::int64_t payments = 0, reversals = 0;
  Money paid, reversed;
};

class ChannelService {
 public:
  explicit ChannelService(const Services& services) : services_(services) {}

  Result<Response> sign(const Channel& channel, bool on);
  Result<QueryAnswer> query(const Channel& channel, const QueryRequest& request);
  Result<ItemAnswer> pay(const Channel& channel, const PayRequest& request);
  // Stores a payment that the channel tells of as refused, with the reason: money that is there and was not asked for like this. It
  // waits for reconciliation.
  Result<ItemAnswer> refuse(const Channel& channel, const PayRequest& request, Response why);
  Result<ItemAnswer> reverse(const Channel& channel, const ReverseRequest& request);
  // kUnknownOriginal where no such payment came.
  Result<ItemAnswer> query_payment(const Channel& channel, std::string_view key);
  Result<DayTotals> totals(const Channel& channel, Date business_date);

  // Whether the channel may work now; kApproved where it may.
  static Response readiness(const Channel& channel);

 private:
  Services services_;
};

// The reference of an item's payment in receivables, and of the n-th payment for it where it was taken in again by hand.
std::string payment_reference(std::string_view key, std::int64_t again = 0);

}  // namespace mis::payment_channels
