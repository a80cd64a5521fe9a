#include "modules/payment_channels/reconcile.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/db/bulk_writer.hpp"
#include "mis/http/digest.hpp"
#include "mis/security/audit.hpp"
#include "modules/customers/customers.hpp"
#include "modules/payment_channels/formats/debit_text.hpp"
#include "modules/payment_channels/item_store.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;

constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kMostSerialBytes = 64;
constexpr std::size_t kFlushBytes = 4U << 20U;

bool is_serial(std::string_view text) {
  return !text.empty() && text.size() <= kMostSerialBytes && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

// Reads the file line by line into their items' rows. Complaints are gathered: the bank gets all of them at once.
class FileLoader {
 public:
  FileLoader(db::Session& session, std::int64_t reconciliation_id, Date business_date) : session_(session), reconciliation_id_(reconciliation_id), business_date_(business_date) {}

  void row(const DebitTextRow& row) {
    const auto line = "/line/" + std::to_string(row.line);
    if (!is_serial(row.serial_no)) return complain({line, "serial_no", fmt::format("expected a serial number of 1 to {} printable ASCII characters but found another", kMostSerialBytes)});
    if (row.account_no.size() > 32) return complain({line, "account_no", "expected an account number of at most 32 bytes but found a longer one"});
    if (row.amount.value <= 0) return complain({line, "amount", "expected an amount of more than nothing but found none"});
    if (row.date && *row.date != business_date_) return complain({line, "date", fmt::format("expected the business date {} but found {}", business_date_.to_string(), row.date->to_string())});
    const auto sum = sum_inside_limit(total_.amount, row.amount);
    if (!sum) return complain({line, "amount", "expected a file whose amounts add up to less than 2^53 fen but they do not"});
    total_ = {total_.count + 1, *sum};
    if (!problems_.empty()) return;
    writer_.add(reconciliation_id_).add(row.serial_no).add(row.line).add(row.account_no).add(row.amount);
    writer_.end_row();
    writer_.flush_when_over(session_, kFlushBytes);
  }
  void problem(const files::Problem& p) {
    complain({fmt::format("/line/{}", p.line), p.code, fmt::format("{}: expected {} but found {}", p.column, p.expected, p.found)});
  }
  Result<SideTotal> finish() {
    if (!problems_.empty())
      return invalid("payment_channels.file_problems", fmt::format("expected a file that can be read as a whole but {} of its lines cannot", count_), std::move(problems_));
    writer_.flush(session_);
    return total_;
  }

 private:
  void complain(FieldError error) {
    ++count_;
    if (problems_.size() < kMostProblems) problems_.push_back(std::move(error));
  }

  db::Session& session_;
  std::int64_t reconciliation_id_;
  Date business_date_;
  db::BulkWriter writer_{"payment_channels_their_item", {"reconciliation_id", "serial_no", "line_no", "account_no", "amount_fen"}};
  SideTotal total_;
  std::vector<FieldError> problems_;
  std::int64_t count_ = 0;
};

void audit(db::Session& session, const Services& services, const security::Caller& caller, const char* action, const Channel& channel, const Difference& before, const Difference& after) {
  const auto told = [&](const Difference& d) {
    return json({{"channel", channel.code}, {"serial_no", d.serial_no}, {"kind", name_of(d.kind)}, {"state", name_of(d.state)}, {"how", d.how ? json(name_of(*d.how)) : json(nullptr)}, {"note", d.note}}).dump();
  };
  auto entry = security::audit_entry(caller, action, "channel_difference", std::to_string(after.id));
  entry.before = told(before);
  entry.after = told(after);
  security::append_audit(session, services.clock.now(), entry);
}

struct LockedDifference {
  Difference difference;
  Reconciliation reconciliation;
};
Result<LockedDifference> locked(db::Session& session, const Channel& channel, std::int64_t difference_id) {
  auto difference = lock_difference(session, difference_id);
  auto reconciliation = difference ? find_reconciliation(session, difference->reconciliation_id) : std::nullopt;
  if (!reconciliation || reconciliation->channel_id != channel.id) return not_found("payment_channels.no_difference", "expected a difference of this channel with this number but there is none");
  return LockedDifference{std::move(*difference), std::move(*reconciliation)};
}

Error changed_meanwhile() {
  return conflict("payment_channels.changed_meanwhile", "expected the item to be as it was when it was compared but it has changed; look again");
}

// What was approved, done: money in, money back, or both.
class Settler {
 public:
  Settler(const Services& services, db::Session& session, const Channel& channel, const LockedDifference& what, UserId approver)
      : services_(services), session_(session), channel_(channel), difference_(what.difference), reconciliation_(what.reconciliation), approver_(approver), now_(services.clock.now()) {}

  // Changes item and payment of the difference accordingly.
  Status run(Difference& difference) {
    if (*difference.how == Resolution::kIgnore) return ok();
    std::optional<Item> item;
    if (difference.item_id) item = lock_item(session_, *difference.item_id);
    if (*difference.how == Resolution::kPost && difference.kind == DifferenceKind::kOnlyTheirs) {
      if (paid_beside()) return changed_meanwhile();
      if (auto come = come_meanwhile()) item = std::move(come);
      // What two people have taken in since for another line is no longer this one's.
      if (item && item->state == ItemState::kPaid && item->taken_in_by_hand()) item.reset();
    }
    if (*difference.how == Resolution::kReverse || (item && item->state == ItemState::kPaid)) {
      if (!item || item->amount != difference.ours.value_or(Money{})) return changed_meanwhile();
      if (*difference.how == Resolution::kReverse && is_in_another_file(session_, item->id))
        return conflict("payment_channels.in_another_file", "expected a payment that the channel does not have but its file of another day has it; the reversal would take back what it collected");
      // Another day's good payment never makes room for a line of this day's file.
      if (*difference.how == Resolution::kPost && item->business_date != reconciliation_.business_date) return changed_meanwhile();
      if (auto back = take_back(*item); !back) return back;
    }
    if (*difference.how == Resolution::kPost)
      if (auto in = take_in(item); !in) return in;
    difference.item_id = item->id;
    difference.payment_id = item->payment->value;
    return ok();
  }

 private:
  std::string reason() const { return fmt::format("reconciliation of {} with {}", reconciliation_.business_date.to_string(), channel_.code); }

  Status take_back(Item& item) {
    const auto next = step(item.state, ItemEvent::kReverseByHand);
    if (!next || !item.payment) return changed_meanwhile();
    auto reversed = receivables::reverse_payment(services_.database, session_, {*item.payment, reason(), local_date(now_), now_, difference_.proposed_by, approver_});
    if (!reversed) return std::move(reversed).error();
    item.state = next->to;
    item.changed_at = now_;
    return update_item(session_, item);
  }

  Status take_in(std::optional<Item>& item) {
    auto label = customers::find_label(session_, difference_.account_no);
    if (!label || label->account_no != difference_.account_no)
      return not_found("payment_channels.no_account", fmt::format("expected the account number of the channel's file to be an account but {} is none", difference_.account_no));
    const auto next = step(item ? item->state : ItemState::kReceived, ItemEvent::kPostByHand);
    if (!next) return changed_meanwhile();
    const bool fresh = !item;
    if (fresh) {
      auto made = new_item();
      if (!made) return std::move(made).error();
      item = std::move(*made);
    }
    const Date today = local_date(now_);
    receivables::Payment payment;
    payment.account = label->id;
    payment.amount = *difference_.theirs;
    payment.source = receivables::Source::kChannel;
    payment.source_id = channel_.id;
    payment.reference = payment_reference(item->key, fresh ? 0 : difference_.id);
    payment.method = channel_.profile.method;
    payment.into = {ledger::LedgerAccount::kInTransit, channel_.id};
    payment.posted_on = today;
    payment.value_on = std::min(reconciliation_.business_date, today);
    payment.at = now_;
    payment.by = difference_.proposed_by;
    auto outcome = receivables::pay(services_.database, session_, payment);
    if (!outcome) return std::move(outcome).error();
    item->state = next->to;
    item->business_date = reconciliation_.business_date;  // the channel's, whatever day the message came on
    item->account_no = label->account_no;
    item->account = label->id;
    item->amount = payment.amount;
    item->payment = outcome->id;
    item->content_hash.clear();  // nobody asked for this by a message: a late one is compared by its account and amount
    item->changed_at = now_;
    item->answer.response = Response::kApproved;
    item->answer.state = item->state;
    item->answer.business_date = item->business_date;
    item->answer.account_no = item->account_no;
    item->answer.amount = item->amount;
    item->answer.principal = item->answer.late = {};
    for (const auto& part : outcome->allocations) {
      item->answer.principal += part.principal;
      item->answer.late += part.late;
    }
    item->answer.advance = outcome->advance;
    item->answer.receipt_no = fmt::format("{}-{}", channel_.code, item->id);
    const auto stored = fresh ? insert_item(session_, *item) : update_item(session_, *item);
    return stored ? ok() : Status(changed_meanwhile());
  }

  // The message that the line is about, where it has come since the file was compared: what bears its number on its day, else what
  // bears its name.
  std::optional<Item> come_meanwhile() {
    const auto& serial = difference_.serial_no;
    auto item = lock_item(session_, channel_.id, reconciliation_.business_date, serial);
    if (!item && !difference_.item_id && !channel_.profile.serial_is_retrieval_no && is_message_key(serial)) item = lock_item(session_, channel_.id, serial);
    return item && item->kind == ItemKind::kPay ? item : std::nullopt;
  }

  // Whether the message has come since and was paid on a day beside: its own day's file, or that file's comparison, says what it is.
  bool paid_beside() {
    const auto beside = find_paid_beside(session_, channel_.id, reconciliation_.business_date, difference_);
    return beside && !is_in_another_file(session_, *beside);
  }

  // Where the file names items by their key, the message itself, should it still come, finds this one by it; else by the serial number.
  Result<std::string> new_key() const {
    const auto& serial = difference_.serial_no;
    if (!channel_.profile.serial_is_retrieval_no && is_message_key(serial)) {
      const auto there = find_item(session_, channel_.id, serial);
      if (!there) return serial;
      // The channel's own payment under this key is the one that the file means. One that was taken in by hand is that of another day:
      // serial numbers begin anew.
      if (!there->taken_in_by_hand()) return changed_meanwhile();
    }
    return file_key(reconciliation_.business_date, serial);
  }

  Result<Item> new_item() const {
    auto key = new_key();
    if (!key) return std::move(key).error();
    Item item;
    item.id = services_.database.take_ids(kItemSequence);
    item.channel_id = channel_.id;
    item.key = std::move(*key);
    item.serial_no = difference_.serial_no;
    item.business_date = reconciliation_.business_date;
    item.received_at = now_;
    item.answer.key = item.key;
    item.answer.business_date = item.business_date;
    return item;
  }

  const Services& services_;
  db::Session& session_;
  const Channel& channel_;
  const Difference& difference_;
  const Reconciliation& reconciliation_;
  UserId approver_;
  Instant now_;
};

}  // namespace

Result<Reconciliation> ReconciliationService::load(db::Session& session, const Channel& channel, const DayFile& file, UserId by) {
  const Instant now = services_.clock.now();
  if (file.business_date >= business_day(now, channel.profile.cut_off_minutes))
    return conflict("payment_channels.day_not_over", fmt::format("expected a business day that is over but {} is not", file.business_date.to_string()));
  hold_channel(session, channel.id);
  const auto hash = http::sha256_hex(file.bytes);
  if (auto there = find_reconciliation(session, channel.id, file.business_date)) {
    if (there->file_sha256 == hash) return std::move(*there);
    if (is_decided_about(session, there->id))
      return conflict("payment_channels.reconciled_already", "expected a day about which nothing was decided but differences with its first file are settled or proposed to be");
    delete_reconciliation(session, *there);
  }
  Reconciliation reconciliation;
  reconciliation.channel_id = channel.id;
  reconciliation.business_date = file.business_date;
  reconciliation.file_name = file.name;
  reconciliation.file_sha256 = hash;
  reconciliation.loaded_by = by;
  reconciliation.loaded_at = now;
  reconciliation.id = insert_reconciliation(session, reconciliation);
  FileLoader loader(session, reconciliation.id, file.business_date);
  auto counts = read_debit_text(ChannelInput::of(file.bytes), channel.profile.reconciliation,
                                {[&](DebitTextRow&& row) { loader.row(row); }, [&](const files::Problem& problem) { loader.problem(problem); }});
  if (!counts) return std::move(counts).error();
  auto total = loader.finish();
  if (!total) return std::move(total).error();
  set_their_total(session, reconciliation.id, *total);
  const jobs::Shard shard{reconciliation.id, static_cast<int>(total->count)};
  set_job(session, reconciliation.id, jobs::create(session, now, kReconcileJob, reconciliation.id, "items", {&shard, 1}, by));
  // Last, so that payments wait for the commit alone: those that began before are waited for, those that come after find the day closed.
  hold_gate(session, channel.id);
  return *find_reconciliation(session, reconciliation.id);
}

Result<std::int64_t> ReconciliationService::compare(db::Session& session, std::int64_t reconciliation_id) {
  const auto waiting = find_reconciliation(session, reconciliation_id);
  if (!waiting) return 0;  // another file took its place before its turn came
  hold_channel(session, waiting->channel_id);
  const auto reconciliation = find_reconciliation(session, reconciliation_id);
  if (!reconciliation) return 0;  // or while we waited
  if (reconciliation->compared) return reconciliation->theirs.count;
  return payment_channels::compare(session, *reconciliation, services_.clock.now());
}

Result<Difference> ReconciliationService::propose(db::Session& session, const Channel& channel, const Proposal& proposal, const security::Caller& caller) {
  auto found = locked(session, channel, proposal.difference_id);
  if (!found) return std::move(found).error();
  auto& difference = found->difference;
  if (difference.state == DifferenceState::kSettled) return conflict("payment_channels.difference_settled", "expected a difference that is not settled yet but it is");
  if (!may_settle(difference.kind, proposal.how))
    return invalid("payment_channels.not_this_way", fmt::format("expected a way to settle {} but {} is none", name_of(difference.kind), name_of(proposal.how)));
  const Difference before = difference;
  difference.state = DifferenceState::kProposed;
  difference.how = proposal.how;
  difference.note = proposal.note;
  difference.proposed_by = caller.user_id;
  difference.proposed_at = services_.clock.now();
  update_difference(session, difference);
  ++difference.version;
  audit(session, services_, caller, "payment_channels.propose", channel, before, difference);
  return difference;
}

Result<Difference> ReconciliationService::withdraw(db::Session& session, const Channel& channel, std::int64_t difference_id, const security::Caller& caller) {
  auto found = locked(session, channel, difference_id);
  if (!found) return std::move(found).error();
  auto& difference = found->difference;
  if (difference.state != DifferenceState::kProposed) return conflict("payment_channels.not_proposed", "expected a difference with a proposal but it has none");
  const Difference before = difference;
  difference.state = DifferenceState::kOpen;
  difference.how.reset();
  update_difference(session, difference);
  ++difference.version;
  audit(session, services_, caller, "payment_channels.withdraw", channel, before, difference);
  return difference;
}

Result<Difference> ReconciliationService::approve(db::Session& session, const Channel& channel, std::int64_t difference_id, const security::Caller& caller) {
  // Whoever takes a payment in by hand and the message that asks for it late must not miss each other.
  hold_channel(session, channel.id);
  hold_gate(session, channel.id);
  auto found = locked(session, channel, difference_id);
  if (!found) return std::move(found).error();
  auto difference = found->difference;
  if (difference.state != DifferenceState::kProposed) return conflict("payment_channels.not_proposed", "expected a difference with a proposal but it has none");
  if (auto error = security::require_second_person(caller, *difference.proposed_by)) return *error;
  if (auto done = Settler(services_, session, channel, *found, caller.user_id).run(difference); !done) return std::move(done).error();
  difference.state = DifferenceState::kSettled;
  difference.decided_by = caller.user_id;
  difference.decided_at = services_.clock.now();
  update_difference(session, difference);
  ++difference.version;
  audit(session, services_, caller, "payment_channels.approve", channel, found->difference, difference);
  return difference;
}

jobs::Kind reconcile_job(const Services& services) {
  return {kReconcileJob, [&services](db::Session& session, const jobs::Job&, const jobs::Shard& shard) { return ReconciliationService(services).compare(session, shard.key); },
          [](db::Session&, const jobs::Job&) -> Status { return ok(); }};
}

}  // namespace mis::payment_channels
