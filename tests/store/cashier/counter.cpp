#include "tests/store/cashier/counter.hpp"

#include <stdexcept>

namespace counter {

using namespace mis;
using namespace mis::cashier;

Counter::Counter() {
  {
    auto s = owner().lease();
    for (const char* statement : {"DELETE FROM cashier_session", "DELETE FROM cashier_day", "DELETE FROM cashier_receipt", "DELETE FROM cashier_receipt_line", "DELETE FROM cashier_receipt_bill",
                                  "DELETE FROM cashier_receipt_print", "DELETE FROM cashier_reversal", "DELETE FROM cashier_reversal_request", "DELETE FROM cashier_close",
                                  "DELETE FROM cashier_close_method", "DELETE FROM cashier_close_count", "DELETE FROM cashier_deposit", "DELETE FROM cashier_day_session", "DELETE FROM cashier_day_total",
                                  "UPDATE cashier_setting SET round_up_to_yuan = 0, reversal_limit_fen = 50000, receipt_format = 'roll', version = 1"})
      s->execute(statement);
  }
  if (!issue({202609}, "2026-10-02", {{11, 10'000}}) || !issue({202610}, "2026-11-02", {{11, 5'000}, {12, 8'000}, {13, 2'005}})) throw std::runtime_error("expected the bills to be issued");
}

Result<SessionRow> Counter::open(int float_fen, UserId by, OrgId hall) {
  return app().transact([&](db::Session& s) { return open_session(app(), s, act(by, hall), {float_fen}); });
}

Take Counter::take(const Paid& paid, CounterMethod method) const {
  Take take;
  take.method = method;
  if (method != CounterMethod::kCash) take.reference = "slip 4711";
  for (const auto& [account, fen] : paid) take.lines.push_back({{account}, make_account_no(account), "客户" + std::to_string(account), {fen}, {}});
  return take;
}

Result<Receipt> Counter::receive(const Take& take, UserId by) {
  return app().transact([&](db::Session& s) { return take_receipt(app(), s, act(by), take); });
}

Result<ReversalOutcome> Counter::reverse(const std::string& receipt_no, UserId by) {
  return app().transact([&](db::Session& s) { return ask_reversal(app(), s, act(by), receipt_no, "/%", "paid for the wrong account"); });
}

Result<Receipt> Counter::approve(RequestId request, UserId by) {
  return app().transact([&](db::Session& s) -> Result<Receipt> {
    auto locked = lock_request(s, request, "/%");
    if (!locked) return std::move(locked).error();
    return cashier::approve(app(), s, act(by), *locked);
  });
}

Status Counter::close(SessionId id, const CashCount& cash, const std::string& note, UserId by) {
  return app().transact([&](db::Session& s) -> Status {
    auto row = lock_session(s, id);
    if (!row) return std::move(row).error();
    Closing closing{cash, money_of(s, *row).drawer.expected(), note};
    closing.counted[CounterMethod::kCash] = total_of(cash);
    return close_session(app(), s, act(by), *row, closing);
  });
}

Status Counter::close_exactly(SessionId id, UserId by) {
  return close(id, {{1, static_cast<int>(money(id).drawer.expected()[CounterMethod::kCash].value)}}, "", by);
}

Result<Deposit> Counter::deposit(SessionId id, int amount_fen, const std::string& slip) {
  return app().transact([&](db::Session& s) -> Result<Deposit> {
    auto row = lock_session(s, id);
    if (!row) return std::move(row).error();
    return deposit_cash(app(), s, act(), *row, {0, "62220001", slip, {amount_fen}});
  });
}

Status Counter::close_hall(bool carry_over, OrgId hall) {
  return app().transact([&](db::Session& s) { return close_hall_day(s, act(kSupervisor), hall, {act().today(), carry_over}); });
}
Status Counter::close_company(bool carry_over) {
  return app().transact([&](db::Session& s) { return close_company_day(s, act(kSupervisor), {act().today(), carry_over}); });
}

SessionMoney Counter::money(SessionId id) {
  auto s = app().lease();
  return money_of(*s, *find_session(*s, id));
}
Receipt Counter::receipt(const std::string& receipt_no) { return *find_receipt(*app().lease(), receipt_no); }

std::int64_t Counter::ledger_cash(std::int64_t subject) {
  auto s = app().lease();
  auto rows = s->query("SELECT CAST(COALESCE(SUM(amount_fen), 0) AS SIGNED) FROM ledger_posting WHERE ledger_account = 6 AND subject_id = ?", subject);
  return rows.next() ? rows.i64(0) : -1;
}

std::vector<std::string> Counter::all_differences() {
  auto all = differences();
  auto more = *verify_cashier(app());
  for (auto& difference : more) all.push_back(std::move(difference));
  return all;
}

}  // namespace counter
