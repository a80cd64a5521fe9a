// A bank's statement, movement by movement into its rows.
#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "mis/base/fitted_text.hpp"
#include "mis/db/bulk_writer.hpp"
#include "mis/files/lookup.hpp"
#include "mis/http/digest.hpp"
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

// What banks write where they have no reference.
std::string_view real_reference(std::string_view text) {
  std::string upper(text);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return upper == "NONREF" || upper == "NOTPROVIDED" || upper == "N/A" ? std::string_view{} : text;
}

// The entry's own, else that of its payments: the smallest, so that their order in the file does not matter.
std::string_view bank_reference(const StatementEntry& e) {
  std::string_view found = real_reference(e.bank_reference);
  if (!found.empty()) return found;
  for (const auto& t : e.transactions)
    if (const auto one = real_reference(t.bank_reference); !one.empty() && (found.empty() || one < found)) found = one;
  return found;
}

// An entry of a file with its receipts, which have no key until it is known whether the entry is there already.
struct Movement {
  std::string base;               // the bank's reference, else statement and entry
  int nth = 1;                    // of those that share it in a statement
  std::optional<Date> booked_on;  // as the bank tells it
  Money amount;                   // of the entry as a whole; debits negative
  std::vector<Receipt> receipts;
};

// Gathers what a file brings. Statements are small beside debit files: a bank's day has some thousand movements.
class Collector {
 public:
  Collector(std::int64_t channel_id, Date today) : channel_id_(channel_id), today_(today) {}

  void head(const StatementHead& head) {
    heads_.push_back(head);
    occurrences_.clear();
    entry_no_ = 0;  // so that a statement's entries have the same keys whatever stands before it in the file
  }
  void end(const StatementEnd& end) { ends_.push_back(end); }
  void problem(const files::Problem& p) {
    ++problem_count_;
    if (problems_.size() < kMostProblems) problems_.push_back({fmt::format("/line/{}", p.line), p.code, fmt::format("{}: expected {} but found {}", p.column, p.expected, p.found)});
  }
  void entry(const StatementEntry& e) {
    ++entry_no_;
    if (e.state != EntryState::kBooked || e.amount.value == 0) return;
    Movement m;
    m.booked_on = e.booked_on;
    m.amount = e.direction == Direction::kCredit ? e.amount : -e.amount;
    bool noted = false;
    if (const auto reference = bank_reference(e); !reference.empty()) {
      m.base = reference;
    } else {
      // Nothing would say that the statement's entry is the same one: the statement brings the money, under a key of its own.
      noted = heads_.back().kind == StatementKind::kNotification;
      const auto own = real_reference(e.reference);
      m.base = fmt::format("{}{}/{}", noted ? "notified/" : "", e.statement_id, !own.empty() ? std::string(own) : std::to_string(entry_no_));
    }
    m.base = fitted_text(m.base, 110);  // leaves room for what tells entries of one reference apart
    // A bank may give one reference to several entries of a statement.
    m.nth = ++occurrences_[m.base + "\x1F" + (m.booked_on ? m.booked_on->to_string() : "")];
    if (e.adds_up && e.transactions.size() > 1) {
      int part = 0;
      for (const auto& t : e.transactions) add(m, e, ++part, t.amount, t.direction, t, noted);
    } else {
      add(m, e, 0, e.amount, e.direction, e.transactions.empty() ? StatementTransaction{} : e.transactions.front(), noted);
    }
    movements_.push_back(std::move(m));
  }

  std::vector<FieldError>& problems() { return problems_; }
  std::int64_t problem_count() const { return problem_count_; }
  std::vector<Movement>& movements() { return movements_; }
  const std::vector<StatementHead>& heads() const { return heads_; }
  const std::vector<StatementEnd>& ends() const { return ends_; }

 private:
  void add(Movement& to, const StatementEntry& e, int part, Money amount, Direction direction, const StatementTransaction& t, bool noted) {
    if (amount.value == 0) return;
    Receipt r;
    r.channel_id = channel_id_;
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
    r.state = noted ? "noted" : "received";
    if (noted) r.note = "a notification without the bank's reference; the statement brings the money";
    to.receipts.push_back(std::move(r));
  }

  std::int64_t channel_id_;
  Date today_;
  std::int64_t entry_no_ = 0, problem_count_ = 0;
  std::vector<StatementHead> heads_;
  std::vector<StatementEnd> ends_;
  std::vector<Movement> movements_;
  std::vector<FieldError> problems_;
  std::unordered_map<std::string, int> occurrences_;
};

// The keys that a movement may have. A reference belongs to the first day that it is told for; on another day it is another entry's,
// which has the day in its key. Where the bank tells no day, that is in the key too, and the entry may be any day's.
struct Keys {
  std::string plain, dated, undated;
};
Keys keys_of(const Movement& m) {
  const std::string nth = m.nth > 1 ? fmt::format("/{}", m.nth) : "";
  return {m.base + nth, m.booked_on ? fmt::format("{}@{}{}", m.base, m.booked_on->to_string(), nth) : "", fmt::format("{}@{}", m.base, nth)};
}

struct Told {
  Date booked_on;
  Money amount;  // of all its parts; debits negative
};
using ToldEntries = std::unordered_map<std::string, Told>;

ToldEntries told_entries(db::Session& session, std::int64_t channel_id, const std::vector<Movement>& movements) {
  std::vector<std::string> keys;
  for (const auto& m : movements)
    for (auto [plain, dated, undated] = keys_of(m); auto* key : {&plain, &dated, &undated})
      if (!key->empty()) keys.push_back(std::move(*key));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  ToldEntries told;
  std::set<std::pair<std::string, int>> parts;  // blanks at the end do not count in the column, so that a row may come for two keys
  const db::Param first[] = {db::Param(channel_id)};
  files::query_in(session, "SELECT entry_key, part_no, booked_on, amount_fen, direction FROM payment_channels_receipt WHERE channel_id = ? AND entry_key IN (*)", keys,
                  [&](db::Rows& row) {
                    if (!parts.emplace(row.text(0), row.i32(1)).second) return;
                    auto& entry = told.try_emplace(row.text(0), Told{row.date(2), Money{0}}).first->second;
                    const Money amount{row.i64(3)};
                    entry.amount += row.text(4) == "credit" ? amount : -amount;
                  }, first);
  return told;
}

struct Fresh {
  std::vector<Receipt> receipts;
  std::int64_t known = 0;
};

// Leaves out what is there already, in the books or further up in the file; an error where it is there with another amount. An entry
// is compared as a whole, since a bank may tell it once as a sum and once payment by payment.
Result<Fresh> fresh_receipts(db::Session& session, std::int64_t channel_id, std::vector<Movement>& movements) {
  auto told = told_entries(session, channel_id, movements);
  Fresh fresh;
  for (auto& m : movements) {
    const auto keys = keys_of(m);
    const auto plain = told.find(keys.plain);
    auto same = plain;
    if (plain == told.end() || (m.booked_on && plain->second.booked_on != *m.booked_on)) same = told.find(keys.undated);
    if (same == told.end() && m.booked_on) same = told.find(keys.dated);
    if (same != told.end()) {
      if (same->second.amount != m.amount)
        return conflict("payment_channels.entry_differs", fmt::format("expected the movement {} as it was told before, {} fen, but found {} fen", same->first, same->second.amount.value, m.amount.value));
      fresh.known += static_cast<std::int64_t>(m.receipts.size());
      continue;
    }
    const auto& key = !m.booked_on ? keys.undated : plain == told.end() ? keys.plain : keys.dated;
    told.emplace(key, Told{m.receipts.front().booked_on, m.amount});
    for (auto& r : m.receipts) {
      r.entry_key = key;
      fresh.receipts.push_back(std::move(r));
    }
  }
  return fresh;
}

void write_receipts(db::Session& session, std::int64_t first_id, std::int64_t file_id, const std::vector<Receipt>& receipts, Instant now) {
  db::BulkWriter rows("payment_channels_receipt", {"receipt_id", "file_id", "seq", "channel_id", "entry_key", "part_no", "direction", "reversal", "amount_fen", "booked_on", "value_on", "payer_name", "payer_account",
                                                   "remittance", "end_to_end_id", "return_reason", "state", "note", "changed_at"});
  int seq = 0;
  for (const auto& r : receipts) {
    rows.add(first_id++).add(file_id).add(++seq).add(r.channel_id).add(r.entry_key).add(r.part_no).add(r.credit ? "credit" : "debit").add(r.reversal).add(r.amount).add(r.booked_on).add(r.value_on);
    rows.add(r.payer_name).add(r.payer_account).add(r.remittance).add(r.end_to_end_id).add(r.return_reason).add(r.state).add(r.note).add(now);
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
  auto fresh = fresh_receipts(session, channel.id, found.movements());
  if (!fresh) return std::move(fresh).error();
  const auto count = static_cast<std::int64_t>(fresh->receipts.size());
  session.execute("INSERT INTO payment_channels_statement_file (channel_id, state, file_name, file_sha256, receipt_count, known_count, loaded_by, loaded_at) VALUES (?, 'loaded', ?, ?, ?, ?, ?, ?)", channel.id,
                  fitted_text(file.name, 120), sum, count, fresh->known, by, now);
  const auto file_id = session.last_insert_id();
  if (auto written = write_statements(session, file_id, channel.id, found); !written) return std::move(written).error();
  if (count > 0) write_receipts(session, services_.database.take_ids(kReceiptSequence, count), file_id, fresh->receipts, now);
  std::vector<jobs::Shard> shards;
  for (std::int64_t chunk = 0; chunk * kReceiptsPerShard < count; ++chunk) shards.push_back({chunk, static_cast<int>(std::min(kReceiptsPerShard, count - chunk * kReceiptsPerShard))});
  const auto job = jobs::create(session, now, kStatementJob, file_id, "receipts", shards, by);
  session.execute("UPDATE payment_channels_statement_file SET job_id = ? WHERE file_id = ?", job, file_id);
  return *find_statement_load(session, file_id);
}

}  // namespace mis::payment_channels
