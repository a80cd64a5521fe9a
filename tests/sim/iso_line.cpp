#include "tests/sim/iso_line.hpp"

#include <cstdlib>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "mis/files/encoding.hpp"
#include "mis/observe/log.hpp"
#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/domain/response.hpp"
#include "modules/payment_channels/formats/sealed_iso8583.hpp"
#include "modules/payment_channels/iso8583_adapter.hpp"

using namespace mis;
using namespace mis::payment_channels;
using namespace mis::payment_channels::iso8583;

namespace sim {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000, kMostSkew = 900;
constexpr std::size_t kYearAt = 6, kTimeAt = 10, kNumberAt = 21;  // in "10001-20251105080000-000001"

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

int number(std::string_view digits) { return std::atoi(std::string(digits).c_str()); }

Date closest(unsigned month, unsigned day, Date today) {
  std::optional<Date> best;
  const int year = static_cast<int>(today.ymd().year());
  for (int y = year - 1; y <= year + 1; ++y) {
    const Date one = Date::of(y, month, day);
    if (static_cast<unsigned>(one.ymd().day()) == day && (!best || std::abs(one - today) < std::abs(*best - today))) best = one;
  }
  return best.value();
}

Instant time_of(std::string_view key) {
  const Date day = Date::of(number(key.substr(kYearAt, 4)), static_cast<unsigned>(number(key.substr(kTimeAt, 2))), static_cast<unsigned>(number(key.substr(kTimeAt + 2, 2))));
  const auto part = [&](std::size_t at) { return std::int64_t{number(key.substr(kTimeAt + at, 2))}; };
  return {(std::int64_t{day.days} * 86'400 + part(4) * 3'600 + part(6) * 60 + part(8) - std::int64_t{kChinaOffsetMinutes} * 60) * kMicrosPerSecond};
}

std::uint32_t number_of(std::string_view key) { return static_cast<std::uint32_t>(number(key.substr(kNumberAt))); }

std::string mmdd(Date day) { return fmt::format("{:02}{:02}", static_cast<unsigned>(day.ymd().month()), static_cast<unsigned>(day.ymd().day())); }

std::string tag_of(const BillData& data, std::string_view tag) {
  const auto found = data.find(tag);
  return found == data.end() ? "" : found->second;
}

std::string no_answer(bool closes) { return closes ? "closed" : "no answer"; }

}  // namespace

const IsoLine::Dialect IsoLine::kDialects[3] = {
    {R"("transport": "iso8583", "sign_on": true, "iso8583": {"name": "sim", "header": "ascii4", "mac": true}, "mac": {"algorithm": "x9.19"})",  //
     "0123456789ABCDEFFEDCBA9876543210", "0123456789ABCDEFFEDCBA9876543201", 8},
    {R"("transport": "iso8583", "sign_on": true, "bill_field": 62, "iso8583": {"name": "sim", "base": "iso8583-1987-bcd", "header": "binary2_tpdu5", "mac": true}, "mac": {"algorithm": "x9.9"})",
     "0123456789ABCDEF", "FEDCBA9876543210", 9},
    {R"("transport": "iso8583", "sign_on": true, "bill_field": 63, "iso8583": {"name": "sim", "header": "binary2", "length_counts_itself": true, "bitmap": "binary", "always_second_bitmap": true,
        "mac": true, "mac_on_network": true}, "mac": {"algorithm": "3des-cbc", "padding": "one_and_zeros"})",
     "0123456789ABCDEF1122334455667788FEDCBA9876543210", "FEDCBA98765432101122334455667788FEDCBA9876543210", 6},
};

IsoLine::IsoLine(Town& town) : town_(town), dialect_(kDialects[town.below(3)]), stan_(static_cast<std::uint32_t>(town.below(1'000'000))) {
  observe::set_log_level(observe::Level::kError);  // what is broken on purpose is warned of each time
}

void IsoLine::open(const Channel& channel) {
  open_.channel = channel;
  open_.mac_key = must(security::SecretBytes::from_hex(dialect_.mac_key));
  Secrets secrets({folder_.path()});
  const auto stored = town_.books.app().transact([&](db::Session& s) { return secrets.write(s, channel, secret_name::kMacKey, dialect_.mac_key, town_.hour(), kSupervisor); });
  if (!stored) throw std::runtime_error(stored.error().message);
}

// ── Names ───────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string IsoLine::new_key() {
  const int off = town_.one_in(50) ? 901 + town_.below(100'000) : town_.below(901);
  const Instant at{town_.hour().micros + (town_.one_in(2) ? off : -off) * kMicrosPerSecond};
  return fmt::format("10001-{:04}{}-{:06}", static_cast<int>(local_date(at).ymd().year()), BankMessages::time(at), ++stan_ % 1'000'000);
}

std::string IsoLine::read_today(const std::string& key) const {
  const Date day = closest(static_cast<unsigned>(number(key.substr(kTimeAt, 2))), static_cast<unsigned>(number(key.substr(kTimeAt + 2, 2))), town_.today());
  return fmt::format("10001-{:04}{}", static_cast<int>(day.ymd().year()), key.substr(kTimeAt));
}

Date IsoLine::read_today(Date day) const { return closest(static_cast<unsigned>(day.ymd().month()), static_cast<unsigned>(day.ymd().day()), town_.today()); }

bool IsoLine::is_stale(const std::string& key) const { return std::abs(town_.hour().micros - time_of(read_today(key)).micros) > kMostSkew * kMicrosPerSecond; }

// ── Messages ────────────────────────────────────────────────────────────────────────────────────────────────────────

IsoLine::Message IsoLine::plain(const char* mti, const std::string& key) const { return messages().message(mti, time_of(key), number_of(key)); }

std::string IsoLine::pay(const std::string& key, const Payment& payment) {
  auto message = messages().payment(payment.account_no, {payment.amount}, time_of(key), number_of(key));
  constexpr const char* kTypes[] = {"0200", "0200", "0201", "0220", "0221"};
  message.mti = kTypes[town_.below(5)];
  if (town_.one_in(3)) message.set(3, "500000");
  if (payment.amount == 0) message.set(4, std::string(12, '0')).set(49, std::string(kYuan));
  const int field = open_.channel.profile.bill_field;
  if (!payment.months.empty())
    message.set(field, must(format_bill_data({{std::string(bill_tag::kAccountNo), payment.account_no}, {std::string(bill_tag::kBillingMonth), std::to_string(payment.months.front())}}, field)));
  if (payment.date) message.set(town_.one_in(2) ? 15 : 13, mmdd(Date{*payment.date}));
  return ask(message, &IsoLine::read_payment);
}

std::string IsoLine::reverse(const std::string& key, const std::string& original, std::optional<Fen> amount) {
  constexpr const char* kTypes[] = {"0400", "0401", "0420", "0421"};
  auto message = plain(kTypes[town_.below(4)], key);
  message.set(3, "180000").set(90, must(format_original(original_of(plain("0200", original)))));
  if (amount && !set_amount(message, {*amount})) throw std::runtime_error("expected a reversal's amount that field 4 can hold");
  return ask(message, &IsoLine::read_outcome);
}

std::string IsoLine::query(const std::string& key, const std::string& account_no) { return ask(messages().query(account_no, time_of(key), number_of(key)), &IsoLine::read_due); }

std::string IsoLine::totals(const std::string& key, Day day, const Totals& theirs) {
  auto message = plain(town_.one_in(2) ? "0500" : "0520", key);
  message.set(15, mmdd(Date{day}));
  Reconciliation told;
  told.debits = theirs.payments;
  told.debit_amount = {theirs.paid};
  told.debit_reversals = theirs.reversals;
  told.debit_reversal_amount = {theirs.reversed};
  if (const auto set = set_reconciliation(message, told); !set) throw std::runtime_error(set.error().message);
  return ask(message, &IsoLine::read_totals);
}

std::string IsoLine::network(const std::string& key, std::string_view what) { return ask(messages().network(what, time_of(key), number_of(key)), &IsoLine::read_outcome); }

// The bytes are made once: what is asked again, since somebody was killed, is the same to the last of them.
std::string IsoLine::ask(const Message& message, Read read) {
  const auto frame = must(messages().sealed(message));
  if (town_.one_in(10)) send_broken(message, frame);
  return answer_to(frame, [&](const std::string& bytes, bool closes) -> std::string {
    if (bytes.empty()) return no_answer(closes);
    const auto answer = opened(bytes);
    if (answer.mti != answer_mti(message.mti)) return "an answer of type " + answer.mti;
    for (const int field : {3, 7, 11, 32, 70})
      if (answer.get(field) != message.get(field)) return fmt::format("an answer to something else: field {} is {}", field, answer.get(field));
    return (this->*read)(message, answer);
  });
}

std::string IsoLine::answer_to(const std::string& frame, const std::function<std::string(const std::string& bytes, bool closes)>& read) {
  return town_.ask([&](const Desk& desk) {
    ChannelBook book(desk.services(), std::make_shared<Secrets>(KeyPlace{folder_.path()}));
    const auto open = book.by_code(open_.channel.code);
    if (!open) return refused(open.error());
    const auto answer = Iso8583Adapter(desk.services(), book).answer(**open, frame);
    return read(answer.bytes, answer.close);
  });
}

// Bytes that were changed on the way, or come from somebody without the key: answered as such, and nothing is done.
void IsoLine::send_broken(const Message& message, const std::string& frame) {
  const bool has_code = open_.channel.profile.iso.mac_on_network || !message.mti.starts_with("08");
  std::string bytes = frame, expected = "not taken";
  switch (town_.below(has_code ? 4 : 1)) {
    case 0:  // the line broke
      bytes.resize(1 + static_cast<std::size_t>(town_.below(static_cast<int>(frame.size() - 1))));
      expected = bytes.size() < dialect_.mti_end ? "closed" : "format";
      break;
    case 1:
      bytes = must(seal(open_.channel.profile.iso, open_.channel.profile.mac, must(security::SecretBytes::from_hex(dialect_.other_key)), message));
      expected = "wrong_mac";
      break;
    case 2: {  // our own answer comes back
      auto back = message;
      back.mti = answer_mti(message.mti).value();
      bytes = must(messages().sealed(back));
      expected = "no answer";
      break;
    }
    default: {
      const auto at = dialect_.mti_end + static_cast<std::size_t>(town_.below(static_cast<int>(frame.size() - dialect_.mti_end)));
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << town_.below(8)));
    }
  }
  const auto answer = answer_to(bytes, [&](const std::string& told, bool closes) {
    auto text = told.empty() ? no_answer(closes) : outcome(opened(told));
    return expected == "not taken" && (text == "format" || text == "wrong_mac") ? expected : text;
  });
  town_.expect(fmt::format("broken bytes of a message {}", message.mti), expected, answer);
  town_.count("ISO broken messages");
}

// ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

// With the bank's key; an answer whose code is wrong is none.
IsoLine::Message IsoLine::opened(const std::string& bytes) const { return must(messages().opened(bytes)); }

// Several refusals share a code in field 39; the reason in words tells which it is.
std::string IsoLine::outcome(const Message& answer) const {
  const auto code = answer.get(39);
  const int field = open_.channel.profile.bill_field;
  if (answer.has(field)) {
    std::string reason;
    files::Converter(files::Converter::Direction::kGb18030ToUtf8).append(tag_of(must(parse_bill_data(answer.get(field), field)), bill_tag::kReason), reason);
    for (int i = 0; i < kResponses && !reason.empty(); ++i)
      if (const auto& info = info_of(static_cast<Response>(i)); info.zh == reason && info.iso8583 == code) return std::string(info.name);
    if (!reason.empty()) return fmt::format("code {} because of {}", code, reason);
  }
  if (code == response::kMalfunction) return "error db.unavailable";  // what it was answered says nothing about what was done
  using enum Response;
  for (const auto bare : {kApproved, kNoSuchAccount, kInvalidAmount, kNotSignedOn, kStale, kWrongMac, kFormat, kUnsupported})
    if (info_of(bare).iso8583 == code) return std::string(name_of(bare));
  return fmt::format("code {}", code);
}

std::string IsoLine::read_outcome(const Message&, const Message& answer) const { return outcome(answer); }

std::string IsoLine::read_payment(const Message& sent, const Message& answer) const {
  auto told = outcome(answer);
  if (told != "approved") return told;
  const int field = open_.channel.profile.bill_field;
  const auto asked = must(parse_bill_data(sent.get(field), field)), bill = must(parse_bill_data(answer.get(field), field));
  if (tag_of(bill, bill_tag::kAccountNo) != tag_of(asked, bill_tag::kAccountNo) || answer.get(4) != sent.get(4)) return "approved, but something else";
  if (tag_of(bill, bill_tag::kReceiptNo).empty()) return "approved, without a receipt";
  const Fen late = std::stoll(tag_of(bill, bill_tag::kLateChargeFen)), advance = std::stoll(tag_of(bill, bill_tag::kAdvanceFen));
  return fmt::format("approved {} + {}, advance {}", must(payment_amount(answer)).value - late - advance, late, advance);
}

std::string IsoLine::read_due(const Message&, const Message& answer) const {
  auto told = outcome(answer);
  if (told != "approved") return told;
  const int field = open_.channel.profile.bill_field;
  const auto bill = must(parse_bill_data(answer.get(field), field));
  const Fen due = std::stoll(tag_of(bill, bill_tag::kAmountFen)), late = std::stoll(tag_of(bill, bill_tag::kLateChargeFen));
  if ((answer.has(4) ? must(payment_amount(answer)).value : 0) != due) return fmt::format("field 4 is {} where {} is due", answer.get(4), due);
  return fmt::format("{} + {}, advance {}", due - late, late, tag_of(bill, bill_tag::kAdvanceFen));
}

std::string IsoLine::read_totals(const Message&, const Message& answer) const {
  auto told = outcome(answer);
  if (told != "approved") return told;
  const auto totals = must(read_reconciliation(answer));
  return fmt::format("{} of {}, {} of {} taken back, {}", totals.debits, totals.debit_amount.value, totals.debit_reversals, totals.debit_reversal_amount.value, totals.settlement);
}

}  // namespace sim
