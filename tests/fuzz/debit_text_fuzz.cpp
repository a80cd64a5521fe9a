// Any bytes as a bank's text file, by one of the usual layouts (the first byte chooses): they are read or refused; rows that are
// read without a problem add up to the total line, and can be written again.
#include <array>
#include <cstdlib>

#include "modules/payment_channels/formats/debit_text.hpp"

using namespace mis::payment_channels;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

std::vector<DebitTextLayout> layouts() {
  std::vector<DebitTextLayout> all = {debit_request_layout(), debit_result_layout(), reconciliation_layout(), postal_request_layout(), postal_result_layout()};
  for (std::size_t i = 0; i < 5; ++i) {
    auto layout = all[i];
    layout.encoding = mis::files::Encoding::kDetect;
    layout.may_lack_last_line_end = true;
    layout.separator_at_end = true;
    layout.titles = true;
    all.push_back(std::move(layout));
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kLayouts = layouts();
  if (size == 0) return 0;
  const auto& layout = kLayouts[data[0] % kLayouts.size()];
  const auto file = read_debit_text(ChannelInput::of({reinterpret_cast<const char*>(data) + 1, size - 1}), layout);
  if (!file) {
    must(!file.error().code.empty() && file.error().message.starts_with("expected "));
    return 0;
  }
  must(file->counts.lines == static_cast<std::int64_t>(file->rows.size() + file->problems.size()));
  mis::Money sum;
  for (const auto& row : file->rows) {
    must(row.amount > mis::Money{0} && row.amount < kAmountLimit);
    sum += row.amount;
  }
  if (!file->problems.empty()) return 0;
  must(sum == file->counts.total->amount && file->counts.total->count == file->counts.lines);
  auto writable = layout;
  if (writable.encoding == mis::files::Encoding::kDetect) writable.encoding = mis::files::Encoding::kUtf8;
  const auto text = write_debit_text(writable, file->rows, *file->counts.total);
  if (!text) return 0;  // a value that this bank would find too long
  const auto again = read_debit_text(ChannelInput::of(*text), writable);
  must(again && again->problems.empty() && again->rows.size() == file->rows.size());
  return 0;
}
