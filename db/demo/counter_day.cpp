#include "db/demo/counter_day.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "db/demo/payers.hpp"
#include "db/demo/random.hpp"
#include "mis/base/decimal.hpp"

namespace mis::demo {
namespace {

using nlohmann::json;

constexpr std::size_t kMostCashiers = 3;
constexpr Money kFloat{50'000};
constexpr Money kChequesFrom{1'000'000};    // who owes so much pays by cheque
constexpr Money kTakenBackUpTo{50'000};     // what a cashier may take back without asking
constexpr Money kMissing{100};              // at the second cashier's counter, at the end of the day
constexpr std::array<int, 10> kNotes{10'000, 5'000, 2'000, 1'000, 500, 100, 50, 10, 5, 1};

Money yuan_of(const json& text) { return parse_yuan(text.get<std::string>()).value_or(Money{}); }

// The sum in as few pieces as possible, as it lies in the drawer after counting.
json counted(Money sum) {
  json cash = json::array();
  for (const int note : kNotes) {
    if (const auto pieces = sum.value / note; pieces > 0) cash.push_back({{"denomination", format_yuan({note})}, {"count", pieces}});
    sum = {sum.value % note};
  }
  return cash;
}

class Counter {
 public:
  Counter(House& house, StoryClock& clock, const County& county, const StaffMember& cashier, int number) : house_(house), clock_(clock), county_(county), cashier_(cashier), number_(number) {}

  // Returns how many receipts were given.
  Result<int> work(const std::string& password, int counters, Date day) {
    clock_.begin(moment(day, 8, 25 + number_));
    auto terminal = Terminal::sign_in(house_, cashier_.username, password);
    if (!terminal) return std::move(terminal).error();
    auto session = terminal->post("/api/v1/cashier/sessions", {{"float", format_yuan(kFloat)}}, key("open"));
    if (!session) return std::move(session).error();
    hall_ = session->at("hall").at("code");
    const auto path = fmt::format("/api/v1/cashier/sessions/{}", session->at("session_id").get<std::int64_t>());
    auto payers = house_.services.database.read([&](db::Session& s) -> Result<std::vector<Payer>> { return counter_payers(s, county_.layout(), number_, counters); });
    if (!payers) return std::move(payers).error();
    for (std::size_t i = 0; i < payers->size(); ++i)
      if (auto taken = take(*terminal, (*payers)[i], static_cast<int>(i), day); !taken) return std::move(taken).error();
    if (auto closed = close(*terminal, path, day); !closed) return std::move(closed).error();
    return static_cast<int>(payers->size());
  }
  const std::string& hall() const { return hall_; }

 private:
  std::string key(std::string_view what, int n = 0) const { return fmt::format("demonstration-{}-{}-{}", number_, what, n); }

  Status take(Terminal& terminal, const Payer& payer, int n, Date day) {
    // One customer after the other until five in the afternoon; who signed in at half past eight is then signed in still.
    clock_.reach({moment(day, 8, 35).micros + std::int64_t{n} * 12 * 60 * 1'000'000});
    Random chance(county_.layout().options.seed, Stream::kMoney, static_cast<std::uint64_t>(payer.account.value), 3);
    json body = {{"accounts", json::array({{{"account_no", payer.account_no}, {"amount", format_yuan(payer.bill)}}})}};
    const auto draw = chance.below(100);
    const char* method = payer.bill >= kChequesFrom ? "cheque" : draw < 60 ? "cash" : draw < 85 ? "card" : "qr";
    body["method"] = method;
    if (method == std::string_view("cash")) body["tendered"] = format_yuan({(payer.bill.value + 9'999) / 10'000 * 10'000});
    else body["reference"] = fmt::format("{}{:02}{:06}", method, number_, n + 1);
    auto receipt = terminal.post("/api/v1/cashier/receipts", body, key("receipt", n));
    if (!receipt) return std::move(receipt).error();
    // One customer finds that the account is a neighbour's, and the money goes back.
    if (!taken_back_ && n >= 5 && payer.bill <= kTakenBackUpTo && method == std::string_view("cash")) {
      taken_back_ = true;
      auto back = terminal.post(fmt::format("/api/v1/cashier/receipts/{}/reverse", receipt->at("receipt_no").get<std::string>()), {{"reason", "户号报错，退还"}}, key("back"));
      if (!back) return std::move(back).error();
    }
    return ok();
  }

  Status close(Terminal& terminal, const std::string& path, Date day) {
    clock_.reach(moment(day, 17, 30 + number_));
    auto session = terminal.get(path);
    if (!session) return std::move(session).error();
    if (session->at("state") == "open") {
      const auto& expected = session->at("expected");
      const bool missing = number_ == 1;
      const Money cash = yuan_of(expected.at("cash")) - (missing ? kMissing : Money{});
      json body = {{"cash", counted(cash)}, {"card", expected.at("card")}, {"cheque", expected.at("cheque")}, {"qr", expected.at("qr")}};
      if (missing) body["note"] = "找零差错，短款";
      session = terminal.post(path + "/close", body, key("close"), session->at("version").get<std::int64_t>());
      if (!session) return std::move(session).error();
    }
    const auto left = yuan_of(session->at("cash_left"));
    if (left.value <= 0) return ok();
    auto brought = terminal.post(path + "/deposits", {{"bank_account", "8110-0100-0000-0001"}, {"slip_no", fmt::format("{}-{}", day.to_string(), number_ + 1)}, {"amount", format_yuan(left)}}, key("deposit"));
    return brought ? ok() : Status(std::move(brought).error());
  }

  House& house_;
  StoryClock& clock_;
  const County& county_;
  const StaffMember& cashier_;
  int number_;
  bool taken_back_ = false;
  std::string hall_;
};

}  // namespace

std::vector<StaffMember> cashiers(const County& county) {
  std::vector<StaffMember> found;
  for (const auto& member : county.staff()) {
    const bool sits_at_a_counter = member.org_id.value > 1 && (member.roles[0] == "cashier" || member.roles[0] == "counter_clerk");
    const bool new_hall = std::none_of(found.begin(), found.end(), [&](const StaffMember& other) { return other.org_id == member.org_id; });
    if (sits_at_a_counter && new_hall && found.size() < kMostCashiers) found.push_back(member);
  }
  return found;
}

Result<int> play_counter_day(House& house, StoryClock& clock, const County& county, const CounterPeople& people, Date day) {
  const auto staff = cashiers(county);
  int receipts = 0;
  std::vector<std::string> halls;
  for (std::size_t i = 0; i < staff.size(); ++i) {
    Counter counter(house, clock, county, staff[i], static_cast<int>(i));
    auto given = counter.work(people.password, static_cast<int>(staff.size()), day);
    if (!given) return std::move(given).error();
    receipts += *given;
    halls.push_back(counter.hall());
  }
  clock.begin(moment(day, 18));
  auto closer = Terminal::sign_in(house, people.day_closer, people.password);
  if (!closer) return std::move(closer).error();
  const auto path = fmt::format("/api/v1/cashier/days/{}", day.to_string());
  for (std::size_t i = 0; i < halls.size(); ++i)
    if (auto closed = closer->post(path + "/close", {{"hall", halls[i]}}, fmt::format("demonstration-day-{}", i)); !closed) return std::move(closed).error();
  if (auto closed = closer->post(path + "/close-company", json::object(), "demonstration-day-all"); !closed) return std::move(closed).error();
  return receipts;
}

}  // namespace mis::demo
