// ISO 8583 messages to requests of the service and back: what banks' front ends speak at the bank port. Internal to the module.
//
// | message                 | what it asks                                  | from the fields                                          |
// | ----------------------- | --------------------------------------------- | -------------------------------------------------------- |
// | 0800, 70 = 001 002 301  | sign on, sign off, echo                       |                                                          |
// | 0800, 70 = 101          | a new working key (key_change.hpp)            | bill field, tags 31 and 32; 11                           |
// | 0200, 3 = 38xxxx        | what an account owes                          | bill field, tag 01                                       |
// | 0200 0220, 3 = 18 50    | a payment                                     | 4, 49; 15 or 13; bill field, tags 01 and perhaps 02      |
// | 0400 0420               | its reversal                                  | 90: the payment's 11, 7 and 32; 4 where it is told       |
// | 0500 0520               | are the totals of the day the same?           | 15; 74-77, 86-89, 97                                     |
//
// A payment's key is its fields 32, 7 (with its year) and 11, which is what field 90 of a reversal names. The message
// authentication code is looked at before anything else.
#pragma once

#include <string>
#include <string_view>

#include "mis/net/framed_server.hpp"
#include "mis/registry.hpp"
#include "modules/payment_channels/domain/iso8583/message.hpp"
#include "modules/payment_channels/payment_group.hpp"
#include "modules/payment_channels/secrets.hpp"
#include "modules/payment_channels/service.hpp"

namespace mis::payment_channels {

class Iso8583Adapter {
 public:
  Iso8583Adapter(const Services& services, ChannelBook& book) : services_(services), book_(book), service_(services), payments_(services) {}

  // What goes back, in whole frames; nothing for what is no request, nor where nobody knows whether it was done (outcome.hpp). Closes where not
  // even the message's type can be read.
  net::Answer answer(const OpenChannel& open, std::string_view frame);

 private:
  struct Opened {
    Result<iso8583::Message> request;
    const security::SecretBytes* key;  // that its code was made with; the answer's is made with it too
  };
  iso8583::Message decide(const OpenChannel& open, const iso8583::Message& request);
  Opened open_message(const OpenChannel& open, std::string_view frame);
  iso8583::Message network(const OpenChannel& open, const iso8583::Message& request);
  iso8583::Message change_key(const OpenChannel& open, const iso8583::Message& request);
  iso8583::Message query(const OpenChannel& open, const iso8583::Message& request);
  iso8583::Message pay(const OpenChannel& open, const iso8583::Message& request);
  iso8583::Message reverse(const OpenChannel& open, const iso8583::Message& request);
  iso8583::Message reconcile(const OpenChannel& open, const iso8583::Message& request);
  bool is_stale(const OpenChannel& open, const iso8583::Message& request) const;

  Services services_;
  ChannelBook& book_;
  ChannelService service_;
  PaymentGroups payments_;
};

// The key of a payment by its message; an Error where field 7 or 11 is missing or no time.
Result<std::string> iso8583_key(const iso8583::Message& message, Date today);

}  // namespace mis::payment_channels
