#include <algorithm>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/payment_channels/formats/debit_text.hpp"
#include "modules/payment_channels/formats/debit_text_values.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kMaxComplaints = 100;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

void append_date(std::string& out, Date date, DateForm form) {
  const auto text = date.to_string();
  for (const char c : text) {
    if (c != '-' || form == DateForm::kDashes) out += c;
  }
}

class Writer {
 public:
  Writer(const DebitTextLayout& layout, std::span<const DebitTextRow> rows, const DebitTextTotal& head) : layout_(layout), rows_(rows), total_(head) {
    if (layout.encoding == files::Encoding::kGb18030) converter_.emplace(files::Converter::Direction::kUtf8ToGb18030);
  }

  Result<std::string> run() {
    total_.count = total_.paid_count = 0;
    total_.amount = total_.paid_amount = Money{0};
    for (std::size_t i = 0; i < rows_.size(); ++i) row(i);
    std::string before, after;
    if (layout_.total == TotalLine::kFirst) before = total_line();
    if (layout_.titles) before += title_line();
    if (layout_.total == TotalLine::kLast) after = total_line();
    if (count_ > 0) {
      auto message = fmt::format("expected rows that the layout '{}' can take but found {} faults; the first: {}: {}", layout_.name, count_, complaints_.front().pointer,
                                 complaints_.front().message);
      return invalid("payment_channels.row_invalid", std::move(message), std::move(complaints_));
    }
    return before + details_ + after;
  }

 private:
  void complain(std::size_t row, std::string_view column, std::string code, std::string message) {
    ++count_;
    if (complaints_.size() < kMaxComplaints) complaints_.push_back({fmt::format("/rows/{}/{}", row, column), std::move(code), std::move(message)});
  }

  void row(std::size_t index) {
    const auto& row = rows_[index];
    if (row.amount <= Money{0} || row.amount >= kAmountLimit) {
      complain(index, "amount", "payment_channels.amount", "expected more than nothing and less than the limit but found " + format_yuan(row.amount));
    } else {
      add(total_.amount, row.amount, index);
    }
    ++total_.count;
    if (row.outcome == DebitOutcome::kPaid) {
      ++total_.paid_count;
      add(total_.paid_amount, row.paid_amount.value_or(row.amount), index);
    }
    check_key(index);
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
      if (i > 0) details_ += layout_.separator;
      const auto& column = layout_.columns[i];
      value_.clear();
      format(row, column.field, static_cast<std::int64_t>(index) + 1);
      append_value(details_, column, index);
    }
    end_line(details_);
  }

  void add(Money& sum, Money amount, std::size_t index) {
    const bool inside = amount > -kAmountLimit && amount < kAmountLimit;
    const auto more = inside ? sum_inside_limit(sum, amount) : std::nullopt;
    if (more) sum = *more;
    else complain(index, "amount", "payment_channels.amount", "expected a total below the limit but found more");
  }

  void check_key(std::size_t index) {
    if (layout_.key.empty()) return;
    std::string key;
    for (const auto field : layout_.key) {
      value_.clear();
      format(rows_[index], field, 0);
      key += value_;
      key += kKeyBetween;
    }
    const auto [first, is_new] = first_rows_.emplace(std::move(key), index);
    if (!is_new) complain(index, to_text(layout_.key.front()), "payment_channels.duplicate_line", fmt::format("expected each key once but found the one of row {} again", first->second));
  }

  // The value of a field into `value_`, in UTF-8.
  void format(const DebitTextRow& row, TextField field, std::int64_t line_no) {
    if (const auto member = text_member(field)) {
      value_ = row.*member;
      return;
    }
    switch (field) {
      case TextField::kLineNo: value_ = std::to_string(line_no); break;
      case TextField::kAmount: append_amount(value_, row.amount, layout_.amount_unit); break;
      case TextField::kPaidAmount:
        if (row.paid_amount) append_amount(value_, *row.paid_amount, layout_.amount_unit);
        break;
      case TextField::kCurrency: value_ = "CNY"; break;
      case TextField::kDate:
        if (row.date) append_date(value_, *row.date, layout_.date_form);
        break;
      case TextField::kMonth:
        if (row.month) value_ = std::to_string(row.month->yyyymm);
        break;
      default: break;  // kIgnored; the others are members
    }
  }

  void append_value(std::string& out, const TextColumn& column, std::size_t index) {
    if (column.required && column.field != TextField::kIgnored && value_.find_first_not_of(' ') == std::string::npos) {
      return complain(index, column.title, "payment_channels.missing", "expected a value but found none");
    }
    if (value_.find(layout_.separator) != std::string::npos || std::any_of(value_.begin(), value_.end(), is_control)) {
      return complain(index, column.title, "payment_channels.text", "expected neither separators nor line ends nor other control characters but found one");
    }
    const auto before = out.size();
    if (!append_encoded(out, value_)) {
      return complain(index, column.title, "payment_channels.text_encoding", fmt::format("expected characters of {} but found others", files::to_text(layout_.encoding)));
    }
    if (out.size() - before > column.max_bytes) {
      complain(index, column.title, "payment_channels.text", fmt::format("expected at most {} bytes but found {}", column.max_bytes, out.size() - before));
    }
  }

  bool append_encoded(std::string& out, std::string_view text) {
    if (is_ascii(text)) {
      out += text;
      return true;
    }
    if (converter_) return !converter_->append(text, out);
    out += text;
    return files::is_valid_utf8(text);
  }

  void end_line(std::string& out) {
    if (layout_.separator_at_end) out += layout_.separator;
    out += layout_.crlf ? "\r\n" : "\n";
  }

  std::string title_line() {
    std::string out;
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
      if (i > 0) out += layout_.separator;
      append_encoded(out, layout_.columns[i].title);
    }
    end_line(out);
    return out;
  }

  std::string total_line() {
    std::string out;
    for (std::size_t i = 0; i < layout_.total_fields.size(); ++i) {
      if (i > 0) out += layout_.separator;
      value_.clear();
      switch (layout_.total_fields[i]) {
        case TotalField::kCount: value_ = std::to_string(total_.count); break;
        case TotalField::kAmount: append_amount(value_, total_.amount, layout_.amount_unit); break;
        case TotalField::kPaidCount: value_ = std::to_string(total_.paid_count); break;
        case TotalField::kPaidAmount: append_amount(value_, total_.paid_amount, layout_.amount_unit); break;
        case TotalField::kDate:
          if (total_.date) append_date(value_, *total_.date, layout_.date_form);
          break;
        case TotalField::kBatchNo: value_ = total_.batch_no; break;
        case TotalField::kUnitCode: value_ = total_.unit_code; break;
        case TotalField::kIgnored: break;
      }
      append_value(out, {TextField::kIgnored, "total", false}, rows_.size());
    }
    end_line(out);
    return out;
  }

  const DebitTextLayout& layout_;
  std::span<const DebitTextRow> rows_;
  DebitTextTotal total_;
  std::optional<files::Converter> converter_;
  std::string details_, value_;
  std::unordered_map<std::string, std::size_t> first_rows_;
  std::int64_t count_ = 0;
  std::vector<FieldError> complaints_;
};

}  // namespace

Result<std::string> write_debit_text(const DebitTextLayout& layout, std::span<const DebitTextRow> rows, const DebitTextTotal& head) {
  if (auto valid = validate(layout); !valid) return valid.error();
  if (layout.encoding == files::Encoding::kDetect) return invalid("payment_channels.layout_invalid", "expected an encoding to write in but found 'detect'");
  return Writer(layout, rows, head).run();
}

Status write_debit_text(const DebitTextLayout& layout, std::span<const DebitTextRow> rows, const DebitTextTotal& head, const WriteBytes& write) {
  auto text = write_debit_text(layout, rows, head);
  if (!text) return text.error();
  return write(*text);
}

}  // namespace mis::payment_channels
