// Money in transit that arrives at the bank.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/security/audit.hpp"
#include "modules/payment_channels/reconcile.hpp"
#include "modules/payment_channels/statements.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;

Settlement settlement_row(const db::Rows& row) {
  Settlement s;
  s.id = row.i64(0);
  s.channel_id = row.i64(1);
  s.business_date = row.date(2);
  s.amount = {row.i64(3)};
  s.reference = row.text(4);
  s.note = row.text(5);
  s.state = row.text(6);
  if (const auto by = row.i64_or_null(7)) s.proposed_by = UserId{*by};
  s.proposed_at = row.instant(8);
  if (const auto by = row.i64_or_null(9)) s.decided_by = UserId{*by};
  s.decided_at = row.instant_or_null(10);
  s.version = row.i32(11);
  return s;
}

// By the ledger itself, whatever brought the money there: slower, and what a decision rests on.
Money posted_in_transit(db::Session& session, std::int64_t channel_id) {
  auto rows = session.query("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM ledger_standing_posting WHERE ledger_account = ? AND subject_id = ?", static_cast<int>(ledger::LedgerAccount::kInTransit), channel_id);
  return rows.next() && !rows.is_null(0) ? Money{rows.i64(0)} : Money{};
}

std::optional<Settlement> lock_settlement(db::Session& session, std::int64_t settlement_id) {
  auto rows = session.query("SELECT settlement_id, channel_id, business_date, amount_fen, reference, note, state, proposed_by, proposed_at, decided_by, decided_at, version "
                            "FROM payment_channels_settlement WHERE settlement_id = ? FOR UPDATE", settlement_id);
  if (!rows.next()) return {};
  return settlement_row(rows);
}

void audit(db::Session& session, const Services& services, const security::Caller& caller, const char* action, const Channel& channel, const Settlement& s) {
  auto entry = security::audit_entry(caller, action, "channel_settlement", std::to_string(s.id));
  entry.after = json({{"channel", channel.code}, {"business_date", s.business_date.to_string()}, {"amount_fen", s.amount.value}, {"reference", s.reference}, {"state", s.state}}).dump();
  security::append_audit(session, services.clock.now(), entry);
}

}  // namespace

Money SettlementService::in_transit(db::Session& session, std::int64_t channel_id) {
  auto rows = session.query("SELECT CAST(COALESCE((SELECT SUM(amount_fen) FROM payment_channels_item WHERE channel_id = ? AND kind = 'pay' AND state = 'paid'), 0) "
                            "+ COALESCE((SELECT SUM(paid_fen) FROM payment_channels_debit_item WHERE channel_id = ? AND state IN ('paid', 'partly')), 0) "
                            "- COALESCE((SELECT SUM(amount_fen) FROM payment_channels_settlement WHERE channel_id = ? AND state = 'posted'), 0) AS SIGNED)", channel_id, channel_id, channel_id);
  return rows.next() ? Money{rows.i64(0)} : Money{};
}

std::vector<Settlement> SettlementService::list(db::Session& session, std::int64_t channel_id, std::int64_t before, int limit) {
  std::vector<Settlement> list;
  for (auto rows = session.query("SELECT settlement_id, channel_id, business_date, amount_fen, reference, note, state, proposed_by, proposed_at, decided_by, decided_at, version "
                                 "FROM payment_channels_settlement WHERE channel_id = ? AND settlement_id < ? ORDER BY settlement_id DESC LIMIT ?", channel_id, before, limit); rows.next();)
    list.push_back(settlement_row(rows));
  return list;
}

Result<Settlement> SettlementService::propose(db::Session& session, const Channel& channel, const Settlement& settlement, const security::Caller& caller) {
  if (settlement.amount.value <= 0 || settlement.amount >= kAmountLimit) return invalid("payment_channels.bad_amount", "expected an amount of more than nothing and less than 2^53 fen but found another");
  const bool printable = std::all_of(settlement.reference.begin(), settlement.reference.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (settlement.reference.empty() || settlement.reference.size() > 64 || !printable)
    return invalid("payment_channels.bad_reference", "expected the bank's reference, 1 to 64 printable ASCII characters, but found another");
  const Instant now = services_.clock.now();
  try {
    session.execute("INSERT INTO payment_channels_settlement (channel_id, business_date, amount_fen, reference, note, state, proposed_by, proposed_at) VALUES (?, ?, ?, ?, ?, 'proposed', ?, ?)", channel.id,
                    settlement.business_date, settlement.amount, settlement.reference, settlement.note, caller.user_id, now);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return conflict("payment_channels.settled_already", "expected a reference that was not told before but one of this channel bears it");
  }
  auto stored = lock_settlement(session, session.last_insert_id());
  audit(session, services_, caller, "payment_channels.settlement_propose", channel, *stored);
  return std::move(*stored);
}

Result<Settlement> SettlementService::decide(db::Session& session, const Channel& channel, std::int64_t settlement_id, bool post, const security::Caller& caller) {
  // The channel's row first: two that are posted at once must not both find the money still in transit.
  hold_channel(session, channel.id);
  auto settlement = lock_settlement(session, settlement_id);
  if (!settlement || settlement->channel_id != channel.id) return not_found("payment_channels.no_settlement", "expected a settlement of this channel with this number but there is none");
  if (settlement->state != "proposed") return conflict("payment_channels.not_proposed", "expected a settlement that nobody has decided about but somebody has");
  if (auto error = security::require_second_person(caller, *settlement->proposed_by)) return *error;
  const Instant now = services_.clock.now();
  std::optional<ledger::TransactionKey> key;
  if (post) {
    const Money there = posted_in_transit(session, channel.id);
    if (settlement->amount > there)
      return conflict("payment_channels.more_than_in_transit", fmt::format("expected at most what is in transit, {} fen, but the settlement is of {} fen", there.value, settlement->amount.value));
    const Date today = local_date(now);
    ledger::Transaction t{ledger::Template::kChannelSettled, today, std::min(settlement->business_date, today), now, caller.user_id, fmt::format("{} {}", channel.code, settlement->reference), {}};
    t.postings = {{ledger::LedgerAccount::kBank, settlement->amount, {}, {}, 0, channel.id}, {ledger::LedgerAccount::kInTransit, -settlement->amount, {}, {}, 0, channel.id}};
    auto posted = ledger::post(services_.database, session, t);
    if (!posted) return std::move(posted).error();
    key = *posted;
  }
  session.execute("UPDATE payment_channels_settlement SET state = ?, decided_by = ?, decided_at = ?, accounting_month = ?, transaction_id = ?, version = version + 1 WHERE settlement_id = ?",
                  post ? "posted" : "refused", caller.user_id, now, key ? std::optional(key->accounting_month) : std::nullopt, key ? std::optional(key->id) : std::nullopt, settlement_id);
  settlement = lock_settlement(session, settlement_id);
  if (auto done = StatementService(services_).settlement_decided(session, channel, settlement_id, post, caller); !done) return std::move(done).error();
  audit(session, services_, caller, post ? "payment_channels.settlement_post" : "payment_channels.settlement_refuse", channel, *settlement);
  return std::move(*settlement);
}

}  // namespace mis::payment_channels
