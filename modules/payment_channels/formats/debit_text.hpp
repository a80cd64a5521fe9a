// Writes and reads the text files of banks and of the post office by a layout (debit_text_layout.hpp), line by line.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/files/csv_reader.hpp"
#include "modules/payment_channels/formats/channel_bytes.hpp"
#include "modules/payment_channels/formats/debit_text_layout.hpp"

namespace mis::payment_channels {

// Writes the rows with their total line. `head` gives what a total line has beside the sums (date, batch, unit); the sums are
// computed here. Rows are numbered where the layout has a column for it. Nothing is written where a row cannot be: a field that
// is required and empty, too long in the file's encoding, has the separator or a line end in it, or characters that the encoding
// lacks; an amount that is not positive or beyond kAmountLimit; a key that is there twice.
Status write_debit_text(const DebitTextLayout& layout, std::span<const DebitTextRow> rows, const DebitTextTotal& head, const WriteBytes& write);
Result<std::string> write_debit_text(const DebitTextLayout& layout, std::span<const DebitTextRow> rows, const DebitTextTotal& head = {});

// Hears of each good row and of each problem, in the file's order.
struct DebitTextSink {
  std::function<void(DebitTextRow&&)> row;
  std::function<void(const files::Problem&)> problem;
};

struct DebitTextCounts {
  std::int64_t lines = 0;     // details, good and bad
  std::int64_t problems = 0;  // bad ones
  std::optional<DebitTextTotal> total;  // as the file says
};

// Reads to the end. A problem is of one line (line, column, expected, found) and the line is not reported otherwise; a second line
// with the same key is one, and names the first. An error refuses the file as a whole, whatever the sink has heard by then:
//  - payment_channels.file_cut: it is empty, ends inside a line, or lacks its total line;
//  - payment_channels.total_differs: the total line says another count or another amount than the details come to. The amount is
//    compared as long as every line's amount could be read;
//  - payment_channels.total_line, .text_encoding, .line_too_long, .layout_invalid, and those of the input.
Result<DebitTextCounts> read_debit_text(ChannelInput input, const DebitTextLayout& layout, const DebitTextSink& sink);

// All of it in memory.
struct DebitTextFile {
  DebitTextCounts counts;
  std::vector<DebitTextRow> rows;
  std::vector<files::Problem> problems;
};
Result<DebitTextFile> read_debit_text(ChannelInput input, const DebitTextLayout& layout);

}  // namespace mis::payment_channels
