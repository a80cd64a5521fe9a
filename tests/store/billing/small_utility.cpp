#include "tests/store/billing/small_utility.hpp"

#include <functional>
#include <stdexcept>

#include "modules/administration/administration.hpp"
#include "modules/receivables/receivables.hpp"
#include "modules/tariffs/publish.hpp"
#include "modules/tariffs/reference.hpp"

namespace small_utility {

using namespace mis;

namespace {

constexpr OrgId kStation{2};
constexpr DateRange kAlways{Date::of(2020, 1, 1), kForever};

void require(const Status& status) {
  if (!status) throw std::runtime_error(status.error().code + ": " + status.error().message);
}

// The morning after the month's last day, when the meters are read.
Instant read_at(BillingMonth month) { return {month.plus(1).first_day().days * std::int64_t{86'400'000'000}}; }

}  // namespace

Utility::Utility() : services_{database_.app(), clock_, metrics_}, registry_(services_), service_(services_) {
  billing::register_module(registry_);
  receivables::register_module(registry_);
  as_owner([](db::Session& s) -> Status {
    const administration::OrgUnit units[] = {{{1}, {}, administration::OrgKind::kCompany, "C1", "供电公司", "Utility"},
                                             {kStation, OrgId{1}, administration::OrgKind::kSupplyStation, "S1", "供电所", "Station"}};
    if (auto status = administration::load_org_units(s, units); !status) return status;
    auto tariffs = tariffs::load_reference((fixture::source_folder() / "db" / "reference").string());
    if (!tariffs) return tariffs.error();
    tariffs::publish(s, *tariffs);
    const meter_reading::Route routes[] = {{{1}, "R1", "一线", kStation, {}, 1}, {{2}, "R2", "二线", kStation, {}, 1}, {{3}, "R3", "三线", kStation, {}, 1}};
    meter_reading::load_routes(s, routes);
    return ok();
  });
  worker_ = std::make_unique<jobs::Worker>(database_.app(), clock_, registry_.part<jobs::Kinds>());
}

void Utility::as_owner(const std::function<Status(db::Session&)>& work) { require(database_.owner().transact(work)); }

void Utility::account(const AccountOf& row) {
  as_owner([&](db::Session& s) -> Status {
    customers::Customer customer;
    customer.customer_id = {row.id};
    customer.customer_no = "K" + std::to_string(row.id);
    customer.name = "客户" + std::to_string(row.id);
    customer.id_kind = "resident_id";
    customer.created_at = clock_.now();
    customers::load_customers(s, std::span(&customer, 1));
    customers::Account account;
    account.account_id = {row.id};
    account.account_no = make_account_no(row.id);
    account.customer_id = {row.id};
    account.org_id = kStation;
    account.route_id = {row.route};
    account.transformer_area_id = 1;
    account.address = "一号";
    account.opened_on = kAlways.from;
    account.customer_name = customer.name;
    customers::load_accounts(s, std::span(&account, 1));
    return ok();
  });
  if (!row.tariff.empty()) agreement(row.id, row.tariff, row.category);
}

void Utility::agreement(std::int64_t account, const std::string& tariff, const std::string& category) {
  as_owner([&](db::Session& s) -> Status {
    const customers::Agreement row{{account}, kAlways, category, "220V", {10'000}, tariff, "single", {}, 0};
    customers::load_agreements(s, std::span(&row, 1));
    return ok();
  });
}

void Utility::point(const metering::UsagePoint& row) {
  as_owner([&](db::Session& s) -> Status {
    auto numbered = row;
    numbered.usage_point_no = "P" + std::to_string(row.usage_point_id.value);
    metering::load_usage_points(s, std::span(&numbered, 1));
    return ok();
  });
}

void Utility::home_meter(std::int64_t account, std::int64_t id) {
  metering::UsagePoint row;
  row.usage_point_id = {id};
  row.account_id = {account};
  point(row);
  meter({{id}, {id}, {id}, kAlways, 1, 1});
}

void Utility::meter(const metering::Installation& row) {
  as_owner([&](db::Session& s) -> Status {
    const metering::Meter meter{row.meter_id, "M" + std::to_string(row.meter_id.value), "single_phase", 6, "华立", kAlways.from};
    metering::load_meters(s, std::span(&meter, 1));
    metering::load_installations(s, std::span(&row, 1));
    return ok();
  });
}

void Utility::read(const Shown& row) {
  as_owner([&](db::Session& s) -> Status {
    meter_reading::Reading reading;
    reading.billing_month = row.month;
    reading.route_id = {row.route};
    reading.installation_id = {row.installation};
    reading.seq = row.seq;
    reading.kind = row.kind;
    reading.read_at = read_at(row.month);
    auto& r = reading.registers;
    r.total_e4 = row.kwh * 10'000;
    if (row.by_period) r.peak_e4 = r.valley_e4 = r.total_e4 / 4;
    if (row.reverse_kwh) r.reverse_total_e4 = *row.reverse_kwh * 10'000;
    meter_reading::load_readings(s, std::span(&reading, 1));
    return ok();
  });
}

void Utility::move(std::int64_t account, std::int64_t route) {
  as_owner([&](db::Session& s) -> Status {
    s.execute("UPDATE customers_account SET route_id = ? WHERE account_id = ?", route, account);
    return ok();
  });
}

void Utility::run_to_end(const Result<JobId>& job) {
  if (!job) throw std::runtime_error(job.error().code + ": " + job.error().message);
  const auto ended = worker_->run_to_end(*job);
  if (!ended || ended->state != jobs::State::kDone) throw std::runtime_error("a job has not ended well");
}

Result<RunId> Utility::create(BillingMonth month) {
  return app().transact([&](db::Session& s) { return service_.create(s, month, kClerk); });
}

void Utility::calculate(RunId run) {
  run_to_end(app().transact([&](db::Session& s) { return service_.calculate(s, run, kClerk); }));
}

Status Utility::decide(RunId run, std::int64_t account, billing::Decision decision) {
  return app().transact([&](db::Session& s) { return service_.decide(s, run, {account}, decision, "test", kReviewer); });
}

billing::DecideAllResult Utility::decide_all(RunId run, billing::Decision decision) {
  auto result = app().transact([&](db::Session& s) { return service_.decide_all(s, run, {}, decision, "test", kReviewer); });
  if (!result) throw std::runtime_error(result.error().message);
  if (result->job) run_to_end(*result->job);
  return *result;
}

Status Utility::submit(RunId run) {
  return app().transact([&](db::Session& s) { return service_.submit(s, run, kReviewer); });
}

void Utility::issue(RunId run) {
  run_to_end(app().transact([&](db::Session& s) { return service_.issue(s, run, kApprover); }));
}

std::optional<BillOf> Utility::bill(std::int64_t account, BillingMonth month) {
  return *app().read([&](db::Session& s) -> Result<std::optional<BillOf>> {
    auto rows = s.query("SELECT route_id, energy_wh, tier_energy_wh, amount_fen, export_fen, exported_wh, flags FROM billing_bill WHERE account_id = ? AND billing_month = ?", account, month);
    if (!rows.next()) return std::optional<BillOf>{};
    return std::optional(BillOf{rows.i64(0), rows.i64(1), rows.i64(2), rows.i64(3), rows.i64(4), rows.i64(5), rows.i32(6)});
  });
}

std::int64_t Utility::billed_wh(std::int64_t account) {
  return *app().read([&](db::Session& s) -> Result<std::int64_t> {
    auto rows = s.query("SELECT CAST(COALESCE(SUM(energy_wh), 0) AS SIGNED) FROM billing_bill WHERE account_id = ?", account);
    rows.next();
    return rows.i64(0);
  });
}

std::int64_t Utility::open_exceptions(RunId run, std::int64_t account) {
  return *app().read([&](db::Session& s) -> Result<std::int64_t> {
    auto rows = s.query("SELECT COUNT(*) FROM billing_exception e WHERE e.run_id = ? AND e.account_id = ? AND NOT EXISTS (SELECT 1 FROM billing_exception_resolution r "
                        "WHERE r.run_id = e.run_id AND r.account_id = e.account_id AND r.seq > e.after_decision)", run, account);
    rows.next();
    return rows.i64(0);
  });
}

bool Utility::has_exception(RunId run, std::int64_t account, int reason, int severity) {
  return *app().read([&](db::Session& s) -> Result<bool> {
    return s.query("SELECT 1 FROM billing_exception WHERE run_id = ? AND account_id = ? AND reason = ? AND severity = ?", run, account, reason, severity).next();
  });
}

std::int64_t Utility::number(std::string_view sql) {
  return *app().read([&](db::Session& s) -> Result<std::int64_t> {
    auto rows = s.query(sql);
    rows.next();
    return rows.is_null(0) ? 0 : rows.i64(0);
  });
}

}  // namespace small_utility
