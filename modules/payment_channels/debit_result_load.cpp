// A bank's file of answers, line by line into its rows.
#include <fmt/format.h>

#include "mis/base/fitted_text.hpp"
#include "mis/db/bulk_writer.hpp"
#include "mis/http/digest.hpp"
#include "modules/payment_channels/debit_results.hpp"
#include "modules/payment_channels/formats/debit_text.hpp"
#include "modules/payment_channels/formats/pain_002.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kFlushBytes = 4U << 20U;
constexpr std::size_t kMostReferenceBytes = 64;
constexpr std::size_t kMostReasonBytes = 200;

struct Line {
  std::int64_t line_no = 0;
  std::string end_to_end_id, reason, bank_reference;
  DebitOutcome outcome = DebitOutcome::kUnknown;
  std::optional<Money> amount, paid;
  std::optional<Date> paid_on;
};

class Writer {
 public:
  Writer(db::Session& session, const DebitBatch& batch, std::int64_t result_id) : session_(session), batch_(batch), result_id_(result_id) {}

  void line(const Line& l) {
    answers_.add(result_id_).add(++seq_).add(l.line_no).add(fitted_text(l.end_to_end_id, kMostReferenceBytes)).add(to_text(l.outcome)).add(l.amount).add(l.paid).add(l.paid_on);
    answers_.add(fitted_text(l.reason, kMostReasonBytes)).add(fitted_text(l.bank_reference, kMostReferenceBytes));
    answers_.end_row();
    answers_.flush_when_over(session_, kFlushBytes);
  }
  void problem(const files::Problem& p) {
    problems_.add(batch_.channel_id).add(batch_.id).add(result_id_).add(p.line).add(name_of(DebitDifference::kUnreadable)).add("");
    problems_.add(fitted_text(fmt::format("{}: expected {} but found {}", p.column, p.expected, p.found), 300));
    problems_.end_row();
    problems_.flush_when_over(session_, kFlushBytes);
  }
  // What the bank says once above many debits: of a sequence, or of the whole batch where it is empty.
  void lines_of(std::string_view sequence, DebitOutcome outcome, const std::string& reason) {
    answers_.flush(session_);
    seq_ += static_cast<int>(session_.execute("INSERT INTO payment_channels_debit_answer (result_id, seq, line_no, end_to_end_id, outcome, reason, bank_reference) "
                                              "SELECT ?, ? + ROW_NUMBER() OVER (ORDER BY item_id), 0, end_to_end_id, ?, ?, '' FROM payment_channels_debit_item "
                                              "WHERE batch_id = ? AND state <> 'cancelled' AND (? = '' OR sequence = ?)", result_id_, seq_, to_text(outcome), fitted_text(reason, kMostReasonBytes), batch_.id,
                                              sequence, sequence));
  }
  std::int64_t finish() {
    answers_.flush(session_);
    problems_.flush(session_);
    return seq_;
  }

 private:
  db::Session& session_;
  const DebitBatch& batch_;
  std::int64_t result_id_;
  int seq_ = 0;
  db::BulkWriter answers_{"payment_channels_debit_answer", {"result_id", "seq", "line_no", "end_to_end_id", "outcome", "amount_fen", "paid_fen", "paid_on", "reason", "bank_reference"}};
  db::BulkWriter problems_{"payment_channels_debit_difference", {"channel_id", "batch_id", "result_id", "line_no", "kind", "end_to_end_id", "message"}};
};

std::string reason_text(const std::vector<StatusReason>& reasons) {
  std::string text;
  for (const auto& reason : reasons) {
    if (!text.empty()) text += "; ";
    text += reason.code;
    for (const auto& information : reason.information) text += " " + information;
  }
  return text;
}

bool says_something(DebitOutcome outcome) { return outcome == DebitOutcome::kPaid || outcome == DebitOutcome::kRejected; }

Status read_text(const Channel& channel, const DebitBatch& batch, std::string_view bytes, Writer& writer) {
  DebitTextSink sink;
  sink.row = [&](DebitTextRow&& row) {
    Line line{row.line, row.debit_id, row.result_text.empty() ? row.result_code : row.result_code + " " + row.result_text, row.serial_no, row.outcome, {}, row.paid_amount, {}};
    line.amount = row.amount;
    // The day of collection, repeated from our own file, is no statement about when it was done.
    if (row.date && *row.date != batch.collect_on) line.paid_on = row.date;
    writer.line(line);
  };
  sink.problem = [&](const files::Problem& problem) { writer.problem(problem); };
  auto read = read_debit_text(ChannelInput::of(bytes), channel.profile.debits.result, sink);
  if (!read) return std::move(read).error();
  if (read->total && !read->total->batch_no.empty() && read->total->batch_no != batch.batch_no)
    return invalid("payment_channels.other_batch", fmt::format("expected a result of batch {} but found one of {}", batch.batch_no, read->total->batch_no));
  return ok();
}

struct Above {  // of a payment information, or of the group where the id is empty
  std::string payment_id;
  ReportedStatus status;
  bool has_lines = false;
};

Status read_pain(const DebitBatch& batch, std::string_view bytes, Writer& writer) {
  std::vector<Above> above;
  std::optional<Error> other;
  StatusReportSink sink;
  sink.group = [&](const StatusReportGroup& group) {
    if (group.original_message_id != batch.batch_no)
      other = invalid("payment_channels.other_batch", fmt::format("expected a result of batch {} but found one of {}", batch.batch_no, group.original_message_id.substr(0, 40)));
    else if ((group.original_count && *group.original_count != batch.count) || (group.original_sum && *group.original_sum != batch.amount))
      other = invalid("payment_channels.total_differs", fmt::format("expected the bank to speak of {} debits of {} fen but it speaks of others", batch.count, batch.amount.value));
    above.push_back({"", group.status, false});
  };
  sink.payment = [&](const StatusReportPayment& payment) { above.push_back({payment.original_payment_id, payment.status, false}); };
  sink.transaction = [&](const StatusReportTransaction& t) {
    for (auto& a : above) a.has_lines = a.has_lines || a.payment_id.empty() || a.payment_id == t.original_payment_id;
    if (!other) writer.line({t.line, t.original_end_to_end_id, reason_text(t.status.reasons), t.bank_reference, t.status.outcome, t.amount, {}, {}});
  };
  sink.problem = [&](const files::Problem& problem) { writer.problem(problem); };
  auto read = read_pain_002(ChannelInput::of(bytes), sink);
  if (!read) return std::move(read).error();
  if (other) return std::move(*other);
  // Without lines the status above them is that of every debit.
  if (above.size() == 1 && !above.front().has_lines && says_something(above.front().status.outcome)) writer.lines_of("", above.front().status.outcome, reason_text(above.front().status.reasons));
  for (const auto& a : above)
    if (!a.payment_id.empty() && !a.has_lines && says_something(a.status.outcome) && a.payment_id.size() > batch.batch_no.size() + 1)
      writer.lines_of(std::string_view(a.payment_id).substr(batch.batch_no.size() + 1), a.status.outcome, reason_text(a.status.reasons));
  return ok();
}

DebitResult result_row(const db::Rows& row) {
  DebitResult r;
  r.id = row.i64(0);
  r.batch_id = row.i64(1);
  r.taken = row.text(2) == "taken";
  r.file_name = row.text(3);
  r.file_sha256 = row.text(4);
  r.lines = row.i64(5);
  if (const auto job = row.i64_or_null(6)) r.job = JobId{*job};
  if (const auto by = row.i64_or_null(7)) r.loaded_by = UserId{*by};
  r.loaded_at = row.instant(8);
  r.taken_at = row.instant_or_null(9);
  return r;
}

}  // namespace

std::optional<DebitResult> find_result(db::Session& session, std::int64_t result_id) {
  auto rows = session.query("SELECT result_id, batch_id, state, file_name, file_sha256, line_count, job_id, loaded_by, loaded_at, taken_at FROM payment_channels_debit_result WHERE result_id = ?", result_id);
  if (!rows.next()) return {};
  return result_row(rows);
}

std::vector<DebitResult> list_results(db::Session& session, std::int64_t batch_id) {
  std::vector<DebitResult> list;
  for (auto rows = session.query("SELECT result_id, batch_id, state, file_name, file_sha256, line_count, job_id, loaded_by, loaded_at, taken_at FROM payment_channels_debit_result WHERE batch_id = ? "
                                 "ORDER BY result_id DESC", batch_id); rows.next();)
    list.push_back(result_row(rows));
  return list;
}

std::vector<VerdictCount> count_verdicts(db::Session& session, std::int64_t result_id) {
  std::vector<VerdictCount> list;
  for (auto rows = session.query("SELECT verdict, COUNT(*), COALESCE(CAST(SUM(paid_fen) AS SIGNED), 0) FROM payment_channels_debit_verdict WHERE result_id = ? GROUP BY verdict ORDER BY verdict", result_id); rows.next();)
    list.push_back({rows.text(0), rows.i64(1), {rows.i64(2)}});
  return list;
}

Result<DebitResult> DebitResultService::load(db::Session& session, const Channel& channel, std::int64_t batch_id, const File& file, UserId by) {
  // The batch's row is held: the same file twice at once is loaded once.
  const auto batch = lock_batch(session, channel.id, batch_id);
  if (!batch) return not_found("payment_channels.no_batch", "expected a batch of this channel with this number but there is none");
  if (batch->state != BatchState::kSent && batch->state != BatchState::kClosed)
    return conflict("payment_channels.batch_state", fmt::format("expected a batch that was sent but it is {}", name_of(batch->state)));
  const auto sum = http::sha256_hex(file.bytes);
  for (auto& result : list_results(session, batch_id))
    if (result.file_sha256 == sum) return std::move(result);
  const Instant now = services_.clock.now();
  session.execute("INSERT INTO payment_channels_debit_result (batch_id, state, file_name, file_sha256, loaded_by, loaded_at) VALUES (?, 'loaded', ?, ?, ?, ?)", batch_id, fitted_text(file.name, 120), sum, by, now);
  const auto result_id = session.last_insert_id();
  Writer writer(session, *batch, result_id);
  auto read = batch->format == DebitFormat::kText ? read_text(channel, *batch, file.bytes, writer) : read_pain(*batch, file.bytes, writer);
  if (!read) return std::move(read).error();
  const auto lines = writer.finish();
  std::vector<jobs::Shard> shards;
  for (std::int64_t chunk = 0; chunk * kAnswersPerShard < lines; ++chunk) shards.push_back({chunk, static_cast<int>(std::min(kAnswersPerShard, lines - chunk * kAnswersPerShard))});
  const auto job = jobs::create(session, now, kDebitResultJob, result_id, "debits", shards, by);
  session.execute("UPDATE payment_channels_debit_result SET line_count = ?, job_id = ? WHERE result_id = ?", lines, job, result_id);
  return *find_result(session, result_id);
}

}  // namespace mis::payment_channels
