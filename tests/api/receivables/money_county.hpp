// The county with its October bills issued, and the people of the receivables office.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "tests/api/billing/running_county.hpp"

namespace fixture {

inline constexpr std::string_view kMoneyClerk = "money.clerk";            // proposes, whole county
inline constexpr std::string_view kMoneySupervisor = "money.supervisor";  // proposes, approves and configures, whole county
inline constexpr std::string_view kStationHead = "station.head";          // approves for station 2

class MoneyCounty {
 public:
  MoneyCounty();

  // The account of a station with the smallest number that owes something.
  std::string account_of(mis::OrgId station);
  // Another one, whose bill has been paid with 10.00 yuan in advance.
  std::string settled_account(mis::OrgId station);
  // Pays in cash at today's date of the county's clock.
  void pay(const std::string& account_no, mis::Money amount);
  mis::Money due_of(const std::string& account_no);
  std::vector<std::string> differences();

  RunningCounty& county;

 private:
  mis::AccountId id_of(const std::string& account_no);
  int references_ = 0;
};

}  // namespace fixture
