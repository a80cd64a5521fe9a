// Cashiers take money while the server and its database are killed, again and again: whoever loses an answer asks again with
// the same key, and in the end every receipt was taken once, every fen is in the books once.
#include <signal.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "tests/api/running_server.hpp"
#include "tests/scenario/county.hpp"

using namespace scenario;
using fixture::Client;
using fixture::idempotency_key;
using nlohmann::json;

namespace {

constexpr int kTills = 4, kKills = 10;

std::string certificate_of(const CountyFolder& county) { return (county.data() / "tls" / "server.crt").string(); }

std::string password_of(const CountyFolder& county) {
  std::ifstream in(county.data() / "demo-password");
  std::string password;
  in >> password;
  return password;
}

// The server as it is just now: its port changes with every start.
class Server {
 public:
  explicit Server(const CountyFolder& county) : county_(county) { start(); }

  void kill_and_start(bool database) {
    if (database) {
      // The server starts its private database again by itself; until it has, there is none to kill.
      if (const auto pid = database_pid(county_.data()); process_exists(pid)) kill(pid, SIGKILL);
      return;
    }
    program_->send(SIGKILL);
    program_->wait(20);
    start();
  }
  void stop() {
    program_->send(SIGTERM);
    CHECK(program_->wait(60) == kGood);
  }
  int port() const { return port_; }
  bool runs() const { return program_->runs(); }
  std::string output() const { return program_->output(); }

 private:
  void start() {
    port_ = 0;
    program_ = std::make_unique<Program>(std::vector<std::string>{"serve", "--port", "0", "--data", county_.data().string()}, county_.output().string() + std::to_string(++starts_));
    for (int look = 0; look < 6'000 && program_->runs(); ++look) {
      const auto said = program_->output();
      const auto at = said.find("https://127.0.0.1:");
      if (at != std::string::npos && said.find("Ctrl-C") != std::string::npos) {
        port_ = std::atoi(said.c_str() + at + 18);
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("expected the server to start again but it said: " + program_->output());
  }

  const CountyFolder& county_;
  std::unique_ptr<Program> program_;
  std::atomic<int> port_{0};
  int starts_ = 0;  // each has an output of its own: that of the one before names another port
};

// One till: sends receipts, each with a key of its own, until told to stop; asks again until it knows the answer.
class Till {
 public:
  Till(const Server& server, const CountyFolder& county, int number, std::vector<std::string> accounts)
      : server_(server), certificate_(certificate_of(county)), password_(password_of(county)), number_(number), accounts_(std::move(accounts)) {}

  void work(const std::atomic<bool>& enough) {
    std::mt19937 random(static_cast<unsigned>(number_));
    for (int n = 0; !enough; ++n) {
      const int fen = 100 + static_cast<int>(random() % 5'000);
      const json receipt{{"accounts", {{{"account_no", accounts_[random() % accounts_.size()]}, {"amount", std::to_string(fen / 100) + "." + std::to_string(100 + fen % 100).substr(1)}}}}, {"method", "cash"}};
      const auto answer = post("/api/v1/cashier/receipts", receipt, "till-" + std::to_string(number_) + "-" + std::to_string(n));
      if (answer.status != 201) throw std::runtime_error("expected a receipt but found " + std::to_string(answer.status) + " " + answer.body);
      taken_fen_ += fen;
      numbers_.insert(answer.json().at("receipt_no"));
      ++receipts_;
    }
  }

  // Sends until there is a definite answer: the connection may break, the server may be gone, its database too.
  fixture::Reply post(const std::string& path, const json& body, const std::string& key) {
    for (int attempt = 0; attempt < 600; ++attempt) {
      try {
        if (!client_) sign_in();
        auto reply = client_->post(path, body, {idempotency_key(key)});
        if (reply.status < 500 && reply.status != 401 && reply.status != 409) return reply;
        if (reply.status == 409 && reply.code() != "http.idempotency_in_flight") return reply;
        if (reply.status == 401) client_.reset();
        ++asked_again_;
        last_heard_ = reply.body;
      } catch (const std::exception& e) {
        last_heard_ = e.what();
        client_.reset();
        ++asked_again_;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    throw std::runtime_error("expected a definite answer within half a minute but heard at last: " + last_heard_);
  }

  int receipts() const { return receipts_; }
  int asked_again() const { return asked_again_; }
  std::int64_t taken_fen() const { return taken_fen_; }
  const std::set<std::string>& numbers() const { return numbers_; }

 private:
  void sign_in() {
    client_ = std::make_unique<Client>(static_cast<std::uint16_t>(server_.port()), certificate_);
    client_->sign_in("sun.li", password_);
  }

  const Server& server_;
  std::string certificate_, password_, last_heard_;
  int number_;
  std::vector<std::string> accounts_;
  std::unique_ptr<Client> client_;
  int receipts_ = 0, asked_again_ = 0;
  std::int64_t taken_fen_ = 0;
  std::set<std::string> numbers_;
};

std::vector<std::string> some_accounts(const CountyFolder& county, const Server& server) {
  Client client(static_cast<std::uint16_t>(server.port()), certificate_of(county));
  client.sign_in("wang.guoqiang", password_of(county));
  std::vector<std::string> numbers;
  for (const char* name : {"%E6%9D%8E", "%E7%8E%8B", "%E5%BC%A0"}) {
    const auto found = client.get(std::string("/api/v1/accounts?q=") + name).json();
    for (const auto& item : found.at("items")) numbers.push_back(item.at("account_no"));
  }
  return numbers;
}

}  // namespace

TEST_CASE("cashiers lose no fen and take none twice while server and database are killed", "[kill][till]") {
  const CountyFolder county;
  REQUIRE(county.run_month().exit == kGood);
  Server server(county);
  const auto accounts = some_accounts(county, server);
  REQUIRE(accounts.size() > 10);
  std::vector<std::unique_ptr<Till>> tills;
  for (int i = 0; i < kTills; ++i) tills.push_back(std::make_unique<Till>(server, county, i, accounts));
  const auto session = tills[0]->post("/api/v1/cashier/sessions", {{"float", "100.00"}}, "session-of-the-test");
  REQUIRE(session.status == 201);

  std::atomic<bool> enough{false};
  std::mutex failures_mutex;
  std::vector<std::string> failures;
  std::vector<std::jthread> hands;
  for (auto& till : tills)
    hands.emplace_back([&] {
      try {
        till->work(enough);
      } catch (const std::exception& e) {
        const std::lock_guard lock(failures_mutex);
        failures.push_back(e.what());
      }
    });
  const char* given = std::getenv("WATTHOUR_SEED");
  const auto seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::mt19937_64 random(seed);
  for (int kills = 0; kills < kKills; ++kills) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200 + random() % 1'200));
    server.kill_and_start(random() % 2 == 0);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1'000));  // and some more in peace
  enough = true;
  hands.clear();
  INFO("seed " << seed);
  if (!failures.empty()) UNSCOPED_INFO("the server " << (server.runs() ? "runs" : "has ended") << " and said: " << server.output());
  for (const auto& failure : failures) FAIL_CHECK(failure);

  std::set<std::string> numbers;
  std::int64_t taken_fen = 0, receipts = 0, asked_again = 0;
  for (const auto& till : tills) {
    numbers.insert(till->numbers().begin(), till->numbers().end());
    taken_fen += till->taken_fen();
    receipts += till->receipts();
    asked_again += till->asked_again();
  }
  WARN("seed " << seed << ": " << receipts << " receipts, " << asked_again << " answers asked for again");
  CHECK(receipts > 0);
  CHECK(asked_again > 0);
  CHECK(static_cast<std::int64_t>(numbers.size()) == receipts);  // no two answers name the same receipt

  const auto state = tills[0]->post("/api/v1/cashier/sessions", {{"float", "100.00"}}, "session-of-the-test").json();
  Client client(static_cast<std::uint16_t>(server.port()), certificate_of(county));
  client.sign_in("sun.li", password_of(county));
  const auto now = client.get("/api/v1/cashier/sessions/" + std::to_string(state.at("session_id").get<std::int64_t>())).json();
  CHECK(now.at("receipts") == receipts);
  const auto expected_fen = 10'000 + taken_fen;
  CHECK(now.at("expected").at("cash") == std::to_string(expected_fen / 100) + "." + std::to_string(100 + expected_fen % 100).substr(1));
  client.drop_connection();
  server.stop();
  const auto verified = county.verify();
  INFO(verified.output);
  CHECK(verified.exit == kGood);
}
