// A day at the demonstration's business halls: cashiers open their drawers, take money, take one receipt back, count, bring the cash to
// the bank; in the evening the day is closed, hall by hall and for the company.
#pragma once

#include <string>
#include <vector>

#include "db/demo/county.hpp"
#include "db/demo/story.hpp"
#include "db/demo/terminal.hpp"

namespace mis::demo {

// The cashiers of the story: the best known one and up to two colleagues in other halls.
std::vector<StaffMember> cashiers(const County& county);

struct CounterPeople {
  std::string password;      // of everybody
  std::string day_closer;    // who closes halls and company
};
// Returns how many receipts there are. What was done before an interruption is not done again.
Result<int> play_counter_day(House& house, StoryClock& clock, const County& county, const CounterPeople& people, Date day);

}  // namespace mis::demo
