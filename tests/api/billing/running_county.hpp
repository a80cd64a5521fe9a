// A small demonstration county behind the real server: every module, a worker for jobs, and the demonstration's own staff.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mis/base/id.hpp"
#include "tests/api/running_server.hpp"

namespace mis::jobs {
class Worker;
}

namespace fixture {

// Who does what; one password for all. The manager may review as well, so that one person could try to do both parts.
inline constexpr std::string_view kClerk = "lin.wei";         // calculates and reviews, whole county
inline constexpr std::string_view kReviewer = "zhao.lei";     // reviews, whole county
inline constexpr std::string_view kManager = "chen.jing";     // issues (and here reviews too), whole county
inline constexpr std::string_view kCashier = "sun.li";        // takes money in station 2
inline constexpr std::string_view kCashierSupervisor = "zhou.min";  // approves and closes the day in station 2
inline constexpr std::string_view kAccountSupervisor = "xu.fang";   // closes the company's day
inline constexpr std::string_view kOtherCashier = "other.cashier";  // takes money in station 3
inline constexpr std::string_view kMeterReader = "li.ming";   // sees no bills
inline constexpr std::string_view kStationReviewer = "station.reviewer";  // reviews, but for station 2 only
inline constexpr mis::OrgId kStation{2};

class RunningCounty {
 public:
  RunningCounty();
  ~RunningCounty();

  Client client_of(std::string_view username);
  std::uint16_t port() const { return server_->port(); }
  const mis::Registry& registry() const { return registry_; }
  FreshDatabase& database() { return database_; }
  TestClock& clock() { return clock_; }
  // The first column of the first row as text; nothing where there is none.
  template <class... A>
  std::string look_up(std::string_view sql, const A&... parameters) {
    auto session = database_.app().lease();
    auto rows = session->query(sql, parameters...);
    return rows.next() && !rows.is_null(0) ? rows.text(0) : std::string();
  }

  // A key that no request has had yet.
  std::pair<std::string, std::string> new_key();
  // Polls a job until it is over and returns its last state.
  nlohmann::json wait_for(Client& client, std::int64_t job_id);

  // Undoes every run, its ledger, its jobs and the readings that were estimated for it.
  void empty();

  // The run of the month that waits to be billed, brought as far as the name says.
  std::int64_t calculated_run();
  std::int64_t issued_run();

 private:
  FreshDatabase database_;
  TestClock clock_;
  mis::observe::Metrics metrics_;
  mis::Registry registry_;
  mis::security::Sessions sessions_;
  TemporaryFolder folder_;
  std::string certificate_;
  std::unique_ptr<mis::jobs::Worker> worker_;
  std::unique_ptr<mis::http::Server> server_;
  int keys_ = 0;
};

// Loading a county takes seconds, so all cases share one; it has no run when this returns.
RunningCounty& emptied_county();

}  // namespace fixture
