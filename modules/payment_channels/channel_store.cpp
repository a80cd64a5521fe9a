// The channels' table.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "modules/payment_channels/channel.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::array<std::string_view, 5> kKinds = {"bank", "post", "payment_company", "alipay", "wechat"};

// What was stored has been checked; should a later build read it more strictly, the channel stands still instead of guessing.
Channel channel_row(const db::Rows& row) {
  Channel c;
  c.id = row.i64(0);
  c.code = row.text(1);
  c.name = row.text(2);
  c.kind = channel_kind_of(row.text(3)).value_or(ChannelKind::kBank);
  c.profile_text = row.text(5);
  auto profile = parse_channel_profile(c.profile_text);
  c.active = row.text(4) == "active" && profile.ok();
  if (profile) c.profile = std::move(*profile);
  c.key_id = row.text_or_null(6).value_or("");
  c.client_certificate = row.text_or_null(7).value_or("");
  c.signed_on = row.i32(8) != 0;
  c.version = row.i32(9);
  return c;
}

std::optional<std::string> or_null(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

}  // namespace

std::string_view name_of(ChannelKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<ChannelKind> channel_kind_of(std::string_view name) {
  const auto it = std::find(kKinds.begin(), kKinds.end(), name);
  if (it == kKinds.end()) return {};
  return static_cast<ChannelKind>(it - kKinds.begin());
}

std::vector<Channel> read_channels(db::Session& session) {
  std::vector<Channel> channels;
  for (auto rows = session.query("SELECT channel_id, code, name, kind, state, profile, key_id, client_certificate, signed_on, version FROM payment_channels_channel ORDER BY code"); rows.next();)
    channels.push_back(channel_row(rows));
  return channels;
}

Result<Channel> find_channel(db::Session& session, std::string_view code) {
  auto rows = session.query("SELECT channel_id, code, name, kind, state, profile, key_id, client_certificate, signed_on, version FROM payment_channels_channel WHERE code = ?", code);
  if (!rows.next()) return not_found("payment_channels.no_channel", "expected a payment channel with this code but there is none");
  return channel_row(rows);
}

Result<Channel> save_channel(db::Session& session, const Channel& c, Instant now, UserId by) {
  const char* state = c.active ? "active" : "suspended";
  try {
    if (c.version == 0) {
      session.execute("INSERT INTO payment_channels_channel (code, name, kind, state, profile, key_id, client_certificate, changed_by, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", c.code, c.name,
                      name_of(c.kind), state, c.profile_text, or_null(c.key_id), or_null(c.client_certificate), by, now);
      session.execute("INSERT INTO payment_channels_gate (channel_id) VALUES (?)", session.last_insert_id());
    } else {
      session.execute("UPDATE payment_channels_channel SET name = ?, kind = ?, state = ?, profile = ?, key_id = ?, client_certificate = ?, version = version + 1, changed_by = ?, changed_at = ? "
                      "WHERE channel_id = ?", c.name, name_of(c.kind), state, c.profile_text, or_null(c.key_id), or_null(c.client_certificate), by, now, c.id);
    }
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return conflict("payment_channels.not_unique", "expected a code, a key id and a certificate of this channel's own but another channel has one of them");
  }
  return find_channel(session, c.code);
}

void write_signed_on(db::Session& session, std::int64_t channel_id, bool signed_on, Instant now) {
  session.execute("UPDATE payment_channels_channel SET signed_on = ?, signed_at = ? WHERE channel_id = ?", signed_on, now, channel_id);
}

}  // namespace mis::payment_channels
