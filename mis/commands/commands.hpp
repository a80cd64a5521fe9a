// The commands of `mis`, each a function that returns the exit code: 0 done, 1 it found something wrong, 2 it could not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mis/base/time.hpp"
#include "mis/commands/installation.hpp"
#include "mis/http/server.hpp"

namespace mis::commands {

struct ServeOptions {
  Place place;
  std::string address = "127.0.0.1";
  int port = 8443;
  int workers = 2;
  int keep_outbox_days = 90;  // how long files of sent messages stay; 0: for ever
};

struct DemoOptions {
  ServeOptions serve;
  int customers = 153'000;
  bool once = false;
  std::string until = "issued";  // or "loaded", "calculated"
  std::uint64_t seed = 0;        // 0: the county's own
};

struct BillOptions {
  Place place;
  std::string month;
  std::string step;  // "calculate", "decide", "submit", "issue", "all"
  std::string user, approver;
};

struct CountyFilesOptions {
  std::filesystem::path folder;
  int customers = 153'000;
  std::uint64_t seed = 0;  // 0: the county's own
  bool gb18030 = false;
  bool gzip = false;
};

struct BankPortCommand {
  Place place;
  std::string channel;
  std::string address = "127.0.0.1";
  int port = 8583;
  std::filesystem::path client_ca;  // who signs banks' certificates
  bool plain = false;               // no TLS; the loopback only
};

struct BankSimCommand {
  Place place;
  std::string channel;
  std::string account_no;
  int port = 8583;
  std::filesystem::path certificate, key;  // the bank's own; none without TLS
  int flood = 200;
  bool change_key = false;  // the channel has another working key afterwards
};

int serve(const ServeOptions& options, http::StopSignals& signals);
int demo(const DemoOptions& options, http::StopSignals& signals);
int bill(const BillOptions& options);
int verify(const Place& place, bool repair);
int import_files(const Place& place, const std::vector<std::string>& arguments);
int setup(const Place& place, const std::string& admin);
int bank_port(const BankPortCommand& command, http::StopSignals& signals);
int bank_sim(const BankSimCommand& command);
int print_openapi();
int write_county_files(const CountyFilesOptions& options);

}  // namespace mis::commands
