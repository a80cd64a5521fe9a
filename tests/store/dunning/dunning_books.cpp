#include "tests/store/dunning/dunning_books.hpp"

#include <stdexcept>

#include "mis/jobs/worker.hpp"
#include "mis/outbox/outbox.hpp"
#include "modules/dunning/runs.hpp"

using namespace mis;

namespace books {

DunningBooks::DunningBooks() {
  auto s = owner().lease();
  for (const char* statement :
       {"DELETE FROM dunning_rule WHERE set_id > 1", "DELETE FROM dunning_rule_set WHERE set_id > 1", "DELETE FROM dunning_run", "DELETE FROM dunning_run_shard", "DELETE FROM dunning_notice",
        "DELETE FROM dunning_contact", "DELETE FROM dunning_important_user", "DELETE FROM dunning_case", "DELETE FROM dunning_case_event", "DELETE FROM dunning_prepaid_account",
        "DELETE FROM dunning_prepaid_balance", "DELETE FROM outbox_message", "DELETE FROM outbox_batch", "DELETE FROM jobs_job", "DELETE FROM jobs_shard",
        "UPDATE dunning_setting SET value = '2' WHERE name = 'contacts_per_week'", "UPDATE customers_customer SET phone = '13800000000'", "UPDATE customers_account SET status = 'active'",
        "UPDATE customers_account SET customer_id = account_id"})
    s->execute(statement);
  kinds.add(dunning::reminder_kind(services));
  kinds.add(dunning::scan_kind(services));
  kinds.add(dunning::prepaid_kind(services));
}

DunningBooks::Did DunningBooks::run(dunning::RunKind kind, int threads) {
  auto job = app().transact([&](db::Session& s) { return dunning::start_run(services, s, kind, kCollector); });
  if (!job) throw std::runtime_error(job.error().message);
  jobs::Worker worker(app(), clock, kinds, {.threads = threads, .poll_ms = 20, .nice = 0});
  auto done = worker.run_to_end(*job);
  if (!done) throw std::runtime_error(done.error().message);
  auto s = app().lease();
  auto rows = s->query("SELECT CAST(COALESCE(SUM(accounts), 0) AS SIGNED), CAST(COALESCE(SUM(notices), 0) AS SIGNED), CAST(COALESCE(SUM(candidates), 0) AS SIGNED), "
                       "CAST(COALESCE(SUM(held_back), 0) AS SIGNED), CAST(COALESCE(SUM(moved), 0) AS SIGNED) FROM dunning_run_shard WHERE run_id = ?", done->subject);
  rows.next();
  return {rows.i64(0), rows.i64(1), rows.i64(2), rows.i64(3), rows.i64(4), done->state};
}

std::vector<std::string> DunningBooks::notices_of(std::int64_t account) {
  std::vector<std::string> notices;
  auto s = app().lease();
  for (auto rows = s->query("SELECT purpose, step, channel FROM dunning_notice WHERE account_id = ? ORDER BY notice_id", account); rows.next();)
    notices.push_back(rows.text(0) + " " + rows.text(1) + " " + std::string(outbox::name_of(static_cast<outbox::Kind>(rows.i32(2)))));
  return notices;
}

std::string DunningBooks::newest_text(std::int64_t account) {
  auto s = app().lease();
  auto rows = s->query("SELECT m.body FROM dunning_notice n JOIN outbox_message m ON m.message_id = n.message_id WHERE n.account_id = ? ORDER BY n.notice_id DESC LIMIT 1", account);
  return rows.next() ? rows.text(0) : "";
}

dunning::CaseId DunningBooks::case_of(std::int64_t account) { return {number("SELECT COALESCE(MAX(case_id), 0) FROM dunning_case WHERE account_id = " + std::to_string(account))}; }

std::string DunningBooks::state_of(std::int64_t account) {
  auto s = app().lease();
  auto rows = s->query("SELECT state FROM dunning_case WHERE account_id = ? ORDER BY case_id DESC LIMIT 1", account);
  return rows.next() ? rows.text(0) : "";
}

std::string DunningBooks::move(std::int64_t account, dunning::CaseStep step, UserId by, std::optional<Instant> stop_at, std::optional<std::string> copy) {
  auto moved = app().transact([&](db::Session& s) { return dunning::move_case(services, s, case_of(account), {step, by, stop_at, copy, "test"}); });
  return moved ? std::string(dunning::name_of(moved->state)) : moved.error().code;
}

void DunningBooks::post() {
  // A gateway that takes whatever it is given.
  struct Gateway final : outbox::Provider {
    std::string_view name() const override { return "test"; }
    outbox::Delivery send(std::int64_t, std::span<const outbox::Outgoing>) override { return {}; }
    outbox::Delivery ask(std::int64_t) override { return {}; }
  } gateway;
  for (const auto kind : outbox::kKinds) {
    auto sent = app().transact([&](db::Session& s) { return outbox::deliver(app(), s, clock, kind, gateway); });
    if (!sent) throw std::runtime_error(sent.error().message);
  }
}

}  // namespace books
