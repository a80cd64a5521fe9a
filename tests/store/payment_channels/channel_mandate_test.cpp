// Mandates over a bank's line: signed, repeated, contradicted, asked for, cancelled.
#include <catch2/catch.hpp>

#include <future>
#include <set>

#include "modules/payment_channels/channel_mandates.hpp"
#include "tests/store/payment_channels/debit_books.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::day;
using books::DebitBooks;

namespace {

// Account 13 is of 客户13, whose document is known; 14's is not.
class Counter : public DebitBooks {
 public:
  Counter() : mandates(services) {
    owner().lease()->execute("UPDATE customers_customer SET id_no = '51010119900307123X' WHERE customer_id = 13");
    other = make_channel("OTHER", kTextProfile);
  }
  ~Counter() { owner().lease()->execute("UPDATE customers_customer SET id_no = '' WHERE customer_id = 13"); }

  static MandateSigning signing(std::int64_t account, const std::string& agreement) {
    return {agreement, make_account_no(account), "6222020200778899", "客户" + std::to_string(account), "", day("2026-11-22")};
  }
  Response sign(const MandateSigning& s) { return mandates.sign(bank, s).value().response; }
  Response cancel(const std::string& agreement, std::int64_t account, const std::string& bank_account = "6222020200778899") {
    return mandates.cancel(bank, {agreement, make_account_no(account), bank_account}).value().response;
  }
  std::int64_t of_account(std::int64_t account) { return number("SELECT COUNT(*) FROM payment_channels_mandate WHERE account_id = " + std::to_string(account)); }

  ChannelMandates mandates;
  Channel other;
};

}  // namespace

TEST_CASE("a bank's customer signs at its counter, and what is said twice is done once") {
  Counter b;
  const auto first = b.mandates.sign(b.bank, Counter::signing(13, "AGR-13")).value();
  REQUIRE(first.response == Response::kApproved);
  CHECK(first.mandate->state == MandateState::kActive);
  const auto again = b.mandates.sign(b.bank, Counter::signing(13, "AGR-13")).value();
  CHECK(again.response == Response::kApproved);
  CHECK(again.mandate->mandate_no == first.mandate->mandate_no);
  CHECK(b.of_account(13) == 1);
  const auto history = history_of(*b.app().lease(), first.mandate->id);
  REQUIRE(history.size() == 1);
  CHECK(history[0].source == "channel");

  auto other_account = Counter::signing(13, "AGR-13");
  other_account.bank_account = "6222020200778800";
  CHECK(b.sign(other_account) == Response::kMandateExists);
  CHECK(b.sign(Counter::signing(14, "AGR-13")) == Response::kMandateExists);   // another account under the same number
  CHECK(b.sign(Counter::signing(13, "AGR-13B")) == Response::kMandateExists);  // one in force for an account
  CHECK(b.mandates.query(b.bank, make_account_no(13)).value().mandate->agreement_no == "AGR-13");
  CHECK(b.mandates.query(b.other, make_account_no(13)).value().response == Response::kNoSuchMandate);  // other banks' are not told

  CHECK(b.cancel("AGR-13", 13) == Response::kApproved);
  CHECK(b.cancel("AGR-13", 13) == Response::kApproved);
  CHECK(history_of(*b.app().lease(), first.mandate->id).size() == 2);
  CHECK(b.mandates.query(b.bank, make_account_no(13)).value().mandate->state == MandateState::kCancelled);
  CHECK(b.sign(Counter::signing(13, "AGR-13")) == Response::kMandateExists);  // what was cancelled stays so
  CHECK(b.sign(Counter::signing(13, "AGR-13C")) == Response::kApproved);
}

TEST_CASE("who is not the account's customer signs nothing") {
  Counter b;
  auto s = Counter::signing(13, "AGR-13");
  s.bank_account_name = "客户14";
  CHECK(b.sign(s) == Response::kNotTheCustomer);
  s = Counter::signing(13, "AGR-13");
  s.id_document = "510101199003071231";
  CHECK(b.sign(s) == Response::kNotTheCustomer);
  s.account_no = "0000000000";
  CHECK(b.sign(s) == Response::kNoSuchAccount);
  s = Counter::signing(13, "AGR-13");
  s.valid_from = day("2026-11-23");
  CHECK(b.sign(s) == Response::kInvalidDate);  // begins tomorrow: comes again tomorrow
  s = Counter::signing(13, "AGR-13");
  s.bank_account = "62220202007788|9";
  CHECK(b.sign(s) == Response::kFormat);
  s = Counter::signing(13, "");
  CHECK(b.sign(s) == Response::kFormat);
  CHECK(b.of_account(13) == 0);
  // Blanks and the case of the last place are how banks write; a document that we do not have cannot be wrong.
  s = Counter::signing(13, "AGR-13");
  s.bank_account_name = "客户 13";
  s.id_document = "51010119900307123x";
  CHECK(b.sign(s) == Response::kApproved);
  s = Counter::signing(14, "AGR-14");
  s.id_document = "510101199003071231";
  CHECK(b.sign(s) == Response::kApproved);
}

TEST_CASE("what is not this bank's agreement of this account is not cancelled") {
  Counter b;
  REQUIRE(b.sign(Counter::signing(13, "AGR-13")) == Response::kApproved);
  CHECK(b.cancel("AGR-14", 13) == Response::kNoSuchMandate);
  CHECK(b.cancel("AGR-13", 14) == Response::kNoSuchMandate);
  CHECK(b.cancel("AGR-13", 13, "6222020200778800") == Response::kNoSuchMandate);
  CHECK(b.cancel("", 13) == Response::kNoSuchMandate);
  CHECK(b.mandates.cancel(b.other, {"AGR-13", make_account_no(13), "6222020200778899"}).value().response == Response::kNoSuchMandate);
  CHECK(b.mandates.query(b.bank, make_account_no(13)).value().mandate->state == MandateState::kActive);
  auto suspended = b.bank;
  suspended.active = false;
  CHECK(b.mandates.cancel(suspended, {"AGR-13", make_account_no(13), "6222020200778899"}).value().response == Response::kSuspended);
}

TEST_CASE("what our counter signed is in force once the bank has it too") {
  Counter b;
  Mandate m;
  m.agreement_no = "AGR-13";
  m.account = {13};
  m.channel_id = b.bank.id;
  m.debtor = {"6222020200778899", "客户13", ""};
  m.signed_on = day("2026-11-22");
  REQUIRE(b.app().transact([&](db::Session& s) { return sign_mandate(b.app(), s, m, {b.clock.now(), MandateSource::kStaff, books::kCashier}); }));
  CHECK(b.mandates.query(b.bank, make_account_no(13)).value().response == Response::kNoSuchMandate);
  CHECK(b.sign(Counter::signing(13, "AGR-13")) == Response::kApproved);
  CHECK(b.mandates.query(b.bank, make_account_no(13)).value().mandate->state == MandateState::kActive);
}

TEST_CASE("the same signing over several lines at once makes one mandate, and all are told the same") {
  Counter b;
  std::vector<std::future<MandateAnswer>> lines;
  for (int i = 0; i < 8; ++i) lines.push_back(std::async(std::launch::async, [&] { return b.mandates.sign(b.bank, Counter::signing(13, "AGR-13")).value(); }));
  std::set<std::string> told;
  for (auto& line : lines) {
    const auto answer = line.get();
    CHECK(answer.response == Response::kApproved);
    if (answer.mandate) told.insert(answer.mandate->mandate_no);
  }
  CHECK(told.size() == 1);
  CHECK(b.of_account(13) == 1);
}
