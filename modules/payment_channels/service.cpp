#include "modules/payment_channels/service.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "mis/http/digest.hpp"
#include "modules/customers/customers.hpp"
#include "modules/payment_channels/booking_day.hpp"
#include "modules/payment_channels/domain/mask.hpp"
#include "modules/payment_channels/item_store.hpp"
#include "modules/payment_channels/outcome.hpp"
#include "modules/payment_channels/payment_item.hpp"
#include "modules/payment_channels/reconciliation_store.hpp"

namespace mis::payment_channels {
namespace {

using receivables::BillKey;

constexpr const char* kTaken = "payment_channels.item_taken";
constexpr const char* kRuleBroken = "payment_channels.rule_broken";  // stays inside: undoes the unit of work before the refusal is stored
constexpr int kMostAttempts = 4;

std::string cut(std::string_view text, std::size_t most) { return std::string(text.substr(0, most)); }

std::string hash_of(const ReverseRequest& r) {
  return http::sha256_hex(fmt::format("reverse\n{}\n{}\n{}", r.original_key, r.amount ? r.amount->value : -1, r.account_no.value_or("")));
}

ItemAnswer plain_answer(Response response, std::string_view key) {
  ItemAnswer answer;
  answer.response = response;
  answer.key = cut(key, kMostKeyBytes);
  return answer;
}

ItemAnswer told_again(const Item& item) {
  ItemAnswer answer = item.answer;
  answer.repeated = true;
  return answer;
}

ItemAnswer told(const Item& item, Response response) {
  ItemAnswer answer = item.answer;
  answer.response = response;
  answer.state = item.state;
  return answer;
}

// The bills of these months, in that order; nothing where one is not open.
std::optional<std::vector<BillKey>> bills_of(const receivables::AccountDue& due, const std::vector<BillingMonth>& months) {
  std::vector<BillKey> bills;
  for (const auto month : months) {
    bool found = false;
    for (const auto& item : due.items)
      if (item.bill.month == month) {
        bills.push_back(item.bill);
        found = true;
      }
    if (!found) return {};
  }
  return bills;
}

// One payment of one channel, tried inside one unit of work.
class Payer {
 public:
  Payer(const Services& services, db::Session& session, const Channel& channel, const PayRequest& request)
      : services_(services), session_(session), channel_(channel), request_(request), now_(services.clock.now()) {}

  // Which refusal has to be stored instead, where the unit of work ended with kRuleBroken.
  Response reason() const { return reason_; }

  Result<ItemAnswer> run(std::optional<Response> refusal) {
    if (auto stored = find_item(session_, channel_.id, request_.key)) return again(*stored);
    // From here on whoever closes a day waits for us. Until here we may have waited, even over the cut.
    share_gate(session_, channel_.id);
    now_ = services_.clock.now();
    open_ = booking_day(session_, channel_, now_);
    Item item = new_item(channel_, request_, open_.day, now_);
    if (!refusal)
      if (auto taken_in = find_taken_in(session_, item)) return claim(*taken_in);
    // Asked even where the refusal is known, since it finds the account that the item is of.
    const auto broken = broken_rule(item);
    if (!refusal) refusal = broken;
    if (refusal) return refuse(std::move(item), *refusal);
    auto paid = take_money(item);
    if (!paid) return std::move(paid).error();
    if (auto stored = insert_item(session_, item); !stored) return std::move(stored).error();
    return item.answer;
  }

 private:
  std::optional<Response> broken_rule(Item& item) {
    if (const auto broken = broken_amount_or_day(item, channel_, request_, open_.day, now_)) return broken;
    const bool closed = item.business_date == open_.day ? !open_.is_open : is_reconciled(session_, channel_.id, item.business_date);
    if (closed) return Response::kCutOff;
    auto label = customers::find_label(session_, item.account_no);
    if (!label || request_.account_no != label->account_no) return Response::kNoSuchAccount;
    item.account = label->id;
    item.answer.name = masked_name(label->name);
    return {};
  }

  Result<ItemAnswer> refuse(Item item, Response why) {
    item.id = services_.database.take_ids(kItemSequence);
    item.state = step(ItemState::kReceived, ItemEvent::kRefuse)->to;
    item.answer.response = why;
    item.answer.state = item.state;
    if (why == Response::kReused) item.serial_no.clear();  // the number belongs to another item of the day
    if (auto stored = insert_item(session_, item); !stored) return std::move(stored).error();
    return item.answer;
  }

  // The same key once more: answered from the row, whatever has become of it.
  Result<ItemAnswer> again(Item& stored) {
    if (stored.kind != ItemKind::kPay) return plain_answer(Response::kReused, request_.key);
    const bool unseen = stored.content_hash.empty();  // its reversal came first, or it was taken in by hand
    if (unseen && stored.payment && (stored.amount != request_.amount || stored.account_no != request_.account_no)) return told(stored, Response::kReused);
    if (!unseen && stored.content_hash != content_hash(request_)) return told(stored, Response::kReused);
    const auto next = *step(stored.state, ItemEvent::kAccept);
    if (next.stored_answer) return told_again(stored);
    if (unseen) {
      auto locked = lock_item(session_, stored.id);
      if (!locked) return conflict(kTaken, "expected the item to be there still but it is not");
      // Somebody may have taken the money in by hand since the row was read: then the answer is another.
      if (locked->state != stored.state || locked->payment != stored.payment || locked->content_hash != stored.content_hash) return again(*locked);
      const Item fresh = new_item(channel_, request_, booking_day(session_, channel_, now_).day, now_);
      locked->content_hash = fresh.content_hash;
      locked->account_no = fresh.account_no;
      if (request_.amount.value > 0 && request_.amount < kAmountLimit) locked->amount = request_.amount;
      locked->answer = fresh.answer;
      locked->answer.response = next.response;
      locked->answer.state = locked->state;
      locked->changed_at = now_;
      if (auto updated = update_item(session_, *locked); !updated) return std::move(updated).error();
      return locked->answer;
    }
    return told(stored, next.response);
  }

  // Two people have taken in what this asks for, by the channel's file: it is paid, under whatever key it comes.
  Result<ItemAnswer> claim(const Item& found) {
    auto locked = lock_item(session_, found.id);
    if (!locked || !locked->taken_in_by_hand() || locked->state != ItemState::kPaid) return conflict(kTaken, "expected the payment that was taken in to be there still but it is not");
    if (locked->key.starts_with(kFileKeyPrefix)) {
      // From now on the message's own: another one with this number is another payment.
      locked->key = locked->answer.key = request_.key;
      locked->content_hash = content_hash(request_);
      if (auto renamed = rename_item(session_, *locked); !renamed) return std::move(renamed).error();
    }
    auto answer = told_again(*locked);
    answer.key = request_.key;
    return answer;
  }

  Error break_rule(Response why) {
    reason_ = why;
    return conflict(kRuleBroken, std::string(info_of(why).en));
  }

  Status take_money(Item& item) {
    auto payment = payment_of(item, channel_, now_);
    if (!request_.months.empty()) {
      auto bills = bills_of(receivables::due_of(session_, *item.account, payment.value_on), request_.months);
      if (!bills) return break_rule(Response::kBillNotOpen);
      payment.bills = std::move(*bills);
    }
    auto outcome = receivables::pay(services_.database, session_, payment);
    if (!outcome) {
      if (outcome.error().code == "receivables.not_open") return break_rule(Response::kBillNotOpen);
      if (outcome.error().code == "receivables.paid_already") return conflict(kTaken, outcome.error().message);
      return std::move(outcome).error();
    }
    if (auto why = amount_complaint(*outcome, payment)) return break_rule(*why);
    note_paid(item, channel_, *outcome, services_.database.take_ids(kItemSequence));
    return ok();
  }

  // Looked at after the money was shared out, because only then the account is locked: what is due cannot change any more.
  std::optional<Response> amount_complaint(const receivables::PaymentOutcome& outcome, const receivables::Payment& payment) {
    if (channel_.profile.amount_rule == AmountRule::kAny) return {};
    if (outcome.advance.value != 0) return Response::kNotWhatIsDue;
    if (channel_.profile.amount_rule == AmountRule::kPartial) return {};
    Money left;
    for (const auto& item : receivables::due_of(session_, payment.account, payment.value_on).items)
      if (payment.bills.empty() || std::find(payment.bills.begin(), payment.bills.end(), item.bill) != payment.bills.end()) left += item.due(payment.value_on);
    if (left.value != 0) return Response::kNotWhatIsDue;
    return {};
  }

  const Services& services_;
  db::Session& session_;
  const Channel& channel_;
  const PayRequest& request_;
  Instant now_;
  BookingDay open_;
  Response reason_ = Response::kUnavailable;
};

// One reversal, tried inside one unit of work.
class Reverser {
 public:
  Reverser(const Services& services, db::Session& session, const Channel& channel, const ReverseRequest& request)
      : services_(services), session_(session), channel_(channel), request_(request), now_(services.clock.now()) {}

  Response reason() const { return reason_; }

  Result<ItemAnswer> run(std::optional<Response> refusal) {
    if (has_own_key())
      if (auto stored = find_item(session_, channel_.id, own_key())) {
        if (stored->content_hash != hash_of(request_)) return told(*stored, Response::kReused);
        return told_again(*stored);
      }
    share_gate(session_, channel_.id);
    now_ = services_.clock.now();
    auto original = lock_item(session_, channel_.id, request_.original_key);
    if (!original) {
      auto voided = void_unseen(!refusal);
      if (!voided) return std::move(voided).error();
      return keep(*voided, Response::kUnknownOriginal);
    }
    if (original->kind != ItemKind::kPay) return keep(*original, Response::kUnknownOriginal);
    if (refusal) return keep(*original, *refusal);
    if (request_.amount && original->payment && *request_.amount != original->amount) return keep(*original, Response::kInvalidAmount);
    if (request_.account_no && original->payment && *request_.account_no != original->account_no) return keep(*original, Response::kNoSuchAccount);
    const bool late = business_day(now_, channel_.profile.cut_off_minutes) > original->business_date || is_reconciled(session_, channel_.id, original->business_date);
    const auto next = *step(original->state, late ? ItemEvent::kReverseLate : ItemEvent::kReverse);
    if (next.money == MoneyEffect::kOut) {
      if (auto taken = give_money_back(*original, next.to); !taken) return std::move(taken).error();
    }
    return keep(*original, next.response);
  }

 private:
  bool has_own_key() const { return !request_.key.empty(); }
  std::string own_key() const { return "R/" + request_.key; }

  // The payment may still come: a row with its key refuses it then. `named`: the channel's file may name it by its key.
  Result<Item> void_unseen(bool named) {
    Item item;
    item.id = services_.database.take_ids(kItemSequence);
    item.channel_id = channel_.id;
    item.key = request_.original_key;
    if (named && !channel_.profile.serial_is_retrieval_no) item.serial_no = item.key;
    item.account_no = cut(request_.account_no.value_or(""), kMostAccountBytes);
    item.state = step(ItemState::kReceived, ItemEvent::kReverse)->to;
    if (request_.amount && request_.amount->value > 0 && *request_.amount < kAmountLimit) item.amount = *request_.amount;
    const bool on_its_day = request_.business_date && is_present_business_date(*request_.business_date, now_, channel_.profile.cut_off_minutes) && !is_reconciled(session_, channel_.id, *request_.business_date);
    item.business_date = on_its_day ? *request_.business_date : booking_day(session_, channel_, now_).day;
    item.received_at = item.changed_at = now_;
    item.answer = plain_answer(Response::kReversedBefore, item.key);
    item.answer.state = item.state;
    item.answer.amount = item.amount;
    item.answer.business_date = item.business_date;
    if (auto stored = insert_item(session_, item); !stored) return std::move(stored).error();
    return item;
  }

  Status give_money_back(Item& original, ItemState to) {
    const receivables::Reversal reversal{*original.payment, fmt::format("reversed by channel {}", channel_.code), local_date(now_), now_, {}, {}};
    auto reversed = receivables::reverse_payment(services_.database, session_, reversal);
    if (!reversed) {
      if (reversed.error().code == "receivables.advance_gone") {
        reason_ = Response::kAdvanceUsed;
        return conflict(kRuleBroken, reversed.error().message);
      }
      return std::move(reversed).error();
    }
    original.state = to;
    original.changed_at = now_;
    return update_item(session_, original);
  }

  // Stores the reversal itself, so that its repeat is answered as this time.
  Result<ItemAnswer> keep(const Item& original, Response response) {
    Item item;
    item.answer = told(original, response);
    if (!has_own_key()) return item.answer;
    item.id = services_.database.take_ids(kItemSequence);
    item.channel_id = channel_.id;
    item.key = own_key();
    item.kind = ItemKind::kReverse;
    item.state = response == Response::kApproved ? ItemState::kReversed : response == Response::kUnknownOriginal ? ItemState::kVoided : ItemState::kRefused;
    item.content_hash = hash_of(request_);
    item.original_key = request_.original_key;
    item.account_no = original.account_no;
    item.account = original.account;
    item.amount = original.amount;
    item.business_date = business_day(now_, channel_.profile.cut_off_minutes);
    item.received_at = item.changed_at = now_;
    if (auto stored = insert_item(session_, item); !stored) return std::move(stored).error();
    return item.answer;
  }

  const Services& services_;
  db::Session& session_;
  const Channel& channel_;
  const ReverseRequest& request_;
  Instant now_;
  Response reason_ = Response::kUnavailable;
};

// Tries until the row with the key is ours or somebody else's: whoever comes second finds it and answers from it. So does who does not
// know whether his own commit was done; where that remains so, the Error says it.
template <class Work, class Request>
Result<ItemAnswer> until_decided(const Services& services, const Channel& channel, const Request& request, std::optional<Response> refusal = {}) {
  Error last = unavailable("payment_channels.busy", "expected to decide about the request in a few attempts but others were quicker each time");
  std::optional<Error> unknown;
  int taken = 0;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    Response reason = Response::kUnavailable;
    auto done = services.database.transact([&](db::Session& session) -> Result<ItemAnswer> {
      Work work(services, session, channel, request);
      auto answer = work.run(refusal);
      reason = work.reason();
      return answer;
    });
    if (done) return done;
    if (is_outcome_unknown(done.error())) {
      unknown = std::move(done).error();
      continue;
    }
    if (done.error().code == kRuleBroken) {
      refusal = reason;
    } else if (done.error().code == kTaken) {
      // Seen with its key next time; where it is not, the day's serial number is another item's.
      if (++taken > 1) refusal = Response::kReused;
    } else {
      last = std::move(done).error();
      break;
    }
    last = std::move(done).error();
  }
  if (unknown) return std::move(*unknown);
  if (last.code == kTaken || last.code == kRuleBroken) return unavailable("payment_channels.busy", last.message);
  return last;
}

}  // namespace

bool is_message_key(std::string_view key) {
  return !key.empty() && key.size() <= kMostKeyBytes && !key.starts_with(kFileKeyPrefix) && std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

std::string payment_reference(std::string_view key, std::int64_t again) { return again == 0 ? std::string(key) : fmt::format("{}/{}", key, again); }

Response ChannelService::readiness(const Channel& channel) {
  if (!channel.active) return Response::kSuspended;
  if (channel.profile.sign_on_needed && !channel.signed_on) return Response::kNotSignedOn;
  return Response::kApproved;
}

Result<Response> ChannelService::sign(const Channel& channel, bool on) {
  if (!channel.active) return Response::kSuspended;
  return services_.database.transact([&](db::Session& session) -> Result<Response> {
    write_signed_on(session, channel.id, on, services_.clock.now());
    return Response::kApproved;
  });
}

Result<QueryAnswer> ChannelService::query(const Channel& channel, const QueryRequest& request) {
  QueryAnswer answer;
  answer.account_no = cut(request.account_no, kMostAccountBytes);
  answer.response = readiness(channel);
  if (answer.response != Response::kApproved) return answer;
  const Date today = local_date(services_.clock.now());
  return services_.database.read([&](db::Session& session) -> Result<QueryAnswer> {
    QueryAnswer found = answer;
    auto label = customers::find_label(session, request.account_no);
    if (!label || request.account_no != label->account_no) {
      found.response = Response::kNoSuchAccount;
      return found;
    }
    found.name = masked_name(label->name);
    found.address = masked_address(label->address);
    const auto due = receivables::due_of(session, label->id, today);
    for (const auto& item : due.items) found.bills.push_back({item.bill.month, item.bill.revision, item.outstanding, item.late_due(today), item.due_on});
    found.principal = due.principal;
    found.late = due.late;
    found.advance = due.advance;
    return found;
  });
}

Result<ItemAnswer> ChannelService::pay(const Channel& channel, const PayRequest& request) {
  if (const auto ready = readiness(channel); ready != Response::kApproved) return plain_answer(ready, request.key);
  if (!is_message_key(request.key) || (!request.serial.empty() && !is_message_key(request.serial))) return plain_answer(Response::kFormat, request.key);
  return until_decided<Payer>(services_, channel, request);
}

Result<ItemAnswer> ChannelService::refuse(const Channel& channel, const PayRequest& request, Response why) {
  if (!is_message_key(request.key) || (!request.serial.empty() && !is_message_key(request.serial))) return plain_answer(Response::kFormat, request.key);
  return until_decided<Payer>(services_, channel, request, why);
}

Result<ItemAnswer> ChannelService::reverse(const Channel& channel, const ReverseRequest& request) {
  if (const auto ready = readiness(channel); ready != Response::kApproved) return plain_answer(ready, request.original_key);
  if (!is_message_key(request.original_key) || (!request.key.empty() && !is_message_key(request.key))) return plain_answer(Response::kFormat, request.original_key);
  return until_decided<Reverser>(services_, channel, request);
}

Result<ItemAnswer> ChannelService::query_payment(const Channel& channel, std::string_view key) {
  if (!channel.active) return plain_answer(Response::kSuspended, key);
  return services_.database.read([&](db::Session& session) -> Result<ItemAnswer> {
    const auto item = find_item(session, channel.id, key);
    if (!item || item->kind != ItemKind::kPay) return plain_answer(Response::kUnknownOriginal, key);
    return told(*item, item->state == ItemState::kPaid ? Response::kApproved : item->state == ItemState::kRefused ? item->answer.response : Response::kReversedBefore);
  });
}

Result<DayTotals> ChannelService::totals(const Channel& channel, Date business_date) {
  return services_.database.read([&](db::Session& session) -> Result<DayTotals> { return day_totals(session, channel.id, business_date); });
}

}  // namespace mis::payment_channels
