#include "modules/payment_channels/iso8583_adapter.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "mis/files/encoding.hpp"
#include "mis/observe/log.hpp"
#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/domain/iso8583/wire.hpp"
#include "modules/payment_channels/formats/sealed_iso8583.hpp"
#include "modules/payment_channels/key_change.hpp"
#include "modules/payment_channels/outcome.hpp"

namespace mis::payment_channels {
namespace {

using namespace iso8583;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr int kCopied[] = {3, 4, 7, 11, 12, 13, 15, 18, 32, 33, 37, 41, 42, 49, 70};  // what an answer repeats of its request

std::string to_gbk(std::string_view utf8) {
  std::string out;
  files::Converter(files::Converter::Direction::kUtf8ToGb18030).append(utf8, out);
  return out;
}

Message answer_of(const Message& request, Response response) {
  Message answer;
  answer.mti = answer_mti(request.mti).value_or("");
  answer.tpdu = answer_tpdu(request.tpdu);
  for (const int field : kCopied)
    if (request.has(field)) answer.set(field, std::string(request.get(field)));
  answer.set(39, std::string(info_of(response).iso8583));
  return answer;
}

// What a complaint about fields is answered by.
Response response_to(const Error& error) {
  if (error.code.ends_with("_currency")) return Response::kCurrency;
  if (error.code.ends_with("_amount")) return Response::kInvalidAmount;
  return Response::kFormat;
}

// The type of a message that cannot be read any further.
std::string raw_mti(const Profile& profile, std::string_view frame) {
  std::size_t at = 0;
  switch (profile.header) {
    case LengthHeader::kNone: break;
    case LengthHeader::kBinary2: at = 2; break;
    case LengthHeader::kAscii4: at = 4; break;
    case LengthHeader::kBinary2Tpdu5: at = 7; break;
  }
  const std::size_t size = profile.mti == NumberForm::kAscii ? 4 : 2;
  if (frame.size() < at + size) return {};
  if (profile.mti == NumberForm::kAscii) return std::string(frame.substr(at, size));
  return wire::from_bcd(frame.substr(at, size), 4, BcdFill::kLeft, false).value_or("");
}

void set_bill(Message& answer, const OpenChannel& open, const BillData& data) {
  const int field = open.channel.profile.bill_field;
  if (!open.channel.profile.iso.fields[static_cast<std::size_t>(field)]) return;
  if (auto text = format_bill_data(data, field)) answer.set(field, std::move(*text));
}

Result<BillData> bill_of(const OpenChannel& open, const Message& request) {
  return parse_bill_data(request.get(open.channel.profile.bill_field), open.channel.profile.bill_field);
}

std::string tag_of(const BillData& data, std::string_view tag) {
  const auto found = data.find(tag);
  return found == data.end() ? std::string() : found->second;
}

// The day that fields 15 or 13 name; nothing where neither is there.
Result<std::optional<Date>> business_date_of(const Message& request, Date today) {
  for (const int field : {15, 13})
    if (request.has(field)) {
      auto day = day_of(request, field, today);
      if (!day) return std::move(day).error();
      return std::optional(*day);
    }
  return std::optional<Date>();
}

std::string key_of(std::string_view acquirer, Date day, std::string_view transmission, std::string_view stan) {
  while (!acquirer.empty() && acquirer.front() == '0') acquirer.remove_prefix(1);
  return fmt::format("{}-{:04}{}-{}", acquirer, static_cast<int>(day.ymd().year()), transmission, stan);
}

Result<std::string> make_key(std::string_view acquirer, std::string_view transmission, std::string_view stan, Date today) {
  const auto missing = [](int field) {
    const auto text = fmt::format("expected field {} to be there and right, since the message is told by it, but it is not", field);
    return invalid("payment_channels.iso8583_key", text, {{fmt::format("/{}", field), "iso8583_key", text}});
  };
  if (transmission.size() != 10 || !wire::is_digits(transmission)) return missing(7);
  if (stan.size() != 6 || !wire::is_digits(stan)) return missing(11);
  Message day_only;
  day_only.set(13, std::string(transmission.substr(0, 4)));
  const auto day = day_of(day_only, 13, today);
  if (!day) return missing(7);
  return key_of(acquirer, *day, transmission, stan);
}

void set_amounts(Message& answer, const OpenChannel& open, const ItemAnswer& item) {
  BillData data{{std::string(bill_tag::kAccountNo), item.account_no}};
  if (item.approved()) {
    data.emplace(bill_tag::kReceiptNo, item.receipt_no);
    data.emplace(bill_tag::kCustomerName, to_gbk(item.name));
    data.emplace(bill_tag::kLateChargeFen, std::to_string(item.late.value));
    data.emplace(bill_tag::kAdvanceFen, std::to_string(item.advance.value));
  } else {
    data.emplace(bill_tag::kReason, to_gbk(info_of(item.response).zh));
  }
  set_bill(answer, open, data);
}

void log_failure(const char* what, const OpenChannel& open, const Error& error) {
  observe::log(observe::Level::kError, is_outcome_unknown(error) ? "payment_channels.outcome_unknown" : "payment_channels.not_done",
               {{"channel", open.channel.code}, {"what", what}, {"code", error.code}, {"message", error.message}});
}

// What cannot be done is answered so. What nobody knows is not answered: the bank asks again, or reverses, and is answered then.
Message not_done(const Message& request, const char* what, const OpenChannel& open, const Error& error) {
  log_failure(what, open, error);
  return is_outcome_unknown(error) ? Message{} : answer_of(request, Response::kUnavailable);
}

}  // namespace

Result<std::string> iso8583_key(const Message& message, Date today) { return make_key(message.trimmed(32), message.get(7), message.get(11), today); }

net::Answer Iso8583Adapter::answer(const OpenChannel& open, std::string_view frame) {
  const auto& profile = open.channel.profile;
  if (is_heartbeat(profile.iso, frame)) return {std::string(frame), false};
  if (profile.iso.has_mac && open.mac_key.size() == 0) {
    observe::log(observe::Level::kError, "payment_channels.no_mac_key", {{"channel", open.channel.code}});
    return {{}, true};
  }
  auto [request, key] = open_message(open, frame);
  Message back;
  if (request) {
    const auto mti = parse_mti(request->mti);
    if (mti && (mti->function == MessageFunction::kAnswer || mti->function == MessageFunction::kAdviceAnswer)) return {};
    back = decide(open, *request);
  } else {
    // What is repeated of a message whose code is wrong is only what lets the sender find its request again.
    const bool wrong_code = request.error().kind == ErrorKind::kForbidden;
    Message told_back;
    if (auto read = wrong_code ? decode(profile.iso, frame) : Result<Decoded>(request.error())) told_back = std::move(read->message);
    else told_back.mti = raw_mti(profile.iso, frame);
    if (profile.iso.header == LengthHeader::kBinary2Tpdu5 && frame.size() >= 7) told_back.tpdu = std::string(frame.substr(2, 5));
    if (!parse_mti(told_back.mti)) return {{}, true};
    back = answer_of(told_back, wrong_code ? Response::kWrongMac : Response::kFormat);
    observe::log(observe::Level::kWarning, "payment_channels.refused_message", {{"channel", open.channel.code}, {"code", request.error().code}, {"message", request.error().message}});
  }
  if (back.mti.empty()) return {};
  auto sealed = seal(profile.iso, profile.mac, *key, back);
  if (!sealed) {
    // Something of the request that the profile has no place for in an answer: the bare answer goes back.
    Message bare;
    bare.mti = back.mti;
    bare.tpdu = back.tpdu;
    for (const int field : {7, 11, 39})
      if (back.has(field)) bare.set(field, std::string(back.get(field)));
    sealed = seal(profile.iso, profile.mac, *key, bare);
  }
  if (!sealed) {
    log_failure("seal", open, sealed.error());
    return {{}, true};
  }
  return {std::move(*sealed), false};
}

// After a key change messages that were under way bear the old key's code: good for a while, and until the first of the new key's.
Iso8583Adapter::Opened Iso8583Adapter::open_message(const OpenChannel& open, std::string_view frame) {
  const auto& profile = open.channel.profile;
  Opened opened{open_sealed(profile.iso, profile.mac, open.mac_key, frame), &open.mac_key};
  if (open.old_mac_key.size() == 0) return opened;
  if (opened.request) {
    const auto read = decode(profile.iso, frame);
    if (read && read->has_mac()) book_.retire_old_key(open.channel.id);
  } else if (opened.request.error().kind == ErrorKind::kForbidden && services_.clock.now() < open.old_mac_key_until) {
    if (auto by_old = open_sealed(profile.iso, profile.mac, open.old_mac_key, frame)) opened = {std::move(by_old), &open.old_mac_key};
  }
  return opened;
}

Message Iso8583Adapter::decide(const OpenChannel& open, const Message& request) {
  const auto mti = parse_mti(request.mti);
  if (!mti) return answer_of(request, Response::kUnsupported);
  switch (mti->message_class) {
    case MessageClass::kNetwork: return network(open, request);
    case MessageClass::kReversal: return reverse(open, request);
    case MessageClass::kReconciliation: return reconcile(open, request);
    case MessageClass::kFinancial: break;
  }
  switch (processing_class(request.get(3))) {
    case ProcessingClass::kQuery: return query(open, request);
    case ProcessingClass::kPayment: return pay(open, request);
    case ProcessingClass::kOther: break;
  }
  return answer_of(request, Response::kUnsupported);
}

Message Iso8583Adapter::network(const OpenChannel& open, const Message& request) {
  const auto what = request.get(70);
  if (what == network::kEcho) return answer_of(request, open.channel.active ? Response::kApproved : Response::kSuspended);
  if (what == network::kKeyChange) return is_stale(open, request) ? answer_of(request, Response::kStale) : change_key(open, request);
  if (what != network::kSignOn && what != network::kSignOff) return answer_of(request, Response::kUnsupported);
  if (is_stale(open, request)) return answer_of(request, Response::kStale);
  const auto done = service_.sign(open.channel, what == network::kSignOn);
  book_.forget();
  return done ? answer_of(request, *done) : not_done(request, "sign", open, done.error());
}

// How far the sender's clock is off ours. A message without a time cannot be told from a replay of long ago.
bool Iso8583Adapter::is_stale(const OpenChannel& open, const Message& request) const {
  const auto time = request.get(7);
  if (time.size() != 10 || !wire::is_digits(time)) return true;
  const Instant now = services_.clock.now();
  Message day_only;
  day_only.set(13, std::string(time.substr(0, 4)));
  const auto day = day_of(day_only, 13, local_date(now));
  if (!day) return true;
  const auto number = [&](std::size_t at) { return std::int64_t{(time[at] - '0') * 10 + (time[at + 1] - '0')}; };
  const std::int64_t then_s = std::int64_t{day->days} * 86'400 + number(4) * 3'600 + number(6) * 60 + number(8) - kChinaOffsetMinutes * 60;
  return std::abs(now.micros / kMicrosPerSecond - then_s) > open.channel.profile.most_skew_seconds;
}

Message Iso8583Adapter::query(const OpenChannel& open, const Message& request) {
  if (is_stale(open, request)) return answer_of(request, Response::kStale);
  const auto bill = bill_of(open, request);
  if (!bill) return answer_of(request, Response::kFormat);
  const auto found = service_.query(open.channel, {tag_of(*bill, bill_tag::kAccountNo)});
  if (!found) return not_done(request, "query", open, found.error());
  Message answer = answer_of(request, found->response);
  if (found->response != Response::kApproved) return answer;
  answer.fields.erase(4);
  if (found->due().value > 0 && set_amount(answer, found->due())) answer.set(49, std::string(kYuan));
  BillData data{{std::string(bill_tag::kAccountNo), found->account_no},
                {std::string(bill_tag::kCustomerName), to_gbk(found->name)},
                {std::string(bill_tag::kAddress), to_gbk(found->address)},
                {std::string(bill_tag::kAmountFen), std::to_string(found->due().value)},
                {std::string(bill_tag::kLateChargeFen), std::to_string(found->late.value)},
                {std::string(bill_tag::kAdvanceFen), std::to_string(found->advance.value)}};
  if (!found->bills.empty()) data.emplace(bill_tag::kBillingMonth, std::to_string(found->bills.front().month.yyyymm));
  set_bill(answer, open, data);
  return answer;
}

Message Iso8583Adapter::change_key(const OpenChannel& open, const Message& request) {
  const auto data = bill_of(open, request);
  if (!data) return answer_of(request, Response::kFormat);
  auto wrapped = security::SecretBytes::from_hex(tag_of(*data, bill_tag::kNewKey)), check = security::SecretBytes::from_hex(tag_of(*data, bill_tag::kCheckValue));
  if (!wrapped || !check || wrapped->size() == 0) return answer_of(request, Response::kFormat);
  const auto bytes = [](const security::SecretBytes& b) { return std::string(reinterpret_cast<const char*>(b.data()), b.size()); };
  const auto done = change_mac_key(services_, book_, open, {bytes(*wrapped), bytes(*check), std::string(request.get(11))});
  return done ? answer_of(request, *done) : not_done(request, "change_key", open, done.error());
}

Message Iso8583Adapter::pay(const OpenChannel& open, const Message& request) {
  const Date today = local_date(services_.clock.now());
  auto key = iso8583_key(request, today);
  if (!key) return answer_of(request, Response::kFormat);
  const auto amount = payment_amount(request);
  if (!amount) return answer_of(request, response_to(amount.error()));
  const auto bill = bill_of(open, request);
  const auto date = business_date_of(request, today);
  if (!bill || !date) return answer_of(request, Response::kFormat);
  PayRequest pay;
  pay.key = std::move(*key);
  if (open.channel.profile.serial_is_retrieval_no) pay.serial = std::string(request.trimmed(37));
  pay.account_no = tag_of(*bill, bill_tag::kAccountNo);
  pay.amount = *amount;
  pay.business_date = *date;
  if (const auto text = tag_of(*bill, bill_tag::kBillingMonth); !text.empty()) {
    const auto month = BillingMonth::parse(text);
    if (!month) return answer_of(request, Response::kFormat);
    pay.months = {*month};
  }
  if (is_stale(open, request)) {
    // A repeat may be old; what was never seen may not.
    const auto known = service_.query_payment(open.channel, pay.key);
    if (!known) return not_done(request, "pay", open, known.error());
    if (known->response == Response::kUnknownOriginal) return answer_of(request, Response::kStale);
  }
  const auto done = payments_.pay(open.channel, pay);
  if (!done) return not_done(request, "pay", open, done.error());
  Message answer = answer_of(request, done->response);
  set_amounts(answer, open, *done);
  return answer;
}

Message Iso8583Adapter::reverse(const OpenChannel& open, const Message& request) {
  const Date today = local_date(services_.clock.now());
  const auto original = parse_original(request.get(90));
  auto own = iso8583_key(request, today);
  if (!original || !own) return answer_of(request, Response::kFormat);
  auto key = make_key(original->acquirer, original->transmission, original->stan, today);
  if (!key) return answer_of(request, Response::kFormat);
  ReverseRequest reverse;
  reverse.key = std::move(*own);
  reverse.original_key = std::move(*key);
  if (request.has(4)) {
    const auto amount = payment_amount(request);
    if (!amount) return answer_of(request, response_to(amount.error()));
    reverse.amount = *amount;
  }
  const auto done = service_.reverse(open.channel, reverse);
  if (!done) return not_done(request, "reverse", open, done.error());
  Message answer = answer_of(request, done->response);
  set_amounts(answer, open, *done);
  return answer;
}

// The bank's debits are what it owes us: payments; its reversed debits are what it took back.
Message Iso8583Adapter::reconcile(const OpenChannel& open, const Message& request) {
  const Instant now = services_.clock.now();
  const auto date = business_date_of(request, local_date(now));
  const auto theirs = read_reconciliation(request);
  if (!date || !theirs) return answer_of(request, Response::kFormat);
  const auto ours = service_.totals(open.channel, date->value_or(business_day(now, open.channel.profile.cut_off_minutes)));
  if (!ours) return not_done(request, "reconcile", open, ours.error());
  Reconciliation totals;
  totals.debits = ours->payments;
  totals.debit_reversals = ours->reversals;
  totals.debit_amount = ours->paid;
  totals.debit_reversal_amount = ours->reversed;
  const bool same = theirs->debits == totals.debits && theirs->debit_amount == totals.debit_amount && theirs->debit_reversals == totals.debit_reversals &&
                    theirs->debit_reversal_amount == totals.debit_reversal_amount && theirs->credits == 0 && theirs->credit_reversals == 0;
  totals.settlement = same ? '1' : '2';
  Message answer = answer_of(request, Response::kApproved);
  if (auto set = set_reconciliation(answer, totals); !set) return not_done(request, "reconcile", open, set.error());
  return answer;
}

}  // namespace mis::payment_channels
