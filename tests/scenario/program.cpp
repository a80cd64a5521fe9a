#include "tests/scenario/program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <ostream>
#include <stdexcept>
#include <thread>

namespace scenario {
namespace {

using Steady = std::chrono::steady_clock;
double seconds_since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

pid_t start(const std::vector<std::string>& arguments, const std::filesystem::path& output) {
  std::vector<char*> argv{const_cast<char*>(WATTHOUR_PROGRAM)};
  for (const auto& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("cannot start " WATTHOUR_PROGRAM);
  if (pid == 0) {
    const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(out, 1);
    dup2(out, 2);
    // A program built outside the checkout finds the migrations in the folder where it is started.
    if (chdir(WATTHOUR_SOURCE_DIR) == 0) execv(argv[0], argv.data());
    _exit(127);
  }
  return pid;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Exit& exit) {
  return exit.signal != 0 ? out << "ended by signal " << exit.signal : out << "exit code " << exit.code;
}

Program::Program(const std::vector<std::string>& arguments, std::filesystem::path output)
    : pid_(start(arguments, output)), output_(std::move(output)) {}

Program::~Program() {
  if (!runs()) return;
  send(SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool Program::runs() {
  if (ended_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  ended_ = true;
  exit_ = WIFSIGNALED(status) ? Exit{-1, WTERMSIG(status)} : Exit{WEXITSTATUS(status), 0};
  return false;
}

void Program::send(int signal) const { kill(pid_, signal); }

Exit Program::wait(int timeout_s) {
  for (const auto begun = Steady::now(); runs();) {
    if (seconds_since(begun) > timeout_s) throw std::runtime_error("expected mis to end in time but it goes on; it said:\n" + output());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return exit_;
}

std::string Program::output() const { return content_of(output_); }

Outcome run(const std::vector<std::string>& arguments, const std::filesystem::path& output, int timeout_s) {
  const auto begun = Steady::now();
  Program program(arguments, output);
  const auto exit = program.wait(timeout_s);
  return {exit, program.output(), seconds_since(begun)};
}

pid_t database_pid(const std::filesystem::path& data) {
  const auto text = content_of(data / "run" / "mariadb.pid");
  return text.empty() ? 0 : static_cast<pid_t>(std::stol(text));
}

bool process_exists(pid_t pid) { return pid > 0 && kill(pid, 0) == 0; }

}  // namespace scenario
