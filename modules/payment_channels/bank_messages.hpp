// Messages as an ISO 8583 bank makes them, and its reading of answers; for simulators of banks. Internal to the module.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "modules/payment_channels/domain/iso8583/message.hpp"
#include "modules/payment_channels/secrets.hpp"

namespace mis::payment_channels {

class BankMessages {
 public:
  explicit BankMessages(const OpenChannel& open) : open_(open) {}

  static std::string time(Instant at);  // field 7, by China's clock
  // `stan` goes around at 1,000,000; with the time it is what a message is told by.
  iso8583::Message message(const char* mti, Instant at, std::uint32_t stan) const;
  iso8583::Message network(std::string_view what, Instant at, std::uint32_t stan) const;
  iso8583::Message query(const std::string& account_no, Instant at, std::uint32_t stan) const;
  iso8583::Message payment(const std::string& account_no, Money amount, Instant at, std::uint32_t stan) const;

  // To bytes with the channel's code, and back.
  Result<std::string> sealed(const iso8583::Message& message) const;
  Result<iso8583::Message> opened(std::string_view bytes) const;

 private:
  void put_bill(iso8583::Message& message, const std::string& account_no) const;

  const OpenChannel& open_;
};

}  // namespace mis::payment_channels
