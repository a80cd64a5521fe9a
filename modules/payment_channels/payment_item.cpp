#include "modules/payment_channels/payment_item.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "mis/http/digest.hpp"

namespace mis::payment_channels {

std::string content_hash(const PayRequest& r) {
  std::string text = fmt::format("pay\n{}\n{}\n{}\n{}", r.account_no, r.amount.value, r.serial, r.business_date ? r.business_date->to_string() : "");
  for (const auto month : r.months) text += "\n" + month.to_string();
  return http::sha256_hex(text);
}

Item new_item(const Channel& channel, const PayRequest& request, Date open_day, Instant now) {
  Item item;
  item.channel_id = channel.id;
  item.key = request.key;
  item.content_hash = content_hash(request);
  item.serial_no = request.serial.empty() ? request.key : request.serial;
  item.account_no = request.account_no.substr(0, kMostAccountBytes);
  item.amount = request.amount;
  item.business_date = request.business_date.value_or(open_day);
  item.received_at = item.changed_at = now;
  item.answer.key = request.key.substr(0, kMostKeyBytes);
  item.answer.account_no = item.account_no;
  item.answer.amount = item.amount;
  item.answer.business_date = item.business_date;
  return item;
}

std::optional<Response> broken_amount_or_day(Item& item, const Channel& channel, const PayRequest& request, Date open_day, Instant now) {
  if (request.amount.value <= 0 || request.amount >= kAmountLimit) {
    item.amount = {};  // nothing that adds up: the column and the sums hold what could be money
    return Response::kInvalidAmount;
  }
  if (request.amount > channel.profile.most_per_payment) return Response::kOverLimit;
  if (request.business_date && !is_present_business_date(item.business_date, now, channel.profile.cut_off_minutes)) {
    item.business_date = open_day;
    return Response::kInvalidDate;
  }
  return {};
}

receivables::Payment payment_of(const Item& item, const Channel& channel, Instant now) {
  const Date today = local_date(now);
  receivables::Payment payment;
  payment.account = *item.account;
  payment.amount = item.amount;
  payment.source = receivables::Source::kChannel;
  payment.source_id = channel.id;
  payment.reference = payment_reference(item.key);
  payment.method = channel.profile.method;
  payment.into = {ledger::LedgerAccount::kInTransit, channel.id};
  payment.posted_on = today;
  payment.value_on = std::min(item.business_date, today);
  payment.at = now;
  return payment;
}

void note_paid(Item& item, const Channel& channel, const receivables::PaymentOutcome& outcome, std::int64_t item_id) {
  item.id = item_id;
  item.state = step(ItemState::kReceived, ItemEvent::kAccept)->to;
  item.payment = outcome.id;
  item.answer.state = item.state;
  item.answer.advance = outcome.advance;
  for (const auto& part : outcome.allocations) {
    item.answer.principal += part.principal;
    item.answer.late += part.late;
  }
  item.answer.receipt_no = fmt::format("{}-{}", channel.code, item.id);
}

}  // namespace mis::payment_channels
