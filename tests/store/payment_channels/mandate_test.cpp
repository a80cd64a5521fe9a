// Mandates: signed, active, cancelled, and no two active ones for an account.
#include <catch2/catch.hpp>

#include <fstream>

#include "modules/payment_channels/import.hpp"
#include "tests/store/payment_channels/debit_books.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::day;
using books::DebitBooks;

namespace {

Result<Mandate> cancel(DebitBooks& b, const std::string& no) {
  return b.app().transact([&](db::Session& s) { return cancel_mandate(s, no, {b.clock.now(), MandateSource::kStaff, books::kCashier, "moved"}); });
}

files::ImportSummary import(DebitBooks& b, const std::string& text, std::string* rejected = nullptr) {
  fixture::TemporaryFolder folder;
  const auto file = folder.path() / "mandates.csv";
  std::ofstream(file) << text;
  files::ImportContext context{b.app(), b.clock, {}};
  auto summary = files::import_file(context, mandate_import(), file, {});
  REQUIRE(summary);
  if (rejected != nullptr) {
    std::ifstream in(files::default_reject_file(file));
    rejected->assign(std::istreambuf_iterator<char>(in), {});
  }
  return *summary;
}

}  // namespace

TEST_CASE("a mandate is signed once, with its history") {
  DebitBooks b;
  const auto m = *find_mandate_of(*b.app().lease(), AccountId{11});
  CHECK(m.state == MandateState::kActive);
  CHECK(m.debtor.name == "张瑋");
  CHECK(b.sign(11, "6222020200112299").error().code == "payment_channels.account_has_mandate");
  REQUIRE(cancel(b, m.mandate_no));
  CHECK(cancel(b, m.mandate_no)->version == 2);  // twice is once
  const auto again = b.app().transact([&](db::Session& s) { return activate_mandate(s, m.mandate_no, {b.clock.now()}); });
  CHECK(again.error().code == "payment_channels.mandate_state");
  const auto history = history_of(*b.app().lease(), m.id);
  REQUIRE(history.size() == 2);
  CHECK(history[1].reason == "moved");
  CHECK(b.sign(11, "6222020200112299"));  // another bank account from now on
  CHECK(mandates_of(*b.app().lease(), AccountId{11}).size() == 2);
}

TEST_CASE("a bank that signs the same agreement again is told the same mandate, and another one under its number is refused") {
  DebitBooks b;
  Mandate m;
  m.agreement_no = "AGR-0001";
  m.account = {13};
  m.channel_id = b.bank.id;
  m.state = MandateState::kActive;
  m.debtor = {"6222020200778899", "客户13", ""};
  m.signed_on = day("2026-11-20");
  const auto sign = [&](const Mandate& what) { return b.app().transact([&](db::Session& s) { return sign_mandate(b.app(), s, what, {b.clock.now(), MandateSource::kChannel}); }); };
  const auto first = sign(m);
  REQUIRE(first);
  CHECK(first->reference() == "AGR-0001");
  CHECK(sign(m)->mandate_no == first->mandate_no);
  auto other = m;
  other.debtor.number = "6222020200778800";
  CHECK(sign(other).error().code == "payment_channels.mandate_taken");
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_mandate WHERE account_id = 13") == 1);
}

TEST_CASE("what no bank's file could hold is not signed") {
  Mandate m;
  m.mandate_no = "M1";
  m.debtor = {"6222", "张三", ""};
  CHECK(mandate_complaints(m).empty());
  m.debtor.number = "";
  m.debtor.name = "张|三";
  m.mandate_no = std::string(25, 'x');
  std::vector<std::string> pointers;
  for (const auto& complaint : mandate_complaints(m)) pointers.push_back(complaint.pointer);
  CHECK(pointers == std::vector<std::string>{"/bank_account", "/mandate_no", "/bank_account_name"});
}

TEST_CASE("mandates come from a file, and loading it twice changes nothing") {
  DebitBooks b;
  const std::string head = "mandate_no,account_no,channel,bank_account,bank_account_name,signed_on,most\n";
  const std::string good = "P-1," + make_account_no(13) + ",BANK,62220001,客户13,2026-01-02,500.00\nP-2," + make_account_no(14) + ",BANK,62220002,客户14,2026-01-02,\n";
  auto summary = import(b, head + good);
  CHECK(summary.loaded == 2);
  CHECK(find_mandate(*b.app().lease(), "P-1")->most == Money{50'000});
  summary = import(b, head + good);
  CHECK(summary.unchanged == 2);
  std::string rejected;
  summary = import(b, head + "P-3," + make_account_no(13) + ",BANK,62220003,客户13,2026-01-02,\n"    // has one
                              "P-4,9999999999,BANK,62220003,某人,2026-01-02,\n"                      // no such account
                              "P-5," + make_account_no(15) + ",NONE,62220003,客户15,2026-01-02,\n"     // no such channel
                              "P-1," + make_account_no(13) + ",BANK,62220009,客户13,2026-01-02,500.00\n"  // differs
                              "P-6," + make_account_no(15) + ",BANK,62220004,客户|15,2026-01-02,\n",
                   &rejected);
  CHECK(summary.loaded == 0);
  CHECK(summary.rejected == 5);
  for (const char* code : {"account_has_mandate", "no_account", "no_channel", "payment_channels.text"}) CHECK(rejected.find(code) != std::string::npos);
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_mandate WHERE mandate_no LIKE 'P-%'") == 2);
  CHECK(b.number("SELECT COUNT(*) FROM payment_channels_mandate_event e JOIN payment_channels_mandate m ON m.mandate_id = e.mandate_id WHERE m.mandate_no LIKE 'P-%' AND e.source = 'import'") == 2);
}
