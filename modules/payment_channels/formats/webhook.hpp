// Signs and verifies requests by a shared secret, as Standard Webhooks has it (standardwebhooks.com, spec 1.0): HMAC-SHA256 over
// "id.timestamp.body". For the REST API of payment companies, both ways. That an id is used only once is the caller's to check.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"

namespace mis::payment_channels {

inline constexpr std::string_view kWebhookIdHeader = "webhook-id";
inline constexpr std::string_view kWebhookTimestampHeader = "webhook-timestamp";
inline constexpr std::string_view kWebhookSignatureHeader = "webhook-signature";

struct WebhookHeaders {
  std::string id;         // letters, digits, '-' and '_', at most 128 of them: no '.', which separates
  std::string timestamp;  // Unix seconds
  std::string signature;  // "v1,<base64>", several with blanks between them while secrets are being changed
};

// The bytes of a secret: "whsec_" and base64 of 24 to 64 bytes. Errors: payment_channels.key_unreadable.
Result<std::string> read_webhook_secret(std::string_view text);

// "v1,<base64>". Errors: payment_channels.webhook_id.
Result<std::string> sign_webhook(std::string_view secret, std::string_view id, std::int64_t timestamp_seconds, std::string_view body);

// Good where one of the signatures fits one of the secrets (the new and, for a while, the old one) and the time is at most five
// minutes off. Errors (kForbidden): payment_channels.webhook_id, .timestamp_invalid, .timestamp_off, .signature_wrong.
Status verify_webhook(std::span<const std::string> secrets, const WebhookHeaders& headers, std::string_view body, std::int64_t now_seconds);

}  // namespace mis::payment_channels
