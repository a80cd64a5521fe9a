#include "modules/payment_channels/mandates.hpp"

#include <array>

#include <fmt/format.h>

namespace mis::payment_channels {
namespace {

constexpr std::array<std::string_view, 3> kSources = {"staff", "channel", "import"};
constexpr std::size_t kMostMandateNo = 24;

Mandate mandate_row(const db::Rows& row) {
  Mandate m;
  m.id = row.i64(0);
  m.mandate_no = row.text(1);
  m.agreement_no = row.text_or_null(2).value_or("");
  m.account = {row.i64(3)};
  m.channel_id = row.i64(4);
  m.state = mandate_state_of(row.text(5)).value_or(MandateState::kCancelled);
  m.debtor = {row.text(6), row.text(7), row.text(8)};
  m.signed_on = row.date(9);
  if (const auto most = row.i64_or_null(10)) m.most = Money{*most};
  m.version = row.i32(11);
  m.changed_at = row.instant(12);
  return m;
}

std::optional<Mandate> first_of(db::Rows rows) {
  if (!rows.next()) return {};
  return mandate_row(rows);
}

std::optional<Mandate> lock_mandate(db::Session& session, std::string_view mandate_no) {
  return first_of(session.query("SELECT mandate_id, mandate_no, agreement_no, account_id, channel_id, state, bank_account, bank_account_name, bank_code, signed_on, most_fen, version, changed_at "
                                "FROM payment_channels_mandate WHERE mandate_no = ? FOR UPDATE", mandate_no));
}

void write_event(db::Session& session, const Mandate& m, const MandateChange& change) {
  session.execute("INSERT INTO payment_channels_mandate_event (mandate_id, version, state, reason, source, changed_by, happened_at) VALUES (?, ?, ?, ?, ?, ?, ?)", m.id, m.version, name_of(m.state), change.reason,
                  kSources[static_cast<std::size_t>(change.source)], change.by, change.at);
}

bool same_agreement(const Mandate& a, const Mandate& b) {
  return a.agreement_no == b.agreement_no && a.account == b.account && a.channel_id == b.channel_id && a.debtor.number == b.debtor.number && a.debtor.name == b.debtor.name &&
         a.debtor.bank_code == b.debtor.bank_code && a.signed_on == b.signed_on && a.most == b.most;
}

Error account_has_mandate() {
  return conflict("payment_channels.account_has_mandate", "expected an account without an active mandate but it has one; cancel that first");
}

Result<Mandate> change_state(db::Session& session, std::string_view mandate_no, MandateEvent event, const MandateChange& change) {
  auto m = lock_mandate(session, mandate_no);
  if (!m) return not_found("payment_channels.no_mandate", "expected a mandate with this number but there is none");
  const auto next = step(m->state, event);
  if (!next) return conflict("payment_channels.mandate_state", fmt::format("expected a mandate that is signed or active but it is {}", name_of(m->state)));
  if (*next == m->state) return std::move(*m);
  m->state = *next;
  m->version += 1;
  m->changed_at = change.at;
  try {
    session.execute("UPDATE payment_channels_mandate SET state = ?, version = ?, changed_at = ? WHERE mandate_id = ?", name_of(m->state), m->version, m->changed_at, m->id);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return account_has_mandate();
  }
  write_event(session, *m, change);
  return std::move(*m);
}

}  // namespace

std::vector<FieldError> mandate_complaints(const Mandate& m) {
  // Judged as the debit that it will be: what a batch refuses must not be signed.
  DirectDebitBatch batch;
  batch.id = batch.initiator = "x";
  batch.creditor = {"1", "x", ""};
  DirectDebit debit;
  debit.end_to_end_id = "x";
  debit.mandate_id = m.reference().empty() ? "x" : m.reference();
  debit.amount = m.most.value_or(Money{1});
  debit.debtor = m.debtor;
  batch.debits = {debit};
  std::vector<FieldError> complaints;
  if (const auto judged = validate(batch); !judged)
    for (const auto& field : judged.error().fields) {
      FieldError own = field;
      if (field.pointer.ends_with("/debtor/number")) own.pointer = "/bank_account";
      else if (field.pointer.ends_with("/debtor/name")) own.pointer = "/bank_account_name";
      else if (field.pointer.ends_with("/debtor/bank_code")) own.pointer = "/bank_code";
      else if (field.pointer.ends_with("/mandate_id")) own.pointer = m.agreement_no.empty() ? "/mandate_no" : "/agreement_no";
      else own.pointer = "/most";
      complaints.push_back(std::move(own));
    }
  if (m.mandate_no.size() > kMostMandateNo)
    complaints.push_back({"/mandate_no", "payment_channels.identifier", fmt::format("expected at most {} characters but found {}", kMostMandateNo, m.mandate_no.size())});
  if (m.debtor.name.find('|') != std::string::npos) complaints.push_back({"/bank_account_name", "payment_channels.text", "expected a name without '|', which parts the columns of banks' files, but found one"});
  return complaints;
}

Result<Mandate> sign_mandate(db::Database& database, db::Session& session, const Mandate& mandate, const MandateChange& change) {
  auto complaints = mandate_complaints(mandate);
  if (!complaints.empty()) {
    auto message = complaints.front().pointer + ": " + complaints.front().message;
    return invalid("payment_channels.mandate", std::move(message), std::move(complaints));
  }
  auto there = mandate.agreement_no.empty() ? std::nullopt : find_mandate_by_agreement(session, mandate.channel_id, mandate.agreement_no);
  if (!there && !mandate.mandate_no.empty()) there = find_mandate(session, mandate.mandate_no);
  if (there) {
    if (same_agreement(*there, mandate) && there->state != MandateState::kCancelled && (mandate.mandate_no.empty() || mandate.mandate_no == there->mandate_no)) return std::move(*there);
    return conflict("payment_channels.mandate_taken", "expected a mandate that was not signed before but there is another one with this number");
  }
  Mandate m = mandate;
  m.id = database.take_ids(kMandateSequence);
  if (m.mandate_no.empty()) m.mandate_no = fmt::format("M{:09}", m.id);
  m.version = 1;
  m.changed_at = change.at;
  try {
    session.execute("INSERT INTO payment_channels_mandate (mandate_id, mandate_no, agreement_no, account_id, channel_id, state, bank_account, bank_account_name, bank_code, signed_on, most_fen, version, changed_at) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", m.id, m.mandate_no, m.agreement_no.empty() ? std::nullopt : std::optional(m.agreement_no), m.account, m.channel_id, name_of(m.state),
                    m.debtor.number, m.debtor.name, m.debtor.bank_code, m.signed_on, m.most, m.version, m.changed_at);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    auto other = find_mandate_of(session, m.account);
    if (m.state == MandateState::kActive && other && other->state == MandateState::kActive) return account_has_mandate();
    return conflict("payment_channels.mandate_taken", "expected a mandate that was not signed before but there is another one with this number");
  }
  write_event(session, m, change);
  return m;
}

Result<Mandate> activate_mandate(db::Session& session, std::string_view mandate_no, const MandateChange& change) { return change_state(session, mandate_no, MandateEvent::kActivate, change); }
Result<Mandate> cancel_mandate(db::Session& session, std::string_view mandate_no, const MandateChange& change) { return change_state(session, mandate_no, MandateEvent::kCancel, change); }

std::optional<Mandate> find_mandate(db::Session& session, std::string_view mandate_no) {
  return first_of(session.query("SELECT mandate_id, mandate_no, agreement_no, account_id, channel_id, state, bank_account, bank_account_name, bank_code, signed_on, most_fen, version, changed_at "
                                "FROM payment_channels_mandate WHERE mandate_no = ?", mandate_no));
}

std::optional<Mandate> find_mandate_by_agreement(db::Session& session, std::int64_t channel_id, std::string_view agreement_no) {
  return first_of(session.query("SELECT mandate_id, mandate_no, agreement_no, account_id, channel_id, state, bank_account, bank_account_name, bank_code, signed_on, most_fen, version, changed_at "
                                "FROM payment_channels_mandate WHERE channel_id = ? AND agreement_no = ?", channel_id, agreement_no));
}

std::optional<Mandate> find_mandate_of(db::Session& session, AccountId account) {
  return first_of(session.query("SELECT mandate_id, mandate_no, agreement_no, account_id, channel_id, state, bank_account, bank_account_name, bank_code, signed_on, most_fen, version, changed_at "
                                "FROM payment_channels_mandate WHERE account_id = ? ORDER BY active_account IS NULL, mandate_id DESC LIMIT 1", account));
}

std::vector<Mandate> mandates_of(db::Session& session, AccountId account) {
  std::vector<Mandate> list;
  for (auto rows = session.query("SELECT mandate_id, mandate_no, agreement_no, account_id, channel_id, state, bank_account, bank_account_name, bank_code, signed_on, most_fen, version, changed_at "
                                 "FROM payment_channels_mandate WHERE account_id = ? ORDER BY mandate_id DESC", account); rows.next();)
    list.push_back(mandate_row(rows));
  return list;
}

std::vector<Mandate> list_mandates(db::Session& session, const MandateFilter& filter, int limit) {
  std::vector<Mandate> list;
  std::optional<std::string> state;
  if (filter.state) state = name_of(*filter.state);
  for (auto rows = session.query("SELECT mandate_id, mandate_no, agreement_no, account_id, channel_id, state, bank_account, bank_account_name, bank_code, signed_on, most_fen, version, changed_at "
                                 "FROM payment_channels_mandate WHERE mandate_id < ? AND (? IS NULL OR channel_id = ?) AND (? IS NULL OR state = ?) ORDER BY mandate_id DESC LIMIT ?", filter.before,
                                 filter.channel_id, filter.channel_id, state, state, limit); rows.next();)
    list.push_back(mandate_row(rows));
  return list;
}

std::vector<MandateEventRow> history_of(db::Session& session, std::int64_t mandate_id) {
  std::vector<MandateEventRow> list;
  for (auto rows = session.query("SELECT version, state, reason, source, changed_by, happened_at FROM payment_channels_mandate_event WHERE mandate_id = ? ORDER BY version", mandate_id); rows.next();) {
    MandateEventRow event{rows.i32(0), mandate_state_of(rows.text(1)).value_or(MandateState::kCancelled), rows.text(2), rows.text(3), {}, rows.instant(5)};
    if (const auto by = rows.i64_or_null(4)) event.by = UserId{*by};
    list.push_back(std::move(event));
  }
  return list;
}

}  // namespace mis::payment_channels
