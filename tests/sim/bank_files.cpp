// The bank's file of a day, its second thoughts about one, and what two people do about what one side alone has.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "modules/payment_channels/reconcile.hpp"
#include "tests/sim/bank.hpp"

using namespace mis;
using namespace mis::payment_channels;

namespace sim {
namespace {

std::string yuan(Fen fen) { return fmt::format("{}.{:02}", fen / 100, fen % 100); }

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

}  // namespace sim
