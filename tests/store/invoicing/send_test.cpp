// To the provider: once, whatever becomes of its answers. And back again by red-letter invoices.
#include <catch2/catch.hpp>

#include "mis/jobs/worker.hpp"
#include "mis/observe/metrics.hpp"
#include "modules/invoicing/batches.hpp"
#include "tests/store/invoicing/desk.hpp"

using namespace mis;
using namespace mis::invoicing;
using desk::Desk;
using Mood = desk::TestProvider::Mood;

TEST_CASE("an answer that is lost is asked for after a minute, and the invoice is issued once") {
  Desk desk;
  desk.bill(11, 11'300);
  for (const auto mood : {Mood::kTimesOutAfter, Mood::kThrowsAfter}) {
    desk.provider->mood = mood;
    const auto number = desk.draw(Desk::bill_no(11))->number;
    CHECK(desk.send().unknown == 1);
    CHECK(desk.state(number) == "unknown");
    CHECK_FALSE(desk.invoice(number).error.empty());
    CHECK(desk.code_of_draw(Desk::bill_no(11)) == "invoicing.standing");  // it may be issued: no other one
    CHECK(desk.reverse(number).error().code == "invoicing.not_reversible");
    desk.provider->mood = Mood::kHonest;
    CHECK(desk.send().issued == 0);  // not yet
    desk.clock.seconds(59);
    CHECK(waiting_lanes(*desk.app().lease(), desk.clock.at).empty());
    desk.clock.seconds(1);
    CHECK(waiting_lanes(*desk.app().lease(), desk.clock.at).size() == 1);
    desk.provider->deaf = true;
    CHECK(desk.send().unknown == 1);
    desk.provider->deaf = false;
    desk.clock.seconds(60);
    CHECK(desk.send().issued == 1);
    CHECK(desk.state(number) == "issued");
    CHECK(desk.provider->issued.at(number) == 1);
    CHECK(desk.differences().empty());
    REQUIRE(desk.reverse(number));
    desk.send();
  }
  CHECK(desk.provider->calls == 4);  // two blue ones, two red ones: questions did the rest
}

TEST_CASE("what the provider has never had goes out under the number it has") {
  Desk desk;
  desk.bill(11, 11'300);
  desk.provider->mood = Mood::kTimesOutBefore;
  const auto number = desk.draw(Desk::bill_no(11))->number;
  CHECK(desk.send().unknown == 1);
  CHECK(desk.provider->issued.empty());
  desk.provider->mood = Mood::kHonest;
  desk.clock.seconds(60);
  CHECK(desk.send().issued == 1);
  CHECK(desk.provider->issued == std::map<std::string, int>{{number, 1}});
  CHECK(desk.number("SELECT last FROM invoicing_series WHERE kind = 'blue'") == 1);
}

TEST_CASE("a process that dies between the call and the mark leaves an invoice that the next one asks about") {
  Desk desk;
  desk.bills({{11, 11'300}, {12, 22'600}});
  desk.provider->mood = Mood::kDiesAfter;
  const auto first = desk.draw(Desk::bill_no(11))->number, second = desk.draw(Desk::bill_no(12))->number;
  CHECK_THROWS_AS(desk.send(), desk::TestProvider::Killed);
  CHECK(desk.number("SELECT COUNT(*) FROM invoicing_invoice WHERE state = 'sending'") == 1);
  CHECK(desk.provider->issued.size() == 1);
  desk.provider->mood = Mood::kHonest;
  CHECK(desk.send().issued == 2);
  CHECK(desk.provider->issued == std::map<std::string, int>{{first, 1}, {second, 1}});
  CHECK(desk.provider->calls == 2);
  CHECK(desk.provider->questions == 1);
  CHECK(desk.differences().empty());
}

TEST_CASE("a refused invoice keeps its number and the bill gets another one") {
  Desk desk;
  desk.bill(12, 22'600);
  desk.provider->mood = Mood::kRefuses;
  const auto refused = desk.draw(Desk::bill_no(12))->number;
  CHECK(desk.send().failed == 1);
  CHECK(desk.state(refused) == "failed");
  CHECK(desk.invoice(refused).error == "expected a tax number of 18 characters but got another");
  CHECK(desk.reverse(refused).error().code == "invoicing.not_reversible");
  desk.provider->mood = Mood::kHonest;
  const auto next = desk.issued(12);
  CHECK(next == "2026010000000002");
  CHECK(desk.differences().empty());
}

TEST_CASE("a red-letter invoice mirrors the one it names, and the bill can be invoiced again") {
  Desk desk;
  desk.bill(12, 86'013);
  const auto blue = desk.issued(12);
  auto reversed = desk.reverse(blue);
  REQUIRE(reversed);
  REQUIRE(reversed->red);
  const auto red = reversed->red->number;
  CHECK(red == "2026020000000001");
  CHECK(desk.state(blue) == "issued");  // until the provider has the red one
  CHECK(desk.code_of_draw(Desk::bill_no(12)) == "invoicing.standing");
  CHECK(desk.reverse(blue).error().code == "invoicing.reversal_exists");
  CHECK(desk.send().issued == 1);
  const auto after = desk.invoice(blue), mirror = desk.invoice(red);
  CHECK(after.state == "reversed");
  CHECK(after.reversed_by == red);
  CHECK(mirror.reverses == blue);
  CHECK(mirror.amount == Taxed{-after.amount.net, -after.amount.tax});
  CHECK(mirror.lines[0].quantity == -*after.lines[0].quantity);
  CHECK(desk.provider->orders.at(red).content.reverses_number == blue);
  CHECK(desk.reverse(blue).error().code == "invoicing.reversal_exists");
  CHECK(desk.reverse(red).error().code == "invoicing.not_reversible");
  CHECK(desk.reverse("2026010000000099").error().code == "invoicing.no_invoice");
  CHECK(desk.issued(12) == "2026010000000002");
  CHECK(desk.differences().empty());
}

TEST_CASE("a red-letter invoice that is refused leaves the other one as it was") {
  Desk desk;
  desk.bill(11, 11'300);
  const auto blue = desk.issued(11);
  desk.provider->mood = Mood::kRefuses;
  REQUIRE(desk.reverse(blue));
  CHECK(desk.send().failed == 1);
  CHECK(desk.state(blue) == "issued");
  CHECK(desk.invoice(blue).reversed_by.empty());
  desk.provider->mood = Mood::kHonest;
  auto again = desk.reverse(blue);
  REQUIRE(again);
  CHECK(again->red->number == "2026020000000002");
  desk.send();
  CHECK(desk.state(blue) == "reversed");
  CHECK(desk.differences().empty());
}

TEST_CASE("above the limit a second person decides, once") {
  Desk desk;
  desk.bill(12, 100'001);
  const auto blue = desk.issued(12);
  auto asked = desk.reverse(blue);
  REQUIRE(asked);
  CHECK_FALSE(asked->red);
  REQUIRE(asked->request_id);
  CHECK(desk.reverse(blue, desk::kSupervisor).error().code == "invoicing.reversal_requested");
  const auto approve = [&](std::int64_t request, UserId by, std::string_view scope = "/%") {
    return desk.app().transact([&](db::Session& s) { return approve_reversal(desk.app(), s, desk.equipment, request, scope, by, desk.now()); });
  };
  const auto refuse = [&](std::int64_t request, UserId by) {
    return desk.app().transact([&](db::Session& s) { return refuse_reversal(s, request, "票面正确", "/%", by, desk.now()); });
  };
  CHECK(approve(*asked->request_id, desk::kClerk).error().code == "security.second_person");
  CHECK(refuse(*asked->request_id, desk::kClerk).error().code == "security.second_person");
  CHECK(approve(*asked->request_id, desk::kSupervisor, "/1/2/%").error().code == "invoicing.no_request");  // another station's
  CHECK(approve(*asked->request_id + 1, desk::kSupervisor).error().code == "invoicing.no_request");
  REQUIRE(refuse(*asked->request_id, desk::kSupervisor));
  CHECK(approve(*asked->request_id, desk::kSupervisor).error().code == "invoicing.request_state");
  CHECK(desk.state(blue) == "issued");
  auto again = desk.reverse(blue);
  REQUIRE(again);
  auto red = approve(*again->request_id, desk::kSupervisor);
  REQUIRE(red);
  CHECK(approve(*again->request_id, desk::kSupervisor).error().code == "invoicing.request_state");
  desk.send();
  CHECK(desk.state(blue) == "reversed");
  CHECK(desk.number("SELECT COUNT(*) FROM invoicing_invoice WHERE kind = 'red'") == 1);
  CHECK(desk.differences().empty());
}

TEST_CASE("an invoice whose bill is not paid any more is on the list of those to be reversed, until it is") {
  Desk desk;
  desk.bills({{11, 11'300}, {12, 22'600}});
  const auto kept = desk.issued(11);
  const auto flagged = desk.issued(12);
  const auto list = [&] { return list_invoices(*desk.app().lease(), {.account = {}, .month = {}, .state = "to_reverse"}); };
  CHECK(list().empty());
  REQUIRE(desk.take_back(desk.last_payment, "2026-11-24"));
  REQUIRE(list().size() == 1);
  CHECK(list()[0].number == flagged);
  CHECK(desk.invoice(flagged).to_reverse);
  CHECK_FALSE(desk.invoice(kept).to_reverse);
  REQUIRE(desk.reverse(flagged));
  CHECK(list().empty());
  desk.send();
  CHECK(desk.code_of_draw(Desk::bill_no(12)) == "invoicing.not_paid");
  CHECK(desk.differences().empty());
}

TEST_CASE("an issued invoice goes out by e-mail once, with its page") {
  Desk desk;
  desk.bill(12, 22'600);
  auto drawn = desk.draw(Desk::bill_no(12), {"", "", "", "", "kuaiji@qinghe.example"});
  REQUIRE(drawn);
  CHECK(desk.number("SELECT COUNT(*) FROM outbox_message") == 0);
  desk.provider->mood = Mood::kTimesOutAfter;
  desk.send();
  CHECK(desk.number("SELECT COUNT(*) FROM outbox_message") == 0);  // nobody knows yet
  desk.clock.seconds(60);
  desk.send();
  CHECK(desk.number("SELECT COUNT(*) FROM outbox_message WHERE address = 'kuaiji@qinghe.example' AND attachment LIKE '%PDF-%'") == 1);
  CHECK(desk.number("SELECT COUNT(*) FROM outbox_message WHERE dedup_key = CONCAT('invoice-', entity_id)") == 1);
  desk.clock.seconds(60);
  desk.send();
  CHECK(desk.number("SELECT COUNT(*) FROM outbox_message") == 1);
}

namespace {

// A worker as the server has it, with this desk's provider.
class Office {
 public:
  explicit Office(Desk& desk) : services_{desk.app(), desk.clock, metrics_}, worker_(desk.app(), desk.clock, kinds_, {.threads = 2}) { add_kinds(kinds_, services_, desk.equipment); }
  jobs::Job run(JobId job) { return *worker_.run_to_end(job); }

 private:
  observe::Metrics metrics_;
  Services services_;
  jobs::Kinds kinds_;
  jobs::Worker worker_;
};

}  // namespace

TEST_CASE("a batch draws what is paid of a month, sends it, and another one prints it; a second time there is nothing left") {
  Desk desk;
  std::vector<Desk::OneBill> bills{{20, 0}};
  for (std::int64_t account = 11; account <= 19; ++account) bills.push_back({account, 10'000 + static_cast<int>(account), account != 15});
  desk.bills(bills);
  REQUIRE(desk.draw(Desk::bill_no(11)));
  Office office(desk);
  const auto batch = [&](const char* what, std::optional<std::string> kind = {}, BillingMonth month = {202610}) {
    Batch wanted;
    wanted.what = what;
    wanted.month = month;
    wanted.customer_kind = std::move(kind);
    wanted.scope = "/1/";
    return desk.app().transact([&](db::Session& s) { return create_batch(s, desk.equipment, wanted, desk::kClerk, desk.clock.at); });
  };
  CHECK(batch("draw", {}, {202609}).error().code == "invoicing.nothing_to_do");
  CHECK(batch("print").error().code == "invoicing.nothing_to_do");

  auto bodies = batch("draw", "body");
  REQUIRE(bodies);
  CHECK(office.run(*bodies->job).state == jobs::State::kDone);
  CHECK(find_batch(*desk.app().lease(), bodies->id)->invoices == 1);

  auto drawing = batch("draw");
  REQUIRE(drawing);
  CHECK(office.run(*drawing->job).state == jobs::State::kDone);
  CHECK(find_batch(*desk.app().lease(), drawing->id)->invoices == 6);  // without 11 and 12, which have one, and 15, which is not paid
  const JobId sending{desk.number("SELECT MAX(job_id) FROM jobs_job WHERE kind = 'invoicing.send'")};
  CHECK(office.run(sending).state == jobs::State::kDone);
  CHECK(desk.number("SELECT COUNT(*) FROM invoicing_invoice WHERE state = 'issued'") == 8);

  auto printing = batch("print");
  REQUIRE(printing);
  CHECK(printing->invoices == 8);
  auto session = desk.app().lease();
  CHECK(read_file(*session, desk.equipment, printing->id, 1).error().code == "invoicing.no_file");
  CHECK(office.run(*printing->job).state == jobs::State::kDone);
  const auto files = files_of(*session, printing->id);
  REQUIRE(files.size() == 1);
  CHECK(files[0].invoices == 8);
  auto content = read_file(*session, desk.equipment, printing->id, 1);
  REQUIRE(content);
  CHECK(content->starts_with("%PDF-"));
  CHECK(static_cast<std::int64_t>(content->size()) == files[0].bytes);
  CHECK(read_file(*session, desk.equipment, printing->id, 2).error().code == "invoicing.no_file");

  auto again = batch("draw");
  REQUIRE(again);
  office.run(*again->job);
  CHECK(find_batch(*desk.app().lease(), again->id)->invoices == 0);
  CHECK(desk.differences().empty());
}

TEST_CASE("a sending is asked for where something waits, and for one only") {
  Desk desk;
  desk.bill(11, 11'300);
  const auto look = [&] { return desk.app().transact([&](db::Session& s) -> Result<bool> { return request_sending_if_waiting(s, desk.equipment, desk.clock.now()).has_value(); }).value(); };
  CHECK_FALSE(look());
  REQUIRE(desk.draw(Desk::bill_no(11)));
  CHECK(look());
  CHECK_FALSE(look());
  Office office(desk);
  office.run({desk.number("SELECT MAX(job_id) FROM jobs_job")});
  CHECK(desk.number("SELECT COUNT(*) FROM invoicing_invoice WHERE state = 'issued'") == 1);
  CHECK_FALSE(look());
}
