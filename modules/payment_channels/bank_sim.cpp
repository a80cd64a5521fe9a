#include "modules/payment_channels/bank_sim.hpp"

#include <fmt/format.h>

#include "mis/security/key_transport.hpp"
#include "modules/payment_channels/bank_messages.hpp"
#include "modules/payment_channels/bank_sim_middle.hpp"
#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/formats/framers.hpp"
#include "modules/payment_channels/formats/sealed_iso8583.hpp"

namespace mis::payment_channels {
namespace {

using namespace iso8583;

constexpr int kMostFlood = 10'000;
constexpr const char* kClosed = "closed";

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02X}", static_cast<unsigned char>(c));
  return text;
}

class Player {
 public:
  Player(const OpenChannel& open, const BankSimOptions& options, const Clock& clock)
      : open_(open), messages_(open), profile_(open.channel.profile.iso), options_(options), clock_(clock), key_(open.mac_key.copy()), stan_(options.first_stan) {}

  Status connect() {
    auto framer = iso8583_framer(profile_);
    if (!framer) return std::move(framer).error();
    auto client = net::FramedClient::connect(options_.connection, *framer);
    if (!client) return std::move(client).error();
    line_.emplace(std::move(*client));
    return ok();
  }

  std::vector<BankSimRow> play() {
    honest();
    reversals();
    nonsense();
    key_change();
    attacks();
    totals();
    call("sign off", network_message(network::kSignOff), response::kApproved);
    return std::move(rows_);
  }

 private:
  std::string time(std::int64_t back_s = 0) const { return BankMessages::time(Instant{clock_.now().micros - back_s * 1'000'000}); }
  Message message(const char* mti) { return messages_.message(mti, clock_.now(), stan_++); }
  Message network_message(std::string_view what) { return messages_.network(what, clock_.now(), stan_++); }
  Message query(const std::string& account_no) { return messages_.query(account_no, clock_.now(), stan_++); }
  Message payment(Money amount) { return messages_.payment(options_.account_no, amount, clock_.now(), stan_++); }
  Message reversal(const Message& of) {
    Message m = message("0420");
    m.set(3, "180000").set(4, std::string(of.get(4))).set(49, std::string(of.get(49)));
    if (auto original = format_original(original_of(of))) m.set(90, std::move(*original));
    return m;
  }

  std::string sealed(const Message& m) { return sealed(m, key_); }
  std::string sealed(const Message& m, const security::SecretBytes& key) {
    auto bytes = seal(profile_, open_.channel.profile.mac, key, m);
    return bytes ? std::move(*bytes) : std::string();
  }
  // What came back for these bytes: field 39, or that the line was closed. A closed line is opened anew.
  std::string sent(const std::string& bytes, Message* back = nullptr) {
    if (bytes.empty()) return "cannot be written";
    auto answer = line_->call(bytes);
    if (!answer) {
      const std::string how = answer.error().code == "net.timeout" ? "nothing" : kClosed;
      if (auto again = connect(); !again) return "gone";
      return how;
    }
    auto read = open_sealed(profile_, open_.channel.profile.mac, key_, *answer);
    if (!read) return "unreadable: " + read.error().message;
    if (back != nullptr) *back = *read;
    return std::string(read->get(39));
  }
  Message call(const char* what, const Message& m, std::string_view expected) {
    Message back;
    rows_.push_back({what, std::string(expected), sent(sealed(m), &back)});
    return back;
  }
  void raw(const char* what, const std::string& bytes, std::string_view expected) { rows_.push_back({what, std::string(expected), sent(bytes)}); }

  void honest() {
    call("echo", network_message(network::kEcho), response::kApproved);
    if (open_.channel.profile.sign_on_needed && !open_.channel.signed_on) call("a query before the sign-on", query(options_.account_no), response::kOutOfService);
    call("sign on", network_message(network::kSignOn), response::kApproved);
    call("what an account owes", query(options_.account_no), response::kApproved);
    call("an account that nobody has", query("0000000000"), response::kNoSuchBillKey);
    paid_ = payment(options_.amount);
    const auto first = call("a payment", paid_, response::kApproved);
    const auto again = call("the same payment again", paid_, response::kApproved);
    rows_.push_back({"… is told as the first time", "yes", first.get(open_.channel.profile.bill_field) == again.get(open_.channel.profile.bill_field) ? "yes" : "no"});
    Message other = paid_;
    (void)set_amount(other, options_.amount + Money{1});
    call("the same key, another amount", other, response::kDuplicate);
  }

  void reversals() {
    const auto first = reversal(paid_);
    call("its reversal", first, response::kApproved);
    Message repeat = first;
    repeat.mti = "0421";
    call("the reversal again", repeat, response::kApproved);
    call("a second reversal of it", reversal(paid_), response::kApproved);
    call("the payment again after that", paid_, response::kInvalidTransaction);
    const auto late = payment(options_.amount);
    call("a reversal before its payment", reversal(late), response::kOriginalNotFound);
    call("the payment that comes late", late, response::kInvalidTransaction);
  }

  void nonsense() {
    Message nothing = payment(options_.amount);
    nothing.set(4, "000000000000");
    call("an amount of nothing", nothing, response::kInvalidAmount);
    Message much = payment(options_.amount);
    much.set(4, "999999999999");
    call("an amount of ten billion yuan", much, response::kInvalidAmount);
    Message dollars = payment(options_.amount);
    dollars.set(49, "840");
    call("another currency", dollars, response::kInvalidTransaction);
    Message other = payment(options_.amount);
    other.set(3, "990000");
    call("a transaction that we do not have", other, response::kNotSupported);
    Message old = payment(options_.amount);
    old.set(7, time(2 * open_.channel.profile.most_skew_seconds));
    call("a payment of long ago that never came", old, response::kAnswerLate);
    Message nobody = payment(options_.amount);
    nobody.fields.erase(open_.channel.profile.bill_field);
    call("a payment without an account", nobody, response::kNoSuchBillKey);
  }

  Message key_message(const security::SecretBytes& key, bool good) {
    const auto algorithm = open_.channel.profile.mac.algorithm;
    const auto wrapped = security::wrap_key(algorithm, open_.key_encryption_key, key);
    auto check = security::key_check_value(algorithm, key);
    Message m = network_message(network::kKeyChange);
    if (!wrapped || !check) return m;
    if (!good) check->front() = static_cast<char>(check->front() ^ 1);
    const int field = open_.channel.profile.bill_field;
    if (auto text = format_bill_data({{std::string(bill_tag::kNewKey), hex(*wrapped)}, {std::string(bill_tag::kCheckValue), hex(*check)}}, field)) m.set(field, std::move(*text));
    return m;
  }

  // The working key is changed over the line; what was under way with the old one is still taken, until the new one has been used.
  void key_change() {
    if (options_.new_key.empty()) return;
    auto fresh = security::SecretBytes::from_hex(options_.new_key);
    if (!fresh) return;
    const auto old = key_.copy();
    call("a new key with a wrong check value", key_message(*fresh, false), response::kSecurity);
    call("a key change without a key", network_message(network::kKeyChange), response::kFormatError);
    call("a query with the key as it was", query(options_.account_no), response::kApproved);
    const Message change = key_message(*fresh, true);
    call("a new key", change, response::kApproved);
    call("a query that was under way with the old key", query(options_.account_no), response::kApproved);
    key_ = std::move(*fresh);
    call("a query with the new key", query(options_.account_no), response::kApproved);
    raw("a query with the old key after that", sealed(query(options_.account_no), old), response::kMacWrong);
    call("the key change sent again", change, response::kDuplicate);
    call("a query with the new key still", query(options_.account_no), response::kApproved);
  }

  void attacks() {
    const auto good = sealed(payment(options_.amount));
    if (profile_.has_mac) {
      std::string wrong = good;
      wrong.back() = wrong.back() == '0' ? '1' : '0';
      raw("a wrong code", wrong, response::kMacWrong);
    }
    // Half a message and no more: the line ends.
    if (line_->send(good.substr(0, good.size() / 2))) {
      line_->finish_sending();
      rows_.push_back({"half a message", kClosed, line_->receive() ? "answered" : kClosed});
    }
    if (!connect()) return;
    std::string garbage = good;
    for (std::size_t i = good.size() / 2; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * 37);
    raw("a message of which half is garbage", garbage, response::kFormatError);
    if (profile_.header == LengthHeader::kAscii4) raw("a length that is none", "12x4" + good.substr(4), kClosed);
    else if (profile_.header != LengthHeader::kNone) raw("a length beyond every limit", "\xFF\xFF" + good.substr(2), kClosed);
    flood();
  }

  // Many at once on one line: all are answered, in their order.
  void flood() {
    std::string bytes;
    const int count = std::min(options_.flood, kMostFlood);
    for (int i = 0; i < count; ++i) bytes += sealed(network_message(network::kEcho));
    int answered = 0;
    if (line_->send(bytes))
      for (; answered < count; ++answered)
        if (!line_->receive()) break;
    rows_.push_back({fmt::format("{} echoes at once", count), std::to_string(count), std::to_string(answered)});
  }

  void totals() {
    Message ask = message("0520");
    ask.set(15, time().substr(0, 4));
    Reconciliation nothing;
    nothing.debits = 1;
    nothing.debit_amount = options_.amount;
    (void)set_reconciliation(ask, nothing);
    const auto answer = call("totals of the day", ask, response::kApproved);
    rows_.push_back({"… which are not these", "2", std::string(answer.get(66))});
  }

  const OpenChannel& open_;
  const BankMessages messages_;
  const Profile& profile_;
  const BankSimOptions& options_;
  const Clock& clock_;
  security::SecretBytes key_;
  std::uint32_t stan_;
  std::optional<net::FramedClient> line_;
  Message paid_;
  std::vector<BankSimRow> rows_;
};

bool is_loopback(const std::string& host) { return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0; }

}  // namespace

Result<std::vector<BankSimRow>> play_bank(const OpenChannel& open, const BankSimOptions& options, const Clock& clock) {
  if (!options.abroad && !is_loopback(options.connection.host))
    return invalid("payment_channels.bank_sim", "expected a port on this machine, since the bank is also a hostile one, but found " + options.connection.host);
  if (open.channel.profile.transport == Transport::kMiddleBusiness) return play_middle_bank(open, options, clock);
  if (open.channel.profile.transport != Transport::kIso8583) return invalid("payment_channels.bank_sim", "expected a channel that speaks at a bank port but " + open.channel.code + " does not");
  if (!options.new_key.empty() && (open.key_encryption_key.size() == 0 || !open.channel.profile.iso.has_mac))
    return invalid("payment_channels.bank_sim", "expected a channel with codes and a key-encryption key, since its key is to be changed, but " + open.channel.code + " has none");
  Player player(open, options, clock);
  if (auto connected = player.connect(); !connected) return std::move(connected).error();
  return player.play();
}

}  // namespace mis::payment_channels
