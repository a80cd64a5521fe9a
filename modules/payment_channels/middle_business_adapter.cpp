#include "modules/payment_channels/middle_business_adapter.hpp"

#include <fmt/format.h>

#include "mis/observe/log.hpp"
#include "modules/payment_channels/formats/middle_business.hpp"
#include "modules/payment_channels/outcome.hpp"

namespace mis::payment_channels {
namespace {

using namespace middle_business;

constexpr std::size_t kMostRows = 99;
constexpr std::size_t kMessageBytes = 60, kNameBytes = 60, kAddressBytes = 80, kAgreementBytes = 30, kBankAccountBytes = 32;

std::string key_of(const Header& header) { return fmt::format("{}-{}-{}", header.bank, format_day(header.date), header.serial); }

Message told(const Message& request, Response response) {
  const auto& info = info_of(response);
  return answer_to(request, info.middle, fitted(info.zh, kMessageBytes));
}

std::string receivable_id(const BillDue& bill) { return fmt::format("{}-{}", bill.month.yyyymm, bill.revision); }

// The months of the rows; nothing where an id is none of ours.
std::optional<std::vector<BillingMonth>> months_of(const Record& record) {
  std::vector<BillingMonth> months;
  for (const auto& row : record.rows) {
    const auto month = BillingMonth::parse(text_of(row, "receivable_id").substr(0, 6));
    if (!month) return {};
    months.push_back(*month);
  }
  return months;
}

// One request at work.
class Exchange {
 public:
  Exchange(ChannelService& service, PaymentGroups& payments, ChannelMandates& mandates, ChannelBook& book, const OpenChannel& open, const Message& request)
      : service_(service), payments_(payments), mandates_(mandates), book_(book), channel_(open.channel), request_(request) {}

  Message run() {
    using enum Transaction;
    switch (request_.transaction) {
      case kSignOn:
      case kSignOff: return sign();
      case kEcho: return told(request_, channel_.active ? Response::kApproved : Response::kSuspended);
      case kQuery: return query();
      case kPay: return pay();
      case kReverse: return reverse();
      case kQueryPayment: return query_payment();
      case kReconcile: return reconcile();
      case kMandateSign: return sign_mandate();
      case kMandateCancel: return cancel_mandate();
      case kMandateQuery: return query_mandate();
      case kBatchRequest:
      case kBatchResult: break;
    }
    return told(request_, Response::kUnsupported);
  }

  // Whether nobody knows what was done: then what `run` gave is not said.
  bool is_unknown() const { return is_unknown_; }

 private:
  const Record& record() const { return request_.record; }

  Message not_done(const Error& error) {
    is_unknown_ = is_outcome_unknown(error);
    observe::log(observe::Level::kError, is_unknown_ ? "payment_channels.outcome_unknown" : "payment_channels.not_done", {{"channel", channel_.code}, {"code", error.code}, {"message", error.message}});
    return told(request_, Response::kUnavailable);
  }

  Message sign() {
    const auto done = service_.sign(channel_, request_.transaction == Transaction::kSignOn);
    book_.forget();
    return done ? told(request_, *done) : not_done(done.error());
  }

  Message query() {
    const auto found = service_.query(channel_, {std::string(record().get("account_no"))});
    if (!found) return not_done(found.error());
    if (found->response != Response::kApproved) return told(request_, found->response);
    Message answer = told(request_, Response::kApproved);
    answer.record.set("account_no", found->account_no).set("customer_name", fitted(found->name, kNameBytes)).set("address", fitted(found->address, kAddressBytes));
    answer.record.set("total_fen", found->due()).set("bill_fen", found->principal).set("late_charge_fen", found->late).set("advance_fen", found->advance);
    const auto month = record().get("month");
    for (const auto& bill : found->bills) {
      if (answer.record.rows.size() == kMostRows || (!month.empty() && std::to_string(bill.month.yyyymm) != month)) continue;
      answer.record.rows.push_back({{"receivable_id", receivable_id(bill)}, {"month", std::to_string(bill.month.yyyymm)}, {"amount_fen", std::to_string((bill.principal + bill.late).value)},
                                    {"late_charge_fen", std::to_string(bill.late.value)}, {"due_on", format_day(bill.due_on)}});
    }
    return answer;
  }

  Message pay() {
    auto months = months_of(record());
    if (!months) return told(request_, Response::kFormat);
    PayRequest pay;
    pay.key = key_of(request_.header);
    pay.account_no = std::string(record().get("account_no"));
    pay.amount = fen_of(record().values, "amount_fen");
    pay.months = std::move(*months);
    pay.business_date = day_of(record().values, "business_date");
    const auto done = payments_.pay(channel_, pay);
    if (!done) return not_done(done.error());
    Message answer = told(request_, done->response);
    if (done->approved()) answer.record.set("account_no", done->account_no).set("paid_fen", done->amount).set("advance_fen", done->advance).set("receipt_no", done->receipt_no);
    return answer;
  }

  std::string original_key() const {
    const auto date = day_of(record().values, "original_date");
    return fmt::format("{}-{}-{}", request_.header.bank, date ? format_day(*date) : "", record().get("original_serial"));
  }

  Message reverse() {
    ReverseRequest reverse;
    reverse.key = key_of(request_.header);
    reverse.original_key = original_key();
    reverse.amount = fen_of(record().values, "amount_fen");
    reverse.account_no = std::string(record().get("account_no"));
    const auto done = service_.reverse(channel_, reverse);
    if (!done) return not_done(done.error());
    Message answer = told(request_, done->response);
    if (done->approved()) answer.record.set("reversed_fen", done->amount).set("receipt_no", done->receipt_no);
    return answer;
  }

  Message query_payment() {
    const auto found = service_.query_payment(channel_, original_key());
    if (!found) return not_done(found.error());
    if (found->response == Response::kUnknownOriginal) return told(request_, found->response);
    // The question was answered, whatever became of the payment.
    Message answer = told(request_, Response::kApproved);
    const char* state = found->state == ItemState::kPaid ? "1" : found->state == ItemState::kRefused ? "3" : "2";
    answer.record.set("account_no", found->account_no).set("amount_fen", found->amount).set("payment_state", std::string(state)).set("paid_on", found->business_date);
    if (!found->receipt_no.empty()) answer.record.set("receipt_no", found->receipt_no);
    return answer;
  }

  Message reconcile() {
    const auto date = day_of(record().values, "business_date");
    if (!date) return told(request_, Response::kFormat);
    const auto ours = service_.totals(channel_, *date);
    if (!ours) return not_done(ours.error());
    Message answer = told(request_, Response::kApproved);
    answer.record.set("our_count", ours->payments - ours->reversals).set("our_fen", ours->paid - ours->reversed);
    return answer;
  }

  std::string text(std::string_view name) const { return std::string(record().get(name)); }

  Message sign_mandate() {
    const auto from = day_of(record().values, "valid_from");
    if (!from) return told(request_, Response::kFormat);
    const auto done = mandates_.sign(channel_, {text("agreement_no"), text("account_no"), text("bank_account"), text("bank_account_name"), text("id_document"), *from});
    if (!done) return not_done(done.error());
    Message answer = told(request_, done->response);
    if (done->mandate) answer.record.set("mandate_no", done->mandate->mandate_no);
    return answer;
  }

  Message cancel_mandate() {
    const auto done = mandates_.cancel(channel_, {text("agreement_no"), text("account_no"), text("bank_account")});
    return done ? told(request_, done->response) : not_done(done.error());
  }

  Message query_mandate() {
    const auto done = mandates_.query(channel_, text("account_no"));
    if (!done) return not_done(done.error());
    Message answer = told(request_, done->response);
    if (!done->mandate) return answer;
    const auto& m = *done->mandate;
    answer.record.set("account_no", text("account_no")).set("agreement_no", fitted(m.reference(), kAgreementBytes)).set("bank_account", fitted(m.debtor.number, kBankAccountBytes));
    answer.record.set("bank_account_name", fitted(m.debtor.name, kNameBytes)).set("mandate_state", std::string(m.state == MandateState::kActive ? "1" : "2")).set("valid_from", m.signed_on);
    return answer;
  }

  ChannelService& service_;
  PaymentGroups& payments_;
  ChannelMandates& mandates_;
  ChannelBook& book_;
  const Channel& channel_;
  const Message& request_;
  bool is_unknown_ = false;
};

}  // namespace

net::Answer MiddleBusinessAdapter::answer(const OpenChannel& open, std::string_view frame) {
  const auto form = open.channel.profile.middle_form == MiddleForm::kXml ? BodyForm::kXml : BodyForm::kFixed;
  const auto request = decode(form, frame);
  if (!request) {
    observe::log(observe::Level::kWarning, "payment_channels.refused_message", {{"channel", open.channel.code}, {"code", request.error().code}, {"message", request.error().message}});
    return {{}, true};
  }
  if (request->direction != Direction::kRequest) return {};
  Exchange exchange(service_, payments_, mandates_, book_, open, *request);
  const auto told_back = exchange.run();
  if (exchange.is_unknown()) return {{}, true};
  auto answer = encode(form, told_back);
  if (!answer) {
    observe::log(observe::Level::kError, "payment_channels.not_done", {{"channel", open.channel.code}, {"code", answer.error().code}, {"message", answer.error().message}});
    // Something of it is too wide for its field. What was done is told all the same.
    answer = encode(form, answer_to(*request, told_back.record.get("return_code"), std::string(told_back.record.get("message"))));
  }
  if (!answer) return {{}, true};
  return {std::move(*answer), false};
}

}  // namespace mis::payment_channels
