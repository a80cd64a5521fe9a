#include "tests/bench/server_bench.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bench {
namespace {

using nlohmann::json;
using Steady = std::chrono::steady_clock;
double since(Steady::time_point t) { return std::chrono::duration<double>(Steady::now() - t).count(); }

// A port that nobody uses just now.
std::uint16_t free_port() { return Poco::Net::ServerSocket(Poco::Net::SocketAddress("127.0.0.1", 0)).address().port(); }
const std::uint16_t kPort = free_port();
constexpr int kTerminals = 100;

// The program as a child, stopped with the object.
class Program {
 public:
  Program(const std::filesystem::path& program, const std::filesystem::path& data) {
    pid_ = fork();
    if (pid_ == 0) {
      const auto port = std::to_string(kPort);
      if (!freopen("/dev/null", "w", stdout) || !freopen((data / "log" / "bench-server.log").c_str(), "w", stderr)) _exit(126);
      execl(program.c_str(), "mis", "serve", "--data", data.c_str(), "--port", port.c_str(), nullptr);
      _exit(127);
    }
  }
  ~Program() {
    kill(pid_, SIGTERM);
    int status = 0;
    waitpid(pid_, &status, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

class Terminal {
 public:
  Terminal() : session_("127.0.0.1", kPort, new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, "", Poco::Net::Context::VERIFY_NONE)) {
    session_.setKeepAlive(true);
    session_.setTimeout(Poco::Timespan(60, 0));
  }
  struct Reply { int status = 0; json body; std::string cookie; };
  Reply send(const std::string& method, const std::string& path, const json& body = nullptr, const std::string& key = {}) {
    Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
    if (!cookie_.empty()) request.set("Cookie", cookie_);
    if (!csrf_.empty()) request.set("X-CSRF-Token", csrf_);
    if (!key.empty()) request.set("Idempotency-Key", key);
    const auto text = body.is_null() ? std::string() : body.dump();
    if (method != "GET") {
      request.setContentType("application/json");
      request.setContentLength(static_cast<std::streamsize>(text.size()));
    }
    session_.sendRequest(request) << text;
    Poco::Net::HTTPResponse response;
    std::ostringstream answer;
    Poco::StreamCopier::copyStream(session_.receiveResponse(response), answer);
    if (response.has("Set-Cookie")) {
      const auto cookie = response.get("Set-Cookie");
      cookie_ = cookie.substr(0, cookie.find(';'));
    }
    return {static_cast<int>(response.getStatus()), json::parse(answer.str(), nullptr, false), cookie_};
  }
  void sign_in(const std::string& user, const std::string& password) {
    const auto reply = send("POST", "/api/v1/session", {{"username", user}, {"password", password}});
    if (reply.status != 200) throw std::runtime_error(fmt::format("sign-in answered {}", reply.status));
    csrf_ = reply.body.value("csrf_token", "");
  }
  void join(const Terminal& other) {
    cookie_ = other.cookie_;
    csrf_ = other.csrf_;
  }

 private:
  Poco::Net::HTTPSClientSession session_;
  std::string cookie_, csrf_;
};

double wait_until_ready() {
  const auto begun = Steady::now();
  while (since(begun) < 60) {
    try {
      Terminal terminal;
      if (terminal.send("GET", "/ready").status == 200) return since(begun);
    } catch (const std::exception&) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error("the server did not become ready within a minute");
}

// What people type: numbers, names, initials, phones, barcodes and addresses, taken from accounts that are there.
std::vector<std::string> search_terms(Terminal& terminal) {
  std::vector<std::string> terms;
  for (const char* seed : {"000", "00001", "王", "李", "建", "wj", "zl", "138", "139", "县", "路"}) {
    const auto reply = terminal.send("GET", std::string("/api/v1/accounts?q=") + [&] { std::string e; Poco::URI::encode(seed, "", e); return e; }());
    if (reply.status != 200) continue;
    for (const auto& item : reply.body["items"]) {
      terms.push_back(item.value("account_no", ""));
      terms.push_back(item.value("name", ""));
      terms.push_back(item.value("account_no", "").substr(0, 6));
      if (item.contains("matched")) terms.push_back(item["matched"].value("text", ""));
    }
  }
  std::erase_if(terms, [](const auto& t) { return t.size() < 3; });
  if (terms.empty()) throw std::runtime_error("no search terms: the search answered nothing");
  return terms;
}

std::int64_t resident_kb(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atoll(line.c_str() + 6);
  return 0;
}

struct Load { double p50_ms = 0, p99_ms = 0; std::size_t count = 0, failed = 0; };

// Each terminal asks, waits a second as a person would, and asks again.
template <class While>
Load search(const Terminal& signed_in, const std::vector<std::string>& terms, While&& going_on) {
  std::vector<std::vector<double>> times(kTerminals);
  std::atomic<std::size_t> failed{0};
  std::vector<std::thread> people;
  for (int i = 0; i < kTerminals; ++i) {
    people.emplace_back([&, i] {
      Terminal terminal;
      terminal.join(signed_in);
      std::uint64_t random = 88172645463325252ULL + static_cast<std::uint64_t>(i) * 7919;
      std::this_thread::sleep_for(std::chrono::milliseconds(i * 10));
      while (going_on()) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        std::string term;
        Poco::URI::encode(terms[random % terms.size()], "&+#?", term);
        const auto begun = Steady::now();
        try {
          if (terminal.send("GET", "/api/v1/accounts?q=" + term).status != 200) ++failed;
        } catch (const std::exception&) {
          ++failed;
        }
        times[static_cast<std::size_t>(i)].push_back(since(begun) * 1000);
        std::this_thread::sleep_for(std::chrono::milliseconds(1000));
      }
    });
  }
  for (auto& person : people) person.join();
  std::vector<double> all;
  for (auto& list : times) all.insert(all.end(), list.begin() + (list.size() > 1 ? 1 : 0), list.end());  // the first one makes the connection
  if (all.empty()) return {};
  std::sort(all.begin(), all.end());
  return {all[all.size() / 2], all[all.size() * 99 / 100], all.size(), failed.load()};
}

}  // namespace

void run_server_bench(Table& table, const std::filesystem::path& program, const std::filesystem::path& data, const std::string& staff_password) {
  Program server(program, data);
  table.add({"server start to ready (database included)", wait_until_ready(), "s", 2, true, ""});
  Terminal clerk;
  clerk.sign_in("lin.wei", staff_password);
  const auto terms = search_terms(clerk);

  const auto until = Steady::now() + std::chrono::seconds(10);
  const auto quiet = search(clerk, terms, [&] { return Steady::now() < until; });
  table.add({"search, 100 terminals, quiet: p99", quiet.p99_ms, "ms", 50, true, fmt::format("p50 {:.1f} ms, {} searches, {} failed", quiet.p50_ms, quiet.count, quiet.failed)});

  // The run that the county waits for, calculated over and over while people search.
  const auto months = clerk.send("GET", "/api/v1/billing/runs");
  std::int64_t run = 0;
  for (const auto& item : months.body["items"])
    if (item.value("state", "") == "calculated") run = item.value("run_id", std::int64_t{0});
  if (run == 0) throw std::runtime_error("expected a calculated run to calculate again");
  std::atomic<bool> over{false};
  std::thread biller([&] {
    for (int round = 0; round < 3; ++round) {
      const auto reply = clerk.send("POST", fmt::format("/api/v1/billing/runs/{}/calculate", run), json::object(), fmt::format("bench-{}-{}", getpid(), round));
      if (reply.status != 202) break;
      const auto job = reply.body.value("job_id", std::int64_t{0});
      for (;;) {
        const auto state = clerk.send("GET", fmt::format("/api/v1/jobs/{}", job)).body.value("state", "");
        if (state != "queued" && state != "running") break;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
      }
    }
    over = true;
  });
  const auto busy = search(clerk, terms, [&] { return !over.load(); });
  biller.join();
  table.add({"search, 100 terminals, during a bill run: p99", busy.p99_ms, "ms", 50, true, fmt::format("p50 {:.1f} ms, {} searches, {} failed", busy.p50_ms, busy.count, busy.failed)});
  table.add({"memory of the server, highest", static_cast<double>(resident_kb(server.pid())) / 1024, "MB", 500, true, ""});
}

}  // namespace bench
