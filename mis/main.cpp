// The command line.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "mis/commands/commands.hpp"
#include "modules/billing/quote.hpp"

namespace {

using namespace mis::commands;

void add_place(CLI::App& command, Place& place) {
  command.add_option("--data", place.data, "Data folder: private database, certificate, logs")->capture_default_str();
  command.add_option("--db", place.db, "Existing database: mysql://user:password@host:port/name[?tls_ca=FILE]");
  command.add_option("--owner-db", place.owner_db, "The same database as its schema's owner, for migrations");
  command.add_option("--buffer-pool-mb", place.buffer_pool_mb, "Memory of the private database")->capture_default_str();
}

void add_server(CLI::App& command, ServeOptions& options) {
  add_place(command, options.place);
  command.add_option("--address", options.address, "Address to listen on")->capture_default_str();
  command.add_option("--port", options.port, "Port; 0 for any free one")->capture_default_str();
  command.add_option("--workers", options.workers, "Threads for long work")->capture_default_str();
  command.add_option("--keep-outbox", options.keep_outbox_days, "Days that files of sent messages stay in the data folder; 0: for ever")->capture_default_str()->check(CLI::Range(0, 36'500));
}

int run(int argc, char** argv) {
  mis::http::StopSignals signals;
  CLI::App app("Watthour: the system a power company sells electricity with", "mis");
  app.require_subcommand(1);

  ServeOptions serve_options;
  serve_options.place.home = default_home();
  serve_options.place.data = serve_options.place.home / "data";
  DemoOptions demo_options;
  demo_options.serve = serve_options;
  BillOptions bill_options;
  bill_options.place = serve_options.place;
  bill_options.step = "all";
  bill_options.user = "zhao.lei";
  bill_options.approver = "chen.jing";
  Place verify_place = serve_options.place, import_place = serve_options.place, migrate_place = serve_options.place;

  auto* serve_command = app.add_subcommand("serve", "Serve the terminals over HTTPS");
  add_server(*serve_command, serve_options);

  auto* demo_command = app.add_subcommand("demo", "Load a county, bill its month, print a summary, serve");
  add_server(*demo_command, demo_options.serve);
  demo_command->add_option("--customers", demo_options.customers, "Size of the county")->capture_default_str();
  demo_command->add_option("--seed", demo_options.seed, "Another county of the same size");
  demo_command->add_option("--until", demo_options.until, "Bill as far as: loaded, calculated, issued")->check(CLI::IsMember({"loaded", "calculated", "issued"}))->capture_default_str();
  demo_command->add_flag("--once", demo_options.once, "Stop after the summary");

  auto* bill_command = app.add_subcommand("bill", "Run a billing month");
  add_place(*bill_command, bill_options.place);
  bill_command->add_option("month", bill_options.month, "Like 2026-10")->required();
  bill_command->add_option("--step", bill_options.step, "calculate, decide, submit, issue or all")->check(CLI::IsMember({"calculate", "decide", "submit", "issue", "all"}))->capture_default_str();
  bill_command->add_option("--user", bill_options.user, "Who calculates, decides and submits")->capture_default_str();
  bill_command->add_option("--approver", bill_options.approver, "Who issues: another person")->capture_default_str();

  auto* verify_command = app.add_subcommand("verify", "Recompute the audit chain and the ledger, print what differs");
  add_place(*verify_command, verify_place);
  bool repair = false;
  verify_command->add_flag("--repair", repair, "Write what follows from the ledger anew where it differs; never the ledger itself");

  auto* migrate_command = app.add_subcommand("migrate", "Bring the database to this build's schema");
  add_place(*migrate_command, migrate_place);

  auto* import_command = app.add_subcommand("import", "Load files: import KIND FILE... | import --describe [KIND]");
  add_place(*import_command, import_place);
  import_command->allow_extras();

  std::string admin;
  Place setup_place = serve_options.place;
  auto* setup_command = app.add_subcommand("setup", "What a new installation needs before files are loaded: job roles, published tariffs, a first administrator");
  add_place(*setup_command, setup_place);
  setup_command->add_option("--admin", admin, "Make a user of this name who may administer; prints a temporary password");

  CountyFilesOptions county_options;
  auto* county_command = app.add_subcommand("county", "Write the demonstration county as CSV files for import");
  county_command->add_option("folder", county_options.folder, "Where to")->required();
  county_command->add_option("--customers", county_options.customers, "Size of the county")->capture_default_str();
  county_command->add_option("--seed", county_options.seed, "Another county of the same size");
  county_command->add_flag("--gb18030", county_options.gb18030, "In GB18030 instead of UTF-8");
  county_command->add_flag("--gzip", county_options.gzip, "Compressed");

  auto* quote_command = app.add_subcommand("quote", "Bill one self-contained case: quote CASE.json [--json] [--lang zh|en]");
  quote_command->allow_extras();

  BankPortCommand port_options;
  port_options.place = serve_options.place;
  auto* port_command = app.add_subcommand("bank-port", "Listen for a bank's messages: a process of its own beside `serve`");
  add_place(*port_command, port_options.place);
  port_command->add_option("--channel", port_options.channel, "Code of the channel whose framing the port speaks")->required();
  port_command->add_option("--address", port_options.address, "Address to listen on")->capture_default_str();
  port_command->add_option("--port", port_options.port, "Port; 0 for any free one")->capture_default_str();
  port_command->add_option("--client-ca", port_options.client_ca, "PEM file of who signs banks' certificates");
  port_command->add_flag("--plain", port_options.plain, "Without TLS, on the loopback only");

  BankSimCommand sim_options;
  sim_options.place = serve_options.place;
  auto* sim_command = app.add_subcommand("bank-sim", "Play an honest and a hostile bank against a bank port on this machine, and print what it was answered");
  add_place(*sim_command, sim_options.place);
  sim_command->add_option("--channel", sim_options.channel, "Code of the channel to play")->required();
  sim_command->add_option("--account", sim_options.account_no, "Account number to pay for; in the end nothing is paid")->required();
  sim_command->add_option("--port", sim_options.port, "Where the bank port listens")->capture_default_str();
  sim_command->add_option("--certificate", sim_options.certificate, "PEM file of the bank's certificate; none: no TLS");
  sim_command->add_option("--key", sim_options.key, "PEM file of its key");
  sim_command->add_flag("--change-key", sim_options.change_key, "Change the channel's working key over the line; it stays changed");
  sim_command->add_option("--flood", sim_options.flood, "Messages that come at once, at most 10000")->capture_default_str();

  auto* openapi_command = app.add_subcommand("openapi", "Print the API as OpenAPI 3.1");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  if (*serve_command) return serve(serve_options, signals);
  if (*demo_command) return demo(demo_options, signals);
  if (*bill_command) return bill(bill_options);
  if (*verify_command) return verify(verify_place, repair);
  if (*migrate_command) {
    const Installation installation(migrate_place);
    fmt::print("{} migrations applied\n", installation.timing().migrations);
    return 0;
  }
  if (*import_command) return import_files(import_place, import_command->remaining());
  if (*setup_command) return setup(setup_place, admin);
  if (*county_command) return write_county_files(county_options);
  if (*quote_command) {
    const auto output = mis::billing::quote_command(quote_command->remaining());
    fmt::print("{}", output.out);
    fmt::print(stderr, "{}", output.error);
    return output.exit_code;
  }
  if (*port_command) return bank_port(port_options, signals);
  if (*sim_command) return bank_sim(sim_options);
  if (*openapi_command) return print_openapi();
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "mis: {}\n", e.what());
    return 2;
  }
}
