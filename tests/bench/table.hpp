// What a bench measured: rows of a printed table, and the same as JSON.
#pragma once

#include <string>
#include <vector>

namespace bench {

struct Row {
  std::string name;
  double value = 0;
  std::string unit;
  double target = 0;        // 0: no target, only told
  bool at_most = false;     // the target is a ceiling
  std::string note;

  bool reached() const { return target == 0 || (at_most ? value <= target : value >= target); }
};

class Table {
 public:
  void add(Row row);  // prints it at once: a bench takes minutes
  std::string json() const;
  bool all_reached() const;

 private:
  std::vector<Row> rows_;
};

}  // namespace bench
