#include "tests/sim/desk.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "mis/http/idempotency.hpp"
#include "tests/store/fixture.hpp"

using namespace mis;

namespace sim {
namespace {

// What came out of a child before it was killed: the whole answer, which ends in a zero byte, or nothing that counts.
std::string read_answer(int from) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(from, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  if (text.empty() || text.back() != '\0') return {};
  text.pop_back();
  return text;
}

[[noreturn]] void answer_and_end(const db::Endpoint& endpoint, const Clock& clock, const Request& request, int to) {
  std::string text;
  try {
    db::Database own(endpoint);  // the parent's sessions are the parent's
    text = request(Desk(own, clock));
  } catch (const std::exception&) {
    _exit(1);  // no answer: whoever asked does not know
  }
  text.push_back('\0');
  for (std::size_t sent = 0; sent < text.size();) {
    const auto n = write(to, text.data() + sent, text.size() - sent);
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
  _exit(0);
}

bool is_definite(const std::string& answer) { return !answer.empty() && !answer.starts_with("error db."); }

}  // namespace

security::Caller person(UserId id) {
  security::Caller caller;
  caller.user_id = id;
  caller.username = caller.name = fmt::format("user {}", id.value);
  caller.org_path = "/1/";
  caller.remote = "sim";
  return caller;
}

std::string Desk::staff(UserId who, const std::string& key, const std::function<Result<std::string>(db::Session&)>& work) const {
  http::Request request;
  request.method = http::Method::kPost;
  request.path = "/sim";
  request.body = key;
  request.headers.emplace_back("Idempotency-Key", key);
  auto answer = http::idempotent(services_, request, person(who), [&](db::Session& session) -> Result<http::Answer> {
    auto text = work(session);
    if (!text) return std::move(text).error();
    http::Answer told;
    told.body = std::move(*text);
    return told;
  });
  return answer ? answer->body : refused(answer.error());
}

Lives::Lives(db::Database& app, db::Database& owner, const Clock& clock, std::uint64_t seed, Chances chances)
    : app_(app), owner_(owner), clock_(clock), random_(seed ^ 0x9E3779B97F4A7C15U), chances_(chances), desk_(app, clock) {}

std::string Lives::ask(const Request& request) {
  std::string heard;
  if (one_in(chances_.database)) heard = in_child(request, true);
  else if (one_in(chances_.server)) heard = in_child(request, false);
  else if (one_in(12)) heard = request(desk_);  // it is answered and the answer is lost on the way
  else return request(desk_);
  ++lost_answers_;
  auto answer = request(desk_);
  if (is_definite(heard) && heard != answer) throw std::runtime_error(fmt::format("expected the same request to be answered as before, \"{}\", but found \"{}\"", heard, answer));
  return answer;
}

std::string Lives::in_child(const Request& request, bool kill_database) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("expected a pipe but there is none");
  const auto child = fork();
  if (child < 0) throw std::runtime_error("expected a child process but there is none");
  if (child == 0) {
    close(ends[0]);
    answer_and_end(app_.endpoint(), clock_, request, ends[1]);
  }
  close(ends[1]);
  // Most of a request's life is in its first ten milliseconds, connecting included; some are left to end.
  std::this_thread::sleep_for(std::chrono::microseconds(500 + random_() % 20'000));
  if (kill_database) {
    kill(fixture::server().pid(), SIGKILL);
    ++database_kills_;
  } else {
    kill(child, SIGKILL);
    ++server_kills_;
  }
  auto heard = read_answer(ends[0]);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!is_definite(heard)) ++unheard_;
  if (kill_database) freshen();
  return heard;
}

// The database again, and sessions that have not known the old one.
void Lives::freshen() {
  siginfo_t ignored{};
  waitid(P_PID, static_cast<id_t>(fixture::server().pid()), &ignored, WEXITED | WNOWAIT);  // until it is gone indeed
  fixture::server().restart_if_dead();
  for (auto* database : {&app_, &owner_})
    for (int attempt = 0; attempt < 40; ++attempt) (void)database->read([](db::Session& session) -> Result<int> { session.query("SELECT 1").next(); return 1; });
}

}  // namespace sim
