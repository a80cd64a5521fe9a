#include "modules/payment_channels/domain/direct_debit_batch.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/payment_channels/domain/channel_amount.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kMaxComplaints = 100;
constexpr std::size_t kMaxBatchId = 29;
constexpr std::size_t kMaxId = 35;
constexpr std::size_t kMaxAccountNumber = 34;
constexpr std::size_t kMaxName = 140;
constexpr std::size_t kMaxRemittance = 140;

// The characters of a valid UTF-8 text without control characters; nothing where it is not that.
std::optional<std::size_t> characters_of(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x20 || lead == 0x7F) return {};
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || at + length > text.size()) return {};
    std::uint32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
      const auto byte = static_cast<unsigned char>(text[at + i]);
      if ((byte & 0xC0) != 0x80) return {};
      code = code << 6 | (byte & 0x3F);
    }
    // Overlong forms, surrogates, what is beyond Unicode, and the two that XML 1.0 cannot hold.
    const bool broken = (length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10FFFF)) || (code >= 0xD800 && code < 0xE000) || code == 0xFFFE || code == 0xFFFF;
    if (broken) return {};
    at += length;
    ++characters;
  }
  return characters;
}

bool is_identifier(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("+?/-:().,' ").find(c) != std::string_view::npos;
  });
}

class Complaints {
 public:
  void add(std::string pointer, std::string code, std::string message) {
    ++count_;
    if (fields_.size() < kMaxComplaints) fields_.push_back({std::move(pointer), std::move(code), std::move(message)});
  }
  // The character set is the one that all banks take (the SWIFT X set): an id must come back as it went out.
  void identifier(const std::string& pointer, const std::string& value, std::size_t longest) {
    if (value.empty() || value.size() > longest || !is_identifier(value) || value.front() == ' ' || value.back() == ' ') {
      add(pointer, "payment_channels.identifier", fmt::format("expected 1 to {} letters, digits or +?/-:().,' without blanks around them but found '{}'", longest, value.substr(0, 60)));
    }
  }
  void text(const std::string& pointer, const std::string& value, std::size_t longest, bool required) {
    const auto length = characters_of(value);
    if (!length) add(pointer, "payment_channels.text", "expected text without control characters but found others");
    else if (*length > longest) add(pointer, "payment_channels.text", fmt::format("expected at most {} characters but found {}", longest, *length));
    else if (required && value.find_first_not_of(' ') == std::string::npos) add(pointer, "payment_channels.text", "expected a text but found none");
  }
  void account(const std::string& pointer, const BankAccount& account) {
    identifier(pointer + "/number", account.number, kMaxAccountNumber);
    text(pointer + "/name", account.name, kMaxName, true);
    if (!account.bank_code.empty()) identifier(pointer + "/bank_code", account.bank_code, kMaxId);
  }
  Status result() && {
    if (count_ == 0) return ok();
    auto message = fmt::format("expected a batch that a bank can take but found {} faults; the first: {}: {}", count_, fields_.front().pointer, fields_.front().message);
    return invalid("payment_channels.batch_invalid", std::move(message), std::move(fields_));
  }

 private:
  std::int64_t count_ = 0;
  std::vector<FieldError> fields_;
};

}  // namespace

std::string_view to_text(DebitSequence sequence) {
  switch (sequence) {
    case DebitSequence::kFirst: return "FRST";
    case DebitSequence::kRecurring: return "RCUR";
    case DebitSequence::kFinal: return "FNAL";
    case DebitSequence::kOneOff: return "OOFF";
  }
  return "";
}

BatchTotals totals_of(std::span<const DirectDebit> debits) {
  BatchTotals totals;
  for (const auto& debit : debits) {
    ++totals.count;
    totals.amount += debit.amount;
  }
  return totals;
}

Status validate(const DirectDebitBatch& batch) {
  Complaints complaints;
  complaints.identifier("/id", batch.id, kMaxBatchId);
  complaints.text("/initiator", batch.initiator, kMaxName, true);
  complaints.account("/creditor", batch.creditor);
  if (!batch.creditor_id.empty()) complaints.identifier("/creditor_id", batch.creditor_id, kMaxId);
  if (batch.debits.empty()) complaints.add("/debits", "payment_channels.batch_empty", "expected at least one debit but found none");
  std::unordered_set<std::string_view> seen;
  Money total;
  for (std::size_t i = 0; i < batch.debits.size(); ++i) {
    const auto& debit = batch.debits[i];
    const auto at = [&](std::string_view field) { return fmt::format("/debits/{}/{}", i, field); };
    if (debit.amount <= Money{0} || debit.amount >= kAmountLimit) {
      complaints.add(at("amount"), "payment_channels.amount", "expected more than nothing and less than " + format_yuan(kAmountLimit) + " yuan but found " + format_yuan(debit.amount));
    } else if (total < kAmountLimit) {  // it stays far from overflow
      total += debit.amount;
    }
    complaints.identifier(at("end_to_end_id"), debit.end_to_end_id, kMaxId);
    if (!seen.insert(debit.end_to_end_id).second)
      complaints.add(at("end_to_end_id"), "payment_channels.duplicate_line", "expected each id once but found '" + debit.end_to_end_id.substr(0, 60) + "' again");
    complaints.identifier(at("mandate_id"), debit.mandate_id, kMaxId);
    complaints.account(at("debtor"), debit.debtor);
    complaints.text(at("remittance"), debit.remittance, kMaxRemittance, false);
  }
  if (total >= kAmountLimit) complaints.add("/debits", "payment_channels.amount", "expected a total of less than " + format_yuan(kAmountLimit) + " yuan but found more");
  return std::move(complaints).result();
}

}  // namespace mis::payment_channels
