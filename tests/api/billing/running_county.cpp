#include "tests/api/billing/running_county.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include "db/demo/load.hpp"
#include "mis/http/certificate.hpp"
#include "mis/http/system_routes.hpp"
#include "mis/jobs/routes.hpp"
#include "mis/jobs/worker.hpp"
#include "mis/outbox/outbox.hpp"
#include "mis/security/routes.hpp"
#include "modules/administration/administration.hpp"
#include "modules/billing/billing.hpp"
#include "modules/cashier/cashier.hpp"
#include "modules/customers/customers.hpp"
#include "modules/invoicing/invoicing.hpp"
#include "modules/ledger/ledger.hpp"
#include "modules/meter_reading/meter_reading.hpp"
#include "modules/metering/metering.hpp"
#include "modules/network/network.hpp"
#include "modules/receivables/receivables.hpp"
#include "modules/tariffs/tariffs.hpp"

namespace fixture {

using namespace mis;
using nlohmann::json;

namespace {

constexpr const char* kPassword = "a long enough password 1";

void load(FreshDatabase& database, const Clock& clock) {
  demo::CountyOptions options;
  options.customers = 600;
  options.reference_folder = source_folder() / "db" / "reference";
  demo::LoadOptions load;
  load.now = clock.now();
  load.staff_password = kPassword;
  if (auto loaded = demo::load_county(database.owner(), options, load); !loaded) throw std::runtime_error(loaded.error().message);
  auto owner = database.owner().lease();
  owner->execute("INSERT INTO administration_user_role (user_id, role_code) SELECT user_id, 'billing_reviewer' FROM administration_user WHERE username = ?", kManager);
  owner->execute("INSERT INTO administration_user (user_id, username, name, org_id, password_hash, must_change_password, created_at) "
                 "SELECT 9001, ?, '所内审核员', ?, password_hash, 0, created_at FROM administration_user WHERE username = ?", kStationReviewer, kStation, kClerk);
  owner->execute("INSERT INTO administration_user (user_id, username, name, org_id, password_hash, must_change_password, created_at) "
                 "SELECT 9002, ?, '三所收费员', 3, password_hash, 0, created_at FROM administration_user WHERE username = ?", kOtherCashier, kClerk);
  owner->execute("INSERT INTO administration_user_role (user_id, role_code) VALUES (9001, 'billing_reviewer'), (9002, 'cashier')");
}

json expect(const Reply& reply, int status) {
  if (reply.status != status) throw std::runtime_error("expected status " + std::to_string(status) + " but got " + std::to_string(reply.status) + ": " + reply.body);
  return reply.json();
}

}  // namespace

RunningCounty::RunningCounty() : registry_(Services{database_.app(), clock_, metrics_}), sessions_(registry_.services()) {
  load(database_, clock_);
  jobs::register_module(registry_);
  administration::register_module(registry_);
  customers::register_module(registry_);
  network::register_module(registry_);
  metering::register_module(registry_);
  tariffs::register_module(registry_);
  meter_reading::register_module(registry_);
  billing::register_module(registry_);
  ledger::register_module(registry_);
  receivables::register_module(registry_);
  cashier::register_module(registry_);
  outbox::register_module(registry_);
  invoicing::register_module(registry_);
  invoicing::use_folder(registry_.part<invoicing::Equipment>(), folder_.path() / "invoicing");
  security::register_session_routes(registry_, sessions_);
  http::register_system_routes(registry_);
  const auto files = http::own_certificate(folder_.path() / "tls");
  certificate_ = files.certificate.string();
  http::ServerOptions options;
  options.port = 0;
  options.certificate = files.certificate;
  options.key = files.key;
  server_ = std::make_unique<http::Server>(options, registry_, sessions_);
  worker_ = std::make_unique<jobs::Worker>(database_.app(), clock_, registry_.part<jobs::Kinds>(), jobs::Worker::Options{.threads = 2, .poll_ms = 30});
  worker_->start();
}

RunningCounty::~RunningCounty() {
  server_->stop();
  worker_->stop();
}

Client RunningCounty::client_of(std::string_view username) {
  Client client(server_->port(), certificate_);
  client.sign_in(std::string(username), kPassword);
  return client;
}

std::pair<std::string, std::string> RunningCounty::new_key() { return idempotency_key("test-key-" + std::to_string(++keys_)); }

json RunningCounty::wait_for(Client& client, std::int64_t job_id) {
  for (int look = 0; look < 3'000; ++look) {
    auto job = expect(client.get("/api/v1/jobs/" + std::to_string(job_id)), 200);
    if (job.at("state") != "queued" && job.at("state") != "running") return job;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  throw std::runtime_error("expected the job to end within a minute but it did not");
}

void RunningCounty::empty() {
  // A unit of work, since another test cuts every connection of the server that they share.
  const auto emptied = database_.owner().transact([](db::Session& owner) {
    for (const char* statement :
         {"DELETE FROM billing_run", "DELETE FROM billing_run_shard", "DELETE FROM billing_bill", "DELETE FROM billing_bill_line", "DELETE FROM billing_bill_usage",
          "DELETE FROM billing_exception", "DELETE FROM billing_exception_resolution", "DELETE FROM receivables_receivable", "DELETE FROM ledger_posting",
          "DELETE FROM ledger_batch", "DELETE FROM ledger_transaction", "DELETE FROM ledger_reversal", "DELETE FROM ledger_period", "DELETE FROM ledger_period_balance",
          "DELETE FROM receivables_open_item", "DELETE FROM receivables_account", "DELETE FROM receivables_payment", "DELETE FROM receivables_payment_reversal", "DELETE FROM receivables_late_waiver",
          "DELETE FROM receivables_proposal", "DELETE FROM receivables_plan", "DELETE FROM receivables_plan_bill", "DELETE FROM receivables_plan_instalment",
          "UPDATE receivables_setting SET value = IF(name = 'allocation_order', 'late_first', '3')",
          "DELETE FROM cashier_session", "DELETE FROM cashier_day", "DELETE FROM cashier_receipt", "DELETE FROM cashier_receipt_line", "DELETE FROM cashier_receipt_bill",
          "DELETE FROM cashier_receipt_print", "DELETE FROM cashier_reversal", "DELETE FROM cashier_reversal_request", "DELETE FROM cashier_close", "DELETE FROM cashier_close_method",
          "DELETE FROM cashier_close_count", "DELETE FROM cashier_deposit", "DELETE FROM cashier_day_session", "DELETE FROM cashier_day_total",
          "UPDATE cashier_setting SET round_up_to_yuan = 0, reversal_limit_fen = 50000, receipt_format = 'roll', version = 1", "DELETE FROM jobs_job", "DELETE FROM jobs_shard",
          "DELETE FROM invoicing_invoice", "DELETE FROM invoicing_invoice_line", "DELETE FROM invoicing_series", "DELETE FROM invoicing_buyer", "DELETE FROM invoicing_reversal_request",
          "DELETE FROM invoicing_batch", "DELETE FROM invoicing_batch_item", "DELETE FROM invoicing_batch_file", "DELETE FROM invoicing_setting WHERE version > 1", "DELETE FROM outbox_message",
          // What the reviewers estimated, not what the county's own readers did.
          "DELETE FROM meter_reading_reading WHERE billing_month = 202610 AND source = 4 AND recorded_by IN "
          "(SELECT user_id FROM administration_user_role WHERE role_code IN ('billing_reviewer', 'billing_clerk'))"})
      owner.execute(statement);
    return ok();
  });
  if (!emptied) throw std::runtime_error(emptied.error().message);
  std::filesystem::remove_all(folder_.path() / "invoicing" / "issued");  // numbers begin anew
}

std::int64_t RunningCounty::calculated_run() {
  Client clerk = client_of(kClerk);
  const auto run = expect(clerk.post("/api/v1/billing/runs", {{"billing_month", "2026-10"}}, {new_key()}), 201);
  const auto id = run.at("run_id").get<std::int64_t>();
  const auto job = expect(clerk.post("/api/v1/billing/runs/" + std::to_string(id) + "/calculate", json::object(), {new_key()}), 202);
  wait_for(clerk, job.at("job_id"));
  return id;
}

std::int64_t RunningCounty::issued_run() {
  const auto id = calculated_run();
  const std::string run = "/api/v1/billing/runs/" + std::to_string(id);
  Client reviewer = client_of(kReviewer), manager = client_of(kManager);
  for (const char* action : {"estimate", "exclude"}) {
    const auto decided = expect(reviewer.post(run + "/resolutions", {{"action", action}}, {new_key()}), 200);
    if (!decided.at("job_id").is_null()) wait_for(reviewer, decided.at("job_id"));
  }
  expect(reviewer.post(run + "/submit", json::object(), {new_key(), {"If-Match", reviewer.get(run).header("ETag")}}), 200);
  const auto job = expect(manager.post(run + "/issue", json::object(), {new_key(), {"If-Match", manager.get(run).header("ETag")}}), 202);
  wait_for(manager, job.at("job_id"));
  return id;
}

RunningCounty& emptied_county() {
  static RunningCounty shared;
  shared.empty();
  return shared;
}

}  // namespace fixture
