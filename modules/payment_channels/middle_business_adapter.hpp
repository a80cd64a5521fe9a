// Messages of banks' middle-business platforms (中间业务平台) to requests of the service and back. Internal to the module. They bear no
// code: who sends them is told by the certificate of the connection.
//
// A payment's key is bank, the sender's day and serial of its header, which is what a reversal's original_date and original_serial
// name. Batches of debits are not asked for here.
#pragma once

#include <string>
#include <string_view>

#include "mis/net/framed_server.hpp"
#include "mis/registry.hpp"
#include "modules/payment_channels/channel_mandates.hpp"
#include "modules/payment_channels/payment_group.hpp"
#include "modules/payment_channels/secrets.hpp"
#include "modules/payment_channels/service.hpp"

namespace mis::payment_channels {

class MiddleBusinessAdapter {
 public:
  MiddleBusinessAdapter(const Services& services, ChannelBook& book) : services_(services), book_(book), service_(services), payments_(services), mandates_(services) {}

  // Closes where the message cannot be read, since an answer repeats its header; and where nobody knows whether it was done (outcome.hpp).
  net::Answer answer(const OpenChannel& open, std::string_view frame);

 private:
  Services services_;
  ChannelBook& book_;
  ChannelService service_;
  PaymentGroups payments_;
  ChannelMandates mandates_;
};

}  // namespace mis::payment_channels
