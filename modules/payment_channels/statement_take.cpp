// Movements on a bank account into what they are.
#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "mis/files/lookup.hpp"
#include "modules/payment_channels/debit_batch.hpp"
#include "modules/payment_channels/domain/remittance.hpp"
#include "modules/payment_channels/reconcile.hpp"
#include "modules/payment_channels/statements.hpp"

namespace mis::payment_channels {
namespace {

using ledger::LedgerAccount;

// Money of the channel that is in transit and may have arrived: what a batch or a business day brought.
struct Candidate {
  std::optional<std::int64_t> batch_id;
  std::string batch_no;
  std::optional<Date> day;
  Money amount;
};

std::vector<Candidate> candidates(db::Session& session, std::int64_t channel_id) {
  std::vector<Candidate> list;
  for (auto rows = session.query("SELECT b.batch_id, b.batch_no, CAST(SUM(i.paid_fen) AS SIGNED) FROM payment_channels_debit_batch b JOIN payment_channels_debit_item i ON i.batch_id = b.batch_id AND i.state IN ('paid', 'partly') "
                                 "WHERE b.channel_id = ? AND b.state IN ('sent', 'closed') AND NOT EXISTS (SELECT 1 FROM payment_channels_receipt r WHERE r.batch_id = b.batch_id AND r.state IN ('settled', 'proposed')) "
                                 "GROUP BY b.batch_id, b.batch_no", channel_id); rows.next();)
    list.push_back({rows.i64(0), rows.text(1), {}, {rows.i64(2)}});
  // A day is over where its settlement was told by hand too.
  for (auto rows = session.query("SELECT i.business_date, CAST(SUM(i.amount_fen) AS SIGNED) FROM payment_channels_item i WHERE i.channel_id = ? AND i.kind = 'pay' AND i.state = 'paid' "
                                 "AND NOT EXISTS (SELECT 1 FROM payment_channels_receipt r WHERE r.channel_id = i.channel_id AND r.day_on = i.business_date AND r.state IN ('settled', 'proposed')) "
                                 "AND NOT EXISTS (SELECT 1 FROM payment_channels_settlement s LEFT JOIN payment_channels_receipt q ON q.settlement_id = s.settlement_id "
                                 "WHERE s.channel_id = i.channel_id AND s.business_date = i.business_date AND s.state <> 'refused' AND q.receipt_id IS NULL) GROUP BY i.business_date", channel_id); rows.next();)
    list.push_back({{}, "", rows.date(0), {rows.i64(1)}});
  return list;
}

class Taker {
 public:
  Taker(const Services& services, db::Session& session, const StatementLoad& load) : services_(services), session_(session), load_(load), now_(services.clock.now()), today_(local_date(now_)) {}

  Result<std::int64_t> run(int from, int to) {
    for (auto rows = session_.query("SELECT receipt_id FROM payment_channels_receipt WHERE file_id = ? AND seq > ? AND seq <= ? AND state = 'received' ORDER BY seq FOR UPDATE", load_.id, from, to); rows.next();)
      ids_.push_back(rows.i64(0));
    for (const auto id : ids_) receipts_.push_back(*lock_receipt(session_, load_.channel_id, id));
    find_accounts();
    candidates_ = candidates(session_, load_.channel_id);
    in_transit_ = SettlementService::in_transit(session_, load_.channel_id);
    for (auto& r : receipts_)
      if (auto done = take(r); !done) return std::move(done).error();
    if (auto paid = pay(); !paid) return std::move(paid).error();
    for (auto& r : receipts_) {
      r.changed_at = now_;
      update_receipt(session_, r);
    }
    return static_cast<std::int64_t>(receipts_.size());
  }

 private:
  Status take(Receipt& r) {
    if (!r.credit) return take_debit(r);
    if (r.reversal) return unidentified(r);  // something that left has come back: a person looks
    if (auto* named = named_candidate(r)) return settle(r, *named);
    if (const auto account = account_of(r)) {
      r.account = account;
      r.state = "paid";
      return ok();
    }
    std::vector<Candidate*> equal;
    for (auto& c : candidates_)
      if (c.amount == r.amount) equal.push_back(&c);
    if (equal.size() == 1) return settle(r, *equal.front());
    if (equal.size() > 1) return propose(r, *equal.front());
    return unidentified(r);
  }

  // Money that left: a debit that came back is for two people; the rest (fees, withdrawals) is nobody's payment.
  Status take_debit(Receipt& r) {
    r.state = "noted";
    if (!r.reversal || r.end_to_end_id.empty()) return ok();
    auto rows = session_.query("SELECT i.item_id, i.batch_id, i.paid_fen, i.state FROM payment_channels_debit_item i WHERE i.end_to_end_id = CONVERT(? USING ascii) AND i.channel_id = ?", r.end_to_end_id, load_.channel_id);
    if (!rows.next()) return ok();
    const auto item_id = rows.i64(0), batch_id = rows.i64(1);
    const auto paid = rows.i64_or_null(2);
    const bool returned = rows.text(3) == "returned";
    if (session_.query("SELECT 1 FROM payment_channels_debit_difference WHERE item_id = ? AND kind = 'returned' AND state <> 'settled' LIMIT 1", item_id).next() || returned) {
      r.state = "bounced";  // the result has told it before
      return ok();
    }
    session_.execute("INSERT INTO payment_channels_debit_difference (channel_id, batch_id, kind, end_to_end_id, item_id, expected_fen, found_fen, found_on, message) VALUES (?, ?, 'returned', ?, ?, ?, ?, ?, ?)",
                     load_.channel_id, batch_id, r.end_to_end_id, item_id, paid, r.amount, r.booked_on,
                     fmt::format("expected what was paid to stay so but the bank has given it back ({})", r.return_reason.empty() ? "no reason" : r.return_reason));
    r.state = "bounced";
    return ok();
  }

  Candidate* named_candidate(const Receipt& r) {
    for (auto& c : candidates_)
      if (!c.batch_no.empty() && c.amount == r.amount && (r.end_to_end_id.starts_with(c.batch_no) || r.remittance.find(c.batch_no) != std::string::npos)) return &c;
    return nullptr;
  }

  Status settle(Receipt& r, Candidate& candidate) {
    if (r.amount > in_transit_) return unidentified(r);
    ledger::Transaction t{ledger::Template::kChannelSettled, today_, std::min(r.value_on, today_), now_, load_.loaded_by, fmt::format("receipt {}", r.id), {}};
    t.postings = {{LedgerAccount::kBank, r.amount, {}, {}, 0, load_.channel_id}, {LedgerAccount::kInTransit, -r.amount, {}, {}, 0, load_.channel_id}};
    auto posted = ledger::post(services_.database, session_, t);
    if (!posted) return std::move(posted).error();
    in_transit_ -= r.amount;
    note_settlement(r, candidate, "posted", *posted);
    r.state = "settled";
    return ok();
  }

  Status propose(Receipt& r, Candidate& candidate) {
    if (!load_.loaded_by) return unidentified(r);
    note_settlement(r, candidate, "proposed", {});
    r.state = "proposed";
    r.note = "more than one batch or day has this amount";
    return ok();
  }

  // The settlement stands among those that people tell of, under a reference that no other receipt has.
  void note_settlement(Receipt& r, Candidate& candidate, std::string_view state, std::optional<ledger::TransactionKey> key) {
    session_.execute("INSERT INTO payment_channels_settlement (channel_id, business_date, amount_fen, reference, note, state, proposed_by, proposed_at, decided_at, accounting_month, transaction_id) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", load_.channel_id, candidate.day.value_or(std::min(r.booked_on, today_)), r.amount, fmt::format("receipt-{}", r.id),
                     candidate.batch_no.empty() ? std::string("by statement") : fmt::format("by statement, batch {}", candidate.batch_no), state, load_.loaded_by, now_, key ? std::optional(now_) : std::nullopt,
                     key ? std::optional(key->accounting_month) : std::nullopt, key ? std::optional(key->id) : std::nullopt);
    r.settlement_id = session_.last_insert_id();
    r.batch_id = candidate.batch_id;
    r.day_on = candidate.day;
    candidate.amount = {};  // nobody else's any more
  }

  Status unidentified(Receipt& r) {
    if (auto posted = post_unidentified(services_, session_, r, now_, load_.loaded_by); !posted) return posted;
    r.state = "unidentified";
    return ok();
  }

  void find_accounts() {
    std::vector<std::string> numbers;
    for (const auto& r : receipts_)
      if (r.credit && !r.reversal)
        for (auto& number : account_numbers_in(r.remittance)) numbers.push_back(std::move(number));
    accounts_ = files::ids_of(session_, "SELECT account_no, account_id FROM customers_account_place WHERE account_no IN (*)", numbers);
  }
  // The one account that the payer names; two are none, since nobody says what is for which.
  std::optional<AccountId> account_of(const Receipt& r) const {
    std::set<std::int64_t> found;
    for (const auto& number : account_numbers_in(r.remittance))
      if (const auto it = accounts_.find(number); it != accounts_.end()) found.insert(it->second);
    if (found.size() != 1) return {};
    return AccountId{*found.begin()};
  }

  Status pay() {
    std::vector<receivables::Payment> payments;
    std::vector<Receipt*> paid_receipts;
    for (auto& r : receipts_) {
      if (r.state != "paid") continue;
      receivables::Payment p;
      p.account = *r.account;
      p.amount = r.amount;
      p.source = receivables::Source::kChannel;
      p.source_id = load_.channel_id;
      p.reference = fmt::format("receipt/{}", r.id);
      p.method = receivables::PaymentMethod::kTransfer;
      p.into = {LedgerAccount::kBank, load_.channel_id};
      p.posted_on = today_;
      p.value_on = std::min(r.value_on, today_);
      p.at = now_;
      p.by = load_.loaded_by;
      payments.push_back(std::move(p));
      paid_receipts.push_back(&r);
    }
    auto paid = receivables::pay_all(services_.database, session_, payments);
    if (!paid) return std::move(paid).error();
    for (std::size_t i = 0; i < paid->size(); ++i) paid_receipts[i]->payment_id = (*paid)[i].id.value;
    return ok();
  }

  const Services& services_;
  db::Session& session_;
  const StatementLoad& load_;
  Instant now_;
  Date today_;
  std::vector<std::int64_t> ids_;
  std::vector<Receipt> receipts_;
  std::vector<Candidate> candidates_;
  std::unordered_map<std::string, std::int64_t> accounts_;
  Money in_transit_;
};

}  // namespace

Result<std::int64_t> StatementService::take(db::Session& session, std::int64_t file_id, std::int64_t chunk) {
  const auto load = find_statement_load(session, file_id);
  if (!load) return not_found("payment_channels.no_statement", "expected a statement file with this number but there is none");
  // One at a time for a channel: two receipts of one amount must not both settle the same batch.
  hold_channel(session, load->channel_id);
  return Taker(services_, session, *load).run(static_cast<int>(chunk * kReceiptsPerShard), static_cast<int>((chunk + 1) * kReceiptsPerShard));
}

jobs::Kind statement_job(const Services& services) {
  return {kStatementJob,
          [&services](db::Session& session, const jobs::Job& job, const jobs::Shard& shard) { return StatementService(services).take(session, job.subject, shard.key); },
          [](db::Session& session, const jobs::Job& job) -> Status {
            session.execute("UPDATE payment_channels_statement_file SET state = 'taken' WHERE file_id = ?", job.subject);
            return ok();
          }};
}

}  // namespace mis::payment_channels
