#include "modules/payment_channels/timers.hpp"

#include <algorithm>

#include "mis/jobs/timer.hpp"
#include "modules/payment_channels/debit_batch.hpp"
#include "modules/payment_channels/qr_orders.hpp"

namespace mis::payment_channels {
namespace {

constexpr int kMostOrders = 200;  // of a channel, each minute

std::optional<Channel> channel_with(db::Session& session, std::int64_t id) {
  for (auto& channel : read_channels(session))
    if (channel.id == id) return std::move(channel);
  return {};
}

// A job with a shard for each of these keys; nothing where there are none or where the last one still runs.
Result<std::optional<JobId>> queue(db::Session& session, Instant now, const char* kind, const char* unit, const std::vector<std::int64_t>& keys) {
  if (keys.empty() || jobs::is_active(session, kind, 0)) return std::optional<JobId>{};
  std::vector<jobs::Shard> shards;
  for (const auto key : keys) shards.push_back({key, 0});
  return std::optional(jobs::create(session, now, kind, 0, unit, shards, {}));
}

Result<std::int64_t> expire_batch(const Services& services, db::Session& session, std::int64_t batch_id) {
  std::int64_t channel_id = 0;
  {
    auto rows = session.query("SELECT channel_id FROM payment_channels_debit_batch WHERE batch_id = ?", batch_id);
    if (rows.next()) channel_id = rows.i64(0);
  }
  const auto channel = channel_with(session, channel_id);
  if (!channel) return not_found("payment_channels.no_batch", "expected a batch with this number but there is none");
  auto expired = DebitBatchService(services).expire(session, *channel, batch_id);
  // The bank's answer came meanwhile.
  if (!expired && expired.error().code == "payment_channels.batch_state") return std::int64_t{0};
  return expired;
}

Result<std::int64_t> repair_orders(const Services& services, ChannelBook& book, QrProvider* provider, db::Session& session, std::int64_t channel_id) {
  const auto channel = channel_with(session, channel_id);
  if (!channel || provider == nullptr) return std::int64_t{0};
  auto open = book.by_code(channel->code);
  if (!open) return std::move(open).error();
  if (!*open) return std::int64_t{0};
  auto settled = QrOrderService(services, book).repair(**open, *provider, kMostOrders);
  if (!settled) return std::move(settled).error();
  return std::int64_t{*settled};
}

}  // namespace

void register_timers(Registry& registry) {
  const auto& services = registry.services();
  auto book = std::make_shared<ChannelBook>(services, std::make_shared<Secrets>(registry.part<KeyPlace>()));
  const auto& providers = registry.part<QrProviders>();
  auto& kinds = registry.part<jobs::Kinds>();
  kinds.add({kDebitExpireJob, [&services](db::Session& s, const jobs::Job&, const jobs::Shard& shard) { return expire_batch(services, s, shard.key); }, {}});
  kinds.add({kOrderRepairJob, [&services, book, &providers](db::Session& s, const jobs::Job&, const jobs::Shard& shard) { return repair_orders(services, *book, providers.provider.get(), s, shard.key); }, {}});
  auto& timers = registry.part<jobs::Timers>();
  timers.add({kDebitExpireJob, jobs::daily_at(0, 10), [](db::Session& s, Instant now) { return queue(s, now, kDebitExpireJob, "debits", expired_batches(s, local_date(now))); }});
  timers.add({kOrderRepairJob, jobs::every_seconds(60), [&providers](db::Session& s, Instant now) -> Result<std::optional<JobId>> {
                if (!providers.provider) return std::optional<JobId>{};  // no line to the company
                return queue(s, now, kOrderRepairJob, "orders", channels_with_quiet_orders(s, now));
              }});
}

}  // namespace mis::payment_channels
