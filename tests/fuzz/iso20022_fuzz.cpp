// Any bytes as a bank's XML: they are read or refused, and what is read keeps its promises.
#include <cstdlib>

#include "modules/payment_channels/domain/channel_amount.hpp"
#include "modules/payment_channels/formats/pain_002.hpp"
#include "modules/payment_channels/formats/statement.hpp"

using namespace mis::payment_channels;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto file = read_statement(ChannelInput::of(text))) {
    must(!file->heads.empty() && file->heads.size() == file->ends.size());
    for (const auto& head : file->heads) must(!head.id.empty() && !head.account.empty());
    for (const auto& entry : file->entries) {
      must(entry.amount >= mis::Money{0} && entry.amount < kAmountLimit);
      for (const auto& transaction : entry.transactions) must(transaction.amount >= mis::Money{0} && transaction.amount < kAmountLimit);
    }
  } else {
    must(!file.error().code.empty() && file.error().message.starts_with("expected "));
  }
  if (const auto report = read_pain_002(ChannelInput::of(text))) {
    must(!report->group.original_message_id.empty());
    for (const auto& transaction : report->transactions) must(!transaction.original_end_to_end_id.empty() || !transaction.original_instruction_id.empty());
  } else {
    must(!report.error().code.empty() && report.error().message.starts_with("expected "));
  }
  return 0;
}
