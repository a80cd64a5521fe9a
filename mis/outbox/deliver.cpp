// Out of the queue: batches, each first written down, then given to the provider, then settled.
#include <fmt/format.h>

#include "mis/base/fitted_text.hpp"
#include "mis/jobs/jobs.hpp"
#include "mis/outbox/outbox.hpp"

namespace mis::outbox {
namespace {

constexpr int kBatchSize = 2'000;
// A provider that did not know is asked again after a minute, not in each look.
constexpr std::int64_t kAskAgainMicros = 60'000'000;

Instant later(Instant at, std::int64_t minutes) { return {at.micros + minutes * 60'000'000}; }
std::string shortened(const std::string& text) { return fitted_text(text, 190); }

std::vector<Outgoing> messages_of(db::Session& session, std::int64_t batch) {
  std::vector<Outgoing> messages;
  for (auto rows = session.query("SELECT message_id, kind, address, subject, body, attachment_name, attachment_type, attachment FROM outbox_message "
                                 "WHERE batch_id = ? AND state IN ('sending', 'unknown') ORDER BY message_id", batch); rows.next();) {
    Message m;
    m.kind = static_cast<Kind>(rows.i32(1));
    m.address = rows.text(2);
    m.subject = rows.text(3);
    m.body = rows.text(4);
    if (!rows.is_null(7)) m.attachment = Attachment{rows.text(5), rows.text(6), rows.text(7)};
    messages.push_back({{rows.i64(0)}, std::move(m)});
  }
  return messages;
}

// Puts the due messages of a kind into a new batch, committed before the provider hears of it: whoever finds it after a crash
// knows that it may have been sent.
Result<std::int64_t> begin_batch(db::Database& database, Instant now, Kind kind, Provider& provider) {
  const auto place = provider.place();
  const auto batch = database.take_ids("outbox_batch");
  return database.transact([&](db::Session& s) -> Result<std::int64_t> {
    const auto messages = s.execute("UPDATE outbox_message SET state = 'sending', batch_id = ?, attempts = attempts + 1 WHERE kind = ? AND state = 'queued' AND not_before <= ? "
                                    "ORDER BY not_before, message_id LIMIT ?", batch, static_cast<int>(kind), now, kBatchSize);
    if (messages == 0) return 0;
    s.execute("INSERT INTO outbox_batch (batch_id, kind, provider, place, state, messages, started_at) VALUES (?, ?, ?, ?, 'sending', ?, ?)", batch, static_cast<int>(kind), provider.name(), place, messages, now);
    return batch;
  });
}

// Writes down what the provider said of a batch; adds it to `total`.
Status settle(db::Database& database, Instant now, std::int64_t batch, const Delivery& delivery, Delivered& total) {
  Delivered change;
  auto status = database.transact([&](db::Session& s) -> Status {
    change = {};
    switch (delivery.outcome) {
      case Delivery::Outcome::kSent:
        for (const auto& rejected : delivery.rejected)
          change.refused += s.execute("UPDATE outbox_message SET state = 'failed', finished_at = ?, last_error = ? WHERE message_id = ? AND batch_id = ? AND state IN ('sending', 'unknown')", now,
                                      shortened(rejected.reason), rejected.id, batch);
        change.sent += s.execute("UPDATE outbox_message SET state = 'sent', finished_at = ?, last_error = '' WHERE batch_id = ? AND state IN ('sending', 'unknown')", now, batch);
        s.execute("UPDATE outbox_batch SET state = 'sent', reference = ?, finished_at = ? WHERE batch_id = ?", delivery.reference, now, batch);
        return ok();
      case Delivery::Outcome::kUnknown:
        s.execute("UPDATE outbox_message SET state = 'unknown', last_error = ? WHERE batch_id = ? AND state IN ('sending', 'unknown')", shortened(delivery.error), batch);
        s.execute("UPDATE outbox_batch SET state = 'unknown', error = ?, asked_at = ? WHERE batch_id = ?", shortened(delivery.error), now, batch);
        {
          auto rows = s.query("SELECT COUNT(*) FROM outbox_message WHERE batch_id = ? AND state = 'unknown'", batch);
          rows.next();
          change.unknown = rows.i64(0);
        }
        return ok();
      case Delivery::Outcome::kFailed:
        change.refused += s.execute("UPDATE outbox_message SET state = 'failed', finished_at = ?, last_error = ? WHERE batch_id = ? AND state IN ('sending', 'unknown') AND attempts >= ?", now,
                                    shortened(delivery.error), batch, kMaxAttempts);
        for (int attempts = 1; attempts < kMaxAttempts; ++attempts)
          change.refused += s.execute("UPDATE outbox_message SET state = 'queued', not_before = ?, last_error = ? WHERE batch_id = ? AND state IN ('sending', 'unknown') AND attempts = ?",
                                      later(now, backoff_minutes(attempts)), shortened(delivery.error), batch, attempts);
        s.execute("UPDATE outbox_batch SET state = 'failed', error = ?, finished_at = ? WHERE batch_id = ?", shortened(delivery.error), now, batch);
        return ok();
    }
    return ok();
  });
  if (!status) return status;
  total.sent += change.sent;
  total.refused += change.refused;
  total.unknown += change.unknown;
  return ok();
}

Delivery send(db::Database& database, std::int64_t batch, Provider& provider) {
  std::vector<Outgoing> messages;
  {
    auto session = database.lease();
    messages = messages_of(*session, batch);
  }
  return provider.send(batch, messages);
}

struct HalfDone {
  std::int64_t batch = 0;
  bool ours = true;  // it was given to this provider; another one's is looked at once
};

std::vector<HalfDone> half_done(db::Session& session, Kind kind, Provider& provider, Instant now) {
  std::vector<HalfDone> batches;
  std::optional<std::string> place;
  for (auto rows = session.query("SELECT batch_id, provider, place, state, asked_at <= ? FROM outbox_batch WHERE kind = ? AND state IN ('sending', 'unknown') ORDER BY batch_id", Instant{now.micros - kAskAgainMicros},
                                 static_cast<int>(kind)); rows.next();) {
    const bool sending = rows.text(3) == "sending";
    if (!place) place = provider.place();
    const bool ours = rows.text(1) == provider.name() && rows.text(2) == *place && *place != Provider::kNowhere;
    if (sending || (ours && rows.i64_or_null(4).value_or(0) != 0)) batches.push_back({rows.i64(0), ours});
  }
  return batches;
}

// What became of a batch that was left half done. The provider that was given it may not have it: then it goes out now, under the number
// it had, so that it cannot go out twice. Another provider, as one that writes to another host's folder, does not know: what it does not
// have stays unknown until the one is here that was given it.
Delivery recover(db::Database& database, const HalfDone& half, Provider& provider) {
  auto delivery = provider.ask(half.batch);
  if (delivery.outcome != Delivery::Outcome::kFailed) return delivery;
  if (half.ours) return send(database, half.batch, provider);
  return {Delivery::Outcome::kUnknown, "", "expected to ask the provider that was given the batch, maybe another host's, but it is not here", {}};
}

}  // namespace

Result<Delivered> deliver(db::Database& database, db::Session& holder, const Clock& clock, Kind kind, Provider& provider) {
  Delivered total;
  if (!holder.query("SELECT kind FROM outbox_channel WHERE kind = ? FOR UPDATE SKIP LOCKED", static_cast<int>(kind)).next()) {
    total.busy = true;
    return total;
  }
  for (const auto& half : half_done(holder, kind, provider, clock.now()))
    if (auto status = settle(database, clock.now(), half.batch, recover(database, half, provider), total); !status) return std::move(status).error();
  for (;;) {
    auto batch = begin_batch(database, clock.now(), kind, provider);
    if (!batch) return std::move(batch).error();
    if (*batch == 0) return total;
    const auto delivery = send(database, *batch, provider);
    if (auto status = settle(database, clock.now(), *batch, delivery, total); !status) return std::move(status).error();
  }
}

bool has_work(db::Session& session, const Providers& providers, Instant now) {
  for (const auto kind : kKinds) {
    if (providers.of(kind) == nullptr) continue;
    if (session.query("SELECT 1 FROM outbox_message WHERE kind = ? AND state = 'queued' AND not_before <= ? LIMIT 1", static_cast<int>(kind), now).next()) return true;
    if (!half_done(session, kind, *providers.of(kind), now).empty()) return true;
  }
  return false;
}

JobId request_delivery(db::Session& session, const Providers& providers, Instant now, std::optional<UserId> by) {
  std::vector<jobs::Shard> shards;
  for (const auto kind : kKinds) {
    if (providers.of(kind) == nullptr) continue;
    auto rows = session.query("SELECT COUNT(*) FROM outbox_message WHERE kind = ? AND state = 'queued' AND not_before <= ?", static_cast<int>(kind), now);
    rows.next();
    shards.push_back({static_cast<int>(kind), rows.i32(0)});
  }
  return jobs::create(session, now, kDeliverJob, 0, "messages", shards, by);
}

std::optional<JobId> request_delivery_if_due(db::Session& session, const Providers& providers, Instant now) {
  if (jobs::is_active(session, kDeliverJob, 0) || !has_work(session, providers, now)) return {};
  return request_delivery(session, providers, now, {});
}

Result<std::int64_t> clear_sent(db::Database& database, const Clock& clock, Kind kind, Provider& provider, Instant before, int most) {
  auto batches = database.read([&](db::Session& s) -> Result<std::vector<std::int64_t>> {
    std::vector<std::int64_t> ids;
    for (auto rows = s.query("SELECT batch_id FROM outbox_batch WHERE kind = ? AND provider = ? AND state = 'sent' AND cleared_at IS NULL AND finished_at < ? ORDER BY batch_id LIMIT ?",
                             static_cast<int>(kind), provider.name(), before, most); rows.next();)
      ids.push_back(rows.i64(0));
    return ids;
  });
  if (!batches) return std::move(batches).error();
  for (const auto batch : *batches) {
    if (auto status = provider.clear(batch); !status) return std::move(status).error();
    auto noted = database.transact([&](db::Session& s) -> Status {
      s.execute("UPDATE outbox_batch SET cleared_at = ? WHERE batch_id = ? AND cleared_at IS NULL", clock.now(), batch);
      return ok();
    });
    if (!noted) return std::move(noted).error();
  }
  return static_cast<std::int64_t>(batches->size());
}

Status retry(db::Session& session, MessageId message, Instant now) {
  auto rows = session.query("SELECT state FROM outbox_message WHERE message_id = ? FOR UPDATE", message);
  if (!rows.next()) return not_found("outbox.no_message", fmt::format("expected a message with the number {} but there is none", message.value));
  if (rows.text(0) != "failed") return conflict("outbox.message_state", fmt::format("expected the message to be failed but it is {}", rows.text(0)));
  session.execute("UPDATE outbox_message SET state = 'queued', attempts = 0, not_before = ?, finished_at = NULL WHERE message_id = ?", now, message);
  return ok();
}

}  // namespace mis::outbox
