// A utility of a dozen accounts made by hand, so that a test can say what each meter showed and what must be billed of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mis/jobs/worker.hpp"
#include "mis/observe/metrics.hpp"
#include "modules/billing/billing.hpp"
#include "modules/customers/customers.hpp"
#include "modules/meter_reading/meter_reading.hpp"
#include "modules/metering/metering.hpp"
#include "tests/store/fixture.hpp"

namespace small_utility {

inline constexpr mis::UserId kClerk{2}, kApprover{3}, kReviewer{4};

// An account with an agreement of the whole time; the agreement is left out where there is no tariff.
struct AccountOf {
  std::int64_t id;
  std::int64_t route;
  std::string tariff;
  std::string category = "residential";
};

// What a meter showed at the end of a month, in whole kWh.
struct Shown {
  mis::BillingMonth month;
  std::int64_t route;
  std::int64_t installation;
  std::int64_t kwh;
  mis::meter_reading::ReadingKind kind = mis::meter_reading::ReadingKind::kRegular;
  int seq = 1;
  std::optional<std::int64_t> reverse_kwh{};
  bool by_period = false;  // a quarter at peak, a quarter in the valley
};

struct BillOf {
  std::int64_t route, energy_wh, tier_energy_wh, amount_fen, export_fen, exported_wh;
  int flags;
};

class Utility {
 public:
  Utility();

  // Everything is written by the owner, with the modules' own loaders.
  void account(const AccountOf& row);
  void agreement(std::int64_t account, const std::string& tariff, const std::string& category);
  void point(const mis::metering::UsagePoint& row);
  // A usage point of the account with one meter, all three with this number.
  void home_meter(std::int64_t account, std::int64_t id);
  void meter(const mis::metering::Installation& row);
  void read(const Shown& row);
  void move(std::int64_t account, std::int64_t route);

  mis::Result<mis::RunId> create(mis::BillingMonth month);
  void calculate(mis::RunId run);
  mis::Status decide(mis::RunId run, std::int64_t account, mis::billing::Decision decision);
  mis::billing::DecideAllResult decide_all(mis::RunId run, mis::billing::Decision decision);
  mis::Status submit(mis::RunId run);
  void issue(mis::RunId run);

  std::optional<BillOf> bill(std::int64_t account, mis::BillingMonth month);
  std::int64_t billed_wh(std::int64_t account);   // over all months
  std::int64_t open_exceptions(mis::RunId run, std::int64_t account);
  bool has_exception(mis::RunId run, std::int64_t account, int reason, int severity);
  std::int64_t number(std::string_view sql);
  mis::db::Database& app() { return database_.app(); }

 private:
  void as_owner(const std::function<mis::Status(mis::db::Session&)>& work);
  void run_to_end(const mis::Result<mis::JobId>& job);

  fixture::FreshDatabase database_;
  mis::SystemClock clock_;
  mis::observe::Metrics metrics_;
  mis::Services services_;
  mis::Registry registry_;
  mis::billing::RunService service_;
  std::unique_ptr<mis::jobs::Worker> worker_;
};

}  // namespace small_utility
