#include "modules/payment_channels/formats/pain_008.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "mis/base/decimal.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kFlushBytes = 256 * 1024;
constexpr std::array kSequences = {DebitSequence::kFirst, DebitSequence::kRecurring, DebitSequence::kFinal, DebitSequence::kOneOff};

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
}

bool all_of(std::string_view text, bool (*holds)(char)) { return std::all_of(text.begin(), text.end(), holds); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper_or_digit(char c) { return is_upper(c) || is_digit(c); }

// ISO 9362 as the older schema has it, which is the stricter one: six letters, then letters or digits.
bool is_bic(std::string_view code) {
  return (code.size() == 8 || code.size() == 11) && all_of(code.substr(0, 6), is_upper) && all_of(code.substr(6), is_upper_or_digit) &&
         code[6] != '0' && code[6] != '1' && code[7] != 'O';
}

bool is_cnaps(std::string_view code) { return code.size() == 12 && all_of(code, is_digit); }

// The creation time as the utility's clock shows it: banks read a time without a zone as their own.
std::string local_time(Instant instant) {
  auto text = Instant{instant.micros + kChinaOffsetMinutes * 60 * 1'000'000}.to_string();
  text.pop_back();  // the Z
  return text;
}

class Writer {
 public:
  Writer(const DirectDebitBatch& batch, Pain008Version version, const WriteBytes& write) : batch_(batch), version_(version), write_(write) {}

  Status run() {
    open_document();
    for (const auto sequence : kSequences) {
      std::vector<const DirectDebit*> debits;
      BatchTotals totals;
      for (const auto& debit : batch_.debits) {
        if (debit.sequence != sequence) continue;
        debits.push_back(&debit);
        ++totals.count;
        totals.amount += debit.amount;
      }
      if (debits.empty()) continue;
      open_payment(sequence, totals);
      for (const auto* debit : debits) {
        transaction(*debit);
        if (out_.size() > kFlushBytes) {
          if (auto status = flush(); !status) return status;
        }
      }
      out_ += "</PmtInf>\n";
    }
    out_ += "</CstmrDrctDbtInitn></Document>\n";
    return flush();
  }

 private:
  Status flush() {
    auto status = write_(out_);
    out_.clear();
    return status;
  }

  void element(std::string_view name, std::string_view text) {
    out_ += '<';
    out_ += name;
    out_ += '>';
    append_escaped(out_, text);
    out_ += "</";
    out_ += name;
    out_ += '>';
  }

  void totals(const BatchTotals& totals) {
    element("NbOfTxs", std::to_string(totals.count));
    element("CtrlSum", format_yuan(totals.amount));
  }

  void open_document() {
    const std::string_view version = version_ == Pain008Version::k08 ? "08" : "02";
    out_ += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.008.001.";
    out_ += version;
    out_ += "\"><CstmrDrctDbtInitn>\n<GrpHdr>";
    element("MsgId", batch_.id);
    element("CreDtTm", local_time(batch_.created_at));
    totals(totals_of(batch_.debits));
    out_ += "<InitgPty>";
    element("Nm", batch_.initiator);
    out_ += "</InitgPty></GrpHdr>\n";
  }

  void open_payment(DebitSequence sequence, const BatchTotals& of_payment) {
    out_ += "<PmtInf>";
    element("PmtInfId", batch_.id + "-" + std::string(to_text(sequence)));
    element("PmtMtd", "DD");
    element("BtchBookg", "true");
    totals(of_payment);
    out_ += "<PmtTpInf>";
    element("SeqTp", to_text(sequence));
    out_ += "</PmtTpInf>";
    element("ReqdColltnDt", batch_.collect_on.to_string());
    party("Cdtr", batch_.creditor.name);
    account("CdtrAcct", batch_.creditor, true);
    agent("CdtrAgt", batch_.creditor.bank_code);
    element("ChrgBr", "SLEV");
    if (!batch_.creditor_id.empty()) {
      out_ += "<CdtrSchmeId><Id><PrvtId><Othr>";
      element("Id", batch_.creditor_id);
      out_ += "</Othr></PrvtId></Id></CdtrSchmeId>";
    }
    out_ += '\n';
  }

  void party(std::string_view role, std::string_view name) {
    out_ += '<';
    out_ += role;
    out_ += '>';
    element("Nm", name);
    out_ += "</";
    out_ += role;
    out_ += '>';
  }

  void account(std::string_view role, const BankAccount& account, bool with_currency) {
    out_ += '<';
    out_ += role;
    out_ += "><Id><Othr>";
    element("Id", account.number);
    out_ += "</Othr></Id>";
    if (with_currency) element("Ccy", "CNY");
    out_ += "</";
    out_ += role;
    out_ += '>';
  }

  void agent(std::string_view role, std::string_view code) {
    out_ += '<';
    out_ += role;
    out_ += "><FinInstnId>";
    if (is_bic(code)) {
      element(version_ == Pain008Version::k08 ? "BICFI" : "BIC", code);
    } else if (is_cnaps(code)) {
      out_ += "<ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId>";
      element("MmbId", code);
      out_ += "</ClrSysMmbId>";
    } else {
      out_ += "<Othr>";
      element("Id", code.empty() ? "NOTPROVIDED" : code);
      out_ += "</Othr>";
    }
    out_ += "</FinInstnId></";
    out_ += role;
    out_ += '>';
  }

  void transaction(const DirectDebit& debit) {
    out_ += "<DrctDbtTxInf><PmtId>";
    element("EndToEndId", debit.end_to_end_id);
    out_ += "</PmtId><InstdAmt Ccy=\"CNY\">";
    append_decimal(out_, debit.amount.value, 2, 2);
    out_ += "</InstdAmt><DrctDbtTx><MndtRltdInf>";
    element("MndtId", debit.mandate_id);
    if (debit.mandate_signed_on) element("DtOfSgntr", debit.mandate_signed_on->to_string());
    out_ += "</MndtRltdInf></DrctDbtTx>";
    agent("DbtrAgt", debit.debtor.bank_code);
    party("Dbtr", debit.debtor.name);
    account("DbtrAcct", debit.debtor, false);
    if (!debit.remittance.empty()) {
      out_ += "<RmtInf>";
      element("Ustrd", debit.remittance);
      out_ += "</RmtInf>";
    }
    out_ += "</DrctDbtTxInf>\n";
  }

  const DirectDebitBatch& batch_;
  Pain008Version version_;
  const WriteBytes& write_;
  std::string out_;
};

}  // namespace

Status write_pain_008(const DirectDebitBatch& batch, Pain008Version version, const WriteBytes& write) {
  if (auto valid = validate(batch); !valid) return valid;
  return Writer(batch, version, write).run();
}

Result<std::string> write_pain_008(const DirectDebitBatch& batch, Pain008Version version) {
  std::string out;
  const auto status = write_pain_008(batch, version, [&out](std::string_view bytes) {
    out += bytes;
    return ok();
  });
  if (!status) return status.error();
  return out;
}

}  // namespace mis::payment_channels
