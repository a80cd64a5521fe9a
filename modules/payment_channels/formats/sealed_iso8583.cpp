#include "modules/payment_channels/formats/sealed_iso8583.hpp"

namespace mis::payment_channels::iso8583 {
namespace {

// Banks with a code of four bytes (FIPS 113) send it at the left of the field.
constexpr std::size_t kFieldBytes = 8;

std::string in_field(std::string code) {
  if (code.size() < kFieldBytes) code.resize(kFieldBytes, '\0');
  return code;
}

}  // namespace

Result<Message> open_sealed(const Profile& profile, const security::MacScheme& scheme, const security::SecretBytes& key, std::string_view frame) {
  auto decoded = decode(profile, frame);
  if (!decoded) return std::move(decoded).error();
  if (decoded->has_mac()) {
    const std::string_view code = std::string_view(decoded->mac).substr(0, scheme.size);
    if (const auto verified = security::verify_mac(scheme, key, decoded->covered, code); !verified) return verified.error();
  }
  return std::move(decoded->message);
}

Result<std::string> seal(const Profile& profile, const security::MacScheme& scheme, const security::SecretBytes& key, const Message& message) {
  return encode(profile, message, [&](std::string_view covered) -> Result<std::string> {
    auto code = security::compute_mac(scheme, key, covered);
    if (!code) return code;
    return in_field(*std::move(code));
  });
}

}  // namespace mis::payment_channels::iso8583
