#include "modules/payment_channels/formats/webhook.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "modules/payment_channels/formats/signatures.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::string_view kSecretStart = "whsec_";
constexpr std::string_view kVersion = "v1,";
constexpr std::size_t kMaxIdBytes = 128;
constexpr std::size_t kMaxSignatures = 8;

Status check_id(std::string_view id) {
  const bool good = !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
  if (good) return ok();
  return forbidden("payment_channels.webhook_id", fmt::format("expected an id of 1 to {} letters, digits, '-' or '_' but found another one of {} bytes", kMaxIdBytes, id.size()));
}

std::string mac(std::string_view secret, std::string_view id, std::string_view timestamp, std::string_view body) {
  return hmac_sha256(secret, fmt::format("{}.{}.{}", id, timestamp, body));
}

}  // namespace

Result<std::string> read_webhook_secret(std::string_view text) {
  auto bytes = text.starts_with(kSecretStart) ? from_base64(text.substr(kSecretStart.size())) : std::nullopt;
  if (!bytes || bytes->size() < 24 || bytes->size() > 64) {
    return invalid("payment_channels.key_unreadable", "expected a secret of whsec_ and the base64 of 24 to 64 bytes but found something else");
  }
  return *std::move(bytes);
}

Result<std::string> sign_webhook(std::string_view secret, std::string_view id, std::int64_t timestamp_seconds, std::string_view body) {
  if (auto status = check_id(id); !status) return status.error();
  return std::string(kVersion) + base64(mac(secret, id, std::to_string(timestamp_seconds), body));
}

Status verify_webhook(std::span<const std::string> secrets, const WebhookHeaders& headers, std::string_view body, std::int64_t now_seconds) {
  if (auto status = check_id(headers.id); !status) return status;
  if (auto status = check_timestamp(headers.timestamp, now_seconds); !status) {
    auto error = std::move(status).error();
    error.kind = ErrorKind::kForbidden;
    return error;
  }
  std::string_view rest = headers.signature;
  for (std::size_t n = 0; n < kMaxSignatures && !rest.empty(); ++n) {
    const auto end = std::min(rest.find(' '), rest.size());
    const auto one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto signature = one.starts_with(kVersion) ? from_base64(one.substr(kVersion.size())) : std::nullopt;
    if (!signature) continue;  // another version, which the specification tells to pass over
    for (const auto& secret : secrets) {
      if (equal_in_constant_time(*signature, mac(secret, headers.id, headers.timestamp, body))) return ok();
    }
  }
  return forbidden("payment_channels.signature_wrong", "expected a signature of one of the shared secrets but none fits");
}

}  // namespace mis::payment_channels
