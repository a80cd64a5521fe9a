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

std::string paid_text(const Expected& paid) {
  Fen principal = 0, late = 0;
  for (const auto& part : paid.parts) {
    principal += part.principal;
    late += part.late;
  }
  return fmt::format("approved {} + {}, advance {}", principal, late, paid.advance);
}

std::string yuan(Fen fen) { return fmt::format("{}.{:02}", fen / 100, fen % 100); }

}  // namespace

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

// ── The day's file ──────────────────────────────────────────────────────────────────────────────────────────────────

namespace {

constexpr int kDaysAround[] = {-1, 1, -2, 2};

template <class Lines>
bool has_serial(const Lines& lines, const std::string& serial) {
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.serial == serial; });
}

}  // namespace

void Bank::reconcile() {
  std::optional<Day> day;
  for (const auto& [candidate, lines] : theirs_)
    if (!files_.contains(candidate) && !day && (candidate < business_day() || town_.one_in(20))) day = candidate;
  if (!files_.empty() && (!day || town_.one_in(3))) {
    auto it = files_.begin();
    const int days = static_cast<int>(files_.size());
    std::advance(it, town_.one_in(4) ? town_.below(days) : days - 1 - town_.below(std::min(days, 4)));
    return load(it->first, town_.one_in(2) ? it->second : corrected(it->first));
  }
  if (!day) return;
  auto& lines = theirs_[*day];
  if (lines.empty() || town_.one_in(5)) {
    const auto account = town_.one_in(6) ? kNobody : town_.some_account();
    lines.push_back({new_key("T"), make_account_no(account), town_.up_to(30'000)});  // a payment that we have never heard of
  }
  // Days come in their order, but not always.
  if (const auto later = files_.find(*day + 1); later != files_.end() && town_.one_in(3))
    if (const auto& line = town_.one_of(later->second); !has_serial(lines, line.serial)) lines.push_back(line);
  load(*day, lines);
}

std::vector<Bank::Line> Bank::corrected(Day day) {
  auto lines = files_.at(day);
  switch (town_.below(4)) {
    case 0:
      if (lines.size() > 1) lines.erase(lines.begin() + town_.below(static_cast<int>(lines.size())));
      break;
    case 1: town_.one_of(lines).amount += town_.up_to(500); break;
    case 2:
      for (const auto& line : theirs_[day])  // what it knows by now
        if (!has_serial(lines, line.serial)) lines.push_back(line);
      break;
    default:
      for (const Day beside : {day - 2, day - 1, day + 1, day + 2})
        if (const auto it = files_.find(beside); it != files_.end())
          if (const auto& line = town_.one_of(it->second); !has_serial(lines, line.serial)) lines.push_back(line);
  }
  return lines;
}

bool Bank::may_replace(Day day) const {
  return std::none_of(differences_.begin(), differences_.end(), [&](const Difference& d) { return d.day == day && (d.state == "proposed" || d.decided); });
}

void Bank::load(Day day, std::vector<Line> lines) {
  Fen sum = 0;
  std::string text;
  const auto ymd = Date{day}.ymd();
  for (const auto& line : lines) {
    sum += line.amount;
    text += fmt::format("{:04}{:02}{:02}|{}|{}|{}\n", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), line.serial, line.account_no, yuan(line.amount));
  }
  text = fmt::format("{}|{}\n", lines.size(), yuan(sum)) + text;
  const auto loaded = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = ReconciliationService(desk.services()).load(s, channel_, {Date{day}, "day.txt", text}, kClerk);
    if (!done) return std::move(done).error();
    return std::to_string(done->id);
  });
  if (day >= business_day()) return town_.expect("a file of a day that goes on", "error payment_channels.day_not_over", loaded);
  const auto there = files_.find(day);
  const bool again = there != files_.end() && there->second == lines, replaces = there != files_.end() && !again;
  if (replaces && !may_replace(day)) return town_.expect("a corrected file of a day about which somebody has decided", "error payment_channels.reconciled_already", loaded);
  if (loaded.empty() || loaded.find_first_not_of("0123456789") != std::string::npos) town_.expect("a file of the day", "a number", loaded);
  const std::int64_t id = std::stoll(loaded);
  const auto compared = town_.ask([&](const Desk& desk) {
    auto done = desk.database().transact([&](db::Session& s) { return ReconciliationService(desk.services()).compare(s, id); });
    return done ? std::to_string(*done) : refused(done.error());
  });
  town_.expect("lines compared", std::to_string(lines.size()), compared);
  if (again) {
    town_.expect("the same file is the same reconciliation", std::to_string(reconciliations_.at(day)), loaded);
    return check_differences(day);
  }
  if (replaces) forget(day);
  reconciliations_[day] = id;
  files_[day] = std::move(lines);
  compare(day);
  for (const auto& d : differences_)
    if (d.day == day) town_.count("differences " + d.kind);
  town_.count(replaces ? "files corrected" : "days reconciled");
  for (Day beside = day - 4; beside <= day + 4; ++beside)
    if (files_.contains(beside)) check_differences(beside);
}

// The product's list of the day's differences is ours, and bears its numbers.
void Bank::check_differences(Day day) {
  std::vector<Difference*> expected;
  for (auto& d : differences_)
    if (d.day == day) expected.push_back(&d);
  auto found = list_differences(*town_.books.app().lease(), reconciliations_.at(day), 0, 10'000);
  // In no order: who was killed in between has left gaps in the numbers.
  std::sort(expected.begin(), expected.end(), [](const auto* a, const auto* b) { return a->serial < b->serial; });
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.serial_no < b.serial_no; });
  const auto line_of = [](std::string_view kind, std::string_view serial, std::optional<Fen> theirs, std::optional<Fen> ours, bool has_item, std::string_view state) {
    return fmt::format("{} {} {} {}{} {}; ", kind, serial, theirs ? std::to_string(*theirs) : "-", ours ? std::to_string(*ours) : "-", has_item ? "" : " without item", state);
  };
  const auto fen = [](const std::optional<Money>& money) { return money ? std::optional(money->value) : std::nullopt; };
  std::string expected_text, found_text;
  for (const auto* d : expected) expected_text += line_of(d->kind, d->serial, d->theirs, d->ours, !d->item.empty(), d->state);
  for (const auto& d : found) found_text += line_of(name_of(d.kind), d.serial_no, fen(d.theirs), fen(d.ours), d.item_id.has_value(), name_of(d.state));
  town_.expect(fmt::format("differences of {}", Date{day}.to_string()), expected_text, found_text);
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i]->id = found[i].id;
}

bool Bank::is_in_file(Day day, const std::string& serial) const {
  const auto it = files_.find(day);
  return it != files_.end() && has_serial(it->second, serial);
}

// Whether a line may be about this item of a day beside.
bool Bank::is_about(const Difference& d, const Item& item) const { return item.state != Is::kPaid || (item.amount == d.theirs && item.account_no == d.account_no); }

// Lines of one day's file stand for items of another.
void Bank::claim(Day lines_of, Day items_of) {
  for (auto& d : differences_) {
    if (d.day != lines_of || d.kind != "only_theirs" || d.state == "settled" || !d.item.empty()) continue;
    const auto it = items_.find(d.serial);
    if (it == items_.end() || it->second.day != items_of || is_in_file(items_of, d.serial) || !is_about(d, it->second)) continue;
    if (std::any_of(differences_.begin(), differences_.end(), [&](const Difference& other) { return other.kind == "other_day" && other.item == d.serial; })) continue;
    d.item = it->first;
    d.ours = it->second.amount;
    if (it->second.state != Is::kPaid) continue;
    d.kind = "other_day";
    if (d.state == "proposed" && d.how != "ignore") d.state = "open", d.how.clear();
  }
}

void Bank::forget(Day day) {
  std::set<std::string> items;
  for (const auto& d : differences_)
    if (d.day == day && d.kind == "other_day") items.insert(d.item);
  std::erase_if(differences_, [&](const Difference& d) { return d.day == day; });
  files_.erase(day);
  for (const int days : kDaysAround)
    for (const int further : kDaysAround)
      if (days + further != 0) claim(day + days + further, day + days);
  for (const auto& key : items) {
    const auto& item = items_.at(key);
    const auto any = [&](const auto& is) { return std::any_of(differences_.begin(), differences_.end(), [&](const Difference& d) { return d.item == key && is(d); }); };
    if (!any([](const Difference& d) { return d.kind == "other_day"; }))
      for (auto& d : differences_)
        if (d.item == key && d.kind == "only_ours" && d.state == "settled" && !d.decided) d.state = "open";
    const auto accounts_for = [](const Difference& d) { return d.kind != "only_theirs" || (d.state == "settled" && d.how == "post"); };
    if (item.state != Is::kPaid || !files_.contains(item.day) || is_in_file(item.day, key) || any(accounts_for)) continue;
    differences_.push_back({0, "only_ours", key, item.account_no, {}, item.amount, key, "open", "", item.day});
  }
}

void Bank::release_claims(Day day) {
  for (auto& d : differences_) {
    if (d.day == day || d.item.empty() || items_.at(d.item).day != day || !is_in_file(day, d.item)) continue;
    if (d.kind == "other_day" || (d.kind == "only_theirs" && d.state != "settled")) d = {d.id, "only_theirs", d.serial, d.account_no, d.theirs, {}, "", "open", "", d.day};
  }
}

void Bank::compare(Day day) {
  const auto& lines = files_.at(day);
  for (const auto& line : lines) {
    Difference d{0, "only_theirs", line.serial, line.account_no, line.amount, {}, "", "open", "", day};
    if (const auto it = items_.find(line.serial); it != items_.end() && it->second.day == day) {
      const auto& item = it->second;
      d.item = item.key;
      if (item.state == Is::kPaid) {
        if (item.amount == line.amount && item.account_no == line.account_no) continue;
        d.ours = item.amount;
        d.kind = item.amount != line.amount ? "amount" : "account";
      }
    }
    differences_.push_back(d);
  }
  release_claims(day);
  for (const int days : kDaysAround) {
    claim(day, day + days);
    claim(day + days, day);
  }
  std::set<std::string> elsewhere;  // items that a line accounts for
  for (const auto& d : differences_) {
    if (d.kind == "other_day" || d.kind == "amount" || d.kind == "account" || (d.kind == "only_theirs" && d.state == "settled" && d.how == "post")) elsewhere.insert(d.item);
    if (d.kind != "other_day" || d.day != day) continue;
    for (auto& other : differences_)
      if (other.kind == "only_ours" && other.item == d.item) other.state = "settled";
  }
  for (const auto& key : keys_) {
    const auto& item = items_.at(key);
    if (item.day != day || item.state != Is::kPaid || elsewhere.contains(key) || has_serial(lines, key)) continue;
    differences_.push_back({0, "only_ours", key, item.account_no, {}, item.amount, key, "open", "", day});
  }
}

void Bank::settle_one() {
  std::vector<Difference*> open;
  for (auto& d : differences_)
    if (d.state != "settled" || town_.one_in(30)) open.push_back(&d);
  if (open.empty()) return;
  auto& d = *town_.one_of(open);
  if (d.state != "proposed") {
    const auto how = town_.one_in(6) ? Resolution::kIgnore : town_.one_in(2) ? Resolution::kPost : Resolution::kReverse;
    const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
      auto done = ReconciliationService(desk.services()).propose(s, channel_, {d.id, how, "asked the bank"}, person(kClerk));
      if (!done) return std::move(done).error();
      return std::string("proposed");
    });
    if (d.state == "settled") return town_.expect("a difference settled before", "error payment_channels.difference_settled", answer);
    const bool fits = how == Resolution::kIgnore || (how == Resolution::kPost && (d.kind == "only_theirs" || d.kind == "amount" || d.kind == "account")) || (how == Resolution::kReverse && d.kind == "only_ours");
    if (!fits) return town_.expect("a way that the difference does not have", "error payment_channels.not_this_way", answer);
    town_.expect("a proposal", "proposed", answer);
    d.state = "proposed";
    d.how = name_of(how);
    if (town_.one_in(3)) return;  // the second person comes another day
  }
  const bool alone = town_.one_in(8);
  const auto who = alone ? kClerk : kSupervisor;
  const auto answer = town_.staff(who, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = ReconciliationService(desk.services()).approve(s, channel_, d.id, person(who));
    if (!done) return std::move(done).error();
    return std::string("settled");
  });
  if (alone) return town_.expect("one person alone", "error security.second_person", answer);
  const auto error = settle(d);
  town_.expect(fmt::format("{} {} is settled by {}", d.kind, d.serial, d.how), error.empty() ? "settled" : "error " + error, answer);
  if (error.empty()) town_.count("differences settled");
}

std::string Bank::settle(Difference& d) {
  if (d.how == "ignore") {
    d.state = "settled";
    d.decided = true;
    return "";
  }
  const Auditor before = town_.auditor;
  const auto undone = [&](const std::string& error) {
    town_.auditor = before;
    return error;
  };
  Item* item = d.item.empty() ? nullptr : &items_.at(d.item);
  // The message may have come since the file was compared.
  if (const auto late = items_.find(d.serial); item == nullptr && d.how == "post" && late != items_.end()) item = &late->second;
  // What two people have taken in since for another line is no longer this one's.
  if (item != nullptr && d.kind == "only_theirs" && item->state == Is::kPaid && !item->content) item = nullptr;
  Item changed = item != nullptr ? *item : Item{};
  if (d.how == "reverse" || (item != nullptr && item->state == Is::kPaid)) {
    if (item == nullptr || item->amount != d.ours.value_or(0)) return undone("payment_channels.changed_meanwhile");
    if (d.how == "post" && item->day != d.day) return undone("payment_channels.changed_meanwhile");
    if (item->state != Is::kPaid) return undone("payment_channels.changed_meanwhile");
    if (auto error = town_.auditor.take_back(item->reference, town_.day()); !error.empty()) return undone(error);
    changed.state = Is::kReversed;
  }
  if (d.how == "post") {
    const auto account = account_of(d.account_no);
    if (account == 0) return undone("payment_channels.no_account");
    const bool fresh = item == nullptr;
    bool has_name = true;  // that a message may bear
    if (fresh) {
      changed.key = d.serial;
      // A name that was taken in by hand is that of another day.
      if (items_.contains(d.serial)) {
        changed.key = fmt::format("F/{}/{}", d.day, d.serial);
        has_name = false;
      }
    }
    changed.day = d.day;
    changed.reference = fresh ? "bank/" + changed.key : fmt::format("bank/{}/{}", changed.key, d.id);
    const auto paid = town_.auditor.pay(changed.reference, account, *d.theirs, std::min(d.day, town_.day()), town_.day(), {kInTransit, channel_.id});
    changed.state = Is::kPaid;
    changed.content.reset();
    changed.account_no = d.account_no;
    changed.amount = *d.theirs;
    changed.response = changed.paid = paid_text(paid);
    if (fresh && has_name) keys_.push_back(changed.key);
  }
  items_[changed.key] = changed;
  d.item = changed.key;
  d.state = "settled";
  d.decided = true;
  return "";
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
