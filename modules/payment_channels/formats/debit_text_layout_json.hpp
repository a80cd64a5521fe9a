// The written form of a layout, as it is kept with a bank's channel and edited by people.
//
//   {"name": "ABC result", "separator": "|", "separator_at_end": false, "encoding": "gb18030", "amount_unit": "yuan",
//    "date_form": "compact", "total": "first", "total_fields": ["count", "amount"], "titles": false, "crlf": true,
//    "may_lack_last_line_end": false, "key": ["debit_id"],
//    "columns": [{"field": "amount", "title": "金额", "required": true, "max_bytes": 18}],
//    "results": [{"code": "0000", "outcome": "paid", "meaning": "成功"}]}
//
// Only name and columns must be there; the rest has the defaults of DebitTextLayout.
#pragma once

#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "modules/payment_channels/formats/debit_text_layout.hpp"

namespace mis::payment_channels {

// Errors: payment_channels.layout_invalid with all complaints by JSON pointer (unknown fields too), or `validate`'s.
Result<DebitTextLayout> parse_debit_text_layout(std::string_view json);

// Every field, so that what is kept does not change when a default does.
std::string print_debit_text_layout(const DebitTextLayout& layout);

}  // namespace mis::payment_channels
