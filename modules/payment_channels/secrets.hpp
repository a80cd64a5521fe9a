// The channels' keys: sealed in the database, written over the API and never told by it. Internal to the module.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/db/session.hpp"
#include "mis/registry.hpp"
#include "mis/security/secret_box.hpp"
#include "modules/payment_channels/channel.hpp"
#include "modules/payment_channels/formats/signatures.hpp"
#include "modules/payment_channels/payment_channels.hpp"

namespace mis::payment_channels {

namespace secret_name {
inline constexpr std::string_view kMacKey = "mac_key";                      // of ISO 8583, hexadecimal
inline constexpr std::string_view kOldMacKey = "old_mac_key";               // the one before a key change; never written from outside
inline constexpr std::string_view kKeyEncryptionKey = "key_encryption_key"; // that new mac_keys are sent under, hexadecimal
inline constexpr std::string_view kWebhookSecret = "webhook_secret";        // of the REST API: "whsec_…"
inline constexpr std::string_view kOldWebhookSecret = "old_webhook_secret"; // good beside the new one until it is written empty
inline constexpr std::string_view kTheirKey = "their_key";                  // Alipay's public key, WeChat's platform certificate, as PEM
inline constexpr std::string_view kOurKey = "our_key";                      // the private key that our requests are signed with, as PEM
inline constexpr std::string_view kApiV3Key = "api_v3_key";                 // WeChat's, 32 bytes
}  // namespace secret_name
inline constexpr std::array kSecretNames = {secret_name::kMacKey, secret_name::kKeyEncryptionKey, secret_name::kWebhookSecret, secret_name::kOldWebhookSecret, secret_name::kTheirKey, secret_name::kOurKey, secret_name::kApiV3Key};

// What is wrong with a secret, without telling it; nothing where it is good.
std::optional<Error> secret_complaint(const Channel& channel, std::string_view name, std::string_view value);

// How long the key before a change is good for messages that were under way, unless the new one is used earlier.
inline constexpr std::int64_t kOldMacKeySeconds = 60;

// The bytes of a mac_key as it is stored; nothing where it is none.
std::optional<security::SecretBytes> mac_key_of(const security::SecretBytes& stored);

class Secrets {
 public:
  explicit Secrets(KeyPlace place) : place_(std::move(place)) {}

  // An empty value takes the secret away. A mac_key written by a person ends the one before it at once.
  Status write(db::Session& session, const Channel& channel, std::string_view name, std::string_view value, Instant now, UserId by);
  // A mac_key that came over the line; the one before it stays beside it for a while.
  Status change_mac_key(db::Session& session, const Channel& channel, const security::SecretBytes& key, Instant now);
  static void drop_old_mac_key(db::Session& session, std::int64_t channel_id);
  // All of a channel's, opened.
  Result<std::unordered_map<std::string, security::SecretBytes>> read(db::Session& session, std::int64_t channel_id);
  static std::vector<std::string> names(db::Session& session, std::int64_t channel_id);

 private:
  Result<const security::SecretBox*> box();
  Status store(db::Session& session, std::int64_t channel_id, std::string_view name, std::string_view value, Instant now, std::optional<UserId> by);

  KeyPlace place_;
  std::mutex mutex_;
  std::optional<security::SecretBox> box_;
};

// A channel with its keys, ready for work.
struct OpenChannel {
  Channel channel;
  security::SecretBytes mac_key, old_mac_key, key_encryption_key;
  Instant old_mac_key_until;  // where there is an old one
  std::vector<std::string> webhook_secrets;
  std::string their_key, our_key, api_v3_key;
  std::optional<RsaPublicKey> their_public_key;  // their_key, read once
};

// The channels as this server remembers them, for two seconds: every message asks for one. What is changed here is seen at once.
class ChannelBook {
 public:
  ChannelBook(const Services& services, std::shared_ptr<Secrets> secrets) : services_(services), secrets_(std::move(secrets)) {}

  using Found = Result<std::shared_ptr<const OpenChannel>>;  // a null pointer where there is none
  Found by_code(std::string_view code);
  Found by_key_id(std::string_view key_id);
  Found by_certificate(std::string_view sha256);
  using List = std::vector<std::shared_ptr<const OpenChannel>>;
  Result<std::shared_ptr<const List>> channels();
  void forget();
  // The new mac_key was used: the old one is good no more.
  void retire_old_key(std::int64_t channel_id);
  Secrets& secrets() { return *secrets_; }

 private:
  Found find(std::string Channel::* member, std::string_view value);
  std::optional<RsaPublicKey> public_key_of(const std::string& text);

  Services services_;
  std::shared_ptr<Secrets> secrets_;
  std::mutex mutex_;
  std::shared_ptr<const List> list_;
  std::map<std::string, RsaPublicKey> public_keys_;  // by their text: reading one costs more than a signature
  std::int64_t read_at_ms_ = 0;
};

}  // namespace mis::payment_channels
