#include "modules/payment_channels/domain/iso8583/codes.hpp"

#include <fmt/format.h>

#include "modules/payment_channels/domain/iso8583/wire.hpp"

namespace mis::payment_channels::iso8583 {

const ResponseCode* find_response(std::string_view code) {
  for (const auto& row : kResponseCodes)
    if (row.code == code) return &row;
  return nullptr;
}

Result<Mti> parse_mti(std::string_view mti) {
  const auto refuse = [&](const char* expected) {
    std::string message = fmt::format("MTI: expected {} but found {}", expected, wire::quoted(mti));
    return invalid("payment_channels.iso8583_mti", message, {{"/mti", "mti", message}});
  };
  if (mti.size() != 4 || !wire::is_digits(mti)) return refuse("4 digits");
  Mti parsed;
  if (mti[0] > '2') return refuse("version 0, 1 or 2 of ISO 8583");
  parsed.version = mti[0];
  switch (mti[1]) {
    case '2': parsed.message_class = MessageClass::kFinancial; break;
    case '4': parsed.message_class = MessageClass::kReversal; break;
    case '5': parsed.message_class = MessageClass::kReconciliation; break;
    case '8': parsed.message_class = MessageClass::kNetwork; break;
    default: return refuse("a financial (2), reversal (4), reconciliation (5) or network message (8)");
  }
  switch (mti[2]) {
    case '0': parsed.function = MessageFunction::kRequest; break;
    case '1': parsed.function = MessageFunction::kAnswer; break;
    case '2': parsed.function = MessageFunction::kAdvice; break;
    case '3': parsed.function = MessageFunction::kAdviceAnswer; break;
    default: return refuse("a request (0), its answer (1), an advice (2) or its answer (3)");
  }
  if (mti[3] > '5') return refuse("an originator of 0 to 5");
  parsed.repeat = (mti[3] - '0') % 2 != 0;
  return parsed;
}

std::optional<std::string> answer_mti(std::string_view mti) {
  const auto parsed = parse_mti(mti);
  if (!parsed) return {};
  std::string answer(mti);
  switch (parsed->function) {
    case MessageFunction::kRequest: answer[2] = '1'; break;
    case MessageFunction::kAdvice: answer[2] = '3'; break;
    case MessageFunction::kAnswer:
    case MessageFunction::kAdviceAnswer: return {};
  }
  if (parsed->repeat) --answer[3];  // an answer is no repeat
  return answer;
}

ProcessingClass processing_class(std::string_view code) {
  if (code.size() != 6 || !wire::is_digits(code)) return ProcessingClass::kOther;
  const std::string_view kind = code.substr(0, 2);
  if (kind == "38") return ProcessingClass::kQuery;
  if (kind == "18" || kind == "50") return ProcessingClass::kPayment;
  return ProcessingClass::kOther;
}

}  // namespace mis::payment_channels::iso8583
