// Messages that several tests of the codecs share: bytes in hexadecimal digits, and profiles of those who wrote them.
#pragma once

#include <string>
#include <string_view>

#include "modules/payment_channels/domain/iso8583/profile.hpp"
#include "modules/payment_channels/domain/iso8583/wire.hpp"

namespace mis::payment_channels::test {

inline std::string bytes_of(std::string_view hex) { return iso8583::wire::from_hex(hex).value(); }

// A bank that writes everything as text: what moov-io/iso8583's test data looks like.
inline iso8583::Profile text_profile() {
  iso8583::Profile p = iso8583::standard_1987();
  p.name = "text";
  p.header = iso8583::LengthHeader::kNone;
  return p;
}

// 0210, answer to a query (field 3 = 380000), and 0400, the reversal of a payment (180000) that field 90 names:
// moov-io/iso8583 test/testdata, Apache-2.0. The third is a network message, 0810.
inline constexpr std::string_view kReversal =
    "0400F23A400108418202000000400000000019111111111000000000018000000000003000001090806461003310011200909080996010060002000000000003430003948 "
    "03808110012000004096565733200000003000001360030003317000394809080646510000000003132020000331609080645190000000020000000000000";
inline constexpr std::string_view kNetworkAnswer = "0810823A000002000000048000000000000004200906139000010906130420042000001031128";
inline constexpr std::string_view kAdvice = "04207230008100000000001800000000000300000109080646100331001120331100011122233";

}  // namespace mis::payment_channels::test
