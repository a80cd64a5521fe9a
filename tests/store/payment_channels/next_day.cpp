#include "tests/store/payment_channels/next_day.hpp"

#include <stdexcept>

#include <fmt/format.h>

using namespace mis;
using namespace mis::payment_channels;

namespace books {
namespace {

std::string profile(const std::string& more = {}) {
  return R"({"transport": "rest", "cut_off": "23:00", )" + more + R"("reconciliation_file": {"name": "test", "encoding": "utf-8", "total": "first", "crlf": false,
  "columns": [{"field": "date", "title": "日期"}, {"field": "serial_no", "title": "流水号"}, {"field": "account_no", "title": "户号"}, {"field": "amount", "title": "金额"}]}})";
}

std::string yuan(std::int64_t fen) { return fmt::format("{}.{:02}", fen / 100, fen % 100); }

}  // namespace

std::string file_of(const std::vector<FileLine>& lines, const char* date) {
  std::int64_t sum = 0;
  std::string text;
  for (const auto& line : lines) {
    sum += line.amount_fen;
    text += fmt::format("{}|{}|{}|{}\n", date, line.serial, make_account_no(line.account), yuan(line.amount_fen));
  }
  return fmt::format("{}|{}\n", lines.size(), yuan(sum)) + text;
}

std::string numbered_anew() { return profile(R"("file_serial": "retrieval_no", )"); }

TheNextDay::TheNextDay() : ChannelBooks(profile().c_str()), reconciliations(services), settlements(services) {
  auto s = owner().lease();
  for (const char* statement : {"DELETE FROM payment_channels_difference", "DELETE FROM payment_channels_their_item", "DELETE FROM payment_channels_reconciliation", "DELETE FROM payment_channels_settlement",
                                "DELETE FROM jobs_shard", "DELETE FROM jobs_job"})
    s->execute(statement);
  clerk.user_id = kCashier;
  supervisor.user_id = kSupervisor;
}

Result<Reconciliation> TheNextDay::load(const std::string& bytes, const char* date) {
  auto loaded = app().transact([&](db::Session& s) { return reconciliations.load(s, bank, {day(date), "day.txt", bytes}, kCashier); });
  if (!loaded || loaded->compared) return loaded;
  auto compared = app().transact([&](db::Session& s) { return reconciliations.compare(s, loaded->id); });
  if (!compared) throw std::runtime_error(compared.error().code + ": " + compared.error().message);
  return *find_reconciliation(*app().lease(), loaded->id);
}

std::vector<Difference> TheNextDay::found(const Reconciliation& reconciliation) { return list_differences(*app().lease(), reconciliation.id, 0, 1'000); }

Result<Difference> TheNextDay::propose(std::int64_t id, Resolution how) {
  return app().transact([&](db::Session& s) { return reconciliations.propose(s, bank, {id, how, "asked the bank"}, clerk); });
}

Result<Difference> TheNextDay::approve(std::int64_t id, const security::Caller& caller) {
  return app().transact([&](db::Session& s) { return reconciliations.approve(s, bank, id, caller); });
}

Result<Difference> TheNextDay::settle(std::int64_t id, Resolution how) {
  auto proposed = propose(id, how);
  return proposed ? approve(id, supervisor) : proposed;
}

}  // namespace books
