// The months that the rows of a file are of: their tables get a place for each before the rows are written.
#pragma once

#include <set>

#include "mis/files/import.hpp"

namespace mis::files {

class ImportedMonths {
 public:
  // Makes place for those that occur, each once. Not for months after `last`, which are refused, nor for such as lie many years
  // before it, which share a place: a year mistyped in one row must not make hundreds of partitions.
  Status ensure(const ImportContext& context, BillingMonth last, const std::set<BillingMonth>& months);

 private:
  std::set<BillingMonth> ensured_;
};

}  // namespace mis::files
