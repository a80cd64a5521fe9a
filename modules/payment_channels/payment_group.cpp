#include "modules/payment_channels/payment_group.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mis/db/database.hpp"
#include "mis/files/lookup.hpp"
#include "mis/observe/log.hpp"
#include "modules/payment_channels/booking_day.hpp"
#include "modules/payment_channels/domain/mask.hpp"
#include "modules/payment_channels/payment_item.hpp"
#include "modules/payment_channels/reconciliation_store.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kMostInGroup = 16;  // more take longer than they save
constexpr int kMostGroups = 4;            // of a channel at work at once: while one waits for its commit others work

// Not the door's to decide about: partial and exact amounts are compared after each payment alone, and named bills are looked for.
bool is_plain(const Channel& channel, const PayRequest& request) { return channel.profile.amount_rule == AmountRule::kAny && request.months.empty(); }

struct Label {
  AccountId id;
  std::string name;
};

std::unordered_map<std::string, Label> labels_of(db::Session& session, std::span<const std::string> account_nos) {
  std::unordered_map<std::string, Label> labels;
  files::query_in(session, "SELECT account_no, account_id, name FROM customers_account_label WHERE account_no IN (*)", account_nos,
                  [&](db::Rows& row) { labels.insert_or_assign(row.text(0), Label{{row.i64(1)}, row.text(2)}); });
  return labels;
}

// Ours up to the end of the unit of work. Who waited for an account that somebody else works on would hold up the whole bank.
std::unordered_set<std::int64_t> free_accounts(db::Session& session, const std::unordered_map<std::string, Label>& labels) {
  std::vector<AccountId> accounts;
  for (const auto& [account_no, label] : labels) accounts.push_back(label.id);
  std::unordered_set<std::int64_t> free;
  for (const auto account : receivables::lock_free(session, accounts)) free.insert(account.value);
  return free;
}

// Numbers under which two people have taken in a payment these days: a message with one of them may be about that payment.
std::unordered_set<std::string> taken_in_by_hand(db::Session& session, std::int64_t channel_id, Date day, std::span<const std::string> serials) {
  std::unordered_set<std::string> found;
  const db::Param first[] = {channel_id, day + -2, day + -1, day, day + 1, day + 2};
  files::query_in(session, "SELECT serial_no FROM payment_channels_item WHERE channel_id = ? AND business_date IN (?, ?, ?, ?, ?) AND content_hash = '' AND payment_id IS NOT NULL AND serial_no IN (*)", serials,
                  [&](db::Rows& row) { found.insert(row.text(0)); }, first);
  return found;
}

}  // namespace

PaymentGroups::PaymentGroups(const Services& services)
    : services_(services), service_(services), groups_(services.metrics.counter("watthour_payment_groups", "Units of work in which payments of channels were taken")),
      in_groups_(services.metrics.counter("watthour_payments_in_groups", "Payments of channels that were taken in them")) {}

Result<ItemAnswer> PaymentGroups::pay(const Channel& channel, const PayRequest& request) {
  if (!is_plain(channel, request) || ChannelService::readiness(channel) != Response::kApproved || !is_message_key(request.key) || (!request.serial.empty() && !is_message_key(request.serial)))
    return service_.pay(channel, request);
  Waiting mine{request, false, {}, {}};
  std::unique_lock lock(mutex_);
  Line& line = lines_[channel.id];
  line.waiting.push_back(&mine);
  while (!mine.done) {
    if (line.at_work >= kMostGroups || line.waiting.empty()) {
      mine.woken.wait(lock);
      continue;
    }
    const auto end = line.waiting.begin() + static_cast<std::ptrdiff_t>(std::min(kMostInGroup, line.waiting.size()));
    const std::vector<Waiting*> group(line.waiting.begin(), end);
    line.waiting.erase(line.waiting.begin(), end);
    ++line.at_work;
    if (!line.waiting.empty() && line.at_work < kMostGroups) line.waiting.front()->woken.notify_one();
    lock.unlock();
    try {
      take(channel, group);
    } catch (const std::exception& e) {
      observe::log(observe::Level::kError, "payment_channels.group_failed", {{"channel", channel.code}, {"message", e.what()}});
    }
    lock.lock();
    --line.at_work;
    for (auto* waiting : group) {
      waiting->done = true;
      if (waiting != &mine) waiting->woken.notify_one();
    }
    if (!line.waiting.empty()) line.waiting.front()->woken.notify_one();
  }
  lock.unlock();
  if (mine.answer) return std::move(*mine.answer);
  return service_.pay(channel, request);
}

void PaymentGroups::take(const Channel& channel, std::span<Waiting* const> group) {
  std::vector<std::pair<Waiting*, ItemAnswer>> taken;
  const auto done = services_.database.transact([&](db::Session& session) -> Status {
    taken.clear();
    // From here on whoever closes a day waits for us. Until here we may have waited, even over the cut.
    share_gate(session, channel.id);
    const Instant now = services_.clock.now();
    const auto open = booking_day(session, channel, now);
    if (!open.is_open) return ok();  // each is told so alone
    std::vector<std::string> keys, account_nos, serials;
    for (const auto* waiting : group) {
      keys.push_back(waiting->request.key);
      account_nos.push_back(waiting->request.account_no);
      serials.push_back(waiting->request.serial.empty() ? waiting->request.key : waiting->request.serial);
    }
    // The accounts first: once one is ours, an earlier message with the same key is committed and seen below.
    const auto labels = labels_of(session, account_nos);
    const auto free = free_accounts(session, labels);
    std::unordered_set<std::string> seen;  // keys that have an item, or are in this group already
    const db::Param of_channel[] = {channel.id};
    files::query_in(session, "SELECT request_key FROM payment_channels_item WHERE channel_id = ? AND request_key IN (*)", keys, [&](db::Rows& row) { seen.insert(row.text(0)); }, of_channel);
    const auto by_hand = taken_in_by_hand(session, channel.id, open.day, serials);
    std::vector<Item> items;
    std::vector<Waiting*> whose;
    std::vector<receivables::Payment> payments;
    for (std::size_t i = 0; i < group.size(); ++i) {
      auto* waiting = group[i];
      const auto& request = waiting->request;
      const auto label = labels.find(request.account_no);
      if (label == labels.end() || !free.contains(label->second.id.value) || !seen.insert(request.key).second || by_hand.contains(serials[i])) continue;
      Item item = new_item(channel, request, open.day, now);
      if (broken_amount_or_day(item, channel, request, open.day, now) || item.business_date != open.day) continue;
      item.account = label->second.id;
      item.answer.name = masked_name(label->second.name);
      payments.push_back(payment_of(item, channel, now));
      items.push_back(std::move(item));
      whose.push_back(waiting);
    }
    if (items.empty()) return ok();
    const auto outcomes = receivables::pay_all(services_.database, session, payments);
    if (!outcomes) return outcomes.error();
    auto id = services_.database.take_ids(kItemSequence, static_cast<std::int64_t>(items.size()));
    for (std::size_t i = 0; i < items.size(); ++i) note_paid(items[i], channel, (*outcomes)[i], id++);
    if (auto stored = insert_items(session, items); !stored) return stored;
    for (std::size_t i = 0; i < items.size(); ++i) taken.emplace_back(whose[i], std::move(items[i].answer));
    return ok();
  });
  if (!done) {
    // Each goes alone now and finds out for itself; also where nobody knows whether the commit was done.
    observe::log(observe::Level::kInfo, "payment_channels.group_undone", {{"channel", channel.code}, {"code", done.error().code}, {"message", done.error().message}});
    return;
  }
  if (taken.empty()) return;
  groups_.add();
  in_groups_.add(static_cast<std::int64_t>(taken.size()));
  for (auto& [waiting, answer] : taken) waiting->answer = std::move(answer);
}

}  // namespace mis::payment_channels
