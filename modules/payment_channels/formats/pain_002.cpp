#include "modules/payment_channels/formats/pain_002.hpp"

#include <variant>

#include <fmt/format.h>

#include "modules/payment_channels/domain/channel_amount.hpp"
#include "modules/payment_channels/formats/xml_stream.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::string_view kReport = "CstmrPmtStsRpt";
constexpr std::string_view kGroup = "OrgnlGrpInfAndSts";
constexpr std::string_view kPayment = "OrgnlPmtInfAndSts";
constexpr std::string_view kTransaction = "OrgnlPmtInfAndSts/TxInfAndSts";
constexpr std::string_view kReason = "StsRsnInf";
constexpr std::size_t kMaxInformation = 50;  // lines of a bank's words that are kept of one level

using Item = std::variant<StatusReportGroup, StatusReportPayment, StatusReportTransaction, files::Problem>;

class Reader : public XmlListener {
 public:
  std::vector<Item> items;
  bool group_told = false;
  bool any_status = false;

  Status message(const MessageName& name) override {
    group_.version = name.to_string();
    if (name.business != "pain.002") {
      return invalid("payment_channels.message_unknown", fmt::format("expected a payment status report (pain.002) but found {}", group_.version));
    }
    if (name.version != 3 && name.version != 10) {
      return invalid("payment_channels.message_version", fmt::format("expected pain.002.001.03 or pain.002.001.10 but found {}", group_.version));
    }
    return ok();
  }

  void begin(std::string_view path, XmlPlace place) override {
    if (!take_path(path, kReport)) return;
    if (path == kPayment) {
      tell_group();
      payment_ = {};
      payment_.line = place.line;
      payment_told_ = false;
    } else if (path == kTransaction) {
      tell_payment();
      transaction_ = {};
      transaction_.line = place.line;
      trouble_.reset();
    } else if (path.ends_with(kReason)) {
      if (auto* status = status_of(path); status && status->reasons.size() < kMaxInformation) status->reasons.emplace_back();
    }
  }

  void end(std::string_view path, std::string_view text, std::string_view currency, XmlPlace) override {
    if (path == kReport) return tell_group();
    if (!take_path(path, kReport)) return;
    if (path == kPayment) return tell_payment();
    if (path == kTransaction) return tell_transaction();
    if (take_reason(path, text)) return;
    if (take_path(path, kTransaction)) return take_transaction(path, text, currency);
    if (take_path(path, kPayment)) return take_payment(path, text);
    if (take_path(path, kGroup)) return take_group(path, text);
    if (path == "GrpHdr/MsgId") group_.message_id = text;
  }

  const StatusReportGroup& group() const { return group_; }

 private:
  ReportedStatus* status_of(std::string_view path) {
    if (path.starts_with(kTransaction)) return &transaction_.status;
    if (path.starts_with(kPayment)) return &payment_.status;
    if (path.starts_with(kGroup)) return &group_.status;
    return nullptr;
  }

  bool take_reason(std::string_view path, std::string_view text) {
    const auto at = path.find(kReason);
    if (at == std::string_view::npos) return false;
    const auto rest = path.substr(at + kReason.size());
    auto* status = status_of(path);
    if (!status || status->reasons.empty()) return true;
    auto& reason = status->reasons.back();
    if (rest == "/Rsn/Cd") reason.code = text;
    if (rest == "/Rsn/Prtry") {
      reason.code = text;
      reason.proprietary = true;
    }
    if (rest == "/AddtlInf" && reason.information.size() < kMaxInformation) reason.information.emplace_back(text);
    return true;
  }

  void set_status(ReportedStatus& status, std::string_view code) {
    status.status = code;
    status.outcome = outcome_of_iso_status(code);
    any_status = true;
  }

  void take_group(std::string_view name, std::string_view text) {
    if (name == "OrgnlMsgId") group_.original_message_id = text;
    else if (name == "OrgnlMsgNmId") group_.original_message_name = text;
    else if (name == "OrgnlNbOfTxs") group_.original_count = parse_count(text);
    else if (name == "OrgnlCtrlSum") group_.original_sum = parse_amount(text, AmountUnit::kYuan);
    else if (name == "GrpSts") set_status(group_.status, text);
  }

  void take_payment(std::string_view name, std::string_view text) {
    if (name == "OrgnlPmtInfId") payment_.original_payment_id = text;
    else if (name == "PmtInfSts") set_status(payment_.status, text);
  }

  void take_transaction(std::string_view name, std::string_view text, std::string_view currency) {
    if (name == "OrgnlEndToEndId") transaction_.original_end_to_end_id = text;
    else if (name == "OrgnlInstrId") transaction_.original_instruction_id = text;
    else if (name == "TxSts") set_status(transaction_.status, text);
    else if (name == "AcctSvcrRef" || (name == "StsId" && transaction_.bank_reference.empty())) transaction_.bank_reference = text;
    else if (name == "OrgnlTxRef/MndtRltdInf/MndtId") transaction_.mandate_id = text;
    else if (name == "OrgnlTxRef/Amt/InstdAmt") take_amount(text, currency);
  }

  void take_amount(std::string_view text, std::string_view currency) {
    transaction_.amount = parse_amount(text, AmountUnit::kYuan);
    if (!is_cny(currency)) complain("InstdAmt", "payment_channels.currency", "CNY", currency.empty() ? "no currency" : "'" + std::string(currency) + "'");
    else if (!transaction_.amount) complain("InstdAmt", "payment_channels.amount", "yuan with two decimals", explain_amount(text, AmountUnit::kYuan));
  }

  void complain(std::string column, std::string code, std::string expected, std::string found) {
    if (!trouble_) trouble_ = files::Problem{transaction_.line, std::move(column), std::move(code), std::move(expected), std::move(found)};
  }

  void tell_group() {
    if (group_told) return;
    group_told = true;
    items.emplace_back(group_);
  }

  void tell_payment() {
    if (payment_told_) return;
    payment_told_ = true;
    if (payment_.original_payment_id.empty()) {
      items.emplace_back(files::Problem{payment_.line, "OrgnlPmtInfId", "payment_channels.missing", "the id of the payment information", "none"});
    } else {
      items.emplace_back(payment_);
    }
  }

  void tell_transaction() {
    auto& t = transaction_;
    t.original_payment_id = payment_.original_payment_id;
    if (t.status.status.empty()) {
      const auto& above = payment_.status.status.empty() ? group_.status : payment_.status;
      // "Partly" above says nothing of one of them.
      if (above.outcome != DebitOutcome::kPartly) {
        t.status.status = above.status;
        t.status.outcome = above.outcome;
      }
      if (t.status.reasons.empty()) t.status.reasons = above.reasons;
    }
    if (t.original_end_to_end_id.empty() && t.original_instruction_id.empty()) complain("OrgnlEndToEndId", "payment_channels.missing", "the id of the debit", "none");
    if (trouble_) items.emplace_back(*trouble_);
    else items.emplace_back(std::move(t));
  }

  StatusReportGroup group_;
  StatusReportPayment payment_;
  StatusReportTransaction transaction_;
  std::optional<files::Problem> trouble_;
  bool payment_told_ = true;
};

void tell(const StatusReportSink& sink, std::vector<Item>& items, StatusReportCounts& counts) {
  for (const auto& item : items) {
    if (const auto* group = std::get_if<StatusReportGroup>(&item)) {
      if (sink.group) sink.group(*group);
    } else if (const auto* payment = std::get_if<StatusReportPayment>(&item)) {
      ++counts.payments;
      if (sink.payment) sink.payment(*payment);
    } else if (const auto* transaction = std::get_if<StatusReportTransaction>(&item)) {
      ++counts.transactions;
      if (sink.transaction) sink.transaction(*transaction);
    } else if (const auto* problem = std::get_if<files::Problem>(&item)) {
      ++counts.problems;
      if (sink.problem) sink.problem(*problem);
    }
  }
  items.clear();
}

}  // namespace

Result<StatusReportCounts> read_pain_002(ChannelInput input, const StatusReportSink& sink) {
  Reader reader;
  XmlStream stream(std::move(input), reader);
  StatusReportCounts counts;
  for (;;) {
    const auto more = stream.step();
    if (!more) return more.error();
    tell(sink, reader.items, counts);
    if (!*more) break;
  }
  if (!reader.group_told || reader.group().original_message_id.empty()) {
    return invalid("payment_channels.message_incomplete", "expected <OrgnlGrpInfAndSts> with <OrgnlMsgId> in <CstmrPmtStsRpt> but found none");
  }
  if (!reader.any_status) return invalid("payment_channels.message_incomplete", "expected a status (GrpSts, PmtInfSts or TxSts) but there is none in the file");
  return counts;
}

Result<StatusReport> read_pain_002(ChannelInput input) {
  StatusReport report;
  const StatusReportSink sink{[&](const auto& g) { report.group = g; }, [&](const auto& p) { report.payments.push_back(p); },
                              [&](const auto& t) { report.transactions.push_back(t); }, [&](const auto& p) { report.problems.push_back(p); }};
  const auto counts = read_pain_002(std::move(input), sink);
  if (!counts) return counts.error();
  return report;
}

}  // namespace mis::payment_channels
