#include "modules/payment_channels/secrets.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "mis/db/database.hpp"
#include "mis/observe/log.hpp"
#include "mis/security/key_transport.hpp"
#include "modules/payment_channels/formats/webhook.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::int64_t kRememberedMs = 2'000;
constexpr std::size_t kMostPublicKeys = 100;

// A row's secret opens only as this channel's and under this name.
std::string place_of(std::int64_t channel_id, std::string_view name) { return fmt::format("payment_channels/{}/{}", channel_id, name); }

std::int64_t steady_ms() { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string_view view_of(const security::SecretBytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
std::string text_of(const security::SecretBytes& bytes) { return std::string(view_of(bytes)); }

Error bad_secret(std::string_view name, std::string message) {
  return invalid("payment_channels.bad_secret", message, {{fmt::format("/secrets/{}", name), "secret", message}});
}

}  // namespace

std::optional<Error> secret_complaint(const Channel& channel, std::string_view name, std::string_view value) {
  if (std::find(kSecretNames.begin(), kSecretNames.end(), name) == kSecretNames.end()) return bad_secret(name, "expected the name of a secret but there is none of this name");
  if (value.empty()) return {};
  if (name == secret_name::kMacKey) {
    auto key = security::SecretBytes::from_hex(value);
    if (!key) return bad_secret(name, key.error().message);
    if (auto tried = security::compute_mac(channel.profile.mac, *key, "0800"); !tried) return bad_secret(name, tried.error().message);
  } else if (name == secret_name::kKeyEncryptionKey) {
    auto key = security::SecretBytes::from_hex(value);
    if (!key) return bad_secret(name, key.error().message);
    if (auto good = security::check_key_encryption_key(channel.profile.mac.algorithm, *key); !good) return bad_secret(name, good.error().message);
  } else if (name == secret_name::kWebhookSecret || name == secret_name::kOldWebhookSecret) {
    if (auto secret = read_webhook_secret(value); !secret) return bad_secret(name, secret.error().message);
  } else if (name == secret_name::kTheirKey) {
    if (auto key = RsaPublicKey::read(value); !key) return bad_secret(name, key.error().message);
  } else if (name == secret_name::kOurKey) {
    if (auto key = RsaPrivateKey::read(value); !key) return bad_secret(name, key.error().message);
  } else if (value.size() != 32) {
    return bad_secret(name, fmt::format("expected a key of 32 bytes but found {}", value.size()));
  }
  return {};
}

Result<const security::SecretBox*> Secrets::box() {
  const std::lock_guard lock(mutex_);
  if (!box_) {
    if (place_.folder.empty()) return internal("payment_channels.no_key_place", "expected a data folder for the key file but this program was given none");
    auto opened = security::SecretBox::open(place_.folder / "channels.key");
    if (!opened) return std::move(opened).error();
    box_.emplace(std::move(*opened));
  }
  return &*box_;
}

std::optional<security::SecretBytes> mac_key_of(const security::SecretBytes& stored) {
  auto key = security::SecretBytes::from_hex({reinterpret_cast<const char*>(stored.data()), stored.size()});
  return key ? std::optional(std::move(*key)) : std::nullopt;
}

Status Secrets::write(db::Session& session, const Channel& channel, std::string_view name, std::string_view value, Instant now, UserId by) {
  if (auto complaint = secret_complaint(channel, name, value)) return *complaint;
  if (name == secret_name::kMacKey) drop_old_mac_key(session, channel.id);
  if (value.empty()) {
    session.execute("DELETE FROM payment_channels_secret WHERE channel_id = ? AND name = ?", channel.id, name);
    return ok();
  }
  return store(session, channel.id, name, value, now, by);
}

void Secrets::drop_old_mac_key(db::Session& session, std::int64_t channel_id) {
  session.execute("DELETE FROM payment_channels_secret WHERE channel_id = ? AND name = ?", channel_id, secret_name::kOldMacKey);
}

Status Secrets::change_mac_key(db::Session& session, const Channel& channel, const security::SecretBytes& key, Instant now) {
  const auto present = read(session, channel.id);
  if (!present) return present.error();
  drop_old_mac_key(session, channel.id);
  if (const auto old = present->find(std::string(secret_name::kMacKey)); old != present->end()) {
    if (auto kept = store(session, channel.id, secret_name::kOldMacKey, view_of(old->second), now, {}); !kept) return kept;
  }
  std::string hex;
  hex.reserve(2 * key.size());
  for (std::size_t i = 0; i < key.size(); ++i) hex += fmt::format("{:02X}", key.data()[i]);
  const auto wiped = security::SecretBytes::from_bytes(std::move(hex));
  return store(session, channel.id, secret_name::kMacKey, view_of(wiped), now, {});
}

Status Secrets::store(db::Session& session, std::int64_t channel_id, std::string_view name, std::string_view value, Instant now, std::optional<UserId> by) {
  auto opened = box();
  if (!opened) return std::move(opened).error();
  const auto sealed = (*opened)->seal(value, place_of(channel_id, name));
  session.execute("INSERT INTO payment_channels_secret (channel_id, name, sealed, changed_by, changed_at) VALUES (?, ?, ?, ?, ?) "
                  "ON DUPLICATE KEY UPDATE sealed = VALUES(sealed), changed_by = VALUES(changed_by), changed_at = VALUES(changed_at)", channel_id, name, sealed, by, now);
  return ok();
}

Result<std::unordered_map<std::string, security::SecretBytes>> Secrets::read(db::Session& session, std::int64_t channel_id) {
  std::unordered_map<std::string, security::SecretBytes> secrets;
  for (auto rows = session.query("SELECT name, sealed FROM payment_channels_secret WHERE channel_id = ?", channel_id); rows.next();) {
    auto opened = box();
    if (!opened) return std::move(opened).error();
    auto plain = (*opened)->unseal(rows.text(1), place_of(channel_id, rows.text(0)));
    if (!plain) return std::move(plain).error();
    secrets.emplace(rows.text(0), std::move(*plain));
  }
  return secrets;
}

std::vector<std::string> Secrets::names(db::Session& session, std::int64_t channel_id) {
  std::vector<std::string> names;
  for (auto rows = session.query("SELECT name FROM payment_channels_secret WHERE channel_id = ? ORDER BY name", channel_id); rows.next();) names.push_back(rows.text(0));
  return names;
}

Result<std::shared_ptr<const ChannelBook::List>> ChannelBook::channels() {
  {
    const std::lock_guard lock(mutex_);
    if (list_ && steady_ms() - read_at_ms_ < kRememberedMs) return list_;
  }
  auto fresh = services_.database.read([&](db::Session& session) -> Result<std::shared_ptr<const List>> {
    auto channels = std::make_shared<List>();
    for (auto& channel : read_channels(session)) {
      auto open = std::make_shared<OpenChannel>();
      auto secrets = secrets_->read(session, channel.id);
      if (!secrets) return std::move(secrets).error();
      for (auto& [name, bytes] : *secrets) {
        if (name == secret_name::kMacKey) {
          if (auto key = mac_key_of(bytes)) open->mac_key = std::move(*key);
        } else if (name == secret_name::kOldMacKey) {
          auto changed = session.query("SELECT changed_at FROM payment_channels_secret WHERE channel_id = ? AND name = ?", channel.id, name);
          if (auto key = mac_key_of(bytes); key && changed.next()) {
            open->old_mac_key = std::move(*key);
            open->old_mac_key_until = {changed.instant(0).micros + kOldMacKeySeconds * 1'000'000};
          }
        } else if (name == secret_name::kKeyEncryptionKey) {
          if (auto key = mac_key_of(bytes)) open->key_encryption_key = std::move(*key);
        } else if (name == secret_name::kWebhookSecret || name == secret_name::kOldWebhookSecret) {
          if (auto secret = read_webhook_secret(text_of(bytes))) open->webhook_secrets.push_back(std::move(*secret));
        } else if (name == secret_name::kTheirKey) {
          open->their_key = text_of(bytes);
          open->their_public_key = public_key_of(open->their_key);
        } else if (name == secret_name::kOurKey) {
          open->our_key = text_of(bytes);
        } else if (name == secret_name::kApiV3Key) {
          open->api_v3_key = text_of(bytes);
        }
      }
      open->channel = std::move(channel);
      channels->push_back(std::move(open));
    }
    return std::shared_ptr<const List>(std::move(channels));
  });
  if (!fresh) return fresh;
  const std::lock_guard lock(mutex_);
  list_ = *fresh;
  read_at_ms_ = steady_ms();
  return list_;
}

ChannelBook::Found ChannelBook::find(std::string Channel::* member, std::string_view value) {
  auto channels = this->channels();
  if (!channels) return std::move(channels).error();
  if (!value.empty())
    for (const auto& open : **channels)
      if (open->channel.*member == value) return open;
  return std::shared_ptr<const OpenChannel>();
}

ChannelBook::Found ChannelBook::by_code(std::string_view code) { return find(&Channel::code, code); }
ChannelBook::Found ChannelBook::by_key_id(std::string_view key_id) { return find(&Channel::key_id, key_id); }
ChannelBook::Found ChannelBook::by_certificate(std::string_view sha256) { return find(&Channel::client_certificate, sha256); }

void ChannelBook::retire_old_key(std::int64_t channel_id) {
  auto done = services_.database.transact([&](db::Session& session) -> Status {
    Secrets::drop_old_mac_key(session, channel_id);
    return ok();
  });
  if (!done) observe::log(observe::Level::kWarning, "payment_channels.old_key_kept", {{"code", done.error().code}, {"message", done.error().message}});
  forget();
}

std::optional<RsaPublicKey> ChannelBook::public_key_of(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (const auto known = public_keys_.find(text); known != public_keys_.end()) return known->second;
  auto key = RsaPublicKey::read(text);
  if (!key) return {};
  if (public_keys_.size() >= kMostPublicKeys) public_keys_.clear();  // of channels whose keys were changed again and again
  return public_keys_.emplace(text, std::move(*key)).first->second;
}

void ChannelBook::forget() {
  const std::lock_guard lock(mutex_);
  list_.reset();
}

}  // namespace mis::payment_channels
