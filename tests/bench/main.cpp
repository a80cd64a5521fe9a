// `./run bench`: measures, prints a table, and writes it as JSON.
#include <sodium.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "mis/commands/installation.hpp"
#include "mis/observe/log.hpp"
#include "tests/bench/collection_bench.hpp"
#include "tests/bench/database_bench.hpp"
#include "tests/bench/days_bench.hpp"
#include "tests/bench/engine_bench.hpp"
#include "tests/bench/payments_bench.hpp"
#include "tests/bench/port_bench.hpp"
#include "tests/bench/server_bench.hpp"
#include "tests/bench/table.hpp"

namespace {

namespace fs = std::filesystem;

void run_engine(bench::Table& table, const std::string& reference) {
  for (const auto& row : {bench::run_engine_residential(reference), bench::run_engine_two_part(reference), bench::run_engine_intervals(reference)})
    table.add({"engine, one core: " + row.name, row.bills_per_second, "bills/s", row.target_per_second, false, fmt::format("{:.1f} lines a bill", static_cast<double>(row.lines) / static_cast<double>(row.bills))});
}

std::string random_password() {
  if (sodium_init() < 0) throw std::runtime_error("cannot initialise libsodium");
  unsigned char bytes[12];
  randombytes_buf(bytes, sizeof bytes);
  char hex[2 * sizeof bytes + 1];
  sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
  return hex;
}

int run(int argc, char** argv) {
  CLI::App app("Measures Watthour", "bench");
  std::string json_file, only;
  fs::path data;
  bench::CountySize size;
  app.add_option("--json", json_file, "Write the table to this file");
  app.add_option("--customers", size.customers, "Size of the county")->capture_default_str();
  app.add_option("--months", size.months, "How many months are billed")->check(CLI::Range(1, 13))->capture_default_str();
  app.add_option("--unpaid", size.unpaid_of_hundred, "Of a hundred bills of a month how many are not paid when the next is billed")->check(CLI::Range(0, 100))->capture_default_str();
  app.add_option("--only", only, "engine, database")->check(CLI::IsMember({"engine", "database"}));
  app.add_option("--data", data, "Keep the database in this folder (default: a temporary one)");
  CLI11_PARSE(app, argc, argv);

  mis::observe::set_log_level(mis::observe::Level::kError);  // the table is what is read here
  const auto home = mis::commands::default_home();
  bench::Table table;
  if (only != "database") run_engine(table, (home / "db" / "reference").string());
  if (only != "engine") {
    const bool temporary = data.empty();
    if (temporary) {
      std::string pattern = (fs::temp_directory_path() / "watthour-bench-XXXXXX").string();
      if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make a temporary folder");
      data = pattern;
    }
    const auto password = random_password();
    {
      mis::commands::Installation installation({.home = home, .data = data, .db = {}, .owner_db = {}, .buffer_pool_mb = 1024});
      const auto now = bench::run_database_bench(table, installation, size, password);
      bench::run_port_bench(table, installation);
      bench::run_payments_bench(table, installation, now);
      bench::run_days_bench(table, installation);
      bench::run_collection_bench(table, installation);
    }
    bench::run_server_bench(table, home / "build" / "bin" / "mis", data, password);
    if (temporary) fs::remove_all(data);
  }
  if (!json_file.empty()) std::ofstream(json_file) << table.json() << '\n';
  return table.all_reached() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench: {}\n", e.what());
    return 2;
  }
}
