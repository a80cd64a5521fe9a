// What a bank says against what we know, settled by two people.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/fitted_text.hpp"
#include "mis/security/audit.hpp"
#include "modules/payment_channels/debit_results.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kRemedies = {"take_in", "take_back", "refuse", "ignore"};

DebitDifferenceRow difference_row(const db::Rows& row) {
  DebitDifferenceRow d;
  d.id = row.i64(0);
  d.channel_id = row.i64(1);
  d.batch_id = row.i64(2);
  d.result_id = row.i64_or_null(3);
  d.line_no = row.i64_or_null(4);
  d.kind = row.text(5);
  d.end_to_end_id = row.text(6);
  d.item_id = row.i64_or_null(7);
  if (const auto fen = row.i64_or_null(8)) d.expected = Money{*fen};
  if (const auto fen = row.i64_or_null(9)) d.found = Money{*fen};
  d.found_on = row.date_or_null(10);
  d.message = row.text(11);
  d.state = row.text(12);
  d.how = row.text_or_null(13).value_or("");
  d.note = row.text(14);
  if (const auto by = row.i64_or_null(15)) d.proposed_by = UserId{*by};
  d.proposed_at = row.instant_or_null(16);
  if (const auto by = row.i64_or_null(17)) d.decided_by = UserId{*by};
  d.decided_at = row.instant_or_null(18);
  d.payment_id = row.i64_or_null(19);
  d.version = row.i32(20);
  return d;
}

Result<DebitDifferenceRow> locked(db::Session& session, const Channel& channel, std::int64_t difference_id) {
  auto rows = session.query("SELECT difference_id, channel_id, batch_id, result_id, line_no, kind, end_to_end_id, item_id, expected_fen, found_fen, found_on, message, state, how, note, proposed_by, proposed_at, "
                            "decided_by, decided_at, payment_id, version FROM payment_channels_debit_difference WHERE difference_id = ? AND channel_id = ? FOR UPDATE", difference_id, channel.id);
  if (!rows.next()) return not_found("payment_channels.no_difference", "expected a difference of this channel with this number but there is none");
  return difference_row(rows);
}

void update(db::Session& session, DebitDifferenceRow& d) {
  d.version += 1;
  session.execute("UPDATE payment_channels_debit_difference SET state = ?, how = ?, note = ?, proposed_by = ?, proposed_at = ?, decided_by = ?, decided_at = ?, payment_id = ?, version = ? WHERE difference_id = ?",
                  d.state, d.how.empty() ? std::nullopt : std::optional(d.how), d.note, d.proposed_by, d.proposed_at, d.decided_by, d.decided_at, d.payment_id, d.version, d.id);
}

void audit(db::Session& session, Instant now, const security::Caller& caller, const char* action, const Channel& channel, const DebitDifferenceRow& d) {
  auto entry = security::audit_entry(caller, action, "debit_difference", std::to_string(d.id));
  entry.after = json({{"channel", channel.code}, {"end_to_end_id", d.end_to_end_id}, {"kind", d.kind}, {"state", d.state}, {"how", d.how}, {"note", d.note}}).dump();
  security::append_audit(session, now, entry);
}

Error changed_meanwhile() { return conflict("payment_channels.changed_meanwhile", "expected the debit to stand as it did when this was proposed but it has changed; look again"); }

// What a remedy does to the debit; nothing where it does not fit.
std::optional<DebitStep> remedy_step(DebitState state, DebitRemedy how) {
  switch (how) {
    case DebitRemedy::kTakeIn: return step(state, DebitEvent::kTakeIn);
    case DebitRemedy::kTakeBack: return step(state, DebitEvent::kTakeBack);
    case DebitRemedy::kRefuse: return step(state, DebitEvent::kRefuseByHand);
    case DebitRemedy::kIgnore: return DebitStep{state};
  }
  return {};
}

}  // namespace

std::string_view name_of(DebitRemedy remedy) { return kRemedies[static_cast<std::size_t>(remedy)]; }

std::optional<DebitRemedy> debit_remedy_of(std::string_view name) {
  for (std::size_t i = 0; i < kRemedies.size(); ++i)
    if (kRemedies[i] == name) return static_cast<DebitRemedy>(i);
  return {};
}

std::vector<DebitDifferenceRow> list_debit_differences(db::Session& session, std::int64_t channel_id, const std::optional<std::string>& state, std::int64_t after, int limit,
                                                       std::optional<std::int64_t> batch_id) {
  std::vector<DebitDifferenceRow> list;
  for (auto rows = session.query("SELECT difference_id, channel_id, batch_id, result_id, line_no, kind, end_to_end_id, item_id, expected_fen, found_fen, found_on, message, state, how, note, proposed_by, proposed_at, "
                                 "decided_by, decided_at, payment_id, version FROM payment_channels_debit_difference WHERE channel_id = ? AND (? IS NULL OR state = ?) AND (? IS NULL OR batch_id = ?) AND difference_id > ? ORDER BY difference_id LIMIT ?",
                                 channel_id, state, state, batch_id, batch_id, after, limit); rows.next();)
    list.push_back(difference_row(rows));
  return list;
}

Result<DebitDifferenceRow> DebitDifferenceService::propose(db::Session& session, const Channel& channel, std::int64_t difference_id, DebitRemedy how, const std::string& note, const security::Caller& caller) {
  auto d = locked(session, channel, difference_id);
  if (!d) return d;
  if (d->state != "open") return conflict("payment_channels.difference_settled", fmt::format("expected a difference that is open but it is {}", d->state));
  if (how != DebitRemedy::kIgnore) {
    const auto item = d->item_id ? lock_debit(session, *d->item_id) : std::nullopt;
    if (!item || !remedy_step(item->state, how))
      return conflict("payment_channels.not_this_way", fmt::format("expected a way to settle it that the debit allows, which is {}, but found {}", item ? name_of(item->state) : "not ours", name_of(how)));
  }
  const Instant now = services_.clock.now();
  d->state = "proposed";
  d->how = name_of(how);
  d->note = note;
  d->proposed_by = caller.user_id;
  d->proposed_at = now;
  update(session, *d);
  audit(session, now, caller, "payment_channels.debit_difference_propose", channel, *d);
  return d;
}

Result<DebitDifferenceRow> DebitDifferenceService::withdraw(db::Session& session, const Channel& channel, std::int64_t difference_id, const security::Caller& caller) {
  auto d = locked(session, channel, difference_id);
  if (!d) return d;
  if (d->state != "proposed") return conflict("payment_channels.not_proposed", fmt::format("expected a difference that is proposed but it is {}", d->state));
  d->state = "open";
  d->how.clear();
  d->proposed_by.reset();
  d->proposed_at.reset();
  update(session, *d);
  audit(session, services_.clock.now(), caller, "payment_channels.debit_difference_withdraw", channel, *d);
  return d;
}

Result<DebitDifferenceRow> DebitDifferenceService::approve(db::Session& session, const Channel& channel, std::int64_t difference_id, const security::Caller& caller) {
  auto d = locked(session, channel, difference_id);
  if (!d) return d;
  const auto how = debit_remedy_of(d->how);
  if (d->state != "proposed" || !how) return conflict("payment_channels.not_proposed", fmt::format("expected a difference that is proposed but it is {}", d->state));
  if (auto error = security::require_second_person(caller, *d->proposed_by)) return *error;
  if (*how != DebitRemedy::kIgnore)
    if (auto settled = settle(session, channel, *d, *how, caller.user_id); !settled) return std::move(settled).error();
  const Instant now = services_.clock.now();
  d->state = "settled";
  d->decided_by = caller.user_id;
  d->decided_at = now;
  update(session, *d);
  close_answered(session, d->batch_id);
  audit(session, now, caller, "payment_channels.debit_difference_approve", channel, *d);
  return d;
}

Status DebitDifferenceService::settle(db::Session& session, const Channel& channel, DebitDifferenceRow& d, DebitRemedy how, UserId approver) {
  auto item = lock_debit(session, *d.item_id);
  const auto next = item ? remedy_step(item->state, how) : std::nullopt;
  if (!next) return changed_meanwhile();
  const Instant now = services_.clock.now();
  const Date today = local_date(now);
  const auto reason = fitted_text(fmt::format("{} of debit {}: {}", name_of(how), item->end_to_end_id, d.note), 200);
  item->state = next->to;
  if (next->money == MoneyEffect::kOut) {
    if (!item->payment_id) return changed_meanwhile();
    const receivables::PaymentId payment{*item->payment_id};
    if (auto reversed = receivables::reverse_payment(services_.database, session, {payment, reason, today, now, d.proposed_by, approver}); !reversed) return std::move(reversed).error();
    d.payment_id = payment.value;
  }
  if (next->money == MoneyEffect::kIn) {
    receivables::Payment p;
    p.account = item->account;
    p.amount = d.found.value_or(item->amount);
    p.source = receivables::Source::kChannel;
    p.source_id = channel.id;
    std::int64_t again = 0;
    while (receivables::find_payment(session, p.source, p.source_id, debit_reference(item->end_to_end_id, again))) ++again;
    p.reference = debit_reference(item->end_to_end_id, again);
    p.method = receivables::PaymentMethod::kDirectDebit;
    p.into = {ledger::LedgerAccount::kInTransit, channel.id};
    p.posted_on = today;
    p.value_on = std::min(d.found_on.value_or(today), today);
    p.at = now;
    p.by = approver;
    auto paid = receivables::pay(services_.database, session, p);
    if (!paid) return std::move(paid).error();
    item->paid = p.amount;
    item->paid_on = p.value_on;
    item->payment_id = d.payment_id = paid->id.value;
    if (p.amount < item->amount) item->state = DebitState::kPartly;
  }
  if (how == DebitRemedy::kRefuse) item->reason = reason;
  update_debit(session, *item, now);
  return ok();
}

}  // namespace mis::payment_channels
