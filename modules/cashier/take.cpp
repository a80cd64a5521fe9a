// Opening a session and taking money.
#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/cashier/counter.hpp"
#include "modules/cashier/days.hpp"
#include "modules/cashier/ledger_moves.hpp"
#include "modules/cashier/receipt_store.hpp"

namespace mis::cashier {
namespace {

receivables::MoneyPlace place_of(CounterMethod method, SessionId session) {
  switch (method) {
    case CounterMethod::kCash: return {ledger::LedgerAccount::kCash, session.value};
    case CounterMethod::kCard: return {ledger::LedgerAccount::kInTransit, kCardsInTransit};
    case CounterMethod::kCheque: return {ledger::LedgerAccount::kInTransit, kChequesInTransit};
    case CounterMethod::kQr: return {ledger::LedgerAccount::kInTransit, kQrInTransit};
  }
  return {};
}

PaymentMethod payment_method_of(CounterMethod method) { return *receivables::method_of(name_of(method)); }

int next_number(db::Session& session, SessionId id) {
  auto rows = session.query("SELECT COALESCE(MAX(number), 0) + 1 FROM cashier_receipt WHERE session_id = ?", id);
  return rows.next() ? rows.i32(0) : 1;
}

Receipt receipt_of(const SessionRow& row, const Act& act, const Take& take, int number) {
  Receipt receipt;
  receipt.receipt_no = make_receipt_no(row.no, number);
  receipt.session = row.id;
  receipt.number = number;
  receipt.session_no = row.no;
  receipt.cashier = row.cashier;
  receipt.cashier_name = row.cashier_name;
  receipt.hall = row.hall;
  receipt.hall_code = row.hall_code;
  receipt.hall_name = row.hall_name;
  receipt.day = row.day;
  receipt.taken_at = act.at;
  receipt.method = payment_method_of(take.method);
  receipt.reference = take.reference;
  for (const auto& line : take.lines) {
    receipt.total += line.amount;
    receipt.lines.push_back({line.account, line.account_no, line.name, {}, line.amount, {}, {}});
  }
  if (take.method == CounterMethod::kCash) receipt.tendered = take.tendered.value_or(receipt.total);
  return receipt;
}

}  // namespace

Result<SessionRow> open_session(db::Database& database, db::Session& session, const Act& act, Money float_taken) {
  if (float_taken.value < 0) return invalid("cashier.bad_float", fmt::format("expected a float of 0.00 or more but found {}", format_yuan(float_taken)));
  auto number = next_session_of_day(session, act.hall, act.today());
  if (!number) return std::move(number).error();
  auto hall = session.query("SELECT code FROM administration_org_name WHERE org_id = ?", act.hall);
  if (!hall.next()) return not_found("cashier.no_hall", "expected the cashier to belong to a business hall but it does not exist");
  const SessionId id{database.take_ids("cashier_session")};
  try {
    session.execute("INSERT INTO cashier_session (session_id, session_no, cashier, open_for, org_id, day, state, float_fen, opened_at) VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?)", id,
                    make_session_no(hall.text(0), act.today(), *number), act.by, act.by, act.hall, act.today(), float_taken, act.at);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return conflict("cashier.session_open", "expected no open session of yours but there is one: close it first");
  }
  if (auto moved = move_cash(database, session, {kSafe, id.value, float_taken, "float"}, act); !moved) return std::move(moved).error();
  return find_session(session, id);
}

Result<Receipt> take_receipt(db::Database& database, db::Session& session, const Act& act, const Take& take) {
  auto row = lock_open_session(session, act);
  if (!row) return std::move(row).error();
  auto receipt = receipt_of(*row, act, take, next_number(session, row->id));
  if (receipt.tendered && *receipt.tendered < receipt.total)
    return invalid("cashier.tendered_too_little", fmt::format("expected at least {} from the customer but found {}", format_yuan(receipt.total), format_yuan(*receipt.tendered)),
                   {{"/tendered", "cashier.tendered_too_little", fmt::format("expected at least {} but found {}", format_yuan(receipt.total), format_yuan(*receipt.tendered))}});

  std::vector<receivables::Payment> payments;
  for (std::size_t i = 0; i < take.lines.size(); ++i) {
    receivables::Payment p;
    p.account = take.lines[i].account;
    p.amount = take.lines[i].amount;
    p.source = receivables::Source::kCashier;
    p.source_id = row->id.value;
    p.reference = payment_reference(receipt.receipt_no, static_cast<int>(i) + 1);
    p.method = receipt.method;
    p.into = place_of(take.method, row->id);
    p.posted_on = p.value_on = row->day;
    p.at = act.at;
    p.by = act.by;
    p.bills = take.lines[i].bills;
    payments.push_back(std::move(p));
  }
  auto outcomes = receivables::pay_all(database, session, payments);
  if (!outcomes) return std::move(outcomes).error();
  for (std::size_t i = 0; i < receipt.lines.size(); ++i) {
    auto& line = receipt.lines[i];
    line.payment = (*outcomes)[i].id;
    line.advance = (*outcomes)[i].advance;
    for (const auto& part : (*outcomes)[i].allocations) line.bills.push_back({part.bill.month, part.bill.revision, part.principal, part.late});
  }
  receipt.id = {database.take_ids("cashier_receipt")};
  write_receipt(session, receipt);
  return receipt;
}

Result<int> count_print(db::Session& session, const Act& act, std::string_view receipt_no, std::string_view scope_pattern, std::string_view format, std::string_view language) {
  auto receipt = find_receipt(session, receipt_no, scope_pattern);
  if (!receipt) return std::move(receipt).error();
  // Two prints at once get two numbers: the session's lock makes them wait for each other.
  if (auto locked = lock_session(session, receipt->session); !locked) return std::move(locked).error();
  int print_no = 1;
  {
    auto rows = session.query("SELECT COALESCE(MAX(print_no), 0) + 1 FROM cashier_receipt_print WHERE receipt_id = ?", receipt->id);
    if (rows.next()) print_no = rows.i32(0);
  }
  session.execute("INSERT INTO cashier_receipt_print (receipt_id, print_no, format, language, printed_by, printed_at) VALUES (?, ?, ?, ?, ?, ?)", receipt->id, print_no, format, language, act.by, act.at);
  return print_no;
}

}  // namespace mis::cashier
