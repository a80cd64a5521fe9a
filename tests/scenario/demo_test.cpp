// The first command as a newcomer runs it: once from nothing, again at once, and stopped with Ctrl-C.
#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/scenario/books.hpp"
#include "tests/scenario/county.hpp"

using namespace scenario;

TEST_CASE("the demonstration runs a month from nothing, and a second start finds it done", "[demo]") {
  const CountyFolder county;
  const auto first = county.run_month();
  INFO(first.output);
  REQUIRE(first.exit == kGood);
  const auto books = books_in(county.data());
  CHECK(books.at("bills") != "0 rows, 0");
  CHECK(books.at("postings") != "0 rows, 0");
  CHECK(books.at("issued runs").substr(0, 6) == "1 rows");
  CHECK(books.at("payments") != "0 rows, 0");
  for (const char* way : {"channel, collection", "cashier, cash", "cashier, card", "still open (bills)"}) CHECK(first.output.find(way) != std::string::npos);

  const auto second = county.run_month();
  INFO(second.output);
  CHECK(second.exit == kGood);
  CHECK(second.output.find("Money:") == std::string::npos);  // told once
  CHECK(second.output.find("channel, collection") != std::string::npos);
  CHECK(books_in(county.data()) == books);
  CHECK(second.seconds < first.seconds);

  const auto verified = county.verify();
  INFO(verified.output);
  CHECK(verified.exit == kGood);
}

TEST_CASE("Ctrl-C stops the server and the database that it started", "[demo]") {
  const CountyFolder county;
  REQUIRE(county.run_month().exit == kGood);
  auto arguments = county.month_once();
  arguments.erase(arguments.begin() + 1);  // without --once it goes on to serve
  arguments.insert(arguments.end(), {"--port", "0"});
  Program program(arguments, county.output());
  for (int i = 0; i < 600 && program.runs() && program.output().find("https://") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  INFO(program.output());
  REQUIRE(program.output().find("https://") != std::string::npos);
  const auto database = database_pid(county.data());
  REQUIRE(process_exists(database));
  program.send(SIGINT);
  CHECK(program.wait(60) == kGood);
  CHECK(!process_exists(database));
}

TEST_CASE("Ctrl-C in the middle of the work stops at once, and the next start goes on", "[demo]") {
  const CountyFolder county;
  auto many = county.month_once();
  many[3] = "60000";
  Program program(many, county.output());
  for (int i = 0; i < 600 && program.runs() && program.output().find("Loading") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const auto database = database_pid(county.data());
  REQUIRE(process_exists(database));
  program.send(SIGINT);
  const auto exit = program.wait(5);
  INFO(program.output());
  CHECK(exit == Exit{130, 0});
  CHECK(program.output().find("goes on from here") != std::string::npos);
  for (int i = 0; i < 600 && process_exists(database); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(!process_exists(database));
}

TEST_CASE("options that cannot be used are named before anything is made", "[demo]") {
  const CountyFolder county;
  const auto few = run({"demo", "--once", "--customers", "12", "--data", county.data().string()}, county.output());
  INFO(few.output);
  CHECK(few.exit.signal == 0);
  CHECK(few.exit.code != 0);
  CHECK(few.output.find("expected") != std::string::npos);
  CHECK(few.output.find("12") != std::string::npos);
  CHECK(!std::filesystem::exists(county.data() / "mariadb"));
}
