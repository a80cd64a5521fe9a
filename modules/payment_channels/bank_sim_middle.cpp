#include "modules/payment_channels/bank_sim_middle.hpp"

#include <optional>

#include <fmt/format.h>

#include "modules/payment_channels/formats/framers.hpp"
#include "modules/payment_channels/formats/middle_business.hpp"

namespace mis::payment_channels {
namespace {

using namespace middle_business;

constexpr const char* kClosed = "closed";
constexpr const char* kBankAccount = "6222020200000001";

class MiddlePlayer {
 public:
  MiddlePlayer(const OpenChannel& open, const BankSimOptions& options, const Clock& clock)
      : open_(open), options_(options), today_(local_date(clock.now())), form_(open.channel.profile.middle_form == MiddleForm::kXml ? BodyForm::kXml : BodyForm::kFixed), serial_(options.first_stan) {}

  Status connect() {
    auto client = net::FramedClient::connect(options_.connection, middle_business_framer());
    if (!client) return std::move(client).error();
    line_.emplace(std::move(*client));
    return ok();
  }

  std::vector<BankSimRow> play() {
    honest();
    mandates();
    attacks();
    call("sign off", message(Transaction::kSignOff), return_code::kDone);
    return std::move(rows_);
  }

 private:
  Message message(Transaction what) { return {{"", "010200", "0200A1", today_, fmt::format("S{:07}", serial_++)}, what, Direction::kRequest, {}}; }
  Message query(const std::string& account_no) {
    auto m = message(Transaction::kQuery);
    m.record.set("account_no", account_no);
    return m;
  }
  Message signing(const std::string& agreement, const std::string& account_no, const std::string& name, const char* bank_account = kBankAccount) {
    auto m = message(Transaction::kMandateSign);
    m.record.set("agreement_no", agreement).set("account_no", account_no).set("bank_account", std::string(bank_account)).set("bank_account_name", name).set("valid_from", today_);
    return m;
  }
  Message cancelling(const std::string& agreement, const char* bank_account = kBankAccount) {
    auto m = message(Transaction::kMandateCancel);
    m.record.set("agreement_no", agreement).set("account_no", options_.account_no).set("bank_account", std::string(bank_account));
    return m;
  }
  Message asking() {
    auto m = message(Transaction::kMandateQuery);
    m.record.set("account_no", options_.account_no);
    return m;
  }

  // A closed line is opened anew.
  std::string sent(const std::string& bytes, Message* back = nullptr) {
    auto answer = line_->call(bytes);
    if (!answer) {
      const std::string how = answer.error().code == "net.timeout" ? "nothing" : kClosed;
      return connect() ? how : "gone";
    }
    auto read = decode(form_, *answer);
    if (!read) return "unreadable: " + read.error().message;
    if (back != nullptr) *back = *read;
    return std::string(read->record.get("return_code"));
  }
  Message call(const char* what, const Message& m, std::string_view expected) {
    Message back;
    auto bytes = encode(form_, m);
    rows_.push_back({what, std::string(expected), bytes ? sent(*bytes, &back) : "cannot be written: " + bytes.error().message});
    return back;
  }
  void note(const char* what, std::string_view expected, std::string_view found) { rows_.push_back({what, std::string(expected), std::string(found)}); }

  void honest() {
    call("echo", message(Transaction::kEcho), return_code::kDone);
    if (open_.channel.profile.sign_on_needed && !open_.channel.signed_on) call("a query before the sign-on", query(options_.account_no), return_code::kNotSignedOn);
    call("sign on", message(Transaction::kSignOn), return_code::kDone);
    call("what an account owes", query(options_.account_no), return_code::kDone);
    call("an account that nobody has", query("0000000000"), return_code::kNoSuchAccount);
  }

  void mandates() {
    Message before;
    if (auto bytes = encode(form_, asking())) (void)sent(*bytes, &before);
    if (before.record.get("mandate_state") == "1") {
      note("the account has a mandate already", "left alone", "left alone");
      return;
    }
    const auto agreement = fmt::format("SIM{:07}", options_.first_stan), another = agreement + "B";
    const auto& name = options_.customer_name;
    call("a mandate in another's name", signing(agreement, options_.account_no, name + "二"), return_code::kNotTheCustomer);
    call("a mandate for an account that nobody has", signing(agreement, "0000000000", name), return_code::kNoSuchAccount);
    const auto first = call("a mandate is signed", signing(agreement, options_.account_no, name), return_code::kDone);
    const auto again = call("the same mandate again", signing(agreement, options_.account_no, name), return_code::kDone);
    note("… is told as the first time", "yes", !first.record.get("mandate_no").empty() && first.record.get("mandate_no") == again.record.get("mandate_no") ? "yes" : "no");
    call("its agreement with another bank account", signing(agreement, options_.account_no, name, "6222020200000002"), return_code::kMandateExists);
    call("a second agreement for the account", signing(another, options_.account_no, name), return_code::kMandateExists);
    note("… the mandate is in force", "1", call("the account's mandate", asking(), return_code::kDone).record.get("mandate_state"));
    call("cancelled with another bank account", cancelling(agreement, "6222020200000002"), return_code::kNoSuchMandate);
    call("an agreement that nobody has is cancelled", cancelling(another), return_code::kNoSuchMandate);
    call("the mandate is cancelled", cancelling(agreement), return_code::kDone);
    call("… and once more", cancelling(agreement), return_code::kDone);
    note("… the mandate is cancelled", "2", call("the account's mandate", asking(), return_code::kDone).record.get("mandate_state"));
    call("the cancelled agreement is signed again", signing(agreement, options_.account_no, name), return_code::kMandateExists);
  }

  void attacks() {
    const auto good = encode(form_, signing("SIMX", options_.account_no, options_.customer_name));
    if (!good) return;
    if (line_->send(std::string_view(*good).substr(0, good->size() / 2))) {
      line_->finish_sending();
      note("half a message", kClosed, line_->receive() ? "answered" : kClosed);
    }
    if (!connect()) return;
    std::string garbage = *good;
    for (std::size_t i = kHeaderBytes; i < garbage.size(); ++i) garbage[i] = static_cast<char>(0x80 + i % 0x70);
    rows_.push_back({"a signing of which the body is garbage", kClosed, sent(garbage)});
    rows_.push_back({"a length that is none", kClosed, sent("99x999" + good->substr(6))});
  }

  const OpenChannel& open_;
  const BankSimOptions& options_;
  const Date today_;
  const BodyForm form_;
  std::uint32_t serial_;
  std::optional<net::FramedClient> line_;
  std::vector<BankSimRow> rows_;
};

}  // namespace

Result<std::vector<BankSimRow>> play_middle_bank(const OpenChannel& open, const BankSimOptions& options, const Clock& clock) {
  MiddlePlayer player(open, options, clock);
  if (auto connected = player.connect(); !connected) return std::move(connected).error();
  return player.play();
}

}  // namespace mis::payment_channels
