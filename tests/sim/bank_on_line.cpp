// The bank on its line of ISO 8583: what it says there beside what bank.cpp says of payments and reversals, and what is refused there
// before anything is kept.
#include <fmt/format.h>

#include "modules/payment_channels/domain/iso8583/codes.hpp"
#include "tests/sim/bank.hpp"

using namespace mis;
using namespace mis::payment_channels;

namespace sim {

std::string Bank::pay_on_line(const std::string& key, const Content& content) {
  if (items_.contains(iso_->read_today(key))) town_.count(iso_->is_stale(key) ? "ISO payments repeated after days" : "ISO payments repeated");
  return iso_->pay(key, {content.account_no, content.amount, content.months, content.date});
}

void Bank::give_up(const std::string& key, const Content& content) {
  Reversal reversal{iso_->read_today(key), {}, {}, ""};
  if (town_.one_in(2) && content.amount > 0) reversal.amount = content.amount;
  send_reversal(iso_->new_key(), reversal);
}

std::optional<std::string> Bank::not_heard(const std::string& key, const Content& content) const {
  if (on_line(key) && content.amount <= 0) return "invalid_amount";
  // What is known may be old: a repetition is answered whenever it comes.
  if (on_line(key) && iso_->is_stale(key) && !items_.contains(key)) return "stale";
  if (is_off()) return "not_signed_on";
  return {};
}

void Bank::talk() {
  switch (town_.below(8)) {
    case 0: return sign(false);
    case 1: return sign(true);
    case 2: case 3: case 4: return ask_what_is_due();
    case 5: case 6: return compare_totals();
    default: break;
  }
  town_.expect("an echo", "approved", iso_->network(iso_->new_key(), iso8583::network::kEcho));
  town_.count("ISO echoes");
}

void Bank::sign(bool on) {
  const auto key = iso_->new_key();
  const bool stale = iso_->is_stale(key);
  town_.expect(on ? "a sign-on" : "a sign-off", stale ? "stale" : "approved", iso_->network(key, on ? iso8583::network::kSignOn : iso8583::network::kSignOff));
  if (!stale) channel_.signed_on = on;
  town_.count(on ? "ISO sign-ons" : "ISO sign-offs");
}

void Bank::ask_what_is_due() {
  const auto key = iso_->new_key();
  const auto account = town_.one_in(10) ? kNobody : town_.some_account();
  const auto answer = iso_->query(key, make_account_no(account));
  std::string expected;
  if (iso_->is_stale(key)) expected = "stale";
  else if (is_off()) expected = "not_signed_on";
  else if (account == kNobody) expected = "no_such_account";
  else expected = fmt::format("{} + {}, advance {}", town_.auditor.principal(account), town_.auditor.late(account, town_.day()), town_.auditor.advance(account));
  town_.expect(fmt::format("what {} owes", account), expected, answer);
  town_.count("ISO queries");
}

void Bank::compare_totals() {
  const Day day = business_day() - town_.below(4);
  IsoLine::Totals ours;
  for (const auto& [key, item] : items_) {
    if (item.day != day || (item.state != Is::kPaid && item.state != Is::kReversed)) continue;
    ++ours.payments;
    ours.paid += item.amount;
    if (item.state != Is::kReversed) continue;
    ++ours.reversals;
    ours.reversed += item.amount;
  }
  auto theirs = ours;
  const bool differ = town_.one_in(3);
  if (differ) theirs.paid += 1;
  const auto answer = iso_->totals(iso_->new_key(), day, theirs);
  town_.expect("the totals of " + Date{day}.to_string(), fmt::format("{} of {}, {} of {} taken back, {}", ours.payments, ours.paid, ours.reversals, ours.reversed, differ ? 2 : 1), answer);
  town_.count("ISO totals");
}

}  // namespace sim
