// Any bytes as what payment companies send: a form, a notice, headers, a message under a known key. Nothing that was not signed
// or sealed with our keys passes.
#include <array>
#include <cstdlib>
#include <string>

#include "modules/payment_channels/formats/alipay.hpp"
#include "modules/payment_channels/formats/webhook.hpp"
#include "modules/payment_channels/formats/wechat_pay.hpp"

using namespace mis::payment_channels;

namespace {

constexpr std::string_view kKey = "0123456789abcdef0123456789ABCDEF";

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto form = parse_alipay_form(text)) {
    const auto again = parse_alipay_form(format_alipay_form(*form));
    must(again && *again == *form);
  }
  (void)read_wechat_notice(text, kKey);
  // The same text as the plain transaction inside a sealed notice, which random bytes would never hit.
  const auto sealed = write_wechat_notice("1", "TRANSACTION.SUCCESS", text, kKey, "abcdefghijkl");
  if (const auto notice = read_wechat_notice(*sealed, kKey)) must(notice->total > mis::Money{0} && !notice->out_trade_no.empty());
  const auto half = text.substr(0, size / 2);
  const std::array secrets = {std::string(24, 'k')};
  must(!verify_webhook(secrets, {"id", "1793500000", std::string(half)}, text.substr(size / 2), 1793500000));
  if (const auto bytes = from_base64(text)) must(base64(*bytes) == text);
  (void)RsaPublicKey::read(text);
  return 0;
}
