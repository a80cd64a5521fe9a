// Orders that customers pay by scanning a code: made by us, paid at a payment company, told to us by its notice or, where that is
// lost, by our asking. Internal to the module.
//
//   unknown --(the company has it)--> open --(paid)--> paid
//      |                                |
//      +--(the company has it not)------+--(its time is over)--> closed
//
// An order is stored before the company hears of it, so whatever happens on the way it is asked about; a time-out leaves it unknown,
// never failed. What comes in after it was closed is taken in all the same: it is the customer's money.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/registry.hpp"
#include "mis/security/caller.hpp"
#include "modules/payment_channels/secrets.hpp"
#include "modules/payment_channels/service.hpp"

namespace mis::payment_channels {

enum class OrderState : std::uint8_t { kUnknown, kOpen, kPaid, kClosed };
std::string_view name_of(OrderState state);

struct QrOrder {
  std::string order_no;
  std::int64_t channel_id = 0;
  std::string account_no;
  AccountId account;
  Money amount;
  OrderState state = OrderState::kUnknown;
  std::string code_url, trade_no;
  std::optional<UserId> created_by;
  Instant created_at, expires_at;
  int asks = 0;  // how often the company was asked without a settling answer
};

// A payment company as we call it. Errors of kind kUnavailable mean that nobody knows what happened there; others that nothing did.
class QrProvider {
 public:
  virtual ~QrProvider() = default;
  // Makes the order there; returns the text of the code.
  virtual Result<std::string> create(const OpenChannel& channel, const QrOrder& order) = 0;
  struct Asked {
    enum class State : std::uint8_t { kNotThere, kWaiting, kPaid, kClosed } state = State::kNotThere;
    Money amount;
    std::string trade_no, code_url;
  };
  virtual Result<Asked> query(const OpenChannel& channel, const QrOrder& order) = 0;
};

// A part of the registry: who makes orders at the companies; nobody where the installation has no line to them.
struct QrProviders {
  std::shared_ptr<QrProvider> provider;
};

// Channels with orders that a repair would ask about now.
std::vector<std::int64_t> channels_with_quiet_orders(db::Session& session, Instant now);

class QrOrderService {
 public:
  QrOrderService(const Services& services, ChannelBook& book) : services_(services), book_(book), service_(services) {}

  struct Wanted {
    std::string client_key;  // the same again gives the same order; with other content it is an error
    std::string account_no;
    Money amount;
  };
  // Errors: payment_channels.no_qr (not a channel of codes), .no_provider, .bad_amount, .order_reused, customers.no_account.
  Result<QrOrder> create(const OpenChannel& open, const Wanted& wanted, QrProvider* provider, const security::Caller& caller);
  Result<std::optional<QrOrder>> find(std::int64_t channel_id, std::string_view order_no);

  // The company says that it was paid. A different amount than the order's is refused and kept for reconciliation.
  Result<ItemAnswer> paid(const OpenChannel& open, const QrOrder& order, Money amount, std::string_view trade_no);

  // Asks about what is unknown and what nobody has told of for a while; at most `most` of them, those first that were due to be asked
  // first. What the company cannot tell of is asked about again after 2, 4, 8 … 60 minutes. Returns how many it settled; an error only
  // where the database is away or nothing was settled because of it.
  Result<int> repair(const OpenChannel& open, QrProvider& provider, int most);

 private:
  Status ask_later(const QrOrder& order, Instant now);
  Status write_state(const std::string& order_no, OrderState state, std::string_view code_url, std::string_view trade_no);

  Services services_;
  ChannelBook& book_;
  ChannelService service_;
};

}  // namespace mis::payment_channels
