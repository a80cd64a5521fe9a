// `mis demo`: a county, a month, a summary, a server.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <sodium.h>

#include "db/demo/load.hpp"
#include "db/demo/money.hpp"
#include "mis/base/decimal.hpp"
#include "mis/commands/bill_month.hpp"
#include "mis/commands/commands.hpp"
#include "mis/commands/modules.hpp"
#include "mis/commands/running_server.hpp"
#include "mis/observe/log.hpp"
#include "mis/observe/metrics.hpp"
#include "modules/billing/month_store.hpp"
#include "modules/payment_channels/payment_channels.hpp"

namespace mis::commands {
namespace {

using Steady = std::chrono::steady_clock;
double seconds_since(Steady::time_point t) { return std::chrono::duration<double>(Steady::now() - t).count(); }

// "12345678" → "12,345,678".
std::string grouped(std::int64_t value) {
  auto text = std::to_string(value);
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > (value < 0 ? 1 : 0); i -= 3) text.insert(static_cast<std::size_t>(i), ",");
  return text;
}
std::string grouped_yuan(Money m) { return fmt::format("{}.{:02}", grouped(m.value / 100), std::abs(m.value % 100)); }

// The staff's password of this data folder: made once, kept where only its owner can read it.
std::string staff_password(const std::filesystem::path& data) {
  const auto file = data / "demo-password";
  {
    std::ifstream in(file);
    std::string password;
    if (in >> password) return password;
  }
  if (sodium_init() < 0) throw std::runtime_error("cannot initialise libsodium");
  // Letters and digits that nobody confuses when reading them from a screen.
  static constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789";
  std::string password;
  for (int i = 0; i < 14; ++i) {
    if (i > 0 && i % 5 == 0) password += '-';
    password += kLetters[randombytes_uniform(static_cast<std::uint32_t>(kLetters.size()))];
  }
  std::filesystem::create_directories(data);
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 || ::write(fd, password.data(), password.size()) < 0) throw std::runtime_error("cannot write " + file.string());
  close(fd);
  return password;
}

// Ctrl-C while the county loads or its month is billed ends the program at once. Nothing needs tidying up: every shard is one
// transaction, and the private database stops when this process goes.
class StopsAtOnce {
 public:
  explicit StopsAtOnce(http::StopSignals& signals)
      : thread_([&signals](const std::stop_token& enough) {
          while (!enough.stop_requested()) {
            if (!signals.wait_for(100)) continue;
            fmt::print("\nStopped. The next start goes on from here.\n");
            std::fflush(stdout);
            _exit(130);
          }
        }) {}

 private:
  std::jthread thread_;
};

// Who does what in the demonstration's month, as db/demo names them.
constexpr const char* kPeople[] = {"lin.wei", "zhao.lei", "chen.jing"};  // clerk, reviewer, approver

struct Stage {
  std::string name;
  double seconds;
};

class Demo {
 public:
  Demo(const DemoOptions& options, http::StopSignals& signals) : options_(options), signals_(signals) {
    county_.customers = options.customers;
    if (options.seed != 0) county_.seed = options.seed;
    county_.reference_folder = options.serve.place.home / "db" / "reference";
  }

  int run() {
    // A county that cannot be made is told before a database is made for it.
    if (auto usable = demo::check(county_); !usable) return fail(usable.error());
    auto stops_at_once = std::make_unique<StopsAtOnce>(signals_);
    say("Opening the database ...");
    auto begun = Steady::now();
    Installation installation(options_.serve.place);
    const auto& timing = installation.timing();
    if (timing.private_server)
      fmt::print("  private MariaDB: created in {:.2f} s, ready in {:.2f} s; schema in {:.2f} s ({} migrations)\n", timing.install_s, timing.ready_s, timing.migrate_s, timing.migrations);
    stages_.push_back({"database", seconds_since(begun)});
    if (auto error = load(installation)) return fail(*error);
    if (options_.until != "loaded")
      if (auto error = bill(installation)) return fail(*error);
    if (options_.until == "issued")
      if (auto error = take_money(installation)) return fail(*error);
    print_summary(installation);
    if (options_.once) return 0;
    stops_at_once.reset();
    RunningServer server(installation, options_.serve);
    const auto bank_port = open_bank_port(installation);
    fmt::print("\nWatthour serves https://{}:{}/   (its own certificate: the browser asks once)\n", options_.serve.address, server.port());
    if (bank_port) fmt::print("The bank port of channel {} listens at 127.0.0.1:{}; its bank's certificate and key lie in {}\n", demo::kBankChannel, bank_port->port(), (options_.serve.place.data / "demo-bank").string());
    print_logins();
    fmt::print("Ctrl-C stops everything.\n");
    std::fflush(stdout);
    signals_.wait();
    say("Stopping ...");
    return 0;
  }

 private:
  static void say(std::string_view text) {
    fmt::print("{}\n", text);
    std::fflush(stdout);
  }
  int fail(const Error& error) {
    fmt::print(stderr, "\n{} ({})\n", error.message, error.code);
    return 1;
  }

  std::optional<Error> load(Installation& installation) {
    say(fmt::format("Loading a county of {} customers ...", grouped(county_.customers)));
    const auto begun = Steady::now();
    demo::LoadOptions load;
    load.staff_password = staff_password(options_.serve.place.data);
    load.now = demo::EarlierClock(demo::kIssuedDaysAgo + 1).now();
    load.progress = [this, last = -1](const demo::LoadProgress& p) mutable {
      if (p.percent == last) return;
      last = p.percent;
      progress_line(fmt::format("{}: {} rows, {} %", p.stage, grouped(p.rows), p.percent));
    };
    auto summary = demo::load_county(installation.owner(), county_, load);
    if (!summary) return std::move(summary).error();
    end_progress();
    installation.grant_rights();
    logins_ = summary->logins;
    if (summary->already_there) {
      say("  it is there already");
    } else {
      fmt::print("  {} customers, {} accounts, {} meters, {} readings, {} months of history\n", grouped(summary->customers), grouped(summary->accounts), grouped(summary->meters),
                 grouped(summary->readings), grouped(summary->months_billed));
      stages_.push_back({"county", seconds_since(begun)});
    }
    return {};
  }

  // The clerk calculates, the reviewer decides and submits, the manager issues: as at the terminals.
  std::optional<Error> bill(Installation& installation) {
    const auto month = county_.last_month;
    auto people = installation.app().read([&](db::Session& s) -> Result<std::vector<UserId>> {
      std::vector<UserId> ids;
      for (const auto* name : kPeople) {
        auto id = user_named(s, name);
        if (!id) return std::move(id).error();
        ids.push_back(*id);
      }
      return ids;
    });
    if (!people) return std::move(people).error();
    const demo::EarlierClock clock(demo::kIssuedDaysAgo);
    MonthBiller biller(installation, options_.serve.workers, clock);
    auto run = biller.open(month, (*people)[0]);
    if (!run) return std::move(run).error();
    run_ = run->id;
    using billing::RunState;
    const auto show = [this](std::int64_t done, std::int64_t total) { progress_line(fmt::format("{} of {} accounts", grouped(done), grouped(total))); };
    auto begun = Steady::now();
    if (run->state == RunState::kOpen || run->state == RunState::kCalculating) {
      say(fmt::format("Calculating {} ...", month.to_string()));
      if (auto status = biller.calculate(run_, (*people)[0], show); !status) return std::move(status).error();
      end_progress();
      stages_.push_back({"calculate", seconds_since(begun)});
    }
    if (options_.until == "calculated") return {};
    run = biller.look(run_);
    if (run && run->state == RunState::kCalculated) {
      begun = Steady::now();
      say("Deciding about exceptions (estimate what could not be read) and submitting ...");
      auto decided = biller.decide_all(run_, (*people)[1], billing::Decision::kEstimate, show);
      if (!decided) return std::move(decided).error();
      // What cannot even be estimated gets no bill this month.
      if (decided->left_open > 0) {
        auto excluded = biller.decide_all(run_, (*people)[1], billing::Decision::kExclude, show);
        if (!excluded) return std::move(excluded).error();
      }
      end_progress();
      if (auto status = biller.submit(run_, (*people)[1]); !status) return std::move(status).error();
      stages_.push_back({"decide and submit", seconds_since(begun)});
    }
    run = biller.look(run_);
    if (run && (run->state == RunState::kSubmitted || run->state == RunState::kIssuing)) {
      begun = Steady::now();
      say("Issuing: receivables and ledger ...");
      if (auto status = biller.issue(run_, (*people)[2], show); !status) return std::move(status).error();
      end_progress();
      stages_.push_back({"issue", seconds_since(begun)});
    }
    return {};
  }

  // A bank, counters, reminders: what people do after the issue.
  std::optional<Error> take_money(Installation& installation) {
    const auto begun = Steady::now();
    auto run = installation.app().read([&](db::Session& s) { return billing::find_run(s, run_); });
    if (!run) return std::move(run).error();
    if (!run->issued_at) return {};
    auto county = demo::County::plan(county_);
    if (!county) return std::move(county).error();
    demo::StoryClock clock;
    observe::Metrics metrics;
    Registry registry({installation.app(), clock, metrics});
    registry.part<payment_channels::KeyPlace>().folder = options_.serve.place.data / "keys";
    register_modules(registry);
    demo::MoneyOptions money;
    money.place = {options_.serve.place.data};
    money.staff_password = staff_password(options_.serve.place.data);
    money.threads = options_.serve.workers;
    bool first = true;
    money.progress = [&](std::string_view stage) {
      if (std::exchange(first, false)) say("Money: a bank, counters, reminders ...");
      progress_line(std::string(stage));
    };
    observe::set_log_level(observe::Level::kWarning);  // who comes and goes at the port is no news here
    auto done = demo::play_money(registry, clock, *county, money, local_date(*run->issued_at), local_date(SystemClock().now()));
    observe::set_log_level(observe::Level::kInfo);
    if (!done) return std::move(done).error();
    end_progress();
    if (done->told) stages_.push_back({"money", seconds_since(begun)});
    return {};
  }

  // Beside the server, as a bank would find it; nothing where its port is taken, which the server can do without.
  std::unique_ptr<payment_channels::BankPort> open_bank_port(Installation& installation) {
    if (options_.until != "issued") return {};
    constexpr int kUsualPort = 8583;
    for (const int port : {kUsualPort, 0}) {
      try {
        return std::make_unique<payment_channels::BankPort>(Services{installation.app(), system_clock_, metrics_}, payment_channels::KeyPlace{options_.serve.place.data / "keys"},
                                                            demo::bank_port_options({options_.serve.place.data}, port));
      } catch (const std::runtime_error&) {
        // Taken, or the story had no bank yet: the next one, or none.
      }
    }
    return {};
  }

  void print_money(db::Session& s) {
    const auto paid = receivables::paid_totals(s);
    if (paid.empty()) return;
    fmt::print("\n  {:<28}{:>10}{:>20}\n", "paid", "payments", "yuan");
    for (const auto& total : paid)
      fmt::print("  {:<28}{:>10}{:>20}\n", fmt::format("{}, {}", receivables::name_of(total.source), receivables::name_of(total.method)), grouped(total.payments), grouped_yuan(total.amount));
    const auto open = receivables::open_total(s, local_date(SystemClock().now()));
    fmt::print("  {:<28}{:>10}{:>20}\n  {:<28}{:>10}{:>20}\n", "still open (bills)", grouped(open.bills), grouped_yuan(open.outstanding), "of that overdue", "", grouped_yuan(open.overdue));
  }

  void print_summary(Installation& installation) {
    if (!run_) return;
    (void)installation.app().read([&](db::Session& s) -> Status {
      auto run = billing::find_run(s, run_);
      if (!run) return std::move(run).error();
      const auto readings = billing::count_readings(s, run->month);
      fmt::print("\nBilling month {}: {}\n", run->month.to_string(), billing::name_of(run->state));
      fmt::print("  {:<24}{:>16}\n  {:<24}{:>16}  of {} meters\n  {:<24}{:>16}\n  {:<24}{:>16}\n  {:<24}{:>16} kWh\n  {:<24}{:>16} yuan\n", "customers' accounts", grouped(readings.accounts), "meters read",
                 grouped(readings.read), grouped(readings.meters), "bills", grouped(run->bills), "exceptions", grouped(run->exceptions), "energy", grouped(run->energy.value / 1000), "amount",
                 grouped_yuan(run->amount));
      fmt::print("\n  {:<20}{:>10}{:>18}{:>20}\n", "category", "bills", "kWh", "yuan");
      for (const auto& row : billing::sums_by_category(s, run->id, "/%"))
        fmt::print("  {:<20}{:>10}{:>18}{:>20}\n", row.key, grouped(row.bills), grouped(row.energy.value / 1000), grouped_yuan(row.amount));
      print_money(s);
      return ok();
    });
    fmt::print("\n  {:<20}{:>10}\n", "stage", "seconds");
    for (const auto& stage : stages_) fmt::print("  {:<20}{:>10.2f}\n", stage.name, stage.seconds);
    std::fflush(stdout);
  }

  void print_logins() {
    fmt::print("\nLogins (password of all: {})\n", staff_password(options_.serve.place.data));
    for (const auto& login : logins_) fmt::print("  {:<18}{}  {}\n", login.username, login.name, login.role);
  }

  // One line that is rewritten where a person watches, a line now and then where the output goes to a file.
  void progress_line(const std::string& text) {
    if (isatty(STDOUT_FILENO)) {
      fmt::print("\r  {:<60}", text);
      open_line_ = true;
    } else if (Steady::now() - last_line_ > std::chrono::seconds(5)) {
      fmt::print("  {}\n", text);
      last_line_ = Steady::now();
    }
    std::fflush(stdout);
  }
  void end_progress() {
    if (open_line_) fmt::print("\n");
    open_line_ = false;
  }

  DemoOptions options_;
  http::StopSignals& signals_;
  demo::CountyOptions county_;
  std::vector<demo::Login> logins_;
  std::vector<Stage> stages_;
  SystemClock system_clock_;
  observe::Metrics metrics_;  // of the bank port
  RunId run_;
  Steady::time_point last_line_ = Steady::now();
  bool open_line_ = false;
};

}  // namespace

int demo(const DemoOptions& options, http::StopSignals& signals) { return Demo(options, signals).run(); }

}  // namespace mis::commands
