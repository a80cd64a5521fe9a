// The one door by which money comes in, and the way back out of it.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "modules/receivables/advances.hpp"
#include "modules/receivables/domain/credit_postings.hpp"
#include "modules/receivables/item_store.hpp"
#include "modules/receivables/late_returns.hpp"
#include "modules/receivables/plans.hpp"
#include "modules/receivables/receivables.hpp"
#include "modules/receivables/settings.hpp"

namespace mis::receivables {
namespace {

using ledger::LedgerAccount;

constexpr std::array<std::string_view, 7> kMethods = {"cash", "card", "cheque", "qr", "transfer", "collection", "direct_debit"};
constexpr std::array<std::string_view, 3> kSources = {"cashier", "channel", "unidentified"};

Source source_of(std::string_view name) {
  return static_cast<Source>(std::find(kSources.begin(), kSources.end(), name) - kSources.begin());
}

std::optional<Error> check_payment(const Payment& p) {
  if (p.amount.value <= 0 || p.amount > kMostMoney)
    return invalid("receivables.bad_amount", fmt::format("expected an amount of 1 to {} fen but found {}", kMostMoney.value, p.amount.value));
  const bool printable = std::all_of(p.reference.begin(), p.reference.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (p.reference.empty() || p.reference.size() > 64 || !printable)
    return invalid("receivables.bad_reference", fmt::format("expected a reference of 1 to 64 printable characters but found {} bytes", p.reference.size()));
  if (p.value_on > p.posted_on)
    return invalid("receivables.value_date", fmt::format("expected a value date not after {} but found {}", p.posted_on.to_string(), p.value_on.to_string()));
  return {};
}

// Takes the items that are asked for, in that order; all of them where none is named.
Result<std::vector<OpenItem>> chosen_items(const std::vector<OpenItem>& items, const std::vector<BillKey>& bills) {
  if (bills.empty()) return items;
  std::vector<OpenItem> chosen;
  std::set<BillKey> seen;
  for (const auto& bill : bills) {
    // Its item would be shared out twice, and the second half of the money would be nobody's.
    if (!seen.insert(bill).second) return invalid("receivables.bill_twice", fmt::format("expected each bill once but that of {} is named twice", bill.month.to_string()));
    const auto it = std::find_if(items.begin(), items.end(), [&](const OpenItem& item) { return item.bill == bill; });
    if (it == items.end()) return conflict("receivables.not_open", fmt::format("expected an open bill but that of {} is not", bill.month.to_string()));
    chosen.push_back(*it);
  }
  return chosen;
}

void put_back(std::vector<OpenItem>& items, const std::vector<OpenItem>& changed) {
  for (const auto& item : changed)
    *std::find_if(items.begin(), items.end(), [&](const OpenItem& old) { return old.bill == item.bill; }) = item;
}

// What an account's money was moved by, and when.
struct Cause {
  ledger::TransactionKey transaction;
  Occasion when;
};
using Causes = std::map<AccountId, Cause>;

// The state of many accounts while payments are shared out, and what of it has changed.
class Book {
 public:
  Book(db::Database& database, db::Session& session) : database_(database), session_(session) {}

  std::optional<Error> open(std::span<const AccountId> accounts) {
    auto locked = lock_accounts(session_, accounts);
    if (!locked) return std::move(locked).error();
    accounts_ = std::move(*locked);
    items_ = read_open_items(session_, accounts);
    order_ = read_allocation_order(session_);
    return {};
  }

  std::vector<OpenItem>& items_of(AccountId account) { return items_[account]; }
  AccountState& state_of(AccountId account) {
    changed_accounts_.insert(account);
    return accounts_[account];
  }
  Money advance_of(AccountId account) const { return accounts_.at(account).advance; }

  // An instalment plan stops the late charge of the bills that it covers.
  bool has_plan(AccountId account) {
    const auto& items = items_[account];
    return std::any_of(items.begin(), items.end(), [](const OpenItem& item) { return item.late_stop != kForever; });
  }
  std::optional<Error> review_plans(AccountId account, Date on) {
    auto changed = review_account_plans(session_, account, on);
    if (!changed) return std::move(changed).error();
    if (*changed) items_[account] = std::move(read_open_items(session_, {&account, 1})[account]);
    return {};
  }

  // True where an item's late charge is accrued beyond the day: something that came later was known to us earlier. Such
  // items must be worked out from the ledger, so what is pending has to be written before.
  static bool comes_late(const std::vector<OpenItem>& items, Date on) {
    return std::any_of(items.begin(), items.end(), [&](const OpenItem& item) { return late_comer(item, on); });
  }

  // Items of an earlier payment are those of its own day until they have been worked out from the ledger; and a late charge that it
  // has made less comes back because of it and no later one.
  bool must_be_written() const { return !replay_.empty() || returns_; }

  std::vector<Allocation> share(Money amount, std::vector<OpenItem>& items, Date on, Money& rest) {
    for (auto& item : items) {
      if (!late_comer(item, on)) continue;
      item = replay_items(session_, std::span(&item.bill, 1), on).front();
      replay_.insert(item.bill);
    }
    auto parts = allocate(amount, items, on, order_, rest);
    for (const auto& part : parts) changed_bills_.insert(part.bill);
    returns_ = returns_ || std::any_of(items.begin(), items.end(), [&](const OpenItem& item) { return item.late_excess(on).value > 0; });
    return parts;
  }

  std::optional<Error> post(std::vector<ledger::Transaction> transactions, std::vector<ledger::TransactionKey>& keys) {
    auto posted = ledger::post_all(database_, session_, transactions);
    if (!posted) return std::move(posted).error();
    keys = std::move(*posted);
    return {};
  }

  // What of late charges that are paid comes back for the money of a payment that found nothing to pay but was there earlier.
  std::optional<Error> return_for(const Payment& p, Money idle, const ledger::TransactionKey& transaction) {
    auto returned = return_for_idle_money(database_, session_, p.account, {idle, p.value_on}, {p.posted_on, p.at, p.by}, transaction);
    if (!returned) return std::move(returned).error();
    if (returned->value != 0) state_of(p.account).advance += *returned;
    return {};
  }

  // Bills that others have paid, of which nothing but a late charge is open yet.
  std::vector<OpenItem> late_only(AccountId account, Date on) {
    std::vector<OpenItem> late;
    for (const auto& item : items_[account])
      if (item.outstanding.value == 0 && item.late_due(on).value > 0) late.push_back(item);
    return late;
  }

  // Money that found nothing to pay as of its day pays such late charges as they are known, so that what it makes of them comes back from
  // there as from any other that was paid.
  std::optional<Error> pay_late_only(const Payment& p, Money idle) {
    auto late = late_only(p.account, p.posted_on);
    Money rest;
    const Money most = std::min(idle, advance_of(p.account));
    const auto parts = share(most, late, p.posted_on, rest);
    if (parts.empty()) return {};
    put_back(items_[p.account], late);
    ledger::Transaction t{ledger::Template::kAdvanceApplied, p.posted_on, p.posted_on, p.at, p.by, {}, {}};
    t.postings.push_back({LedgerAccount::kAdvances, most - rest, p.account});
    add_credits(t.postings, parts);
    std::vector<ledger::TransactionKey> keys;
    if (auto error = post({std::move(t)}, keys)) return error;
    state_of(p.account).advance -= most - rest;
    return write({{p.account, {keys.front(), {p.posted_on, p.at, p.by}}}});
  }

  // Writes what has changed since the last time, by the newest cause of each account; the postings are in the ledger already.
  std::optional<Error> write(const Causes& causes) {
    const std::vector<BillKey> replay(replay_.begin(), replay_.end());
    for (const auto& item : replay_items(session_, replay)) put_back(items_[item.bill.account], {item});
    changed_bills_.insert(replay_.begin(), replay_.end());
    std::vector<OpenItem> items;
    for (const auto& bill : changed_bills_)
      for (auto& item : items_[bill.account]) {
        if (item.bill != bill) continue;
        // Without a cause no money was moved: the bill was looked at as of an earlier day, and nothing of it was due then.
        if (const auto cause = causes.find(bill.account); cause != causes.end()) {
          auto returned = return_late_charge(database_, session_, item, cause->second.when, cause->second.transaction);
          if (!returned) return std::move(returned).error();
          if (returned->value != 0) state_of(bill.account).advance += *returned;
        }
        items.push_back(item);
      }
    write_items(session_, items);
    Accounts changed;
    for (const auto account : changed_accounts_) changed[account] = accounts_[account];
    write_accounts(session_, changed);
    changed_bills_.clear();
    replay_.clear();
    returns_ = false;
    changed_accounts_.clear();
    return {};
  }

 private:
  static bool late_comer(const OpenItem& item, Date on) { return on < item.late_to && item.late_to > item.due_on; }

  db::Database& database_;
  db::Session& session_;
  Accounts accounts_;
  Items items_;
  AllocationOrder order_ = AllocationOrder::kLateFirst;
  std::set<BillKey> changed_bills_, replay_;
  std::set<AccountId> changed_accounts_;
  bool returns_ = false;
};

std::vector<AccountId> accounts_of(std::span<const Payment> payments) {
  std::vector<AccountId> accounts;
  for (const auto& p : payments) accounts.push_back(p.account);
  return accounts;
}

void write_payments(db::Session& session, std::span<const Payment> payments, std::span<const PaymentOutcome> outcomes) {
  db::BulkWriter rows("receivables_payment", {"payment_id", "account_id", "source", "source_id", "reference", "method", "amount_fen", "advance_fen", "value_on", "paid_at", "taken_by",
                                              "accounting_month", "transaction_id"});
  for (std::size_t i = 0; i < payments.size(); ++i) {
    const auto& p = payments[i];
    const auto& outcome = outcomes[i];
    rows.add(outcome.id).add(p.account).add(name_of(p.source)).add(p.source_id).add(p.reference).add(name_of(p.method)).add(p.amount).add(outcome.advance).add(p.value_on).add(p.at).add(p.by);
    rows.add(outcome.transaction.accounting_month).add(outcome.transaction.id);
    rows.end_row();
  }
  rows.flush(session);
}

PaymentRow payment_row(const db::Rows& row) {
  PaymentRow p;
  p.id = {row.i64(0)};
  p.account = {row.i64(1)};
  p.source = source_of(row.text(2));
  p.source_id = row.i64(3);
  p.reference = row.text(4);
  p.method = method_of(row.text(5)).value_or(PaymentMethod::kTransfer);
  p.amount = {row.i64(6)};
  p.advance = {row.i64(7)};
  p.value_on = row.date(8);
  p.paid_at = row.instant(9);
  if (const auto by = row.i64_or_null(10)) p.taken_by = UserId{*by};
  p.transaction = {row.month(11), row.i64(12)};
  p.reversed = row.i32(13) != 0;
  return p;
}

}  // namespace

std::string_view name_of(PaymentMethod method) { return kMethods[static_cast<std::size_t>(method)]; }
std::string_view name_of(Source source) { return kSources[static_cast<std::size_t>(source)]; }
std::optional<PaymentMethod> method_of(std::string_view name) {
  const auto it = std::find(kMethods.begin(), kMethods.end(), name);
  if (it == kMethods.end()) return {};
  return static_cast<PaymentMethod>(it - kMethods.begin());
}

namespace {

// Payments that are shared out but not written yet, beside the book that they have changed.
class Till {
 public:
  Till(db::Session& session, Book& book) : session_(session), book_(book) {}

  std::optional<Error> take(const Payment& p, PaymentId id) {
    if (book_.has_plan(p.account)) {
      // A plan that was broken by then must not be healed by the money that came too late.
      if (auto error = write()) return error;
      if (auto error = book_.review_plans(p.account, p.value_on)) return error;
    }
    auto& all = book_.items_of(p.account);
    auto chosen = chosen_items(all, p.bills);
    if (!chosen) return std::move(chosen).error();
    if (late_idle_ || book_.must_be_written() || Book::comes_late(*chosen, p.value_on)) {
      if (auto error = write()) return error;
      chosen = chosen_items(all, p.bills);
      if (!chosen) return std::move(chosen).error();
    }
    PaymentOutcome outcome{id, {}, {}, {}};
    outcome.allocations = book_.share(p.amount, *chosen, p.value_on, outcome.advance);
    put_back(all, *chosen);
    // Who pays next finds late charges as this money leaves them.
    late_idle_ = outcome.advance.value != 0 && p.value_on < p.posted_on && !book_.late_only(p.account, p.posted_on).empty();
    // What was received before anybody knew for whom is cleared, not received again.
    const auto what = p.into.account == LedgerAccount::kUnidentified ? ledger::Template::kUnidentifiedCleared : ledger::Template::kPayment;
    ledger::Transaction t{what, p.posted_on, p.value_on, p.at, p.by, {}, {}};
    t.postings.push_back({p.into.account, p.amount, p.account, {}, 0, p.into.subject});
    add_credits(t.postings, outcome.allocations);
    if (outcome.advance.value != 0) {
      t.postings.push_back({LedgerAccount::kAdvances, -outcome.advance, p.account});
      book_.state_of(p.account).advance += outcome.advance;
    }
    transactions_.push_back(std::move(t));
    payments_.push_back(p);
    outcomes_.push_back(std::move(outcome));
    return {};
  }

  std::optional<Error> write() {
    late_idle_ = false;
    std::vector<ledger::TransactionKey> keys;
    if (auto error = book_.post(std::move(transactions_), keys)) return error;
    transactions_.clear();
    const auto pending = std::span(outcomes_).last(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) pending[i].transaction = keys[i];
    try {
      write_payments(session_, payments_, pending);
    } catch (const db::DbError& e) {
      if (e.kind() != db::DbError::Kind::kDuplicate) throw;
      return conflict("receivables.paid_already", "expected a payment that was not taken yet but one with this reference was");
    }
    Causes causes;
    for (std::size_t i = 0; i < keys.size(); ++i) causes[payments_[i].account] = {keys[i], {payments_[i].posted_on, payments_[i].at, payments_[i].by}};
    const auto written = std::move(payments_);
    payments_.clear();
    if (auto error = book_.write(causes)) return error;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (written[i].value_on >= written[i].posted_on || pending[i].advance.value == 0) continue;
      if (auto error = book_.pay_late_only(written[i], pending[i].advance)) return error;
      if (auto error = book_.return_for(written[i], pending[i].advance, keys[i])) return error;
    }
    return book_.write({});
  }

  std::vector<PaymentOutcome> outcomes() { return std::move(outcomes_); }

 private:
  db::Session& session_;
  Book& book_;
  bool late_idle_ = false;  // what was taken last finds late charges of bills that others have paid
  std::vector<ledger::Transaction> transactions_;  // of the payments below
  std::vector<Payment> payments_;                  // pending
  std::vector<PaymentOutcome> outcomes_;           // all; the last ones are pending
};

}  // namespace

Result<std::vector<PaymentOutcome>> pay_all(db::Database& database, db::Session& session, std::span<const Payment> payments) {
  if (payments.empty()) return std::vector<PaymentOutcome>{};
  for (const auto& p : payments)
    if (auto error = check_payment(p)) return *error;
  Book book(database, session);
  if (auto error = book.open(accounts_of(payments))) return *error;
  Till till(session, book);
  auto id = database.take_ids("receivables_payment", static_cast<std::int64_t>(payments.size()));
  for (const auto& p : payments)
    if (auto error = till.take(p, {id++})) return *error;
  if (auto error = till.write()) return *error;
  return till.outcomes();
}

Result<PaymentOutcome> pay(db::Database& database, db::Session& session, const Payment& payment) {
  auto outcomes = pay_all(database, session, {&payment, 1});
  if (!outcomes) return std::move(outcomes).error();
  return std::move(outcomes->front());
}

std::optional<PaymentRow> find_payment(db::Session& session, PaymentId id) {
  auto rows = session.query("SELECT payment_id, account_id, source, source_id, reference, method, amount_fen, advance_fen, value_on, paid_at, taken_by, accounting_month, transaction_id, reversed "
                            "FROM receivables_payment_row WHERE payment_id = ?", id);
  if (!rows.next()) return {};
  return payment_row(rows);
}

std::optional<PaymentRow> find_payment(db::Session& session, Source source, std::int64_t source_id, std::string_view reference) {
  auto rows = session.query("SELECT payment_id, account_id, source, source_id, reference, method, amount_fen, advance_fen, value_on, paid_at, taken_by, accounting_month, transaction_id, reversed "
                            "FROM receivables_payment_row WHERE source = ? AND source_id = ? AND reference = ?", name_of(source), source_id, reference);
  if (!rows.next()) return {};
  return payment_row(rows);
}

std::vector<PaymentRow> payments_of(db::Session& session, AccountId account, PaymentId before, int limit) {
  std::vector<PaymentRow> list;
  for (auto rows = session.query("SELECT payment_id, account_id, source, source_id, reference, method, amount_fen, advance_fen, value_on, paid_at, taken_by, accounting_month, transaction_id, reversed "
                                 "FROM receivables_payment_row WHERE account_id = ? AND payment_id < ? ORDER BY payment_id DESC LIMIT ?", account,
                                 before.value == 0 ? INT64_MAX : before.value, limit); rows.next();)
    list.push_back(payment_row(rows));
  return list;
}

namespace {

Result<Money> apply_at_most(db::Database& database, db::Session& session, std::span<const AccountId> accounts, Money most, const Occasion& when) {
  Money used;
  if (accounts.empty()) return used;
  Book book(database, session);
  if (auto error = book.open(accounts)) return *error;
  const Date value_on = when.value_on.value_or(when.posted_on);
  std::vector<ledger::Transaction> transactions;
  std::vector<AccountId> applied;
  for (const auto account : std::set<AccountId>(accounts.begin(), accounts.end())) {
    const Money advance = std::min(book.advance_of(account), most);
    if (advance.value <= 0) continue;
    Money rest;
    const auto parts = book.share(advance, book.items_of(account), value_on, rest);
    if (parts.empty()) continue;
    ledger::Transaction t{ledger::Template::kAdvanceApplied, when.posted_on, value_on, when.at, when.by, {}, {}};
    t.postings.push_back({LedgerAccount::kAdvances, advance - rest, account});
    add_credits(t.postings, parts);
    transactions.push_back(std::move(t));
    applied.push_back(account);
    book.state_of(account).advance -= advance - rest;
    used += advance - rest;
  }
  std::vector<ledger::TransactionKey> keys;
  if (auto error = book.post(std::move(transactions), keys)) return *error;
  Causes causes;
  for (std::size_t i = 0; i < keys.size(); ++i) causes[applied[i]] = {keys[i], when};
  if (auto error = book.write(causes)) return *error;
  return used;
}

}  // namespace

Result<Money> apply_advances(db::Database& database, db::Session& session, std::span<const AccountId> accounts, const Occasion& when) {
  return apply_at_most(database, session, accounts, Money{INT64_MAX}, when);
}

Result<Money> apply_advance(db::Database& database, db::Session& session, AccountId account, Money most, const Occasion& when) {
  return apply_at_most(database, session, {&account, 1}, most, when);
}

}  // namespace mis::receivables
