// Into the queue: what a message must be, and that it is there once.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "mis/files/lookup.hpp"
#include "mis/http/text_check.hpp"
#include "mis/outbox/outbox.hpp"

namespace mis::outbox {
namespace {

constexpr std::size_t kMaxBodyBytes = 16'000;
constexpr std::size_t kMaxLetterAddress = 320;
constexpr std::size_t kMaxAttachmentBytes = 8 * 1024 * 1024;

bool is_ascii_word(std::string_view text, std::size_t max) {
  return !text.empty() && text.size() <= max && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// One printable line: what stands in a header or on an envelope must not begin another one.
bool is_line(std::string_view text, std::size_t max) {
  const auto shape = http::shape_of(text);
  return shape && shape->characters <= max && !shape->has_line_end && !shape->has_control;
}

bool is_phone(std::string_view address) {
  if (address.starts_with('+')) address.remove_prefix(1);
  std::size_t digits = 0;
  for (const char c : address) {
    if (c >= '0' && c <= '9') ++digits;
    else if (c != '-') return false;
  }
  return digits >= 5 && digits <= 20;
}

bool is_email(std::string_view address) {
  const auto at = address.find('@');
  return is_ascii_word(address, 200) && at != std::string_view::npos && at > 0 && at + 3 < address.size() && address.find('@', at + 1) == std::string_view::npos &&
         address.find('.', at) != std::string_view::npos && address.find_first_of(",;<>\"()\\") == std::string_view::npos;
}

Error bad(std::string what) { return invalid("outbox.bad_message", std::move(what)); }

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kSms: return "sms";
    case Kind::kEmail: return "email";
    case Kind::kLetter: return "letter";
  }
  return "";
}

std::optional<Kind> kind_of(std::string_view name) {
  for (const auto kind : kKinds)
    if (name_of(kind) == name) return kind;
  return {};
}

bool is_address(Kind kind, std::string_view address) {
  switch (kind) {
    case Kind::kSms: return is_phone(address);
    case Kind::kEmail: return is_email(address);
    case Kind::kLetter: return !address.empty() && is_line(address, kMaxLetterAddress);
  }
  return false;
}

std::string one_line(std::string_view text, std::size_t max_characters) {
  std::string line;
  for (std::size_t at = 0, characters = 0; at < text.size() && characters < max_characters; ++characters) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    const auto one = text.substr(at, end - at);
    if (!http::shape_of(one)) return {};
    if (is_line(one, 1)) line += one;
    else line += ' ';
    at = end;
  }
  return line;
}

Status check(const Message& m) {
  if (!is_address(m.kind, m.address)) {
    switch (m.kind) {
      case Kind::kSms: return invalid("outbox.bad_address", "expected a telephone number of 5 to 20 digits but found another address");
      case Kind::kEmail: return invalid("outbox.bad_address", "expected one e-mail address but found another address");
      case Kind::kLetter: return invalid("outbox.bad_address", "expected name and postal address in one line of at most 320 characters but found another address");
    }
  }
  if (!is_line(m.subject, 200)) return bad("expected a subject of one line of at most 200 characters but found another text");
  const auto body = http::shape_of(m.body);
  if (!body || m.body.empty() || m.body.size() > kMaxBodyBytes || body->has_control) return bad(fmt::format("expected a body of 1 to {} bytes of text but found {} bytes", kMaxBodyBytes, m.body.size()));
  if (!is_ascii_word(m.entity, 40) || !is_ascii_word(m.entity_id, 60)) return bad("expected what the message is about in at most 40 and 60 ASCII characters but found another text");
  if (!is_ascii_word(m.dedup_key, 120)) return bad("expected a key of 1 to 120 printable ASCII characters but found another text");
  if (m.attachment) {
    const auto& a = *m.attachment;
    if (m.kind != Kind::kEmail) return bad("expected an attachment with an e-mail only but found one with another kind of message");
    if (a.name.empty() || !is_line(a.name, 120) || a.name.find('/') != std::string::npos) return bad("expected an attachment's name of 1 to 120 characters without a path but found another text");
    if (!is_ascii_word(a.content_type, 80)) return bad("expected an attachment's content type but found another text");
    if (a.content.size() > kMaxAttachmentBytes) return bad(fmt::format("expected an attachment of at most {} bytes but found {}", kMaxAttachmentBytes, a.content.size()));
  }
  return ok();
}

Result<std::vector<Queued>> queue_all(db::Database& database, db::Session& session, Instant now, std::span<const Message> messages) {
  std::vector<std::string> keys;
  keys.reserve(messages.size());
  for (const auto& message : messages) {
    if (auto status = check(message); !status) return std::move(status).error();
    keys.push_back(message.dedup_key);
  }
  std::unordered_map<std::string, std::int64_t> known;
  files::query_in(session, "SELECT dedup_key, message_id FROM outbox_message WHERE dedup_key IN (*)", std::span<const std::string>(keys),
                  [&](db::Rows& row) { known.emplace(row.text(0), row.i64(1)); });
  std::vector<Queued> queued;
  queued.reserve(messages.size());
  db::BulkWriter rows("outbox_message", {"message_id", "kind", "org_id", "address", "subject", "body", "attachment_name", "attachment_type", "attachment", "entity", "entity_id", "dedup_key",
                                         "not_before", "queued_at"});
  std::int64_t next = messages.empty() ? 0 : database.take_ids("outbox_message", static_cast<std::int64_t>(messages.size()));
  for (const auto& m : messages) {
    const auto [it, is_new] = known.emplace(m.dedup_key, next);
    queued.push_back({{it->second}, is_new});
    if (!is_new) continue;
    rows.add(next++).add(static_cast<int>(m.kind)).add(m.org).add(m.address).add(m.subject).add(m.body);
    if (m.attachment) rows.add(m.attachment->name).add(m.attachment->content_type).add(m.attachment->content);
    else rows.add("").add("").add_null();
    rows.add(m.entity).add(m.entity_id).add(m.dedup_key).add(m.not_before.value_or(now)).add(now);
    rows.end_row();
    rows.flush_when_over(session, 8 << 20);
  }
  rows.flush(session);
  return queued;
}

Result<Queued> queue(db::Database& database, db::Session& session, Instant now, const Message& message) {
  auto queued = queue_all(database, session, now, std::span<const Message>(&message, 1));
  if (!queued) return std::move(queued).error();
  return queued->front();
}

}  // namespace mis::outbox
