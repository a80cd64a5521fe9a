// The lines of a result, a thousand at a time, into payments.
#include <set>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "mis/files/lookup.hpp"
#include "modules/payment_channels/debit_results.hpp"

namespace mis::payment_channels {
namespace {

struct Known {  // a debit, as it stands
  std::int64_t item_id = 0;
  AccountId account;
  DebitStanding standing;
};

struct Line {
  int seq = 0;
  std::int64_t line_no = 0;
  std::string end_to_end_id;
  DebitAnswer answer;
  std::optional<std::int64_t> item_id;
};

DebitOutcome outcome_of(std::string_view name) {
  for (const auto outcome : {DebitOutcome::kPending, DebitOutcome::kPaid, DebitOutcome::kPartly, DebitOutcome::kRejected})
    if (to_text(outcome) == name) return outcome;
  return DebitOutcome::kUnknown;
}

std::string_view message_of(DebitDifference kind) {
  switch (kind) {
    case DebitDifference::kUnknownId: return "expected a debit of this batch but there is none with this number";
    case DebitDifference::kAmount: return "expected the amount that was asked for, or what was told of it before, but found another";
    case DebitDifference::kDate: return "expected a day from the sending of the batch until today but found another";
    case DebitDifference::kReturned: return "expected what was paid to stay so but the bank refuses it now";
    case DebitDifference::kPaidAfter: return "expected no payment of a debit that is not under way but the bank has collected it";
    case DebitDifference::kUnreadable: return "expected a line that can be read but found another";
    case DebitDifference::kUnanswered: return "expected an answer by the deadline but there is none; ask the bank";
    case DebitDifference::kUnclear: return "expected an answer that says what became of the debit but this one does not; ask the bank";
  }
  return "";
}

// One chunk, inside one unit of work.
class Taker {
 public:
  Taker(const Services& services, db::Session& session, const DebitResult& result, const DebitBatch& batch)
      : services_(services), session_(session), result_(result), batch_(batch), now_(services.clock.now()), today_(local_date(now_)) {}

  Result<std::int64_t> run(int from, int to) {
    read(from, to);
    hold_debits();
    for (const auto& line : lines_) judge_line(line);
    auto paid = receivables::pay_all(services_.database, session_, payments_);
    if (!paid) return std::move(paid).error();
    write(*paid, from, to);
    return static_cast<std::int64_t>(lines_.size());
  }

 private:
  void read(int from, int to) {
    for (auto rows = session_.query("SELECT a.seq, a.line_no, a.end_to_end_id, a.outcome, a.amount_fen, a.paid_fen, a.paid_on, i.item_id "
                                    "FROM payment_channels_debit_answer a LEFT JOIN payment_channels_debit_item i ON i.end_to_end_id = CONVERT(a.end_to_end_id USING ascii) AND i.batch_id = ? "
                                    "WHERE a.result_id = ? AND a.seq > ? AND a.seq <= ? ORDER BY a.seq", batch_.id, result_.id, from, to); rows.next();) {
      Line line;
      line.seq = rows.i32(0);
      line.line_no = rows.i64(1);
      line.end_to_end_id = rows.text(2);
      line.answer.outcome = outcome_of(rows.text(3));
      if (const auto amount = rows.i64_or_null(4)) line.answer.amount = Money{*amount};
      if (const auto paid = rows.i64_or_null(5)) line.answer.paid = Money{*paid};
      line.answer.paid_on = rows.date_or_null(6);
      line.item_id = rows.i64_or_null(7);
      lines_.push_back(std::move(line));
    }
  }

  // By themselves, since a lock on the join would be one on the answers as well, which nobody may change: MySQL refuses it.
  void hold_debits() {
    const Date sent_on = local_date(batch_.created_at);
    std::set<std::int64_t> ids;
    for (const auto& line : lines_)
      if (line.item_id) ids.insert(*line.item_id);
    const std::vector<std::int64_t> ascending(ids.begin(), ids.end());
    files::query_in(session_, "SELECT item_id, account_id, state, amount_fen, paid_fen FROM payment_channels_debit_item WHERE item_id IN (*) ORDER BY item_id FOR UPDATE", ascending, [&](db::Rows& row) {
      Known known{row.i64(0), {row.i64(1)}, {debit_state_of(row.text(2)).value_or(DebitState::kCancelled), {row.i64(3)}, {}, sent_on, batch_.collect_on}};
      if (const auto paid = row.i64_or_null(4)) known.standing.paid = Money{*paid};
      known_.emplace(known.item_id, known);
    });
  }

  void judge_line(const Line& line) {
    if (!line.item_id) {
      differ(line, DebitDifference::kUnknownId, nullptr);
      return;
    }
    auto& known = known_.at(*line.item_id);
    const auto judgement = judge(line.answer, known.standing, today_);
    switch (judgement.verdict) {
      case DebitVerdict::kKnown:
      case DebitVerdict::kWaits: add_verdict(line, judgement.verdict, nullptr); return;
      case DebitVerdict::kDifference: differ(line, judgement.difference, &known); return;
      case DebitVerdict::kRefused: break;
      case DebitVerdict::kTaken:
        payments_.push_back(payment_of(line, known, judgement));
        known.standing.paid = judgement.paid;
        break;
    }
    known.standing.state = judgement.state;
    add_verdict(line, judgement.verdict, &judgement);
  }

  receivables::Payment payment_of(const Line& line, const Known& known, const DebitJudgement& judgement) const {
    receivables::Payment p;
    p.account = known.account;
    p.amount = judgement.paid;
    p.source = receivables::Source::kChannel;
    p.source_id = batch_.channel_id;
    p.reference = debit_reference(line.end_to_end_id);
    p.method = receivables::PaymentMethod::kDirectDebit;
    p.into = {ledger::LedgerAccount::kInTransit, batch_.channel_id};
    p.posted_on = today_;
    p.value_on = judgement.paid_on;
    p.at = now_;
    p.by = result_.loaded_by;
    return p;
  }

  struct Verdict {
    int seq = 0;
    DebitVerdict verdict = DebitVerdict::kWaits;
    std::optional<std::int64_t> item_id;
    std::optional<DebitJudgement> judgement;  // of what changes the debit
  };
  void add_verdict(const Line& line, DebitVerdict verdict, const DebitJudgement* judgement) {
    verdicts_.push_back({line.seq, verdict, line.item_id, judgement == nullptr ? std::nullopt : std::optional(*judgement)});
  }

  void differ(const Line& line, DebitDifference kind, const Known* known) {
    add_verdict(line, DebitVerdict::kDifference, nullptr);
    std::optional<Money> found = line.answer.paid;
    if (!found) found = line.answer.amount;
    if (!found && known != nullptr && line.answer.outcome == DebitOutcome::kPaid) found = known->standing.amount;
    differences_.add(batch_.channel_id).add(batch_.id).add(result_.id).add(line.line_no).add(name_of(kind)).add(line.end_to_end_id).add(line.item_id);
    differences_.add(known == nullptr ? std::nullopt : std::optional(known->standing.amount)).add(found).add(line.answer.paid_on).add(message_of(kind));
    differences_.end_row();
  }

  void write(const std::vector<receivables::PaymentOutcome>& paid, int from, int to) {
    db::BulkWriter rows("payment_channels_debit_verdict", {"result_id", "seq", "verdict", "item_id", "state", "paid_fen", "paid_on", "payment_id"});
    std::size_t next = 0;
    for (const auto& v : verdicts_) {
      rows.add(result_.id).add(v.seq).add(name_of(v.verdict)).add(v.item_id);
      if (v.judgement) rows.add(name_of(v.judgement->state));
      else rows.add_null();
      if (v.verdict == DebitVerdict::kTaken) rows.add(v.judgement->paid).add(v.judgement->paid_on).add(paid[next++].id);
      else rows.add_null().add_null().add_null();
      rows.end_row();
    }
    rows.flush(session_);
    differences_.flush(session_);
    session_.execute("UPDATE payment_channels_debit_item i JOIN payment_channels_debit_verdict v ON v.item_id = i.item_id JOIN payment_channels_debit_answer a ON a.result_id = v.result_id AND a.seq = v.seq "
                     "SET i.state = v.state, i.paid_fen = v.paid_fen, i.paid_on = v.paid_on, i.payment_id = v.payment_id, i.reason = a.reason, i.bank_reference = a.bank_reference, i.changed_at = ? "
                     "WHERE v.result_id = ? AND v.seq > ? AND v.seq <= ? AND v.state IS NOT NULL", now_, result_.id, from, to);
    // Whoever was to ask the bank need not any more.
    session_.execute("UPDATE payment_channels_debit_difference d JOIN payment_channels_debit_verdict v ON v.item_id = d.item_id SET d.state = 'settled', d.how = 'answered', d.decided_at = ?, d.version = d.version + 1 "
                     "WHERE v.result_id = ? AND v.seq > ? AND v.seq <= ? AND v.state IS NOT NULL AND d.kind IN ('unanswered', 'unclear') AND d.state <> 'settled'", now_, result_.id, from, to);
  }

  const Services& services_;
  db::Session& session_;
  const DebitResult& result_;
  const DebitBatch& batch_;
  Instant now_;
  Date today_;
  std::vector<Line> lines_;
  std::unordered_map<std::int64_t, Known> known_;
  std::vector<receivables::Payment> payments_;
  std::vector<Verdict> verdicts_;
  db::BulkWriter differences_{"payment_channels_debit_difference", {"channel_id", "batch_id", "result_id", "line_no", "kind", "end_to_end_id", "item_id", "expected_fen", "found_fen", "found_on", "message"}};
};

std::optional<DebitBatch> batch_of(db::Session& session, std::int64_t batch_id) {
  auto rows = session.query("SELECT channel_id FROM payment_channels_debit_batch WHERE batch_id = ?", batch_id);
  if (!rows.next()) return {};
  return find_batch(session, rows.i64(0), batch_id);
}

}  // namespace

Result<std::int64_t> DebitResultService::take(db::Session& session, std::int64_t result_id, std::int64_t chunk) {
  const auto result = find_result(session, result_id);
  const auto batch = result ? batch_of(session, result->batch_id) : std::nullopt;
  if (!batch) return not_found("payment_channels.no_result", "expected a result with this number but there is none");
  const int from = static_cast<int>(chunk * kAnswersPerShard), to = static_cast<int>((chunk + 1) * kAnswersPerShard);
  if (session.query("SELECT 1 FROM payment_channels_debit_verdict WHERE result_id = ? AND seq > ? AND seq <= ? LIMIT 1", result_id, from, to).next()) return 0;
  return Taker(services_, session, *result, *batch).run(from, to);
}

jobs::Kind debit_result_job(const Services& services) {
  return {kDebitResultJob,
          [&services](db::Session& session, const jobs::Job& job, const jobs::Shard& shard) { return DebitResultService(services).take(session, job.subject, shard.key); },
          [&services](db::Session& session, const jobs::Job& job) -> Status {
            const auto result = find_result(session, job.subject);
            if (!result) return ok();
            session.execute("UPDATE payment_channels_debit_result SET state = 'taken', taken_at = ? WHERE result_id = ?", services.clock.now(), job.subject);
            close_answered(session, result->batch_id);
            return ok();
          }};
}

}  // namespace mis::payment_channels
