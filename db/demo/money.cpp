#include "db/demo/money.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "db/demo/counter_day.hpp"
#include "db/demo/payers.hpp"

namespace mis::demo {
namespace {

using nlohmann::json;

// Who does what, as staff.cpp names them.
constexpr const char* kSupervisor = "xu.fang";   // channels, rules, day closes
constexpr const char* kClerk = "gao.yuan";       // the bank's files
constexpr const char* kCollector = "he.xin";     // reminders

constexpr std::string_view kStage = "money";

Result<bool> is_told(db::Database& database) {
  return database.read([](db::Session& s) -> Result<bool> { return s.query("SELECT 1 FROM demo_county_shard WHERE stage = ? AND shard = 0", kStage).next(); });
}

Status mark_told(db::Database& database, std::int64_t rows) {
  return database.transact([&](db::Session& s) -> Status {
    s.execute("INSERT IGNORE INTO demo_county_shard (stage, shard, rows_loaded) VALUES (?, 0, ?)", kStage, rows);
    return ok();
  });
}

// The rules of a utility that has only begun to remind by message: small sums wait.
json reminder_rules(Date from) {
  json rules = json::array();
  rules.push_back({{"category", "other"}, {"step", 1}, {"days_after_due", 1}, {"action", "sms"}, {"minimum", "300.00"}});
  rules.push_back({{"category", "other"}, {"step", 2}, {"days_after_due", 7}, {"action", "sms"}, {"minimum", "100.00"}});
  rules.push_back({{"category", "other"}, {"step", 3}, {"days_after_due", 15}, {"action", "letter"}, {"minimum", "100.00"}});
  rules.push_back({{"category", "other"}, {"step", 4}, {"days_after_due", 30}, {"action", "disconnection"}, {"minimum", "200.00"}});
  return {{"valid_from", from.to_string()}, {"rules", std::move(rules)}};
}

class Story {
 public:
  Story(Registry& registry, StoryClock& clock, const County& county, const MoneyOptions& options, StoryDays days)
      : house_(registry), services_(registry.services()), clock_(clock), county_(county), options_(options), days_(days),
        worker_(services_.database, clock, registry.part<jobs::Kinds>(), jobs::Worker::Options{.threads = options.threads, .nice = 0}) {}

  Result<MoneyDone> tell() {
    MoneyDone done;
    done.told = true;
    if (auto status = bank(done); !status) return std::move(status).error();
    stage("counters");
    auto receipts = play_counter_day(house_, clock_, county_, {options_.staff_password, kSupervisor}, days_.counter());
    if (!receipts) return std::move(receipts).error();
    done.receipts = *receipts;
    stage("reminders");
    if (auto status = remind(); !status) return std::move(status).error();
    if (auto status = mark_told(services_.database, done.bank.paid + done.receipts); !status) return std::move(status).error();
    return done;
  }

 private:
  void stage(std::string_view name) {
    if (options_.progress) options_.progress(name);
  }
  Result<Terminal> at_terminal(const char* username, Instant at) {
    clock_.begin(at);
    return Terminal::sign_in(house_, username, options_.staff_password);
  }

  Status bank(MoneyDone& done) {
    stage("bank");
    auto supervisor = at_terminal(kSupervisor, moment(days_.bank(), 8));
    if (!supervisor) return std::move(supervisor).error();
    if (auto status = set_up_bank(*supervisor, options_.place); !status) return status;
    auto payments = services_.database.read([&](db::Session& s) -> Result<std::vector<payment_channels::BankPayment>> { return bank_payments(s, county_.layout(), days_.bank()); });
    if (!payments) return std::move(payments).error();
    auto day = play_bank_day(services_, clock_, options_.place, *payments);
    if (!day) return std::move(day).error();
    if (day->refused > 0 || !day->totals_agree)
      return internal("demo.bank", fmt::format("expected the bank's payments to be taken and its totals to agree but {} were refused", day->refused));
    done.bank = *day;
    stage("reconciliation");
    auto clerk = at_terminal(kClerk, moment(days_.counter(), 8, 10));
    if (!clerk) return std::move(clerk).error();
    auto differences = reconcile_bank_day(services_, *clerk, worker_, options_.place, days_.bank(), *payments);
    if (!differences) return std::move(differences).error();
    done.differences = *differences;
    return ok();
  }

  Status remind() {
    auto supervisor = at_terminal(kSupervisor, moment(days_.reminders(), 8));
    if (!supervisor) return std::move(supervisor).error();
    auto rules = supervisor->get("/api/v1/dunning/rules");
    if (!rules) return std::move(rules).error();
    auto changed = supervisor->put("/api/v1/dunning/rules", reminder_rules(days_.reminders()), "demonstration-rules", rules->at("newest").at("set_id").get<std::int64_t>());
    if (!changed) return std::move(changed).error();
    auto collector = at_terminal(kCollector, moment(days_.reminders(), 9));
    if (!collector) return std::move(collector).error();
    auto queued = collector->post("/api/v1/dunning/runs", {{"kind", "reminders"}}, "demonstration-reminders");
    if (!queued) return std::move(queued).error();
    auto job = worker_.run_to_end({queued->at("job_id").get<std::int64_t>()});
    if (!job) return std::move(job).error();
    if (job->state != jobs::State::kDone) return internal("demo.job_failed", "expected the reminders to be written but " + job->message);
    return ok();
  }

  House house_;
  Services services_;
  StoryClock& clock_;
  const County& county_;
  const MoneyOptions& options_;
  StoryDays days_;
  jobs::Worker worker_;
};

}  // namespace

Result<MoneyDone> play_money(Registry& registry, StoryClock& clock, const County& county, const MoneyOptions& options, Date issued, Date today) {
  const StoryDays days{issued};
  auto told = is_told(registry.services().database);
  if (!told) return std::move(told).error();
  if (*told || !days.told_by(today)) return MoneyDone{};
  return Story(registry, clock, county, options, days).tell();
}

}  // namespace mis::demo
