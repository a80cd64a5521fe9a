// `mis bill`: runs a billing month from the command line, step by step or to the end.
#include "mis/commands/bill_month.hpp"

#include <fmt/format.h>

#include "db/demo/story.hpp"
#include "mis/commands/commands.hpp"
#include "mis/commands/modules.hpp"
#include "mis/jobs/worker.hpp"
#include "mis/observe/metrics.hpp"
#include "mis/security/audit.hpp"

namespace mis::commands {
namespace {

// What somebody does at the command line is audited like what is done at a terminal.
void audit(db::Session& session, const Clock& clock, UserId user, std::string action, RunId run) {
  security::AuditEntry entry;
  entry.user = user;
  entry.action = std::move(action);
  entry.entity = "bill_run";
  entry.entity_id = std::to_string(run.value);
  entry.remote = "command line";
  security::append_audit(session, clock.now(), entry);
}

}  // namespace

Result<UserId> user_named(db::Session& session, const std::string& username) {
  auto rows = session.query("SELECT user_id FROM administration_user_name WHERE username = ?", username);
  if (!rows.next()) return not_found("administration.no_user", fmt::format("expected a user with the name {} but there is none", username));
  return UserId{rows.i64(0)};
}

struct MonthBiller::Impl {
  Installation& installation;
  demo::EarlierClock clock;
  observe::Metrics metrics;
  Services services;
  Registry registry;
  jobs::Worker worker;

  Impl(Installation& i, int threads, int days_ago)
      : installation(i), clock(days_ago), services{i.app(), clock, metrics}, registry(services),
        worker((register_modules(registry), i.app()), clock, registry.part<jobs::Kinds>(), jobs::Worker::Options{.threads = threads, .nice = 0}) {}

  Result<jobs::Job> finish(Result<JobId> job, const Progress& progress) {
    if (!job) return std::move(job).error();
    auto ended = worker.run_to_end(*job, [&](const jobs::Job& j) { if (progress) progress(j.items_done, j.items_total); });
    if (ended && ended->state != jobs::State::kDone) {
      std::string why = ended->message;
      if (!ended->failures.empty()) why += fmt::format("; route {}: {}", ended->failures[0].shard_key, ended->failures[0].message);
      return internal("billing.job_failed", why);
    }
    return ended;
  }
};

MonthBiller::MonthBiller(Installation& installation, int threads, int days_ago) : impl_(std::make_unique<Impl>(installation, threads, days_ago)) {}
MonthBiller::~MonthBiller() = default;

Result<billing::Run> MonthBiller::open(BillingMonth month, UserId by) {
  return impl_->services.database.transact([&](db::Session& s) -> Result<billing::Run> {
    if (auto run = billing::find_run_of(s, month)) return *run;
    auto id = billing::RunService(impl_->services).create(s, month, by);
    if (!id) return std::move(id).error();
    audit(s, impl_->clock, by, "billing.create_run", *id);
    return billing::find_run(s, *id);
  });
}

Status MonthBiller::calculate(RunId run, UserId by, const Progress& progress) {
  auto job = impl_->services.database.transact([&](db::Session& s) -> Result<JobId> {
    auto present = billing::find_run(s, run);
    // A calculation that was killed goes on where it stopped.
    if (present && present->state == billing::RunState::kCalculating && present->job && jobs::is_active(s, "billing.calculate", run.value)) return *present->job;
    auto id = billing::RunService(impl_->services).calculate(s, run, by);
    if (id) audit(s, impl_->clock, by, "billing.calculate", run);
    return id;
  });
  auto ended = impl_->finish(std::move(job), progress);
  return ended ? ok() : Status(std::move(ended).error());
}

Result<billing::DecideAllResult> MonthBiller::decide_all(RunId run, UserId by, billing::Decision decision, const Progress& progress) {
  billing::DecideAllResult decided;
  auto job = impl_->services.database.transact([&](db::Session& s) -> Result<JobId> {
    auto result = billing::RunService(impl_->services).decide_all(s, run, {}, decision, "decided at the command line", by);
    if (!result) return std::move(result).error();
    decided = *result;
    audit(s, impl_->clock, by, "billing.decide_all", run);
    return decided.job.value_or(JobId{});
  });
  if (!job) return std::move(job).error();
  if (!*job) return decided;
  auto ended = impl_->finish(std::move(job), progress);
  if (!ended) return std::move(ended).error();
  return decided;
}

Status MonthBiller::submit(RunId run, UserId by) {
  return impl_->services.database.transact([&](db::Session& s) -> Status {
    auto status = billing::RunService(impl_->services).submit(s, run, by);
    if (status) audit(s, impl_->clock, by, "billing.submit", run);
    return status;
  });
}

Status MonthBiller::issue(RunId run, UserId by, const Progress& progress) {
  auto job = impl_->services.database.transact([&](db::Session& s) -> Result<JobId> {
    auto present = billing::find_run(s, run);
    if (present && present->state == billing::RunState::kIssuing && present->job && jobs::is_active(s, "billing.issue", run.value)) return *present->job;
    auto id = billing::RunService(impl_->services).issue(s, run, by);
    if (id) audit(s, impl_->clock, by, "billing.issue", run);
    return id;
  });
  auto ended = impl_->finish(std::move(job), progress);
  return ended ? ok() : Status(std::move(ended).error());
}

Result<billing::Run> MonthBiller::look(RunId run) {
  return impl_->services.database.read([&](db::Session& s) { return billing::find_run(s, run); });
}

namespace {

void print_progress(std::int64_t done, std::int64_t total) {
  fmt::print(stderr, "\r  {} / {} accounts", done, total);
  std::fflush(stderr);
}

int fail(const Error& error) {
  fmt::print(stderr, "{} ({})\n", error.message, error.code);
  return 1;
}

}  // namespace

int bill(const BillOptions& options) {
  const auto month = BillingMonth::parse(options.month);
  if (!month) {
    fmt::print(stderr, "expected a month like 2026-10 but found {}\n", options.month);
    return 2;
  }
  Installation installation(options.place);
  if (auto status = installation.ensure_months(month->plus(-1), month->plus(1)); !status) return fail(status.error());
  auto user = installation.app().read([&](db::Session& s) { return user_named(s, options.user); });
  if (!user) return fail(user.error());
  MonthBiller biller(installation, 2);
  auto run = biller.open(*month, *user);
  if (!run) return fail(run.error());
  const auto wants = [&](std::string_view step) { return options.step == step || options.step == "all"; };
  using billing::RunState;
  const auto is = [&](RunState state) { run = biller.look(run->id); return run && run->state == state; };
  if (wants("calculate") && (options.step != "all" || is(RunState::kOpen) || is(RunState::kCalculating)))
    if (auto status = biller.calculate(run->id, *user, print_progress); !status) return fail(status.error());
  if (wants("decide") && (options.step != "all" || is(RunState::kCalculated)))
    if (auto decided = biller.decide_all(run->id, *user, billing::Decision::kEstimate, print_progress); !decided) return fail(decided.error());
  if (wants("submit") && (options.step != "all" || is(RunState::kCalculated)))
    if (auto status = biller.submit(run->id, *user); !status) return fail(status.error());
  if (wants("issue") && (options.step != "all" || is(RunState::kSubmitted) || is(RunState::kIssuing))) {
    auto approver = installation.app().read([&](db::Session& s) { return user_named(s, options.approver); });
    if (!approver) return fail(approver.error());
    if (auto status = biller.issue(run->id, *approver, print_progress); !status) return fail(status.error());
  }
  run = biller.look(run->id);
  if (!run) return fail(run.error());
  fmt::print("\nrun {} of {}: {}, {} bills, {} kWh, {} yuan\n", run->id.value, run->month.to_string(), billing::name_of(run->state), run->bills,
             run->energy.value / 1000, run->amount.value / 100);
  return 0;
}

}  // namespace mis::commands
