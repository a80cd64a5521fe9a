// How a channel collects direct debits: in which files, what, in whose name. A part of the channel's profile.
//
//   "debits": {"format": "pain.008.001.08", "basis": "due", "answer_days": 3,
//              "creditor": {"number": "110900", "name": "供电公司", "bank_code": "102100099996"}, "creditor_id": "CN98ZZZ", "unit_code": "0531",
//              "request": {…, see formats/debit_text_layout_json.hpp}, "result": {…}}
//
// `format` is pain.008.001.08, pain.008.001.02, text or postal; the last two read text results by their layouts, which have the
// usual shapes where they are left out. `basis` due collects late charges as of the day of collection too, principal does not.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"
#include "modules/payment_channels/domain/direct_debit_batch.hpp"
#include "modules/payment_channels/formats/debit_text_layout.hpp"

namespace mis::payment_channels {

enum class DebitFormat : std::uint8_t { kPain00808, kPain00802, kText };
enum class DebitBasis : std::uint8_t { kDue, kPrincipal };
std::string_view name_of(DebitFormat format);  // "pain.008.001.08"
std::string_view name_of(DebitBasis basis);    // "principal"

struct DebitProfile {
  bool configured = false;  // the channel collects
  DebitFormat format = DebitFormat::kPain00808;
  DebitBasis basis = DebitBasis::kDue;
  int answer_days = 3;
  BankAccount creditor;
  std::string creditor_id;
  std::string unit_code;  // of the total line
  DebitTextLayout request, result;
};

DebitProfile read_debit_profile(const nlohmann::json& json, std::vector<FieldError>& errors);

}  // namespace mis::payment_channels
