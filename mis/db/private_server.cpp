#include "mis/db/private_server.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace mis::db {
namespace fs = std::filesystem;
namespace {

using Steady = std::chrono::steady_clock;
double seconds_since(Steady::time_point t) { return std::chrono::duration<double>(Steady::now() - t).count(); }

std::string os_user() {
  const auto* entry = getpwuid(geteuid());
  if (!entry) throw std::runtime_error(fmt::format("expected a name for user id {} but the system has none", geteuid()));
  return entry->pw_name;
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string tail_of(const fs::path& path) {
  const auto text = read_file(path);
  constexpr std::size_t kTail = 2000;
  return text.size() <= kTail ? text : text.substr(text.size() - kTail);
}

// Debian keeps mariadbd in /usr/sbin, which an ordinary user's PATH does not name.
std::string find_program(const std::string& name) {
  for (const char* folder : {"/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/usr/libexec"}) {
    const auto path = fs::path(folder) / name;
    if (access(path.c_str(), X_OK) == 0) return path.string();
  }
  throw std::runtime_error(fmt::format("expected the program {} but it is not installed (package mariadb-server)", name));
}

// Starts a program with its output going to `log`. With `tied`, it is asked to stop when this process dies, however it
// dies. The tie follows the starting thread, so the server is started by a thread that lives as long as the process.
pid_t spawn(const std::vector<std::string>& arguments, const fs::path& log, bool tied) {
  std::vector<char*> argv;
  for (const auto& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error(fmt::format("cannot start {}: {}", arguments[0], std::strerror(errno)));
  if (pid == 0) {
    if (tied) {
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      if (getppid() != parent) _exit(1);
    }
    setpgid(0, 0);  // Ctrl-C in a terminal goes to us; we stop the server in order
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (in >= 0) dup2(in, 0);
    if (out >= 0) {
      dup2(out, 1);
      dup2(out, 2);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }
  return pid;
}

// A process that has ended but that nobody has waited for yet has no command line any more.
bool alive(pid_t pid) { return pid > 0 && kill(pid, 0) == 0 && !read_file(fmt::format("/proc/{}/cmdline", pid)).empty(); }

constexpr std::size_t kPasswordLength = 48;  // 24 random bytes in hexadecimal

std::string random_password() {
  if (sodium_init() < 0) throw std::runtime_error("cannot initialise libsodium");
  unsigned char bytes[24];
  randombytes_buf(bytes, sizeof bytes);
  char hex[2 * sizeof bytes + 1];
  sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
  return hex;
}

void write_secret(const fs::path& path, const std::string& secret) {
  const auto temporary = path.string() + ".new";
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 || ::write(fd, secret.data(), secret.size()) != static_cast<ssize_t>(secret.size()) || fsync(fd) != 0) {
    if (fd >= 0) close(fd);
    throw std::runtime_error(fmt::format("cannot write {}: {}", temporary, std::strerror(errno)));
  }
  close(fd);
  fs::rename(temporary, path);
}

}  // namespace

struct PrivateServer::Impl {
  Options options;
  Timing timing;
  int lock_fd = -1;
  int run_fd = -1;
  pid_t pid = -1;       // where we started it
  std::string password;

  fs::path tables() const { return options.folder / "mariadb"; }
  fs::path run() const { return options.folder / "run"; }
  fs::path log() const { return options.folder / "log" / "mariadb.log"; }
  // A starting server removes what it takes for its own leftovers in its folder for temporary tables, so no two may share one.
  fs::path temporary() const { return options.folder / fmt::format("tmp.{}", getpid()); }
  fs::path pid_file() const { return run() / "mariadb.pid"; }

  // A socket's path may have at most 107 characters; a deep data folder is reached through an open descriptor instead.
  std::string socket() const {
    const auto path = (run() / "mariadb.sock").string();
    return path.size() < 100 ? path : fmt::format("/proc/self/fd/{}/mariadb.sock", run_fd);
  }

  Endpoint endpoint(std::string user, std::string secret, std::string database) const {
    Endpoint e;
    e.socket = socket();
    e.user = std::move(user);
    e.password = std::move(secret);
    e.database = std::move(database);
    return e;
  }

  void open_folders() {
    // A folder that was there before keeps its rights; what is ours is nobody else's.
    if (fs::create_directories(options.folder)) fs::permissions(options.folder, fs::perms::owner_all);
    for (const auto& folder : {run(), options.folder / "log"}) {
      fs::create_directories(folder);
      fs::permissions(folder, fs::perms::owner_all);
    }
    run_fd = open(run().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    lock_fd = open((run() / "mariadb.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (run_fd < 0 || lock_fd < 0)
      throw std::runtime_error(fmt::format("cannot use {}: {}", run().string(), std::strerror(errno)));
  }

  bool try_lock() const { return flock(lock_fd, LOCK_EX | LOCK_NB) == 0; }

  // A server whose `mis` was killed has been told to stop; it needs a moment, and no second one may touch its tables.
  void wait_for_leftover() const {
    const auto text = read_file(pid_file());
    const pid_t left = text.empty() ? -1 : static_cast<pid_t>(std::atoi(text.c_str()));
    if (!alive(left) || read_file(fmt::format("/proc/{}/comm", left)).find("maria") == std::string::npos) return;
    kill(left, SIGTERM);
    // MariaDB 10.11 can hang for ever when it is told to stop while it starts. Killing it costs its next start a recovery
    // and nothing else: what was committed is on the disk.
    constexpr double kPatience_s = 20;
    bool killed = false;
    for (const auto start = Steady::now(); alive(left);) {
      if (!killed && seconds_since(start) > kPatience_s) killed = kill(left, SIGKILL) == 0;
      if (seconds_since(start) > kPatience_s + options.start_timeout_s)
        throw std::runtime_error(fmt::format("expected the database server {} left by an earlier run to stop but it goes on", left));
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  std::vector<std::string> common_options(const fs::path& datadir) const {
    std::vector<std::string> result{"--no-defaults", "--datadir=" + fs::absolute(datadir).string(),
                                    "--tmpdir=" + fs::absolute(temporary()).string(),
                                    fmt::format("--innodb-log-file-size={}M", options.buffer_pool_mb >= 1024 ? 512 : 96)};
    if (geteuid() == 0) result.push_back("--user=root");
    return result;
  }

  // What a killed `mis` left half made. Its installer may go on for a moment and put files back: the next start removes them.
  void remove_unfinished() const {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(options.folder, ignored)) {
      const auto name = entry.path().filename().string();
      if (name.rfind("mariadb.new", 0) == 0 || name.rfind("tmp.", 0) == 0) fs::remove_all(entry.path(), ignored);
    }
  }

  void install() {
    remove_unfinished();
    fs::create_directories(temporary());
    if (fs::exists(tables())) return;
    const auto start = Steady::now();
    // Takes its name only when it is whole. The process number keeps it apart from the one that the installer of a killed
    // `mis` may still be writing.
    const auto fresh = options.folder / fmt::format("mariadb.new.{}", getpid());
    std::vector<std::string> command{find_program("mariadb-install-db")};
    for (auto& o : common_options(fresh)) command.push_back(std::move(o));
    command.insert(command.end(), {"--auth-root-authentication-method=socket", "--auth-root-socket-user=" + os_user(),
                                   "--skip-test-db", "--skip-name-resolve"});
    const pid_t child = spawn(command, log(), true);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
      throw std::runtime_error(fmt::format("expected to create the database's tables but mariadb-install-db failed:\n{}", tail_of(log())));
    fs::rename(fresh, tables());
    timing.install_s = seconds_since(start);
  }

  void start() {
    const auto begun = Steady::now();
    std::vector<std::string> command{find_program("mariadbd")};
    for (auto& o : common_options(tables())) command.push_back(std::move(o));
    for (const char* o :
         {"--socket=../run/mariadb.sock", "--skip-networking", "--skip-log-bin", "--performance-schema=OFF",
          "--innodb-flush-log-at-trx-commit=1", "--innodb-flush-method=O_DIRECT", "--character-set-server=utf8mb4",
          "--collation-server=utf8mb4_unicode_ci", "--transaction-isolation=READ-COMMITTED", "--local-infile=1",
          "--max-connections=200", "--default-time-zone=+00:00", "--skip-name-resolve", "--max-allowed-packet=64M",
          "--innodb-autoinc-lock-mode=2", "--table-open-cache=4000", "--innodb-io-capacity=2000",
          "--innodb-io-capacity-max=4000", "--innodb-stats-persistent=1", "--innodb-buffer-pool-dump-at-shutdown=OFF"})
      command.emplace_back(o);
    command.push_back(fmt::format("--pid-file={}", fs::absolute(pid_file()).string()));
    command.push_back(fmt::format("--innodb-buffer-pool-size={}M", options.buffer_pool_mb));
    fs::remove(run() / "mariadb.sock");
    pid = spawn(command, log(), true);
    // The server writes its number there itself, but late: one that hangs while it starts must be found by the next start too.
    std::ofstream(pid_file()) << pid << '\n';
    while (true) {
      int status = 0;
      if (waitpid(pid, &status, WNOHANG) == pid) {
        pid = -1;
        throw std::runtime_error(fmt::format("expected the database server to start but it ended:\n{}", tail_of(log())));
      }
      if (answers()) break;
      if (seconds_since(begun) > options.start_timeout_s)
        throw std::runtime_error(fmt::format("expected the database server to answer within {} s but it does not:\n{}",
                                             options.start_timeout_s, tail_of(log())));
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    timing.ready_s = seconds_since(begun);
  }

  bool answers() const {
    if (!fs::exists(run() / "mariadb.sock")) return false;
    try {
      Session session(endpoint(os_user(), "", ""));
      return true;
    } catch (const DbError&) {
      return false;
    }
  }

  // Joins a server that another process of this program runs.
  void join() {
    for (const auto begun = Steady::now(); !answers() || (password = read_file(run() / "app.password")).size() != kPasswordLength;) {
      if (seconds_since(begun) > options.start_timeout_s)
        throw std::runtime_error("expected to join the database server that another mis runs on this folder but it does not answer");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  void prepare_users() {
    const auto secret_file = run() / "app.password";
    password = read_file(secret_file);
    if (password.size() != kPasswordLength) {
      password = random_password();
      write_secret(secret_file, password);
    }
    Session session(endpoint(os_user(), "", ""));
    session.run_raw("CREATE DATABASE IF NOT EXISTS watthour CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
    session.run_raw("CREATE USER IF NOT EXISTS watthour_app@localhost");
    // The password is 48 hexadecimal digits that we made: SET PASSWORD takes no parameter.
    session.run_raw(fmt::format("ALTER USER watthour_app@localhost IDENTIFIED BY '{}'", password));
  }

  void stop() {
    if (pid <= 0) return;
    kill(pid, SIGTERM);
    int status = 0;
    const auto begun = Steady::now();
    while (waitpid(pid, &status, WNOHANG) == 0) {
      // A clean stop writes its dirty pages first; killing it would only move that work into the next start.
      if (seconds_since(begun) > 120) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    pid = -1;
    std::error_code ignored;
    fs::remove_all(temporary(), ignored);
  }
};

PrivateServer::PrivateServer(Options options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->open_folders();
  if (!impl_->try_lock()) {
    impl_->join();
    return;
  }
  impl_->wait_for_leftover();
  impl_->install();
  impl_->start();
  impl_->prepare_users();
}

PrivateServer::~PrivateServer() {
  impl_->stop();
  if (impl_->lock_fd >= 0) close(impl_->lock_fd);
  if (impl_->run_fd >= 0) close(impl_->run_fd);
}

Endpoint PrivateServer::owner() const { return impl_->endpoint(os_user(), "", "watthour"); }
Endpoint PrivateServer::app() const { return impl_->endpoint("watthour_app", impl_->password, "watthour"); }
PrivateServer::Timing PrivateServer::timing() const { return impl_->timing; }
int PrivateServer::pid() const { return impl_->pid; }

bool PrivateServer::restart_if_dead() {
  int status = 0;
  if (impl_->pid <= 0 || waitpid(impl_->pid, &status, WNOHANG) != impl_->pid) return false;
  impl_->pid = -1;
  impl_->start();
  return true;
}

}  // namespace mis::db
