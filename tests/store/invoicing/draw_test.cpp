// Which bills are invoiced, what is on the invoice, and numbers without gaps.
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "modules/invoicing/check_code.hpp"
#include "tests/store/invoicing/desk.hpp"
#include "tests/store/receivables/office.hpp"

using namespace mis;
using namespace mis::invoicing;
using books::says;
using desk::Desk;

TEST_CASE("a paid bill is invoiced: number, parties, amounts, and a file of its own") {
  Desk desk;
  desk.bill(11, 11'300);
  use_folder(desk.equipment, desk.folder.path() / "invoicing");
  auto drawn = desk.draw(Desk::bill_no(11));
  REQUIRE(drawn);
  CHECK(drawn->number == "2026010000000001");
  CHECK(desk.state(drawn->number) == "drawn");
  CHECK(desk.send().issued == 1);
  const auto invoice = desk.invoice(drawn->number);
  CHECK(invoice.state == "issued");
  CHECK(invoice.buyer.name == "客户11");
  CHECK(invoice.buyer.tax_id.empty());
  CHECK(invoice.amount == Taxed{Money{10'000}, Money{1'300}});
  CHECK(invoice.check_code.size() == 20);
  CHECK(invoice.provider == "file");
  CHECK(invoice.provider_reference == "2026010000000001.json");
  CHECK(invoice.issued_at == desk.clock.at);

  std::ifstream in(desk.folder.path() / "invoicing" / "issued" / "2026010000000001.json");
  const auto file = nlohmann::json::parse(in);
  CHECK(file.at("net") == "100.00");
  CHECK(file.at("tax") == "13.00");
  CHECK(file.at("total") == "113.00");
  CHECK(file.at("seller").at("tax_id") == "91370000765432109A");
  CHECK(file.at("check_code") == invoice.check_code);
  CHECK(file.at("bill_no") == Desk::bill_no(11));

  // Asked again, and told again: the same answer, and the file as it was.
  CHECK(desk.equipment.provider->ask("2026010000000001").outcome == EInvoiceAnswer::Outcome::kIssued);
  CHECK(desk.equipment.provider->ask("2026010000000002").outcome == EInvoiceAnswer::Outcome::kAbsent);
  auto other = EInvoiceOrder{document_of(invoice, read_settings(*desk.app().lease())), "x", "y", invoice.check_code, ""};
  CHECK(desk.equipment.provider->issue(other).outcome == EInvoiceAnswer::Outcome::kRefused);
  CHECK(desk.differences().empty());
}

TEST_CASE("what cannot be invoiced is said, and no number is used up") {
  Desk desk;
  desk.bills({{11, 11'300, false}, {12, 0}, {14, 5'000}});
  CHECK(desk.code_of_draw(Desk::bill_no(11)) == "invoicing.not_paid");
  REQUIRE(desk.pay(desk.payment(11, 5'000, "2026-11-02")));
  CHECK(desk.code_of_draw(Desk::bill_no(11)) == "invoicing.not_paid");
  CHECK(desk.code_of_draw(Desk::bill_no(12)) == "invoicing.nothing_to_invoice");
  CHECK(desk.code_of_draw(Desk::bill_no(13)) == "invoicing.no_bill");
  CHECK(desk.code_of_draw("202610-0000000000-1") == "invoicing.no_bill");
  CHECK(desk.code_of_draw("x' OR '1'='1") == "invoicing.no_bill");
  CHECK(desk.code_of_draw(Desk::bill_no(14), {}, "/1/2/%") == "invoicing.no_bill");  // another station's
  CHECK(desk.code_of_draw(Desk::bill_no(14), {.name = "别人", .tax_id = "", .address_phone = "", .bank_account = "", .email = ""}) == "invoicing.buyer_of_person");
  desk.configure([](Settings& s) { s.seller_tax_id = ""; });
  CHECK(desk.code_of_draw(Desk::bill_no(14)) == "invoicing.no_seller");
  desk.configure([](Settings& s) { s.seller_tax_id = "91370000765432109A"; });
  desk.equipment.provider.reset();
  CHECK(desk.code_of_draw(Desk::bill_no(14)) == "invoicing.no_equipment");
  desk.equipment.provider = desk.provider;
  CHECK(desk.number("SELECT COUNT(*) FROM invoicing_invoice") == 0);
  auto drawn = desk.draw(Desk::bill_no(14));
  REQUIRE(drawn);
  CHECK(drawn->number == "2026010000000001");
  CHECK(desk.code_of_draw(Desk::bill_no(14)) == "invoicing.standing");
  CHECK(desk.differences().empty());
}

TEST_CASE("a bill that was written off is not invoiced") {
  Desk desk;
  desk.bills({{11, 8'000, false}});
  const auto written_off = desk.app().transact([&](db::Session& s) -> Status {
    ledger::Transaction t;
    t.what = ledger::Template::kBadDebtWrittenOff;
    t.postings = {{ledger::LedgerAccount::kBadDebtAllowance, Money{8'000}, AccountId{11}, {202610}, 1}, {ledger::LedgerAccount::kReceivables, Money{-8'000}, AccountId{11}, {202610}, 1}};
    t.posted_on = t.value_on = books::day("2026-11-20");
    t.posted_at = Desk::at("2026-11-20");
    auto posted = ledger::post(desk.app(), s, t);
    return posted ? ok() : Status(posted.error());
  });
  REQUIRE(written_off);
  desk.owner().lease()->execute("UPDATE receivables_open_item SET outstanding_fen = 0 WHERE account_id = 11");
  CHECK(desk.code_of_draw(Desk::bill_no(11)) == "invoicing.written_off");
}

TEST_CASE("an invoice is to be reversed while its bill is not paid: open again, written off, or recovered and open") {
  Desk desk;
  desk.bill(11, 8'000);
  const auto number = desk.issued(11);
  const auto listed = [&] {
    InvoiceFilter filter;
    filter.state = "to_reverse";
    filter.scope = "/%";
    filter.before = INT64_MAX;
    filter.limit = 10;
    const auto invoices = list_invoices(*desk.app().lease(), filter);
    CHECK(desk.invoice(number).to_reverse == !invoices.empty());
    return invoices.size();
  };
  const auto decided = [&](receivables::ProposalKind kind, const nlohmann::json& detail) {
    return desk.app().transact([&](db::Session& s) -> Result<receivables::Proposal> {
      auto proposal = receivables::propose(desk.app(), s, {kind, {11}, Desk::account_no(11), "nobody lives there", detail}, books::person(desk::kClerk), desk.clock.at);
      if (!proposal) return proposal;
      return receivables::decide(desk.app(), s, {proposal->id, receivables::ProposalAction::kApprove, 1, "seen"}, books::person(desk::kSupervisor), desk.clock.at);
    });
  };
  CHECK(listed() == 0);
  REQUIRE(desk.take_back(desk.last_payment, "2026-11-24"));
  CHECK(listed() == 1);
  REQUIRE(decided(receivables::ProposalKind::kWriteOff, {{"bills", {Desk::bill_no(11)}}}));
  CHECK(listed() == 1);
  REQUIRE(decided(receivables::ProposalKind::kRecover, {{"bill_no", Desk::bill_no(11)}}));
  CHECK(listed() == 1);
  REQUIRE(desk.pay(desk.payment(11, 8'000, "2026-11-24")));
  CHECK(listed() == 0);
  CHECK(desk.differences().empty());
}

TEST_CASE("what an account wants on its invoices is changed by one at a time, also for the first time") {
  Desk desk;
  const auto change = [&](int seen, const char* name) {
    return desk.app().transact([&](db::Session& s) -> Result<bool> {
      if (lock_buyer(s, AccountId{12}, desk::kClerk, desk.clock.at).version != seen) return false;
      write_buyer(s, AccountId{12}, {name, "", "", "", ""}, desk::kClerk, desk.clock.at);
      return true;
    });
  };
  for (int version = 0; version < 4; ++version) {
    std::atomic<int> won{0}, failed{0};
    std::vector<std::jthread> hands;
    for (int i = 0; i < 6; ++i)
      hands.emplace_back([&] {
        const auto did = change(version, "清河机械集团");
        if (!did) ++failed;
        else if (*did) ++won;
      });
    hands.clear();
    CHECK(failed == 0);
    CHECK(won == 1);
    CHECK(read_buyer(*desk.app().lease(), AccountId{12}).version == version + 1);
  }
}

TEST_CASE("a body's invoice bears its licence, or what the body wants on it") {
  Desk desk;
  desk.bill(12, 11'300, {202609});
  desk.bill(12, 22'600, {202610});
  auto plain = desk.draw(Desk::bill_no(12, {202609}));
  REQUIRE(plain);
  CHECK(plain->buyer.name == "清河机械厂");
  CHECK(plain->buyer.tax_id == "91370000123456789X");
  CHECK(plain->buyer.address_phone == "测试路12号 0536-2222222");
  REQUIRE(desk.app().transact([&](db::Session& s) -> Status {
    write_buyer(s, AccountId{12}, {"", "", "新区路9号", "农行 1", ""}, desk::kClerk, desk.clock.at);
    return ok();
  }));
  auto wanted = desk.draw(Desk::bill_no(12, {202610}), {"清河机械集团", "91370000999999999X", "", "", ""});
  REQUIRE(wanted);
  CHECK(wanted->buyer.name == "清河机械集团");
  CHECK(wanted->buyer.tax_id == "91370000999999999X");
  CHECK(wanted->buyer.address_phone == "新区路9号");
  CHECK(desk.differences().empty());
}

TEST_CASE("lines by component are the bill's charges, to the fen") {
  Desk desk;
  desk.configure([](Settings& s) { s.line_mode = LineMode::kComponent; });
  desk.bill(12, 105'677);
  auto owner = desk.owner().lease();
  const auto line = [&](int no, int kind, int role, int unit, int period, std::int64_t quantity, int amount) {
    owner->execute("INSERT INTO billing_bill_line (billing_month, route_id, account_id, revision, line_no, usage_point_id, version_id, kind, role, unit, period, tier, component, rounding, power_factor, "
                   "percent_bp, days, of_days, quantity, price_e8, base_fen, amount_fen) VALUES (202610, 5, 12, 1, ?, 1, 1, ?, ?, ?, ?, 0, 10, 0, 0, 0, 0, 0, ?, 0, 0, ?)",
                   no, kind, role, unit, period, quantity, amount);
  };
  line(1, 0, 0, 0, 2, 700'000, 70'001);   // peak
  line(2, 0, 0, 0, 4, 300'000, 10'003);   // valley
  line(3, 4, 0, 2, 0, 100'000, 27'000);   // capacity
  line(4, 7, 0, 3, 0, 0, -1'327);         // power factor
  line(5, 8, 1, 0, 0, 700'000, 5'000);    // of which: no line of an invoice
  auto drawn = desk.draw(Desk::bill_no(12));
  REQUIRE(drawn);
  const auto invoice = desk.invoice(drawn->number);
  REQUIRE(invoice.lines.size() == 4);
  CHECK(invoice.lines[0].name == "*供电*电费（峰）");
  CHECK(invoice.lines[0].amount.total() == Money{70'001});
  CHECK(invoice.lines[3].amount.total() == Money{-1'327});
  CHECK(invoice.amount == split_tax(Money{105'677}, 1300));
  CHECK(desk.differences().empty());
}

TEST_CASE("eight people draw the same forty bills: each once, numbers from 1 to 40, also where some give up") {
  Desk desk;
  std::vector<std::string> bills;
  for (int i = 0; i < 4; ++i) {
    const auto month = BillingMonth{202607}.plus(i);
    std::vector<Desk::OneBill> of_month;
    for (std::int64_t account = 11; account <= 20; ++account) {
      of_month.push_back({account, 1'000 + i});
      bills.push_back(Desk::bill_no(account, month));
    }
    desk.bills(of_month, month);
  }
  std::atomic<int> drawn{0}, standing{0}, given_up{0}, other{0};
  std::vector<std::thread> people;
  for (int person = 0; person < 8; ++person)
    people.emplace_back([&, person] {
      for (std::size_t i = 0; i < bills.size(); ++i) {
        const auto& bill_no = bills[(i * 7 + static_cast<std::size_t>(person) * 5) % bills.size()];
        // Every fifth time something goes wrong after the number was taken, and all of it is undone.
        const bool gives_up = (i + static_cast<std::size_t>(person)) % 5 == 0;
        auto result = desk.app().transact([&](db::Session& s) -> Result<NewInvoice> {
          auto invoice = draw_bill(desk.app(), s, desk.equipment, bill_no, {}, "/%", desk.now());
          if (invoice && gives_up) return conflict("test.gave_up", "expected to go on but the person gave up");
          return invoice;
        });
        ++(result ? drawn : result.error().code == "invoicing.standing" ? standing : result.error().code == "test.gave_up" ? given_up : other);
      }
    });
  for (auto& person : people) person.join();
  CHECK(other == 0);
  CHECK(given_up > 0);
  CHECK(drawn == 40);
  CHECK(desk.number("SELECT COUNT(*) FROM invoicing_invoice") == 40);
  CHECK(desk.number("SELECT MAX(serial) FROM invoicing_invoice") == 40);
  CHECK(desk.number("SELECT COUNT(DISTINCT serial) FROM invoicing_invoice") == 40);
  CHECK(desk.number("SELECT last FROM invoicing_series WHERE kind = 'blue'") == 40);
  CHECK(desk.differences().empty());
}

TEST_CASE("each year has its own series") {
  Desk desk;
  desk.bill(11, 100, {202609});
  desk.bill(11, 100, {202610});
  REQUIRE(desk.draw(Desk::bill_no(11, {202609})));
  desk.clock.at = *Instant::parse("2026-12-31T16:30:00Z");  // half past midnight of 1 January
  auto drawn = desk.draw(Desk::bill_no(11));
  REQUIRE(drawn);
  CHECK(drawn->number == "2027010000000001");
  CHECK(desk.differences().empty());
}

TEST_CASE("the key of check codes is made once, is its owner's, and goes into every code") {
  fixture::TemporaryFolder folder;
  std::vector<std::string> keys(8);
  std::vector<std::thread> threads;
  for (auto& key : keys) threads.emplace_back([&] { key = *check_key(folder.path() / "new"); });
  for (auto& thread : threads) thread.join();
  for (const auto& key : keys) CHECK(key == keys[0]);
  CHECK(keys[0].size() >= 43);
  struct stat status {};
  REQUIRE(::stat((folder.path() / "new" / "check.key").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  const Checked invoice{"2026010000000001", books::day("2026-11-24"), Money{100}, Money{113}, "X"};
  const auto code = check_code(invoice, keys[0]);
  CHECK(code.size() == 20);
  CHECK(code.find_first_not_of("0123456789") == std::string::npos);
  CHECK(code == check_code(invoice, keys[0]));
  auto dearer = invoice;
  dearer.total = Money{114};
  CHECK(check_code(dearer, keys[0]) != code);
  CHECK(check_code(invoice, keys[0] + "x") != code);
  std::ofstream(folder.path() / "check.key") << "short";
  CHECK(check_key(folder.path()).error().code == "invoicing.no_key");
}

TEST_CASE("verification names what somebody changed behind the desk's back") {
  Desk desk;
  desk.bills({{11, 11'300}, {12, 22'600}});
  const auto first = desk.issued(11), second = desk.issued(12);
  CHECK(desk.differences().empty());
  auto owner = desk.owner().lease();
  struct Row { const char *what, *undo, *words; };
  for (const auto& [what, undo, words] : {
           Row{"UPDATE invoicing_invoice SET total_fen = 11301 WHERE serial = 1", "UPDATE invoicing_invoice SET total_fen = 11300 WHERE serial = 1", "expected the bill's 11300 fen but found 11301"},
           Row{"UPDATE invoicing_invoice_line SET tax_fen = tax_fen + 1", "UPDATE invoicing_invoice_line SET tax_fen = tax_fen - 1", "to add up but they do not"},
           Row{"UPDATE invoicing_series SET last = 3", "UPDATE invoicing_series SET last = 2", "expected 3 numbers from 1 on without a gap but found 2"},
           Row{"UPDATE invoicing_invoice SET standing = NULL WHERE serial = 2", "UPDATE invoicing_invoice SET standing = 1 WHERE serial = 2", "expected it to stand exactly while"},
           Row{"UPDATE invoicing_invoice SET number = '2026010000000009' WHERE serial = 2", "UPDATE invoicing_invoice SET number = '2026010000000002' WHERE serial = 2", "expected the number of its year"},
           Row{"UPDATE invoicing_invoice SET state = 'reversed', standing = NULL WHERE serial = 2", "UPDATE invoicing_invoice SET state = 'issued', standing = 1 WHERE serial = 2", "exactly when its red letter is issued"},
       }) {
    owner->execute(what);
    CHECK(says(desk.differences(), words));
    owner->execute(undo);
  }
  CHECK(desk.differences().empty());
}
