// The real `mis` program as a child process: started, watched, killed, its output kept.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace scenario {

struct Exit {
  int code = -1;   // where it ended by itself
  int signal = 0;  // where it was killed
  bool operator==(const Exit&) const = default;
};
inline constexpr Exit kGood{0, 0};
std::ostream& operator<<(std::ostream& out, const Exit& exit);

class Program {
 public:
  // Starts `mis` with these arguments; both its outputs go to one file, which is overwritten.
  Program(const std::vector<std::string>& arguments, std::filesystem::path output);
  ~Program();  // kills it where it still runs
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  bool runs();
  pid_t pid() const { return pid_; }
  void send(int signal) const;
  // Waits for the end; throws where it does not come within the time.
  Exit wait(int timeout_s);
  std::string output() const;

 private:
  pid_t pid_;
  std::filesystem::path output_;
  bool ended_ = false;
  Exit exit_;
};

// Starts, waits, and returns how it ended and what it said.
struct Outcome {
  Exit exit;
  std::string output;
  double seconds = 0;
};
Outcome run(const std::vector<std::string>& arguments, const std::filesystem::path& output, int timeout_s = 300);

// The process number of the database server of a data folder; 0 where none has started.
pid_t database_pid(const std::filesystem::path& data);
bool process_exists(pid_t pid);

}  // namespace scenario
