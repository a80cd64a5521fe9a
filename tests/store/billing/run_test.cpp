// A month of a small county, from readings to the ledger, with what can go wrong on the way.
#include <catch2/catch.hpp>

#include "db/demo/load.hpp"
#include "mis/jobs/worker.hpp"
#include "mis/observe/metrics.hpp"
#include "modules/billing/billing.hpp"
#include "modules/billing/review_store.hpp"
#include "modules/receivables/receivables.hpp"
#include "tests/store/fixture.hpp"

using namespace mis;

namespace {

constexpr BillingMonth kMonth{202610};
constexpr UserId kClerk{2}, kApprover{3}, kReviewer{4};

class County {
 public:
  County() : services_{database_.app(), clock_, metrics_}, registry_(services_), service_(services_) {
    billing::register_module(registry_);
    receivables::register_module(registry_);
    demo::CountyOptions options;
    options.customers = 600;
    options.reference_folder = fixture::source_folder() / "db" / "reference";
    demo::LoadOptions load;
    load.now = clock_.now();
    load.staff_password = "a long enough password 1";
    auto loaded = demo::load_county(database_.owner(), options, load);
    if (!loaded) throw std::runtime_error(loaded.error().message);
    worker_ = std::make_unique<jobs::Worker>(database_.app(), clock_, registry_.part<jobs::Kinds>());
  }

  template <class F> auto in_transaction(F&& f) { return database_.app().transact(std::forward<F>(f)); }
  billing::RunService& service() { return service_; }
  Registry& registry() { return registry_; }
  db::Database& app() { return database_.app(); }
  db::Database& owner() { return database_.owner(); }

  RunId open() { return *in_transaction([&](db::Session& s) { return service_.create(s, kMonth, kClerk); }); }
  jobs::Job work(Result<JobId> job) {
    REQUIRE(job);
    return *worker_->run_to_end(*job);
  }
  jobs::Job calculate(RunId run) { return work(in_transaction([&](db::Session& s) { return service_.calculate(s, run, kClerk); })); }
  void decide_everything(RunId run) {
    for (const auto decision : {billing::Decision::kEstimate, billing::Decision::kExclude}) {
      auto result = in_transaction([&](db::Session& s) { return service_.decide_all(s, run, {}, decision, "test", kReviewer); });
      REQUIRE(result);
      if (result->job) CHECK(work(*result->job).state == jobs::State::kDone);
    }
  }
  billing::Run look(RunId run) { return *app().read([&](db::Session& s) { return billing::find_run(s, run); }); }

  std::int64_t number(std::string_view sql) {
    return *app().read([&](db::Session& s) -> Result<std::int64_t> {
      auto rows = s.query(sql);
      rows.next();
      return rows.is_null(0) ? 0 : rows.i64(0);
    });
  }

 private:
  fixture::FreshDatabase database_;
  SystemClock clock_;
  observe::Metrics metrics_;
  Services services_;
  Registry registry_;
  billing::RunService service_;
  std::unique_ptr<jobs::Worker> worker_;
};

constexpr std::string_view kBillSum =
    "SELECT CAST(COALESCE(SUM(CRC32(CONCAT_WS(',', account_id, revision, energy_wh, amount_fen, funds_fen, export_fen, tier_energy_wh, flags))), 0) AS SIGNED) FROM billing_bill";
constexpr std::string_view kLineSum =
    "SELECT CAST(COALESCE(SUM(CRC32(CONCAT_WS(',', account_id, line_no, kind, role, period, tier, quantity, price_e8, amount_fen))), 0) AS SIGNED) FROM billing_bill_line";

}  // namespace

TEST_CASE("a county's month goes from readings to posted receivables") {
  County county;
  const auto run = county.open();
  const auto job = county.calculate(run);
  REQUIRE(job.state == jobs::State::kDone);
  CHECK(job.items_done == job.items_total);

  auto state = county.look(run);
  CHECK(state.state == billing::RunState::kCalculated);
  CHECK(state.bills > 550);
  CHECK(state.exceptions > 0);
  CHECK(state.energy.value > 0);

  SECTION("bills are the sums of their lines, and lines of which are the sums of theirs") {
    CHECK(county.number("SELECT COUNT(*) FROM billing_bill b WHERE b.amount_fen <> (SELECT COALESCE(SUM(l.amount_fen), 0) FROM billing_bill_line l WHERE "
                        "l.billing_month = b.billing_month AND l.route_id = b.route_id AND l.account_id = b.account_id AND l.revision = b.revision AND l.role = 0)") == 0);
    CHECK(county.number("SELECT COUNT(*) FROM billing_bill b WHERE b.export_fen <> (SELECT COALESCE(SUM(l.amount_fen), 0) FROM billing_bill_line l WHERE "
                        "l.billing_month = b.billing_month AND l.route_id = b.route_id AND l.account_id = b.account_id AND l.revision = b.revision AND l.role = 2)") == 0);
    CHECK(county.number("SELECT COUNT(*) FROM (SELECT account_id FROM billing_bill_line WHERE kind IN (0, 1, 2, 8) GROUP BY account_id, usage_point_id "
                        "HAVING SUM(IF(role = 0, amount_fen, 0)) <> SUM(IF(role = 1, amount_fen, 0)) AND SUM(role = 1) > 0) x") == 0);
    CHECK(county.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM billing_bill") == state.amount.value);
    CHECK(county.number("SELECT CAST(SUM(energy_wh) AS SIGNED) FROM billing_bill") == state.energy.value);
    CHECK(county.number("SELECT COUNT(*) FROM billing_bill") == state.bills);
    CHECK(county.number("SELECT COUNT(*) FROM billing_bill b LEFT JOIN billing_bill_usage u ON u.billing_month = b.billing_month AND u.route_id = b.route_id "
                        "AND u.account_id = b.account_id WHERE u.detail IS NULL OR JSON_VALID(u.detail) = 0") == 0);
  }

  SECTION("every account served in the month has a bill or a reason") {
    CHECK(county.number("SELECT COUNT(*) FROM customers_account a WHERE a.opened_on < '2026-11-01' AND (a.closed_on IS NULL OR a.closed_on > '2026-10-01') "
                        "AND NOT EXISTS (SELECT 1 FROM billing_bill b WHERE b.account_id = a.account_id) "
                        "AND NOT EXISTS (SELECT 1 FROM billing_exception e WHERE e.account_id = a.account_id AND e.severity = 2)") == 0);
  }

  SECTION("calculating again gives the same bills") {
    const auto bills = county.number(kBillSum), lines = county.number(kLineSum);
    CHECK(county.calculate(run).state == jobs::State::kDone);
    CHECK(county.number(kBillSum) == bills);
    CHECK(county.number(kLineSum) == lines);
    CHECK(county.look(run).bills == state.bills);
  }

  SECTION("an open exception stops the submission, a decision opens the way") {
    auto refused = county.in_transaction([&](db::Session& s) { return county.service().submit(s, run, kReviewer); });
    CHECK(refused.error().code == "billing.exceptions_open");
    county.decide_everything(run);
    state = county.look(run);
    CHECK(state.state == billing::RunState::kCalculated);
    CHECK(county.number("SELECT COUNT(*) FROM meter_reading_reading WHERE billing_month = 202610 AND source = 4") > 0);
    REQUIRE(county.in_transaction([&](db::Session& s) { return county.service().submit(s, run, kReviewer); }));

    auto himself = county.in_transaction([&](db::Session& s) { return county.service().issue(s, run, kReviewer); });
    CHECK(himself.error().code == "security.second_person");
    CHECK(county.in_transaction([&](db::Session& s) { return county.service().calculate(s, run, kClerk); }).error().code == "billing.run_state");

    const auto issued = county.work(county.in_transaction([&](db::Session& s) { return county.service().issue(s, run, kApprover); }));
    CHECK(issued.state == jobs::State::kDone);
    state = county.look(run);
    CHECK(state.state == billing::RunState::kIssued);
    CHECK(county.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM receivables_receivable") == state.amount.value);
    CHECK(county.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM ledger_posting WHERE ledger_account = 1") == state.amount.value);
    CHECK(county.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM ledger_posting") == 0);
    CHECK(ledger::verify(county.app())->empty());
    CHECK(receivables::verify_receivables(county.app())->empty());
    CHECK(county.in_transaction([&](db::Session& s) { return county.service().issue(s, run, kApprover); }).error().code == "billing.run_state");

    // Somebody with the owner's rights changes a posting: found.
    county.owner().lease()->execute("UPDATE ledger_posting SET amount_fen = amount_fen + 1 WHERE ledger_account = 1 LIMIT 1");
    CHECK_FALSE(ledger::verify(county.app())->empty());
  }
}

TEST_CASE("one exception is decided about by itself") {
  County county;
  const auto run = county.open();
  county.calculate(run);
  billing::ExceptionFilter filter;
  filter.scope = "/%";
  filter.state = "open";
  filter.limit = 500;
  const auto open = *county.app().read([&](db::Session& s) -> Result<std::vector<billing::ExceptionRow>> { return billing::list_exceptions(s, run, filter); });
  const auto blocked = std::find_if(open.begin(), open.end(), [](const auto& e) { return e.reason == billing::ExceptionKind::kNoReading; });
  REQUIRE(blocked != open.end());
  const auto decide = [&](billing::Decision decision) {
    return county.in_transaction([&](db::Session& s) { return county.service().decide(s, run, blocked->account, decision, "test", kReviewer); });
  };
  const auto has_bill = [&] {
    return *county.app().read([&](db::Session& s) -> Result<bool> { return s.query("SELECT 1 FROM billing_bill WHERE account_id = ?", blocked->account).next(); });
  };
  CHECK_FALSE(has_bill());
  CHECK(decide(billing::Decision::kAccept).error().code == "billing.still_blocked");
  CHECK(county.number("SELECT COUNT(*) FROM billing_exception_resolution") == 0);  // refused, so nothing is left of it
  REQUIRE(decide(billing::Decision::kEstimate));
  CHECK(has_bill());
  REQUIRE(decide(billing::Decision::kExclude));  // the newest decision counts
  CHECK_FALSE(has_bill());
  CHECK(county.in_transaction([&](db::Session& s) { return county.service().decide(s, run, {999999}, billing::Decision::kAccept, "", kReviewer); }).error().code == "billing.no_exception");
}

TEST_CASE("a shard whose posting fails is not issued, the others are, and a repetition completes it") {
  County county;
  const auto run = county.open();
  county.calculate(run);
  county.decide_everything(run);
  REQUIRE(county.in_transaction([&](db::Session& s) { return county.service().submit(s, run, kReviewer); }));
  bool broken = true;
  std::int64_t victim = county.number("SELECT MAX(route_id) FROM billing_bill");
  county.registry().part<billing::IssueListeners>().on_shard.push_back([&](db::Session&, const billing::IssuedShard& shard) -> Status {
    if (broken && shard.route.value == victim) return internal("test.broken", "expected to work but it does not");
    return ok();
  });
  auto job = county.in_transaction([&](db::Session& s) { return county.service().issue(s, run, kApprover); });
  auto ended = county.work(job);
  CHECK(ended.state == jobs::State::kFailed);
  REQUIRE(ended.failures.size() == 1);
  CHECK(ended.failures[0].shard_key == victim);
  CHECK(county.number("SELECT COUNT(*) FROM receivables_receivable WHERE route_id = (SELECT MAX(route_id) FROM billing_bill)") == 0);
  CHECK(county.number("SELECT COUNT(*) FROM receivables_receivable") > 0);

  broken = false;
  ended = county.work(county.in_transaction([&](db::Session& s) { return county.service().issue(s, run, kApprover); }));
  CHECK(ended.state == jobs::State::kDone);
  CHECK(county.number("SELECT COUNT(*) FROM receivables_receivable") == county.look(run).bills);
  CHECK(ledger::verify(county.app())->empty());
  CHECK(receivables::verify_receivables(county.app())->empty());
}

TEST_CASE("a run is opened once, and for a month that has readings") {
  County county;
  county.open();
  CHECK(county.in_transaction([&](db::Session& s) { return county.service().create(s, kMonth, kClerk); }).error().code == "billing.run_exists");
  CHECK(county.in_transaction([&](db::Session& s) { return county.service().create(s, {203001}, kClerk); }).error().code == "billing.no_readings");
}
