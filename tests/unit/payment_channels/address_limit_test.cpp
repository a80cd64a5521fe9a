#include <catch2/catch.hpp>

#include "modules/payment_channels/address_limit.hpp"

using mis::payment_channels::AddressLimit;

TEST_CASE("one address that asks without end uses up nobody else's share", "[payment_channels]") {
  constexpr std::int64_t kAlipay = 1, kWechat = 2, kMinute = 29'000'000;
  AddressLimit limit;
  int allowed = 0;
  for (int i = 0; i < 10'000; ++i) allowed += limit.allows(kAlipay, "203.0.113.66", kMinute, 100) ? 1 : 0;
  CHECK(allowed == 100);
  for (int i = 0; i < 100; ++i) REQUIRE(limit.allows(kAlipay, "198.51.100.7", kMinute, 100));
  CHECK_FALSE(limit.allows(kAlipay, "198.51.100.7", kMinute, 100));
  CHECK(limit.allows(kWechat, "203.0.113.66", kMinute, 100));  // of another channel
  CHECK(limit.allows(kAlipay, "203.0.113.66", kMinute + 1, 100));
}
