#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "modules/payment_channels/domain/iso8583/wire.hpp"

namespace mis::payment_channels::iso8583 {
namespace {

constexpr int kProcessedAmount = 4, kCurrency = 49, kSettlementCurrency = 50, kSettlement = 66, kOriginal = 90, kNet = 97;
constexpr std::int64_t kMostField4 = 999'999'999'999;
constexpr std::int64_t kMostCount = 9'999'999'999;
constexpr std::size_t kInstitutionDigits = 11;
constexpr std::size_t kTagDigits = 2, kTagLengthDigits = 3, kMostTagValue = 999;

Error complaint(int field, std::string_view code, const std::string& expected, const std::string& found) {
  std::string message = fmt::format("field {}: expected {} but found {}", field, expected, found);
  return invalid("payment_channels.iso8583_" + std::string(code), message, {{fmt::format("/{}", field), std::string(code), message}});
}

std::string found_in(const Message& message, int field) { return message.has(field) ? wire::quoted(message.get(field)) : "none"; }

// At most 18 digits, so int64 holds whatever they say.
std::optional<std::int64_t> number_of(std::string_view digits) {
  if (digits.empty() || digits.size() > 18 || !wire::is_digits(digits)) return {};
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::string_view without_zeros(std::string_view digits) {
  while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

Status check_yuan(const Message& message, int field) {
  if (message.get(field) == kYuan) return ok();
  return complaint(field, "currency", fmt::format("{} (yuan)", kYuan), found_in(message, field));
}

bool is_time(std::string_view mmddhhmmss) {
  const auto part = [&](std::size_t at) { return (mmddhhmmss[at] - '0') * 10 + (mmddhhmmss[at + 1] - '0'); };
  return part(0) >= 1 && part(0) <= 12 && part(2) >= 1 && part(2) <= 31 && part(4) <= 23 && part(6) <= 59 && part(8) <= 59;
}

struct CountField { int field; std::int64_t Reconciliation::*count; };
struct AmountField { int field; Money Reconciliation::*amount; };
constexpr std::array kCounts = {CountField{74, &Reconciliation::credits}, CountField{75, &Reconciliation::credit_reversals},
                                CountField{76, &Reconciliation::debits}, CountField{77, &Reconciliation::debit_reversals}};
constexpr std::array kAmounts = {AmountField{86, &Reconciliation::credit_amount}, AmountField{87, &Reconciliation::credit_reversal_amount},
                                 AmountField{88, &Reconciliation::debit_amount}, AmountField{89, &Reconciliation::debit_reversal_amount}};

Result<Money> read_total(const Message& message, int field) {
  const auto value = number_of(message.get(field));
  if (!value || *value > kMostFen) return complaint(field, "reconciliation", fmt::format("an amount in fen of at most {}", kMostFen), found_in(message, field));
  return Money{*value};
}

Result<Money> read_net(const Message& message) {
  const std::string_view text = message.get(kNet);
  const auto value = text.empty() ? std::nullopt : number_of(text.substr(1));
  if (!value || *value > kMostFen || (text[0] != 'C' && text[0] != 'D'))
    return complaint(kNet, "reconciliation", fmt::format("C or D and an amount in fen of at most {}", kMostFen), found_in(message, kNet));
  return Money{text[0] == 'C' ? -*value : *value};
}

}  // namespace

Status check_currency(const Message& message) { return check_yuan(message, kCurrency); }

Result<Money> payment_amount(const Message& message) {
  if (const auto yuan = check_currency(message); !yuan) return yuan.error();
  const auto value = number_of(message.get(kProcessedAmount));
  if (!value || *value <= 0 || *value > kMostFen)
    return complaint(kProcessedAmount, "amount", fmt::format("an amount in fen of 1 to {}", kMostFen), found_in(message, kProcessedAmount));
  return Money{*value};
}

Status set_amount(Message& message, Money amount) {
  if (amount.value <= 0 || amount.value > kMostField4)
    return complaint(kProcessedAmount, "amount", fmt::format("an amount in fen of 1 to {}", kMostField4), std::to_string(amount.value));
  message.set(kProcessedAmount, fmt::format("{:012}", amount.value)).set(kCurrency, std::string(kYuan));
  return ok();
}

Result<OriginalData> parse_original(std::string_view text) {
  if (text.size() != 42 || !wire::is_digits(text)) return complaint(kOriginal, "original", "42 digits", wire::quoted(text));
  OriginalData original{std::string(text.substr(0, 4)), std::string(text.substr(4, 6)), std::string(text.substr(10, 10)),
                        std::string(without_zeros(text.substr(20, kInstitutionDigits))), std::string(without_zeros(text.substr(31, kInstitutionDigits)))};
  if (const auto mti = parse_mti(original.mti); !mti) return complaint(kOriginal, "original", "the MTI of a transaction", wire::quoted(original.mti));
  if (!is_time(original.transmission)) return complaint(kOriginal, "original", "a time MMDDhhmmss at digit 11", wire::quoted(original.transmission));
  return original;
}

Result<std::string> format_original(const OriginalData& original) {
  const auto fits = [](std::string_view text, std::size_t size) { return text.size() == size && wire::is_digits(text); };
  const auto institution = [](std::string_view text) { return text.size() <= kInstitutionDigits && wire::is_digits(text); };
  if (!fits(original.mti, 4)) return complaint(kOriginal, "original", "an MTI of 4 digits", wire::quoted(original.mti));
  if (!fits(original.stan, 6)) return complaint(kOriginal, "original", "a trace number of 6 digits", wire::quoted(original.stan));
  if (!fits(original.transmission, 10)) return complaint(kOriginal, "original", "a time of 10 digits", wire::quoted(original.transmission));
  for (const auto* text : {&original.acquirer, &original.forwarder})
    if (!institution(*text)) return complaint(kOriginal, "original", "an institution of at most 11 digits", wire::quoted(*text));
  return fmt::format("{}{}{}{:0>11}{:0>11}", original.mti, original.stan, original.transmission, original.acquirer, original.forwarder);
}

OriginalData original_of(const Message& message) {
  return {message.mti, std::string(message.get(11)), std::string(message.get(7)), std::string(without_zeros(message.get(32))),
          std::string(without_zeros(message.get(33)))};
}

Result<Date> day_of(const Message& message, int field, Date today) {
  const std::string_view text = message.get(field);
  if (text.size() != 4 || !wire::is_digits(text)) return complaint(field, "day", "a day MMDD", found_in(message, field));
  const auto month = static_cast<unsigned>((text[0] - '0') * 10 + text[1] - '0'), day = static_cast<unsigned>((text[2] - '0') * 10 + text[3] - '0');
  const int year = static_cast<int>(today.ymd().year());
  std::optional<Date> closest;
  for (const int y : {year - 1, year, year + 1}) {
    if (!std::chrono::year_month_day(std::chrono::year{y}, std::chrono::month{month}, std::chrono::day{day}).ok()) continue;
    const Date candidate = Date::of(y, month, day);
    const auto distance = [today](Date d) { return d < today ? today - d : d - today; };
    if (!closest || distance(candidate) < distance(*closest)) closest = candidate;
  }
  if (!closest) return complaint(field, "day", "a day MMDD that exists", wire::quoted(text));
  return *closest;
}

Money net_of(const Reconciliation& t) { return t.debit_amount + t.credit_reversal_amount - t.credit_amount - t.debit_reversal_amount; }

Result<Reconciliation> read_reconciliation(const Message& message) {
  Reconciliation totals;
  if (message.has(kSettlementCurrency))
    if (const auto yuan = check_yuan(message, kSettlementCurrency); !yuan) return yuan.error();
  if (message.has(kSettlement)) {
    const std::string_view code = message.get(kSettlement);
    if (code.size() != 1 || code[0] < '0' || code[0] > '3') return complaint(kSettlement, "reconciliation", "0, 1, 2 or 3", found_in(message, kSettlement));
    totals.settlement = code[0];
  }
  for (const auto& [field, count] : kCounts) {
    const auto value = number_of(message.get(field));
    if (!value) return complaint(field, "reconciliation", "a number of transactions", found_in(message, field));
    totals.*count = *value;
  }
  for (const auto& [field, amount] : kAmounts) {
    const auto value = read_total(message, field);
    if (!value) return value.error();
    totals.*amount = *value;
  }
  const auto net = read_net(message);
  if (!net) return net.error();
  totals.net = *net;
  if (totals.net != net_of(totals))
    return complaint(kNet, "reconciliation", fmt::format("the net {} that fields 86 to 89 give", net_of(totals).value), std::to_string(totals.net.value));
  return totals;
}

Status set_reconciliation(Message& message, const Reconciliation& totals) {
  for (const auto& [field, count] : kCounts)
    if (totals.*count < 0 || totals.*count > kMostCount) return complaint(field, "reconciliation", "a number of at most 10 digits", std::to_string(totals.*count));
  for (const auto& [field, amount] : kAmounts)
    if ((totals.*amount).value < 0 || (totals.*amount).value > kMostFen)
      return complaint(field, "reconciliation", fmt::format("an amount in fen of 0 to {}", kMostFen), std::to_string((totals.*amount).value));
  const Money net = net_of(totals);
  if (net.value > kMostFen || net.value < -kMostFen) return complaint(kNet, "reconciliation", fmt::format("a net of at most {}", kMostFen), std::to_string(net.value));
  for (const auto& [field, count] : kCounts) message.set(field, fmt::format("{:010}", totals.*count));
  for (const auto& [field, amount] : kAmounts) message.set(field, fmt::format("{:016}", (totals.*amount).value));
  message.set(kNet, fmt::format("{}{:016}", net.value < 0 ? 'C' : 'D', net.value < 0 ? -net.value : net.value));
  message.set(kSettlement, std::string(1, totals.settlement)).set(kSettlementCurrency, std::string(kYuan));
  return ok();
}

Result<BillData> parse_bill_data(std::string_view text, int field) {
  BillData data;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    constexpr std::size_t kHead = kTagDigits + kTagLengthDigits;
    const std::string expected = fmt::format("a tag of 2 and a length of 3 digits at character {}", at);
    if (rest.size() < kHead || !wire::is_digits(rest.substr(0, kHead))) return complaint(field, "bill_data", expected, wire::quoted(rest.substr(0, kHead)));
    const auto length = static_cast<std::size_t>(*number_of(rest.substr(kTagDigits, kTagLengthDigits)));
    if (rest.size() - kHead < length) return complaint(field, "bill_data", fmt::format("{} characters of tag {}", length, rest.substr(0, kTagDigits)), fmt::format("only {}", rest.size() - kHead));
    const auto [place, fresh] = data.emplace(std::string(rest.substr(0, kTagDigits)), std::string(rest.substr(kHead, length)));
    if (!fresh) return complaint(field, "bill_data", "each tag once", fmt::format("tag {} again", place->first));
    at += kHead + length;
  }
  return data;
}

Result<std::string> format_bill_data(const BillData& data, int field) {
  std::string text;
  for (const auto& [tag, value] : data) {
    if (tag.size() != kTagDigits || !wire::is_digits(tag)) return complaint(field, "bill_data", "a tag of 2 digits", wire::quoted(tag));
    if (value.size() > kMostTagValue) return complaint(field, "bill_data", fmt::format("at most {} characters of tag {}", kMostTagValue, tag), std::to_string(value.size()));
    text += fmt::format("{}{:03}{}", tag, value.size(), value);
  }
  if (text.size() > kMostTagValue) return complaint(field, "bill_data", fmt::format("at most {} characters in all", kMostTagValue), std::to_string(text.size()));
  return text;
}

}  // namespace mis::payment_channels::iso8583
