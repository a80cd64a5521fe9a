#include "tests/sim/bank.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "modules/payment_channels/reconcile.hpp"

using namespace mis;
using namespace mis::payment_channels;

namespace sim {
namespace {

constexpr Fen kMost = 3'000'000;
constexpr const char* kRules[] = {"any", "any", "partial", "exact"};

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

std::string profile_of(const std::string& transport, const std::string& rule) {
  return "{" + transport + R"(, "cut_off": "23:00", "most_per_payment": "30000.00", "amount_rule": ")" + rule +
         R"(", "reconciliation_file": {"name": "sim", "encoding": "utf-8", "total": "first", "crlf": false, "columns": [{"field": "date", "title": "日期"}, {"field": "serial_no", "title": "流水号"},
         {"field": "account_no", "title": "户号"}, {"field": "amount", "title": "金额"}]}})";
}

std::string told(const ItemAnswer& answer) {
  if (!answer.approved()) return std::string(name_of(answer.response));
  return fmt::format("approved {} + {}, advance {}", answer.principal.value, answer.late.value, answer.advance.value);
}

}  // namespace

std::string paid_text(const Expected& paid) {
  Fen principal = 0, late = 0;
  for (const auto& part : paid.parts) {
    principal += part.principal;
    late += part.late;
  }
  return fmt::format("approved {} + {}, advance {}", principal, late, paid.advance);
}

Bank::Bank(Town& town) : town_(town), amount_rule_(kRules[town.below(4)]) {
  if (IsoLine::is_spoken(town.seed())) iso_.emplace(town);
  Channel channel;
  channel.code = "BANK";
  channel.name = "银行";
  channel.profile_text = profile_of(iso_ ? iso_->profile() : R"("transport": "rest")", amount_rule_);
  channel.profile = must(parse_channel_profile(channel.profile_text));
  channel_ = must(town_.books.app().transact([&](db::Session& s) { return save_channel(s, channel, books::Books::at("2025-11-01"), kSupervisor); }));
  if (iso_) iso_->open(channel_);
}

void Bank::act() {
  if (is_off() && !town_.one_in(4)) sign(true);
  for (int i = 0, n = 1 + town_.below(4); i < n; ++i) act_once();
}

void Bank::act_once() {
  if (iso_ && town_.one_in(8)) return talk();
  switch (town_.below(24)) {
    case 0: case 1: return pay_again();
    case 2: case 3: case 4: case 5: return reverse();
    case 6: return ask_about_one();
    case 7: case 8: case 9: return reconcile();
    case 10: case 11: case 12: return settle_one();
    case 13: return settle_money();
    case 14: town_.evening(); return pay();
    default: return pay();
  }
}

std::int64_t Bank::account_of(const std::string& account_no) const {
  for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account)
    if (make_account_no(account) == account_no) return account;
  return 0;
}

std::string& Bank::key_of_some() { return town_.one_in(2) ? keys_[keys_.size() - 1 - static_cast<std::size_t>(town_.below(static_cast<int>(std::min<std::size_t>(keys_.size(), 4))))] : town_.one_of(keys_); }

// ── Payments ────────────────────────────────────────────────────────────────────────────────────────────────────────

void Bank::pay() {
  const auto account = town_.one_in(25) ? kNobody : town_.some_account();
  Content content{make_account_no(account), town_.some_amount(account, town_.day()), {}, {}};
  if (amount_rule_ != "any" && !town_.one_in(4)) content.amount = std::max<Fen>(town_.auditor.due(account, town_.day()), 1);
  if (const auto open = town_.auditor.open_months(account); !open.empty() && town_.one_in(6)) content.months = {open[static_cast<std::size_t>(town_.below(static_cast<int>(open.size())))]};
  if (town_.one_in(30)) content.months = {202001};
  if (town_.one_in(30)) content.amount = town_.one_in(2) || iso_ ? 0 : -content.amount;
  if (town_.one_in(5)) content.date = business_day() - town_.below(town_.one_in(4) ? 4 : 2);
  if (town_.one_in(40)) content.date = business_day() + 1;
  auto key = new_key("K");
  // A payment that was taken back before it came.
  if (!keys_.empty() && town_.one_in(4))
    if (const auto& voided = key_of_some(); items_.at(voided).state == Is::kVoided) key = voided;
  // A message that comes after the file has told of it.
  if (town_.one_in(10))
    for (const auto& [day, lines] : theirs_)
      for (const auto& line : lines)
        if (!items_.contains(line.serial)) {
          key = line.serial;
          content = {line.account_no, line.amount, {}, {}};
        }
  send(key, content);
  if (on_line(key) && town_.one_in(8)) {  // it has heard nothing
    send(key, content);
    town_.count("repetitions");
  }
  if (on_line(key) && town_.one_in(6)) give_up(key, content);
}

void Bank::pay_again() {
  if (keys_.empty()) return;
  const auto key = key_of_some();
  const auto& item = items_.at(key);
  Content content = item.content.value_or(Content{item.account_no.empty() ? make_account_no(kFirstAccount) : item.account_no, item.amount, {}, {}});
  if (town_.one_in(5)) content.amount += 1;
  if (town_.one_in(8)) content.account_no = make_account_no(town_.some_account());
  send(key, content);
  town_.count("repetitions");
}

void Bank::send(std::string key, Content content) {
  std::string answer;
  if (on_line(key)) {
    answer = pay_on_line(key, content);
    key = iso_->read_today(key);
    if (content.date) content.date = iso_->read_today(Date{*content.date}).days;
  } else {
    PayRequest request;
    request.key = key;
    request.account_no = content.account_no;
    request.amount = {content.amount};
    for (const int month : content.months) request.months.push_back({month});
    if (content.date) request.business_date = Date{*content.date};
    answer = town_.ask([&](const Desk& desk) {
      auto done = ChannelService(desk.services()).pay(channel_, request);
      return done ? told(*done) : refused(done.error());
    });
  }
  const bool fresh = !items_.contains(key);
  const auto unheard = not_heard(key, content);
  const auto expected = unheard ? *unheard : answer_to(key, content);
  town_.expect(fmt::format("payment {} of {} for {}", key, content.amount, content.account_no), expected, answer);
  if (on_line(key)) town_.count("ISO payments " + (answer.starts_with("approved") ? "approved" : answer));
  if (!fresh) return;
  if (!unheard) {
    keys_.push_back(key);
    town_.count(items_.at(key).state == Is::kPaid ? "channel payments" : "channel refusals");
  }
  believe(key, content);
}

// What the bank itself believes: mostly what it was told.
void Bank::believe(const std::string& key, const Content& content) {
  for (const auto& [of, lines] : theirs_)
    if (std::any_of(lines.begin(), lines.end(), [&](const Line& other) { return other.serial == key; })) return;  // it has told of it already
  const auto it = items_.find(key);
  const Day its_day = it != items_.end() ? it->second.day : business_day();
  auto& day = theirs_[its_day];
  Line line{key, content.account_no, content.amount};
  if (it == items_.end() || it->second.state != Is::kPaid) {
    if (content.amount > 0 && town_.one_in(6)) day.push_back(line);
    return;
  }
  switch (town_.below(24)) {
    case 0: return;
    case 1: line.amount += town_.up_to(500); break;
    case 2: line.account_no = make_account_no(town_.some_account()); break;
    case 3: theirs_[its_day + 1].push_back(line); return;
    default: break;
  }
  day.push_back(line);
}

std::string Bank::answer_to(const std::string& key, const Content& content) {
  if (const auto it = items_.find(key); it != items_.end()) return answer_again(it->second, content);
  Item item{key, Is::kPaid, content, content.account_no, content.amount, content.date.value_or(business_day()), "", "", ""};
  auto refusal = broken_rule(item, content);
  if (!refusal) {
    const Auditor before = town_.auditor;
    const auto account = account_of(content.account_no);
    item.reference = "bank/" + key;
    const auto paid = town_.auditor.pay(item.reference, account, content.amount, std::min(item.day, town_.day()), town_.day(), {kInTransit, channel_.id}, content.months);
    if (!paid.error.empty()) refusal = "bill_not_open";
    else if (auto broken = break_amount_rule(item, content, paid); !broken.empty()) refusal = broken;
    if (refusal) {
      town_.auditor = before;
      item.reference.clear();
    } else {
      item.paid = paid_text(paid);
    }
  }
  if (refusal) item.state = Is::kRefused;
  item.response = refusal.value_or(item.paid);
  items_[key] = item;
  return item.response;
}

std::optional<std::string> Bank::broken_rule(Item& item, const Content& content) {
  if (content.amount <= 0) {
    item.amount = 0;
    return "invalid_amount";
  }
  if (content.amount > kMost) return "over_limit";
  if (item.day < town_.day() - 1 || item.day > business_day()) {
    item.day = business_day();
    return "invalid_date";
  }
  if (item.day < business_day() && files_.contains(item.day)) return "cut_off";
  if (account_of(content.account_no) == 0) return "no_such_account";
  return {};
}

std::string Bank::break_amount_rule(const Item& item, const Content& content, const Expected& paid) const {
  if (amount_rule_ == "any") return "";
  if (paid.advance != 0) return "not_what_is_due";
  if (amount_rule_ == "partial") return "";
  Fen left = 0;
  const Day on = std::min(item.day, town_.day());
  for (const auto& bill : town_.auditor.bills(account_of(content.account_no)))
    if (content.months.empty() || bill.month == content.months.front()) left += bill.due(on);
  return left == 0 ? "" : "not_what_is_due";
}

std::string Bank::answer_again(Item& item, const Content& content) {
  if (!item.content && !item.reference.empty() && (item.amount != content.amount || item.account_no != content.account_no)) return "key_reused";
  if (item.content && *item.content != content) return "key_reused";
  if (item.state == Is::kPaid || item.state == Is::kRefused) return item.response;
  if (!item.content) {
    item.content = content;
    item.account_no = content.account_no;
    if (content.amount > 0) item.amount = content.amount;
    // Its day stays the one on which its reversal came.
  }
  return "reversed_before";
}

void Bank::ask_about_one() {
  if (keys_.empty()) return;
  const auto key = town_.one_in(6) ? "never-sent" : key_of_some();
  const auto answer = town_.ask([&](const Desk& desk) {
    auto done = ChannelService(desk.services()).query_payment(channel_, key);
    return done ? std::string(name_of(done->response)) : refused(done.error());
  });
  const auto it = items_.find(key);
  std::string expected = "unknown_original";
  if (it != items_.end()) {
    const auto& item = it->second;
    expected = item.state == Is::kPaid ? "approved" : item.state == Is::kRefused ? item.response : "reversed_before";
  }
  town_.expect("a question about " + key, expected, answer);
  town_.count("questions");
}

// ── Reversals ───────────────────────────────────────────────────────────────────────────────────────────────────────

void Bank::reverse() {
  if (!reversal_keys_.empty() && town_.one_in(6)) return reverse_again();
  Reversal reversal;
  const bool before = keys_.empty() || town_.one_in(8);
  reversal.original = before ? new_key("K") : key_of_some();
  if (!before) {
    const auto& item = items_.at(reversal.original);
    if (town_.one_in(2)) reversal.amount = item.amount + (town_.one_in(12) ? 1 : 0);
    if (town_.one_in(2)) reversal.account_no = town_.one_in(12) ? make_account_no(town_.some_account()) : item.account_no;
  } else if (town_.one_in(2)) {
    reversal.amount = town_.up_to(20'000);
    reversal.account_no = make_account_no(town_.some_account());
  }
  const auto key = !iso_ && town_.one_in(3) ? std::string() : new_key("R");
  send_reversal(key, reversal);
}

void Bank::reverse_again() {
  const auto& key = town_.one_of(reversal_keys_);
  auto reversal = reversals_.at(key);
  if (town_.one_in(4)) reversal.amount = reversal.amount.value_or(0) + 1;
  send_reversal(key, reversal);
  town_.count("repetitions");
}

void Bank::send_reversal(std::string key, Reversal reversal) {
  const bool by_line = on_line(reversal.original);
  std::string answer;
  if (by_line) {
    reversal.account_no.reset();
    if (reversal.amount == 0) reversal.amount.reset();
    answer = iso_->reverse(key, reversal.original, reversal.amount);
    key = iso_->read_today(key);
    reversal.original = iso_->read_today(reversal.original);
  } else {
    ReverseRequest request{key, reversal.original, {}, reversal.account_no, {}};
    if (reversal.amount) request.amount = Money{*reversal.amount};
    answer = town_.ask([&](const Desk& desk) {
      auto done = ChannelService(desk.services()).reverse(channel_, request);
      return done ? std::string(name_of(done->response)) : refused(done.error());
    });
  }
  if (by_line) town_.count("ISO reversals " + answer);
  if (is_off()) return town_.expect("a reversal while signed off", "not_signed_on", answer);
  if (const auto known = reversals_.find(key); known != reversals_.end())
    return town_.expect("the reversal " + key + " again", known->second.is_same(reversal) ? known->second.answer : "key_reused", answer);
  const auto it = items_.find(reversal.original);
  const bool before = it == items_.end(), was_paid = !before && it->second.state == Is::kPaid;
  reversal.answer = answer_to_reversal(reversal);
  town_.expect("a reversal of " + reversal.original, reversal.answer, answer);
  if (before) keys_.push_back(reversal.original);
  if (!key.empty()) {
    reversals_[key] = reversal;
    reversal_keys_.push_back(key);
  }
  town_.count("channel reversals");
  // The bank mostly knows what it took back.
  if (was_paid && answer == "approved" && !town_.one_in(10))
    for (auto& [day, lines] : theirs_) std::erase_if(lines, [&](const Line& line) { return line.serial == reversal.original; });
}

std::string Bank::answer_to_reversal(const Reversal& reversal) {
  const auto it = items_.find(reversal.original);
  if (it == items_.end()) {
    items_[reversal.original] = {reversal.original, Is::kVoided, {}, reversal.account_no.value_or(""), reversal.amount.value_or(0), business_day(), "", "", ""};
    return "unknown_original";
  }
  auto& item = it->second;
  if (!item.reference.empty() && reversal.amount && *reversal.amount != item.amount) return "invalid_amount";
  if (!item.reference.empty() && reversal.account_no && *reversal.account_no != item.account_no) return "no_such_account";
  switch (item.state) {
    case Is::kRefused:
    case Is::kVoided: return "unknown_original";
    case Is::kReversed: return "approved";
    case Is::kPaid: break;
  }
  if (business_day() > item.day) return "cut_off";
  if (!town_.auditor.take_back(item.reference, town_.day()).empty()) return "advance_used";
  item.state = Is::kReversed;
  return "approved";
}

// ── The money arrives ───────────────────────────────────────────────────────────────────────────────────────────────

void Bank::settle_money() {
  const Fen there = town_.auditor.heads.of({kInTransit, channel_.id});
  const Fen amount = town_.one_in(6) ? std::max<Fen>(there, 0) + town_.up_to(100) : town_.up_to(there);
  auto reference = town_.name("S");
  if (!settlements_.empty() && town_.one_in(8)) reference = settlements_.begin()->first;
  const auto proposed = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    Settlement settlement;
    settlement.business_date = town_.today();
    settlement.amount = {amount};
    settlement.reference = reference;
    auto done = SettlementService(desk.services()).propose(s, channel_, settlement, person(kClerk));
    if (!done) return std::move(done).error();
    return std::to_string(done->id);
  });
  if (settlements_.contains(reference)) return town_.expect("a settlement told twice", "error payment_channels.settled_already", proposed);
  settlements_[reference] = "proposed";
  if (proposed.starts_with("error")) town_.expect("a settlement", "a number", proposed);
  const std::int64_t id = std::stoll(proposed);
  const bool alone = town_.one_in(8), post = !town_.one_in(6);
  const auto who = alone ? kClerk : kSupervisor;
  const auto answer = town_.staff(who, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = SettlementService(desk.services()).decide(s, channel_, id, post, person(who));
    if (!done) return std::move(done).error();
    return done->state;
  });
  if (alone) return town_.expect("one person alone", "error security.second_person", answer);
  if (!post) return town_.expect("a settlement is refused", "refused", answer);
  if (amount > there) return town_.expect("more than is in transit", "error payment_channels.more_than_in_transit", answer);
  town_.expect("a settlement", "posted", answer);
  town_.auditor.heads.move(amount, {kBank, channel_.id}, {kInTransit, channel_.id});
  town_.count("settlements");
}

}  // namespace sim
