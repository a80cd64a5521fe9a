#include "modules/payment_channels/key_change.hpp"

#include <algorithm>

#include "mis/db/database.hpp"
#include "mis/http/digest.hpp"
#include "mis/observe/log.hpp"
#include "mis/security/key_transport.hpp"
#include "modules/payment_channels/outcome.hpp"

namespace mis::payment_channels {
namespace {

bool is_same(const security::SecretBytes& a, const security::SecretBytes& b) { return a.size() == b.size() && std::equal(a.data(), a.data() + a.size(), b.data()); }

Response refused(const OpenChannel& open, Response why, const std::string& reason) {
  observe::log(observe::Level::kWarning, "payment_channels.key_refused", {{"channel", open.channel.code}, {"response", std::string(name_of(why))}, {"message", reason}});
  return why;
}

constexpr int kMostAttempts = 4;

// Whether this very message's change is there: not that of one that sent the same key at another time.
bool is_done(db::Session& session, const OpenChannel& open, const NewKey& fresh, Instant at) {
  return session.query("SELECT 1 FROM payment_channels_key_change WHERE channel_id = ? AND sent_sha256 = ? AND stan = ? AND changed_at = ?", open.channel.id, http::sha256_hex(fresh.wrapped), fresh.stan, at).next();
}

// `again`: nobody knows whether this was committed before.
Result<Response> change(db::Session& session, ChannelBook& book, const OpenChannel& open, const NewKey& fresh, const security::SecretBytes& key, Instant now, bool again) {
  // One change at a time: the second one must see the first one's key as the one before it.
  session.query("SELECT channel_id FROM payment_channels_channel WHERE channel_id = ? FOR UPDATE", open.channel.id).next();
  if (again && is_done(session, open, fresh, now)) return Response::kApproved;
  const auto secrets = book.secrets().read(session, open.channel.id);
  if (!secrets) return secrets.error();
  const auto present = secrets->find(std::string(secret_name::kMacKey));
  if (present != secrets->end()) {
    const auto old = mac_key_of(present->second);
    if (old && is_same(*old, key)) return Response::kReused;
  }
  try {
    session.execute("INSERT INTO payment_channels_key_change (channel_id, sent_sha256, stan, changed_at) VALUES (?, ?, ?, ?)", open.channel.id, http::sha256_hex(fresh.wrapped), fresh.stan, now);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return Response::kReused;
  }
  if (auto changed = book.secrets().change_mac_key(session, open.channel, key, now); !changed) return std::move(changed).error();
  return Response::kApproved;
}

}  // namespace

Result<Response> change_mac_key(const Services& services, ChannelBook& book, const OpenChannel& open, const NewKey& fresh) {
  if (!open.channel.active) return Response::kSuspended;
  if (open.key_encryption_key.size() == 0 || !open.channel.profile.iso.has_mac) return Response::kUnsupported;
  const auto key = security::unwrap_key(open.channel.profile.mac.algorithm, open.key_encryption_key, fresh.wrapped, fresh.check_value);
  if (!key) return refused(open, Response::kKeyRefused, key.error().message);
  const Instant now = services.clock.now();
  std::optional<Error> unknown;
  auto done = Result<Response>(Response::kUnavailable);
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    done = services.database.transact([&](db::Session& session) { return change(session, book, open, fresh, *key, now, unknown.has_value()); });
    if (done || !is_outcome_unknown(done.error())) break;
    unknown = done.error();
  }
  if (!done && unknown) done = std::move(*unknown);
  book.forget();
  if (!done) return done;
  if (*done == Response::kReused) return refused(open, Response::kReused, "this key was sent before");
  if (*done == Response::kApproved) observe::log(observe::Level::kInfo, "payment_channels.key_changed", {{"channel", open.channel.code}, {"stan", fresh.stan}});
  return done;
}

}  // namespace mis::payment_channels
