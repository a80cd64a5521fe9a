// Receipts that nobody knew, once somebody does (待查认领, 退回), and those that were given to the wrong account (撤销认领).
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/security/audit.hpp"
#include "modules/customers/customers.hpp"
#include "modules/payment_channels/reconcile.hpp"
#include "modules/payment_channels/statements.hpp"

namespace mis::payment_channels {
namespace {

using ledger::LedgerAccount;
using nlohmann::json;

Result<Receipt> receipt_in(db::Session& session, const Channel& channel, std::int64_t receipt_id, std::string_view state) {
  auto r = lock_receipt(session, channel.id, receipt_id);
  if (!r) return not_found("payment_channels.no_receipt", "expected a receipt of this channel with this number but there is none");
  if (r->state != state) return conflict("payment_channels.receipt_state", fmt::format("expected a receipt that is {} but it is {}", state, r->state));
  return std::move(*r);
}

Receipt store(db::Session& session, Instant now, const security::Caller& caller, const char* action, const Channel& channel, Receipt r) {
  r.changed_at = now;
  update_receipt(session, r);
  auto entry = security::audit_entry(caller, action, "channel_receipt", std::to_string(r.id));
  entry.after = json({{"channel", channel.code}, {"amount_fen", r.amount.value}, {"state", r.state}, {"account_id", r.account ? json(r.account->value) : json(nullptr)}, {"note", r.note},
                      {"batch_id", r.batch_id ? json(*r.batch_id) : json(nullptr)}, {"business_date", r.day_on ? json(r.day_on->to_string()) : json(nullptr)}}).dump();
  security::append_audit(session, now, entry);
  return *lock_receipt(session, channel.id, r.id);
}

// The payment's reference: one that was taken back keeps its own, so the next has another.
std::string payment_reference(const Receipt& r) { return fmt::format("receipt/{}/{}", r.id, r.version); }

// Who may not give money to an account may not take it from there either.
Status require_account_in_scope(db::Session& session, const Receipt& r, const security::Caller& caller) {
  const AccountId account = r.account.value_or(AccountId{});
  const auto labels = customers::labels_of(session, {&account, 1});
  const auto label = labels.find(account);
  if (label == labels.end()) return not_found("customers.no_account", "expected the account that the receipt was given to but there is none");
  const auto seen = customers::find_label(session, label->second.account_no, caller.scope_pattern());
  return seen ? ok() : Status(seen.error());
}

// It leaves what nobody knows, and the bank's account with it.
Status clear_unidentified(const Services& services, db::Session& session, const Receipt& r, Instant now, UserId by, std::string_view why) {
  const Date today = local_date(now);
  ledger::Transaction t{ledger::Template::kUnidentifiedCleared, today, today, now, by, fmt::format("receipt {} {}", r.id, why), {}};
  t.postings = {{LedgerAccount::kUnidentified, r.amount, {}, {}, 0, r.channel_id}, {LedgerAccount::kBank, -r.amount, {}, {}, 0, r.channel_id}};
  auto posted = ledger::post(services.database, session, t);
  return posted ? ok() : Status(std::move(posted).error());
}

std::optional<std::int64_t> batch_with(db::Session& session, std::int64_t channel_id, std::string_view batch_no) {
  auto rows = session.query("SELECT batch_id FROM payment_channels_debit_batch WHERE channel_id = ? AND batch_no = CONVERT(? USING ascii) AND state IN ('sent', 'closed')", channel_id, batch_no);
  if (!rows.next()) return {};
  return rows.i64(0);
}

// What the day or the batch brought, less what has arrived of it or two people decide about.
Money not_arrived(db::Session& session, std::int64_t channel_id, const Receipt& r) {
  auto rows = r.batch_id ? session.query("SELECT CAST(COALESCE((SELECT SUM(paid_fen) FROM payment_channels_debit_item WHERE batch_id = ? AND state IN ('paid', 'partly')), 0) "
                                         "- COALESCE((SELECT SUM(amount_fen) FROM payment_channels_receipt WHERE batch_id = ? AND state IN ('settled', 'proposed')), 0) AS SIGNED)", *r.batch_id, *r.batch_id)
                         : session.query("SELECT CAST(COALESCE((SELECT SUM(amount_fen) FROM payment_channels_item WHERE channel_id = ? AND business_date = ? AND kind = 'pay' AND state = 'paid'), 0) "
                                         "- COALESCE((SELECT SUM(s.amount_fen) FROM payment_channels_settlement s LEFT JOIN payment_channels_receipt q ON q.settlement_id = s.settlement_id "
                                         "WHERE s.channel_id = ? AND s.state <> 'refused' AND (q.day_on = ? OR (q.receipt_id IS NULL AND s.business_date = ?))), 0) AS SIGNED)",
                                         channel_id, *r.day_on, channel_id, *r.day_on, *r.day_on);
  return rows.next() ? Money{rows.i64(0)} : Money{};
}

// Whose money the receipt is, where that can be.
Status note_origin(db::Session& session, const Channel& channel, const StatementService::Origin& origin, Receipt& r) {
  if (origin.business_date.has_value() == origin.batch_no.has_value()) return invalid("payment_channels.bad_origin", "expected either the business day or the batch that brought the money but found both or none");
  if (origin.business_date && *origin.business_date > r.booked_on)
    return invalid("payment_channels.bad_origin", fmt::format("expected a business day not after {}, when the money came, but found {}", r.booked_on.to_string(), origin.business_date->to_string()));
  r.day_on = origin.business_date;
  if (origin.batch_no) {
    r.batch_id = batch_with(session, channel.id, *origin.batch_no);
    if (!r.batch_id) return not_found("payment_channels.no_batch", fmt::format("expected a batch of this channel that was sent but {} is none", *origin.batch_no));
  }
  const Money left = not_arrived(session, channel.id, r);
  if (r.amount > left)
    return conflict("payment_channels.more_than_brought", fmt::format("expected at most what the day or batch brought and has not arrived, {} fen, but the receipt is of {} fen", left.value, r.amount.value));
  return ok();
}

Settlement settlement_of(const Receipt& r, const StatementService::Origin& origin, const std::string& note) {
  Settlement settlement;
  settlement.business_date = origin.business_date.value_or(r.booked_on);
  settlement.amount = r.amount;
  // A receipt may be proposed again after a refusal: each proposal has a reference of its own.
  settlement.reference = fmt::format("receipt-{}/{}", r.id, r.version);
  settlement.note = origin.batch_no ? fmt::format("{} ({})", note, *origin.batch_no) : note;
  return settlement;
}

}  // namespace

Status post_unidentified(const Services& services, db::Session& session, const Receipt& r, Instant now, std::optional<UserId> by) {
  const Date today = local_date(now);
  ledger::Transaction t{ledger::Template::kUnidentifiedReceived, today, std::min(r.value_on, today), now, by, fmt::format("receipt {}", r.id), {}};
  t.postings = {{LedgerAccount::kBank, r.amount, {}, {}, 0, r.channel_id}, {LedgerAccount::kUnidentified, -r.amount, {}, {}, 0, r.channel_id}};
  auto posted = ledger::post(services.database, session, t);
  return posted ? ok() : Status(std::move(posted).error());
}

Result<Receipt> StatementService::assign(db::Session& session, const Channel& channel, std::int64_t receipt_id, std::string_view account_no, const security::Caller& caller) {
  auto r = receipt_in(session, channel, receipt_id, "unidentified");
  if (!r) return r;
  // Who had it taken away from an account does not say alone who gets it.
  if (r->retracted_by)
    if (auto error = security::require_second_person(caller, *r->retracted_by)) return *error;
  const auto label = customers::find_label(session, account_no, caller.scope_pattern());
  if (!label) return label.error();
  const Instant now = services_.clock.now();
  const Date today = local_date(now);
  receivables::Payment p;
  p.account = label->id;
  p.amount = r->amount;
  p.source = receivables::Source::kUnidentified;
  p.source_id = channel.id;
  p.reference = payment_reference(*r);
  p.method = receivables::PaymentMethod::kTransfer;
  p.into = {LedgerAccount::kUnidentified, channel.id};
  p.posted_on = today;
  p.value_on = std::min(r->value_on, today);
  p.at = now;
  p.by = caller.user_id;
  auto paid = receivables::pay(services_.database, session, p);
  if (!paid) return std::move(paid).error();
  r->state = "assigned";
  r->account = label->id;
  r->payment_id = paid->id.value;
  r->decided_by = caller.user_id;
  return store(session, now, caller, "payment_channels.receipt_assign", channel, std::move(*r));
}

Result<Receipt> StatementService::propose_return(db::Session& session, const Channel& channel, std::int64_t receipt_id, const std::string& note, const security::Caller& caller) {
  auto r = receipt_in(session, channel, receipt_id, "unidentified");
  if (!r) return r;
  r->state = "returning";
  r->note = note;
  r->proposed_by = caller.user_id;
  r->decided_by.reset();
  return store(session, services_.clock.now(), caller, "payment_channels.receipt_return_propose", channel, std::move(*r));
}

Result<Receipt> StatementService::decide_return(db::Session& session, const Channel& channel, std::int64_t receipt_id, bool approve, const security::Caller& caller) {
  auto r = receipt_in(session, channel, receipt_id, "returning");
  if (!r) return r;
  if (auto error = security::require_second_person(caller, *r->proposed_by)) return *error;
  const Instant now = services_.clock.now();
  if (approve) {
    if (auto cleared = clear_unidentified(services_, session, *r, now, caller.user_id, "returned"); !cleared) return std::move(cleared).error();
  }
  r->state = approve ? "returned" : "unidentified";
  r->decided_by = caller.user_id;
  if (!approve) r->proposed_by.reset();
  return store(session, now, caller, approve ? "payment_channels.receipt_return_approve" : "payment_channels.receipt_return_refuse", channel, std::move(*r));
}

Result<Receipt> StatementService::propose_retraction(db::Session& session, const Channel& channel, std::int64_t receipt_id, const std::string& note, const security::Caller& caller) {
  auto r = lock_receipt(session, channel.id, receipt_id);
  if (!r) return not_found("payment_channels.no_receipt", "expected a receipt of this channel with this number but there is none");
  if (r->state != "assigned" && r->state != "paid") return conflict("payment_channels.receipt_state", fmt::format("expected a receipt that is an account's but it is {}", r->state));
  if (auto seen = require_account_in_scope(session, *r, caller); !seen) return std::move(seen).error();
  r->state = "retracting";
  r->note = note;
  r->proposed_by = caller.user_id;
  return store(session, services_.clock.now(), caller, "payment_channels.receipt_retract_propose", channel, std::move(*r));
}

Result<Receipt> StatementService::decide_retraction(db::Session& session, const Channel& channel, std::int64_t receipt_id, bool approve, const security::Caller& caller) {
  auto r = receipt_in(session, channel, receipt_id, "retracting");
  if (!r) return r;
  if (auto error = security::require_second_person(caller, *r->proposed_by)) return *error;
  if (auto seen = require_account_in_scope(session, *r, caller); !seen) return std::move(seen).error();
  const auto paid = receivables::find_payment(session, receivables::PaymentId{r->payment_id.value_or(0)});
  if (!paid) return not_found("payment_channels.no_payment", "expected the payment of this receipt but there is none");
  const bool was_unidentified = paid->source == receivables::Source::kUnidentified;
  const Instant now = services_.clock.now();
  if (approve) {
    const receivables::Reversal reversal{paid->id, r->note, local_date(now), now, r->proposed_by, caller.user_id};
    if (auto reversed = receivables::reverse_payment(services_.database, session, reversal); !reversed) return std::move(reversed).error();
    // The reversal gives the money back to where it came from: the bank's account, if the payer had named the customer. It is there still.
    if (!was_unidentified)
      if (auto posted = post_unidentified(services_, session, *r, now, caller.user_id); !posted) return std::move(posted).error();
    r->account.reset();
    r->payment_id.reset();
    r->decided_by = caller.user_id;
    r->retracted_by = r->proposed_by;
  } else {
    r->note.clear();
    r->proposed_by.reset();
  }
  r->state = approve ? "unidentified" : was_unidentified ? "assigned" : "paid";
  return store(session, now, caller, approve ? "payment_channels.receipt_retract_approve" : "payment_channels.receipt_retract_refuse", channel, std::move(*r));
}

Result<Receipt> StatementService::propose_settlement(db::Session& session, const Channel& channel, std::int64_t receipt_id, const Origin& origin, const std::string& note, const security::Caller& caller) {
  // Statements that are taken meanwhile settle days and batches too.
  hold_channel(session, channel.id);
  auto r = receipt_in(session, channel, receipt_id, "unidentified");
  if (!r) return r;
  if (auto known = note_origin(session, channel, origin, *r); !known) return std::move(known).error();
  auto settlement = SettlementService(services_).propose(session, channel, settlement_of(*r, origin, note), caller);
  if (!settlement) return std::move(settlement).error();
  r->settlement_id = settlement->id;
  r->state = "proposed";
  r->note = note;
  r->proposed_by = caller.user_id;
  r->decided_by.reset();
  return store(session, services_.clock.now(), caller, "payment_channels.receipt_settle_propose", channel, std::move(*r));
}

Status StatementService::settlement_decided(db::Session& session, const Channel& channel, std::int64_t settlement_id, bool posted, const security::Caller& caller) {
  std::optional<std::int64_t> id;
  if (auto rows = session.query("SELECT receipt_id FROM payment_channels_receipt WHERE settlement_id = ? AND state = 'proposed' FOR UPDATE", settlement_id); rows.next()) id = rows.i64(0);
  if (!id) return ok();
  Receipt r = *lock_receipt(session, channel.id, *id);
  const Instant now = services_.clock.now();
  // What people proposed was nobody's until now; what the statement itself did was in no account.
  const bool was_unidentified = r.proposed_by.has_value();
  if (posted && was_unidentified)
    if (auto cleared = clear_unidentified(services_, session, r, now, caller.user_id, "settles the channel"); !cleared) return cleared;
  if (!posted && !was_unidentified)
    if (auto left = post_unidentified(services_, session, r, now, caller.user_id); !left) return left;
  r.state = posted ? "settled" : "unidentified";
  r.decided_by = caller.user_id;
  if (!posted) {
    r.batch_id.reset();
    r.day_on.reset();
    r.settlement_id.reset();
    r.proposed_by.reset();
  }
  store(session, now, caller, posted ? "payment_channels.receipt_settled" : "payment_channels.receipt_not_settled", channel, std::move(r));
  return ok();
}

}  // namespace mis::payment_channels
