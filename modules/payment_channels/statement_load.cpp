// A bank's statement, movement by movement into its rows.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "mis/files/lookup.hpp"
#include "mis/http/digest.hpp"
#include "modules/payment_channels/domain/fitted_text.hpp"
#include "modules/payment_channels/formats/statement.hpp"
#include "modules/payment_channels/statements.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kMostProblems = 100;

StatementLoad load_row(const db::Rows& row) {
  StatementLoad load;
  load.id = row.i64(0);
  load.channel_id = row.i64(1);
  load.taken = row.text(2) == "taken";
  load.file_name = row.text(3);
  load.file_sha256 = row.text(4);
  load.receipts = row.i64(5);
  load.known = row.i64(6);
  if (const auto job = row.i64_or_null(7)) load.job = JobId{*job};
  if (const auto by = row.i64_or_null(8)) load.loaded_by = UserId{*by};
  load.loaded_at = row.instant(9);
  return load;
}

// Gathers what a file brings. Statements are small beside debit files: a bank's day has some thousand movements.
class Collector {
 public:
  Collector(std::int64_t channel_id, Date today) : channel_id_(channel_id), today_(today) {}

  void head(const StatementHead& head) {
    heads_.push_back(head);
    occurrences_.clear();
  }
  void end(const StatementEnd& end) { ends_.push_back(end); }
  void problem(const files::Problem& p) {
    ++problem_count_;
    if (problems_.size() < kMostProblems) problems_.push_back({fmt::format("/line/{}", p.line), p.code, fmt::format("{}: expected {} but found {}", p.column, p.expected, p.found)});
  }
  void entry(const StatementEntry& e) {
    ++entry_no_;
    if (e.state != EntryState::kBooked || e.amount.value == 0) return;
    std::string key = !e.bank_reference.empty() ? e.bank_reference : fmt::format("{}/{}", e.statement_id, !e.reference.empty() ? e.reference : std::to_string(entry_no_));
    // A bank may give one reference to several entries of a statement.
    if (const int nth = ++occurrences_[key]; nth > 1) key += fmt::format("/{}", nth);
    const bool parts = e.adds_up && e.transactions.size() > 1;
    if (!parts) {
      add(e, key, 0, e.amount, e.direction, e.transactions.empty() ? StatementTransaction{} : e.transactions.front());
      return;
    }
    int part = 0;
    for (const auto& t : e.transactions) add(e, key, ++part, t.amount, t.direction, t);
  }

  // `false` where the file is to be refused.
  std::vector<FieldError>& problems() { return problems_; }
  std::int64_t problem_count() const { return problem_count_; }
  std::vector<Receipt>& receipts() { return receipts_; }
  const std::vector<StatementHead>& heads() const { return heads_; }
  const std::vector<StatementEnd>& ends() const { return ends_; }

 private:
  void add(const StatementEntry& e, const std::string& key, int part, Money amount, Direction direction, const StatementTransaction& t) {
    if (amount.value == 0) return;
    Receipt r;
    r.channel_id = channel_id_;
    r.entry_key = fitted_text(key, 140);
    r.part_no = part;
    r.credit = direction == Direction::kCredit;
    r.reversal = e.reversal || t.returned.has_value();
    r.amount = amount;
    r.booked_on = e.booked_on.value_or(e.value_on.value_or(today_));
    r.value_on = e.value_on.value_or(r.booked_on);
    r.payer_name = fitted_text(r.credit ? t.debtor_name : t.creditor_name, 140);
    r.payer_account = fitted_text(r.credit ? t.debtor_account : t.creditor_account, 40);
    std::string text = t.remittance;
    for (const auto& more : {t.creditor_reference, e.additional})
      if (!more.empty()) text += (text.empty() ? "" : " ") + more;
    r.remittance = fitted_text(text, 500);
    r.end_to_end_id = fitted_text(!t.end_to_end_id.empty() ? t.end_to_end_id : t.payment_id, 64);
    if (t.returned) r.return_reason = fitted_text(t.returned->reason + (t.returned->information.empty() ? "" : " " + t.returned->information), 80);
    receipts_.push_back(std::move(r));
  }

  std::int64_t channel_id_;
  Date today_;
  std::int64_t entry_no_ = 0, problem_count_ = 0;
  std::vector<StatementHead> heads_;
  std::vector<StatementEnd> ends_;
  std::vector<Receipt> receipts_;
  std::vector<FieldError> problems_;
  std::unordered_map<std::string, int> occurrences_;
};

// Takes out what is there already; an error where it is there with another amount.
Result<std::int64_t> drop_known(db::Session& session, std::int64_t channel_id, std::vector<Receipt>& receipts) {
  std::vector<std::string> keys;
  for (const auto& r : receipts) keys.push_back(r.entry_key);
  std::unordered_map<std::string, std::pair<Money, bool>> there;
  const auto name = [](const std::string& key, int part) { return fmt::format("{}\x1F{}", key, part); };
  const db::Param first[] = {db::Param(channel_id)};
  files::query_in(session, "SELECT entry_key, part_no, amount_fen, direction FROM payment_channels_receipt WHERE channel_id = ? AND entry_key IN (*)", keys,
                  [&](db::Rows& row) { there.emplace(name(row.text(0), row.i32(1)), std::pair(Money{row.i64(2)}, row.text(3) == "credit")); }, first);
  std::vector<Receipt> fresh;
  for (auto& r : receipts) {
    const auto found = there.find(name(r.entry_key, r.part_no));
    if (found == there.end()) {
      fresh.push_back(std::move(r));
      continue;
    }
    if (found->second != std::pair(r.amount, r.credit))
      return conflict("payment_channels.entry_differs", fmt::format("expected the movement {} as it was told before, {} fen, but found {} fen", r.entry_key, found->second.first.value, r.amount.value));
  }
  const auto known = static_cast<std::int64_t>(receipts.size() - fresh.size());
  receipts = std::move(fresh);
  return known;
}

void write_receipts(db::Session& session, std::int64_t first_id, std::int64_t file_id, const std::vector<Receipt>& receipts, Instant now) {
  db::BulkWriter rows("payment_channels_receipt", {"receipt_id", "file_id", "seq", "channel_id", "entry_key", "part_no", "direction", "reversal", "amount_fen", "booked_on", "value_on", "payer_name", "payer_account",
                                                   "remittance", "end_to_end_id", "return_reason", "state", "changed_at"});
  int seq = 0;
  for (const auto& r : receipts) {
    rows.add(first_id++).add(file_id).add(++seq).add(r.channel_id).add(r.entry_key).add(r.part_no).add(r.credit ? "credit" : "debit").add(r.reversal).add(r.amount).add(r.booked_on).add(r.value_on);
    rows.add(r.payer_name).add(r.payer_account).add(r.remittance).add(r.end_to_end_id).add(r.return_reason).add("received").add(now);
    rows.end_row();
  }
  rows.flush(session);
}

Status write_statements(db::Session& session, std::int64_t file_id, std::int64_t channel_id, const Collector& found) {
  for (std::size_t i = 0; i < found.heads().size() && i < found.ends().size(); ++i) {
    const auto& head = found.heads()[i];
    const auto& end = found.ends()[i];
    try {
      session.execute("INSERT INTO payment_channels_statement (file_id, channel_id, message, bank_statement_id, account, sequence_no, opening_fen, closing_fen, credit_fen, debit_fen, entry_count) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", file_id, channel_id, fitted_text(head.version, 20), fitted_text(head.id, 64), fitted_text(head.account, 40), fitted_text(head.sequence_no, 20),
                      head.opening, head.closing, end.booked_credit, end.booked_debit, end.entries);
    } catch (const db::DbError& e) {
      if (e.kind() != db::DbError::Kind::kDuplicate) throw;
      // The bank sends it again in another file; its movements are known by their keys.
    }
  }
  return ok();
}

}  // namespace

std::optional<StatementLoad> find_statement_load(db::Session& session, std::int64_t file_id) {
  auto rows = session.query("SELECT file_id, channel_id, state, file_name, file_sha256, receipt_count, known_count, job_id, loaded_by, loaded_at FROM payment_channels_statement_file WHERE file_id = ?", file_id);
  if (!rows.next()) return {};
  return load_row(rows);
}

std::vector<StatementLoad> list_statement_loads(db::Session& session, std::int64_t channel_id, std::int64_t before, int limit) {
  std::vector<StatementLoad> list;
  for (auto rows = session.query("SELECT file_id, channel_id, state, file_name, file_sha256, receipt_count, known_count, job_id, loaded_by, loaded_at FROM payment_channels_statement_file "
                                 "WHERE channel_id = ? AND file_id < ? ORDER BY file_id DESC LIMIT ?", channel_id, before, limit); rows.next();)
    list.push_back(load_row(rows));
  return list;
}

Result<StatementLoad> StatementService::load(db::Session& session, const Channel& channel, const File& file, UserId by) {
  // The channel's row is held: the same movements in two files at once are stored once.
  session.query("SELECT channel_id FROM payment_channels_channel WHERE channel_id = ? FOR UPDATE", channel.id).next();
  const auto sum = http::sha256_hex(file.bytes);
  if (auto rows = session.query("SELECT file_id FROM payment_channels_statement_file WHERE channel_id = ? AND file_sha256 = ?", channel.id, sum); rows.next()) return *find_statement_load(session, rows.i64(0));
  const Instant now = services_.clock.now();
  Collector found(channel.id, local_date(now));
  StatementSink sink;
  sink.head = [&](const StatementHead& head) { found.head(head); };
  sink.entry = [&](StatementEntry&& entry) { found.entry(entry); };
  sink.end = [&](const StatementEnd& end) { found.end(end); };
  sink.problem = [&](const files::Problem& problem) { found.problem(problem); };
  auto read = read_statement(ChannelInput::of(file.bytes), {}, sink);
  if (!read) return std::move(read).error();
  if (found.problem_count() > 0)
    return invalid("payment_channels.file_problems", fmt::format("expected a file that can be read as a whole but {} of its parts cannot", found.problem_count()), std::move(found.problems()));
  auto known = drop_known(session, channel.id, found.receipts());
  if (!known) return std::move(known).error();
  const auto count = static_cast<std::int64_t>(found.receipts().size());
  session.execute("INSERT INTO payment_channels_statement_file (channel_id, state, file_name, file_sha256, receipt_count, known_count, loaded_by, loaded_at) VALUES (?, 'loaded', ?, ?, ?, ?, ?, ?)", channel.id,
                  fitted_text(file.name, 120), sum, count, *known, by, now);
  const auto file_id = session.last_insert_id();
  if (auto written = write_statements(session, file_id, channel.id, found); !written) return std::move(written).error();
  if (count > 0) write_receipts(session, services_.database.take_ids(kReceiptSequence, count), file_id, found.receipts(), now);
  std::vector<jobs::Shard> shards;
  for (std::int64_t chunk = 0; chunk * kReceiptsPerShard < count; ++chunk) shards.push_back({chunk, static_cast<int>(std::min(kReceiptsPerShard, count - chunk * kReceiptsPerShard))});
  const auto job = jobs::create(session, now, kStatementJob, file_id, "receipts", shards, by);
  session.execute("UPDATE payment_channels_statement_file SET job_id = ? WHERE file_id = ?", job, file_id);
  return *find_statement_load(session, file_id);
}

}  // namespace mis::payment_channels
