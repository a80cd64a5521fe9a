#include "tests/sim/till.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "modules/cashier/counter.hpp"
#include "modules/cashier/days.hpp"
#include "modules/cashier/reversals.hpp"

using namespace mis;

namespace sim {
namespace {

constexpr int kHallOf[] = {2, 2, 3};
constexpr int kCashiers[] = {3, 5, 6};
constexpr Fen kLimit = 50'000;
constexpr std::int64_t kPlaceOf[] = {0, -1, -2, -3};  // of card, cheque and QR; cash lies with its session
constexpr std::int64_t kDepositsPlace = -4;

int hall_of(int cashier) { return kHallOf[std::find(std::begin(kCashiers), std::end(kCashiers), cashier) - std::begin(kCashiers)]; }

cashier::Act act_of(const Desk& desk, int who, int hall) { return {UserId{who}, OrgId{hall}, desk.services().clock.now()}; }

std::string told(const cashier::Receipt& receipt) {
  std::string text = fmt::format("{} {} change {}", receipt.receipt_no, receipt.total.value, receipt.change().value_or(Money{}).value);
  for (const auto& line : receipt.lines) {
    std::vector<Part> parts;
    for (const auto& bill : line.bills) parts.push_back({bill.month.yyyymm, bill.principal.value, bill.late.value});
    text += fmt::format("; {} {}", line.account.value, Town::told(parts, line.advance.value));
  }
  return text;
}

}  // namespace

void Till::act() {
  // Somebody comes to work: what was forgotten open is closed first, mostly.
  const int who = kCashiers[town_.below(3)];
  if (auto* own = open_session_of(who); own != nullptr && own->day != town_.day() && !town_.one_in(6)) close(*own);
  if (!town_.one_in(6)) open(who);
  for (int i = 0, n = 1 + town_.below(6); i < n; ++i) act_once();
}

void Till::act_once() {
  switch (town_.below(20)) {
    case 0: return open(kCashiers[town_.below(3)]);
    case 1: case 2: case 3: case 4: return reverse();
    case 5: case 6: return decide();
    case 7: case 8:
      if (!sessions_.empty()) close(town_.one_in(10) ? town_.one_of(sessions_) : sessions_.back());
      return;
    case 9: case 10: return deposit();
    case 11: return close_hall();
    case 12: return close_company();
    default: return take();
  }
}

Till::Session* Till::open_session_of(int cashier) {
  for (auto& session : sessions_)
    if (session.open && session.cashier == cashier) return &session;
  return nullptr;
}

void Till::open(int who) {
  const int hall = hall_of(who);
  const Fen float_taken = town_.one_in(4) ? 0 : town_.up_to(50'000);
  const auto answer = town_.staff(UserId{who}, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto row = cashier::open_session(desk.database(), s, act_of(desk, who, hall), {float_taken});
    if (!row) return std::move(row).error();
    return fmt::format("{} {}", row->no, row->id.value);
  });
  const auto day = town_.day();
  if (days_[{0, day}].closed || days_[{hall, day}].closed) return town_.expect("a session on a closed day", "error cashier.day_closed", answer);
  if (open_session_of(who) != nullptr) return town_.expect("a second session", "error cashier.session_open", answer);
  const auto ymd = town_.today().ymd();
  Session session;
  session.no = fmt::format("X{}-{:04}{:02}{:02}-{:02}", hall - 1, static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), ++days_[{hall, day}].sessions);
  if (!answer.starts_with(session.no + " ")) town_.expect("a session is opened", session.no, answer);
  session.id = std::stoll(answer.substr(session.no.size() + 1));  // a name of the product's making
  session.cashier = who;
  session.hall = hall;
  session.day = day;
  session.float_taken = float_taken;
  town_.auditor.heads.move(float_taken, {kCash, session.id}, {kCash, 0});
  sessions_.push_back(session);
  town_.count("sessions");
}

void Till::take() {
  int who = kCashiers[town_.below(3)];
  for (const auto& session : sessions_)
    if (session.open && session.day == town_.day() && !town_.one_in(6)) who = session.cashier;
  const int method = town_.below(6) < 3 ? 0 : 1 + town_.below(3);
  auto* session = open_session_of(who);
  cashier::Take take;
  take.method = cashier::kMethods[static_cast<std::size_t>(method)];
  if (method != 0) take.reference = town_.name("slip");
  std::set<std::int64_t> accounts;
  for (int i = 0, n = town_.one_in(3) ? 2 + town_.below(3) : 1; i < n; ++i) accounts.insert(town_.some_account());
  Fen total = 0;
  std::vector<std::int64_t> order(accounts.begin(), accounts.end());
  if (town_.one_in(2)) std::reverse(order.begin(), order.end());
  if (town_.one_in(30)) order.push_back(kNobody);
  std::vector<std::vector<int>> months(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Fen amount = town_.some_amount(order[i], town_.day());
    total += amount;
    take.lines.push_back({{order[i]}, make_account_no(order[i]), "somebody", {amount}, {}});
    const auto open = town_.auditor.open_months(order[i]);
    if (!open.empty() && town_.one_in(6)) months[i] = {open[static_cast<std::size_t>(town_.below(static_cast<int>(open.size())))]};
    if (town_.one_in(40)) months[i].push_back(202001);  // no such bill
    for (const int month : months[i]) take.lines.back().bills.push_back({{order[i]}, BillingMonth{month}, 1});
  }
  Fen tendered = total;
  if (method == 0 && town_.one_in(2)) {
    tendered = (total + 9'999) / 10'000 * 10'000 - (town_.one_in(10) ? 10'000 : 0);
    take.tendered = Money{tendered};
  }
  const auto answer = town_.staff(UserId{who}, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto receipt = cashier::take_receipt(desk.database(), s, act_of(desk, who, hall_of(who)), take);
    if (!receipt) return std::move(receipt).error();
    return told(*receipt);
  });
  if (session == nullptr) return town_.expect("a receipt without a session", "error cashier.no_open_session", answer);
  if (session->day != town_.day()) return town_.expect("a receipt in yesterday's session", "error cashier.session_of_another_day", answer);
  if (tendered < total) return town_.expect("too little money", "error cashier.tendered_too_little", answer);
  if (order.back() == kNobody) return town_.expect("a receipt for nobody", "error receivables.no_account", answer);
  // All lines or none: the auditor tries on a copy of himself.
  const Auditor before = town_.auditor;
  Receipt receipt{fmt::format("{}-{:04}", session->no, session->receipts + 1), static_cast<std::size_t>(session - sessions_.data()), method, total, {}, false, {}, 0};
  std::string expected = fmt::format("{} {} change {}", receipt.no, total, tendered - total);
  const Place into = method == 0 ? Place{kCash, session->id} : Place{kInTransit, kPlaceOf[method]};
  for (std::size_t i = 0; i < order.size(); ++i) {
    receipt.lines.push_back({order[i], fmt::format("till/{}/{}", receipt.no, i + 1)});
    const auto paid = town_.auditor.pay(receipt.lines.back().reference, order[i], take.lines[i].amount.value, town_.day(), town_.day(), into, months[i]);
    if (!paid.error.empty()) {
      town_.auditor = before;
      return town_.expect("a receipt for a bill that is not open", "error " + paid.error, answer);
    }
    expected += fmt::format("; {} {}", order[i], Town::told(paid.parts, paid.advance));
  }
  town_.expect("a receipt", expected, answer);
  session->taken[method] += total;
  ++session->receipts;
  receipts_.push_back(std::move(receipt));
  town_.count("receipts");
}

std::string Till::give_back(Receipt& receipt, Session& payer) {
  if (receipt.method == 0 && payer.cash_left() < receipt.total) return "cashier.not_enough_cash";
  const Auditor before = town_.auditor;
  for (const auto& line : receipt.lines)
    if (auto error = town_.auditor.take_back(line.reference, town_.day()); !error.empty()) {
      town_.auditor = before;
      return error;
    }
  const auto& own = sessions_[receipt.session];
  if (receipt.method == 0 && own.id != payer.id) town_.auditor.heads.move(receipt.total, {kCash, own.id}, {kCash, payer.id});
  payer.given[receipt.method] += receipt.total;
  receipt.reversed = true;
  town_.count("receipts taken back");
  return "";
}

void Till::reverse() {
  if (receipts_.empty()) return;
  // Mostly one of today.
  auto& receipt = town_.one_in(3) ? town_.one_of(receipts_) : receipts_.back();
  auto& own = sessions_[receipt.session];
  const int who = town_.one_in(3) ? kCashiers[town_.below(3)] : own.cashier;
  const auto answer = town_.staff(UserId{who}, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto outcome = cashier::ask_reversal(desk.database(), s, act_of(desk, who, hall_of(who)), receipt.no, "/%", "paid for the wrong account");
    if (!outcome) return std::move(outcome).error();
    return outcome->reversed ? std::string("reversed") : fmt::format("requested {}", outcome->requested->value);
  });
  if (receipt.reversed) return town_.expect("a receipt taken back twice", "error cashier.reversed_already", answer);
  if (receipt.asked_by) return town_.expect("a second request", "error cashier.request_open", answer);
  if (own.open && own.cashier == who && own.day == town_.day() && receipt.total <= kLimit) {
    const auto error = give_back(receipt, own);
    return town_.expect("a receipt goes back at once", error.empty() ? "reversed" : "error " + error, answer);
  }
  if (!answer.starts_with("requested ")) town_.expect("a request", "requested", answer);
  receipt.asked_by = who;
  receipt.request = std::stoll(answer.substr(10));
  town_.count("reversal requests");
}

void Till::decide() {
  std::vector<Receipt*> asked;
  for (auto& receipt : receipts_)
    if (receipt.request != 0 && (receipt.asked_by || town_.one_in(20))) asked.push_back(&receipt);
  if (asked.empty()) return;
  auto& receipt = *town_.one_of(asked);
  const bool approve = !town_.one_in(5);
  const auto answer = town_.staff(kSupervisor, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto locked = cashier::lock_request(s, {receipt.request}, "/%");
    if (!locked) return std::move(locked).error();
    const auto act = act_of(desk, static_cast<int>(kSupervisor.value), 2);
    if (!approve) {
      auto done = cashier::refuse(s, act, *locked, "the customer has gone");
      return done ? Result<std::string>("refused") : Result<std::string>(done.error());
    }
    auto done = cashier::approve(desk.database(), s, act, *locked);
    if (!done) return std::move(done).error();
    return std::string("reversed");
  });
  if (!receipt.asked_by) return town_.expect("a request decided twice", "error cashier.request_decided", answer);
  if (!approve) {
    receipt.asked_by.reset();
    return town_.expect("a request is refused", "refused", answer);
  }
  auto& own = sessions_[receipt.session];
  auto* payer = own.open && own.day == town_.day() ? &own : open_session_of(*receipt.asked_by);
  if (payer == nullptr || payer->day != town_.day()) return town_.expect("nobody pays back", "error cashier.no_session_to_pay_from", answer);
  const auto error = give_back(receipt, *payer);
  town_.expect("a second person lets a receipt go back", error.empty() ? "reversed" : "error " + error, answer);
  if (error.empty()) receipt.asked_by.reset();
}

void Till::close(Session& chosen) {
  auto* session = &chosen;
  Fen counted[4];
  bool differs = false;
  for (int method = 0; method < 4; ++method) {
    counted[method] = session->expected(method);
    if (town_.one_in(5)) counted[method] += town_.below(2'000) - 1'000;
    if (method == 0 && counted[0] < 0) counted[0] = 0;
    differs = differs || counted[method] != session->expected(method);
  }
  const std::string note = differs && !town_.one_in(6) ? "miscounted" : "";
  const auto answer = town_.staff(UserId{session->cashier}, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto row = cashier::lock_session(s, {session->id});
    if (!row) return std::move(row).error();
    cashier::Closing closing{{{1, static_cast<int>(counted[0])}}, {}, note};
    for (int method = 0; method < 4; ++method) closing.counted.sums[static_cast<std::size_t>(method)] = {counted[method]};
    if (auto done = cashier::close_session(desk.database(), s, act_of(desk, session->cashier, session->hall), *row, closing); !done) return done.error();
    return std::string("closed");
  });
  if (!session->open) return town_.expect("a session closed twice", "error cashier.session_closed", answer);
  if (differs && note.empty()) return town_.expect("a difference without a note", "error cashier.note_needed", answer);
  town_.expect("a session is closed", "closed", answer);
  const Place drawer{kCash, session->id};
  session->difference = counted[0] - session->expected(0);
  session->returned = std::min(session->float_taken, counted[0]);
  town_.auditor.heads.move(session->difference, drawer, {kCashDifferences, session->id});
  town_.auditor.heads.move(session->returned, {kCash, 0}, drawer);
  session->open = false;
  town_.count("sessions closed");
}

void Till::deposit() {
  if (sessions_.empty()) return;
  auto& session = town_.one_in(3) ? town_.one_of(sessions_) : sessions_.back();
  const Fen left = session.cash_left();
  const Fen amount = town_.one_in(6) ? left + town_.up_to(100) : town_.one_in(2) ? left : town_.up_to(left);
  if (amount <= 0) return;
  auto slip = town_.name("slip");
  if (!slips_.empty() && town_.one_in(12)) slip = *slips_.begin();
  const auto answer = town_.staff(UserId{session.cashier}, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto row = cashier::lock_session(s, {session.id});
    if (!row) return std::move(row).error();
    auto done = cashier::deposit_cash(desk.database(), s, act_of(desk, session.cashier, session.hall), *row, {0, "62220001", slip, {amount}});
    if (!done) return std::move(done).error();
    return std::string("deposited");
  });
  if (amount > left) return town_.expect("more than the drawer has", "error cashier.not_enough_cash", answer);
  if (!slips_.insert(slip).second) return town_.expect("a slip used twice", "error cashier.slip_used", answer);
  town_.expect("a deposit", "deposited", answer);
  session.deposited += amount;
  town_.auditor.heads.move(amount, {kInTransit, kDepositsPlace}, {kCash, session.id});
  town_.count("deposits");
}

std::string Till::close_halls(const std::vector<int>& halls, Day day, bool carry_over) {
  const auto is_of = [&](const Session& session) { return session.day == day && std::find(halls.begin(), halls.end(), session.hall) != halls.end(); };
  for (const auto& session : sessions_)
    if (is_of(session) && session.open) return "cashier.sessions_open";
  if (!carry_over)
    for (const auto& session : sessions_)
      if (is_of(session) && !days_[{session.hall, day}].closed && session.cash_left() != 0) return "cashier.undeposited";
  return "";
}

void Till::close_hall() {
  const int hall = 2 + town_.below(2);
  const Date day = town_.today() + (town_.one_in(3) ? -town_.below(4) : town_.one_in(15) ? 1 : 0);
  const bool carry_over = town_.one_in(2);
  const auto answer = town_.staff(kSupervisor, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    if (auto done = cashier::close_hall_day(s, act_of(desk, static_cast<int>(kSupervisor.value), hall), OrgId{hall}, {day, carry_over}); !done) return done.error();
    return std::string("closed");
  });
  if (day > town_.today()) return town_.expect("a hall closes tomorrow", "error cashier.day_not_begun", answer);
  if (days_[{0, day.days}].closed || days_[{hall, day.days}].closed) return town_.expect("a hall closes twice", "error cashier.day_closed", answer);
  const auto error = close_halls({hall}, day.days, carry_over);
  town_.expect("a hall closes", error.empty() ? "closed" : "error " + error, answer);
  if (!error.empty()) return;
  days_[{hall, day.days}].closed = true;
  town_.count("hall days closed");
}

void Till::close_company() {
  const Date day = town_.today() + (town_.one_in(2) ? -town_.below(4) : 0);
  const bool carry_over = town_.one_in(2);
  const auto answer = town_.staff(kSupervisor, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    if (auto done = cashier::close_company_day(s, act_of(desk, static_cast<int>(kSupervisor.value), 1), {day, carry_over}); !done) return done.error();
    return std::string("closed");
  });
  if (days_[{0, day.days}].closed) return town_.expect("the company closes twice", "error cashier.day_closed", answer);
  const auto error = close_halls({2, 3}, day.days, carry_over);
  town_.expect("the company closes", error.empty() ? "closed" : "error " + error, answer);
  if (!error.empty()) return;
  for (const int hall : {0, 2, 3})
    if (hall == 0 || days_[{hall, day.days}].sessions > 0) days_[{hall, day.days}].closed = true;
  town_.count("company days closed");
}

}  // namespace sim
