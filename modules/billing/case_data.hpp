// What a case file's account points to. Internal to the case reader.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "modules/billing/case_file.hpp"

namespace mis::billing {

struct BillingCase::Data {
  std::deque<Tariff> tariffs;  // deque: growing moves no tariff
  std::map<std::string, const Tariff*> by_code;
  std::deque<std::vector<MeterSegment>> segments;  // one list per usage point
  std::deque<std::vector<std::int32_t>> intervals;
  std::vector<UsagePointInput> usage_points;
  std::vector<Transformer> transformers;
  std::vector<std::string> transformer_names;
  std::vector<CapacityChange> capacity_changes;
  AccountInput account;
};

}  // namespace mis::billing
