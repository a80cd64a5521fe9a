#include <algorithm>
#include <cstring>
#include <unordered_map>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "mis/files/row_reader.hpp"
#include "modules/payment_channels/formats/debit_text.hpp"
#include "modules/payment_channels/formats/debit_text_values.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::size_t kMaxLineBytes = 16 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string shown(std::string_view text) { return text.empty() ? "nothing" : "'" + std::string(text.substr(0, files::valid_utf8_prefix(text.substr(0, 60)))) + "'"; }

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// The lines of a file, decoded. A line is decoded before it is taken apart: the second byte of a character of GB18030 may be '|'.
class Lines {
 public:
  Lines(ChannelInput input, files::Encoding encoding) : input_(std::move(input)), encoding_(encoding) {}

  // The next line that is not blank, without its end; false at the end of the file.
  Result<bool> next() {
    for (;;) {
      auto more = raw_line();
      if (!more || !*more) return more;
      if (raw_.find_first_not_of(" \t") == std::string_view::npos) continue;
      if (auto decoded = decode(); !decoded) return decoded.error();
      return true;
    }
  }

  std::string_view text() const { return text_; }
  std::int64_t line() const { return line_; }
  bool complete() const { return complete_; }  // the line had its end

 private:
  Result<bool> raw_line() {
    std::size_t searched = 0;
    for (;;) {
      const char* from = buffer_.data() + begin_;
      const auto* newline = searched < end_ - begin_ ? static_cast<const char*>(std::memchr(from + searched, '\n', end_ - begin_ - searched)) : nullptr;
      const std::size_t length = newline ? static_cast<std::size_t>(newline - from) : end_ - begin_;
      if (length > kMaxLineBytes) {
        return invalid("payment_channels.line_too_long", fmt::format("expected lines of at most {} bytes but found a longer one at line {}", kMaxLineBytes, line_ + 1));
      }
      if (newline || at_end_) {
        if (!newline && length == 0) return false;
        ++line_;
        complete_ = newline != nullptr;
        raw_ = {from, length};
        begin_ += length + (newline ? 1 : 0);
        if (raw_.ends_with('\r')) raw_.remove_suffix(1);
        if (line_ == 1 && raw_.starts_with(kByteOrderMark)) raw_.remove_prefix(kByteOrderMark.size());
        return true;
      }
      searched = length;
      if (auto filled = fill(); !filled) return filled.error();
    }
  }

  Status fill() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    const auto n = input_.read(buffer_.data() + end_, buffer_.size() - end_);
    if (!n) return n.error();
    end_ += *n;
    at_end_ = *n == 0;
    return ok();
  }

  Status decode() {
    if (const auto nul = raw_.find('\0'); nul != std::string_view::npos) {
      return invalid("payment_channels.text_encoding", fmt::format("expected text but found a NUL byte at line {}, byte {}", line_, nul + 1));
    }
    if (is_ascii(raw_)) {
      text_ = raw_;
      return ok();
    }
    if (encoding_ == files::Encoding::kDetect) {
      encoding_ = files::guess_encoding({raw_.data(), static_cast<std::size_t>(buffer_.data() + end_ - raw_.data())});
    }
    std::size_t good = raw_.size();
    if (encoding_ == files::Encoding::kUtf8) {
      text_ = raw_;
      good = files::valid_utf8_prefix(raw_);
    } else {
      if (!converter_) converter_.emplace(files::Converter::Direction::kGb18030ToUtf8);
      decoded_.clear();
      good = converter_->append(raw_, decoded_).value_or(raw_.size());
      text_ = decoded_;
    }
    if (good == raw_.size()) return ok();
    // One broken character means that the file is not what the layout says, or that it was cut or changed: no line is to be trusted.
    return invalid("payment_channels.text_encoding", fmt::format("expected {} text but found byte 0x{:02X}, which is no whole character of it, at line {}, byte {}", files::to_text(encoding_),
                                                                 static_cast<unsigned char>(raw_[good]), line_, good + 1));
  }

  ChannelInput input_;
  files::Encoding encoding_;
  std::vector<char> buffer_ = std::vector<char>(kPieceBytes);
  std::size_t begin_ = 0, end_ = 0;
  bool at_end_ = false;
  std::int64_t line_ = 0;
  bool complete_ = true;
  std::string_view raw_, text_;
  std::string decoded_;
  std::optional<files::Converter> converter_;
};

class Reader {
 public:
  Reader(ChannelInput input, const DebitTextLayout& layout, const DebitTextSink& sink) : layout_(layout), sink_(sink), lines_(std::move(input), layout.encoding) {}

  Result<DebitTextCounts> run() {
    bool want_total = layout_.total == TotalLine::kFirst;
    bool want_titles = layout_.titles;
    const bool hold_back = layout_.total == TotalLine::kLast;  // whether a line is the last one shows only behind it
    std::string held;
    std::int64_t held_line = 0;
    bool complete = true;
    for (;;) {
      const auto more = lines_.next();
      if (!more) return more.error();
      if (!*more) break;
      complete = lines_.complete();
      if (!complete && !layout_.may_lack_last_line_end) {
        return invalid("payment_channels.file_cut", fmt::format("expected a line end but the file ends inside line {}, behind {}", lines_.line(), shown(tail(lines_.text()))));
      }
      if (want_total) {
        if (auto status = take_total(lines_.text(), lines_.line()); !status) return status.error();
        want_total = false;
      } else if (want_titles) {
        want_titles = false;
      } else if (hold_back) {
        if (held_line > 0) take_line(held, held_line);
        held = lines_.text();
        held_line = lines_.line();
      } else {
        take_line(lines_.text(), lines_.line());
      }
    }
    if (hold_back && held_line > 0) {
      if (auto status = take_total(held, held_line); !status) return status.error();
    }
    return finish();
  }

 private:
  static std::string_view tail(std::string_view text) {
    auto at = text.size() > 30 ? text.size() - 30 : 0;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    return text.substr(at);
  }

  void split(std::string_view text) {
    values_.clear();
    const char separator = layout_.separator.front();
    for (;;) {
      const auto end = text.find(separator);
      values_.push_back(trimmed(text.substr(0, end)));
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
    if (layout_.separator_at_end && values_.size() > 1 && values_.back().empty()) values_.pop_back();
  }

  Status take_total(std::string_view text, std::int64_t line) {
    split(text);
    const auto wrong = [&](std::string_view expected, std::string_view found) -> Status {
      return invalid("payment_channels.total_line", fmt::format("expected the total line at line {} to have {} but found {}", line, expected, shown(found)));
    };
    if (values_.size() != layout_.total_fields.size()) return wrong(fmt::format("{} columns", layout_.total_fields.size()), text);
    DebitTextTotal total;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const auto value = values_[i];
      const auto field = layout_.total_fields[i];
      switch (field) {
        case TotalField::kCount:
        case TotalField::kPaidCount: {
          const auto count = parse_count(value);
          if (!count) return wrong("a number of lines", value);
          (field == TotalField::kCount ? total.count : total.paid_count) = *count;
          break;
        }
        case TotalField::kAmount:
        case TotalField::kPaidAmount: {
          const auto amount = parse_amount(value, layout_.amount_unit);
          if (!amount) return wrong(layout_.amount_unit == AmountUnit::kYuan ? "an amount in yuan" : "an amount in fen", value);
          (field == TotalField::kAmount ? total.amount : total.paid_amount) = *amount;
          break;
        }
        case TotalField::kDate:
          total.date = files::parse_file_date(value);
          if (!total.date && !value.empty()) return wrong("a date", value);
          break;
        case TotalField::kBatchNo: total.batch_no = value; break;
        case TotalField::kUnitCode: total.unit_code = value; break;
        case TotalField::kIgnored: break;
      }
    }
    counts_.total = std::move(total);
    return ok();
  }

  void complain(std::string_view column, std::string code, std::string expected, std::string found) {
    if (!trouble_) trouble_ = files::Problem{row_.line, std::string(column), std::move(code), std::move(expected), std::move(found)};
  }

  void take_line(std::string_view text, std::int64_t line) {
    ++counts_.lines;
    row_ = {};
    row_.line = line;
    trouble_.reset();
    split(text);
    bool has_amount = false;
    if (values_.size() != layout_.columns.size()) {
      complain("", "payment_channels.columns", fmt::format("{} columns", layout_.columns.size()), fmt::format("{} in {}", values_.size(), shown(text)));
    } else {
      for (std::size_t i = 0; i < values_.size(); ++i) take_value(layout_.columns[i], values_[i], has_amount);
      check_key(text);
      check_result();
    }
    if (!has_amount) amounts_complete_ = false;
    if (trouble_) {
      ++counts_.problems;
      if (sink_.problem) sink_.problem(*trouble_);
      return;
    }
    if (row_.outcome == DebitOutcome::kPaid) {
      ++paid_count_;
      add(paid_amount_, row_.paid_amount.value_or(row_.amount));
    }
    if (sink_.row) sink_.row(std::move(row_));
  }

  void add(std::optional<Money>& sum, Money amount) {
    if (sum) sum = sum_inside_limit(*sum, amount);
  }

  void take_value(const TextColumn& column, std::string_view value, bool& has_amount) {
    const auto& name = column.title.empty() ? std::string(to_text(column.field)) : column.title;
    if (column.field == TextField::kIgnored) return;
    if (value.empty()) {
      if (column.required) complain(name, "payment_channels.missing", "a value", "nothing");
      return;
    }
    if (value.size() > column.max_bytes && characters_of(value) > column.max_bytes) {
      complain(name, "payment_channels.text", fmt::format("at most {} bytes", column.max_bytes), shown(value));
    }
    if (const auto member = text_member(column.field)) {
      row_.*member = value;
      if (column.field == TextField::kResultCode) take_result_code(name, value);
      return;
    }
    switch (column.field) {
      case TextField::kLineNo:
        if (parse_count(value) != counts_.lines) complain(name, "payment_channels.line_order", std::to_string(counts_.lines), shown(value));
        break;
      case TextField::kAmount:
        if (const auto amount = parse_amount(value, layout_.amount_unit)) {
          row_.amount = *amount;
          has_amount = true;
          add(amount_, *amount);
          if (*amount == Money{0}) complain(name, "payment_channels.amount", "more than nothing", shown(value));
        } else {
          complain_of_amount(name, value);
        }
        break;
      case TextField::kPaidAmount:
        row_.paid_amount = parse_amount(value, layout_.amount_unit);
        if (!row_.paid_amount) complain_of_amount(name, value);
        break;
      case TextField::kCurrency:
        if (!is_cny(value)) complain(name, "payment_channels.currency", "CNY", shown(value));
        break;
      case TextField::kDate:
        row_.date = files::parse_file_date(value);
        if (!row_.date) complain(name, "payment_channels.date", layout_.date_form == DateForm::kCompact ? "yyyymmdd" : "yyyy-mm-dd", shown(value));
        break;
      case TextField::kMonth:
        row_.month = BillingMonth::parse(value);
        if (!row_.month) complain(name, "payment_channels.date", "yyyymm", shown(value));
        break;
      default: break;  // the others are members
    }
  }

  void complain_of_amount(std::string_view name, std::string_view value) {
    complain(name, "payment_channels.amount", layout_.amount_unit == AmountUnit::kYuan ? "yuan with at most two decimals" : "fen as digits", explain_amount(value, layout_.amount_unit));
  }

  void take_result_code(std::string_view name, std::string_view code) {
    const auto known = std::find_if(layout_.results.begin(), layout_.results.end(), [&](const auto& r) { return r.code == code; });
    if (known == layout_.results.end()) complain(name, "payment_channels.result_code", "a result code of the layout", shown(code));
    else row_.outcome = known->outcome;
  }

  // What was paid must fit what the result says: money without a success, or a success without money, is for a person to look at.
  void check_result() {
    if (!row_.paid_amount || trouble_) return;
    const Money paid = *row_.paid_amount;
    const bool fits = row_.outcome == DebitOutcome::kPaid ? paid > Money{0} && paid <= row_.amount : row_.result_code.empty() || paid == Money{0};
    if (!fits) {
      complain("paid_amount", "payment_channels.paid_amount", row_.outcome == DebitOutcome::kPaid ? "more than nothing and at most the amount" : "nothing paid with this result code",
               format_yuan(paid) + " of " + format_yuan(row_.amount) + " yuan");
    }
  }

  void check_key(std::string_view text) {
    key_.clear();
    for (const auto field : layout_.key) {
      const auto column = std::find_if(layout_.columns.begin(), layout_.columns.end(), [&](const auto& c) { return c.field == field; });
      key_ += values_[static_cast<std::size_t>(column - layout_.columns.begin())];
      key_ += kKeyBetween;
    }
    if (layout_.key.empty()) key_ = text;
    const auto [first, is_new] = first_lines_.emplace(key_, row_.line);
    if (!is_new) complain("", "payment_channels.duplicate_line", "each line once", fmt::format("the one of line {} again", first->second));
  }

  Result<DebitTextCounts> finish() {
    if (layout_.total != TotalLine::kNone && !counts_.total) return invalid("payment_channels.file_cut", "expected a total line but the file is empty");
    if (layout_.total == TotalLine::kNone && counts_.lines == 0) return invalid("payment_channels.file_cut", "expected lines but the file is empty");
    if (!amount_ || !paid_amount_) return invalid("payment_channels.total_differs", "expected the amounts to stay below the limit together but found more");
    if (!counts_.total) return counts_;
    const auto& total = *counts_.total;
    if (total.count != counts_.lines) return differs(fmt::format("{} lines", total.count), fmt::format("{}{}", counts_.lines, counts_.lines < total.count ? " (is the file cut?)" : ""));
    if (amounts_complete_ && total.amount != *amount_) return differs(format_yuan(total.amount) + " yuan", format_yuan(*amount_));
    if (counts_.problems > 0) return counts_;  // whose results are not known
    if (has(TotalField::kPaidCount) && total.paid_count != paid_count_) return differs(fmt::format("{} paid lines", total.paid_count), std::to_string(paid_count_));
    if (has(TotalField::kPaidAmount) && total.paid_amount != *paid_amount_) return differs(format_yuan(total.paid_amount) + " yuan paid", format_yuan(*paid_amount_));
    return counts_;
  }

  bool has(TotalField field) const { return std::find(layout_.total_fields.begin(), layout_.total_fields.end(), field) != layout_.total_fields.end(); }

  static Error differs(const std::string& expected, const std::string& found) {
    return invalid("payment_channels.total_differs", fmt::format("expected {} as the total line says but the details come to {}", expected, found));
  }

  const DebitTextLayout& layout_;
  const DebitTextSink& sink_;
  Lines lines_;
  DebitTextCounts counts_;
  DebitTextRow row_;
  std::optional<files::Problem> trouble_;
  std::vector<std::string_view> values_;
  std::string key_;
  std::unordered_map<std::string, std::int64_t> first_lines_;
  bool amounts_complete_ = true;
  std::optional<Money> amount_ = Money{0}, paid_amount_ = Money{0};
  std::int64_t paid_count_ = 0;
};

}  // namespace

Result<DebitTextCounts> read_debit_text(ChannelInput input, const DebitTextLayout& layout, const DebitTextSink& sink) {
  if (auto valid = validate(layout); !valid) return valid.error();
  return Reader(std::move(input), layout, sink).run();
}

Result<DebitTextFile> read_debit_text(ChannelInput input, const DebitTextLayout& layout) {
  DebitTextFile file;
  auto counts = read_debit_text(std::move(input), layout, {[&](DebitTextRow&& row) { file.rows.push_back(std::move(row)); }, [&](const auto& p) { file.problems.push_back(p); }});
  if (!counts) return counts.error();
  file.counts = std::move(counts).value();
  return file;
}

}  // namespace mis::payment_channels
