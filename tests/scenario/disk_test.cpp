// A disk that is full in the middle of a month: the program says so and stops; with room again it goes on, and the books
// are those of an undisturbed month. The disk is a small tmpfs in a mount namespace of its own, which needs no root
// where the system lets users have namespaces.
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include "mis/db/private_server.hpp"
#include "tests/scenario/books.hpp"
#include "tests/scenario/county.hpp"

using namespace scenario;
namespace fs = std::filesystem;

namespace {

void write_text(const char* path, const std::string& text) { std::ofstream(path) << text; }

// True where this process now has mounts of its own.
bool enter_own_mounts() {
  const auto user = geteuid();
  const auto group = getegid();
  if (unshare(CLONE_NEWNS) == 0) return true;
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  write_text("/proc/self/setgroups", "deny");
  write_text("/proc/self/uid_map", fmt::format("{} {} 1", user, user));
  write_text("/proc/self/gid_map", fmt::format("{} {} 1", group, group));
  return true;
}

// A disk at a folder, for as long as this lives. The folder becomes a mount of its own first, which nobody else sees what
// is mounted on; "/" cannot be made private in a chroot.
class SmallDisk {
 public:
  SmallDisk(fs::path at, int megabytes) : at_(std::move(at)) {
    const auto* path = at_.c_str();
    ready_ = mount(path, path, nullptr, MS_BIND, nullptr) == 0 && mount("none", path, nullptr, MS_PRIVATE, nullptr) == 0 && resize(megabytes, 0);
  }
  ~SmallDisk() {
    umount2(at_.c_str(), MNT_DETACH);
    umount2(at_.c_str(), MNT_DETACH);
  }
  bool ready() const { return ready_; }
  bool resize(int megabytes) { return resize(megabytes, MS_REMOUNT); }

 private:
  bool resize(int megabytes, unsigned long flags) {
    return mount("tmpfs", at_.c_str(), "tmpfs", flags, fmt::format("size={}m,mode=700", megabytes).c_str()) == 0;
  }
  fs::path at_;
  bool ready_ = false;
};

constexpr int kNoNamespaces = 77;

// The story, in a process of its own because of its mounts. Returns 0, or the number of the step that went otherwise.
int full_disk_story(const fs::path& disk, const fs::path& report, const Books& expected) {
  if (!enter_own_mounts()) return kNoNamespaces;
  SmallDisk small(disk, 4096);
  if (!small.ready()) return kNoNamespaces;
  const std::vector<std::string> month{"demo", "--once", "--customers", kCustomers, "--data", (disk / "data").string()};
  // Room for the empty database and a little more: what is missing is found out while rows are written.
  { mis::db::PrivateServer made({.folder = disk / "data", .buffer_pool_mb = 128}); }
  const auto used_mb = static_cast<int>((fs::space(disk).capacity - fs::space(disk).available) >> 20);
  if (!small.resize(used_mb + 6)) return 1;
  const auto full = run(month, report);
  if (full.exit.signal != 0 || full.exit.code == 0) return 2;
  if (full.output.find("full") == std::string::npos && full.output.find("space") == std::string::npos) return 3;
  if (!small.resize(4096)) return 4;
  if (run(month, report).exit != kGood) return 5;
  return books_in(disk / "data") == expected ? 0 : 6;
}

}  // namespace

TEST_CASE("a full disk is named, and with room again the month goes on", "[disk]") {
  const CountyFolder undisturbed;
  REQUIRE(undisturbed.run_month().exit == kGood);
  const auto expected = books_in(undisturbed.data());

  const fixture::TemporaryFolder folder;
  const auto disk = folder.path() / "disk", report = folder.path() / "output";
  fs::create_directory(disk);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      _exit(full_disk_story(disk, report, expected));
    } catch (const std::exception& e) {
      std::ofstream(report, std::ios::app) << "\n" << e.what() << "\n";
      _exit(99);
    }
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  std::ifstream said(report);
  INFO("mis said:\n" << std::string(std::istreambuf_iterator<char>(said), {}));
  REQUIRE(WIFEXITED(status));
  // A machine without namespaces cannot make a small disk: that is said, not passed over.
  REQUIRE(WEXITSTATUS(status) != kNoNamespaces);
  CHECK(WEXITSTATUS(status) == 0);
}
