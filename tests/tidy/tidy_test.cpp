// The house rules as a failing test, and the proof that each rule catches what it is there for: a tiny bad example and
// beside it a good one.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include "tests/tidy/rules.hpp"

using namespace tidy;

namespace {

std::string report(const Findings& findings) {
  std::string text;
  for (const auto& f : findings) text += f.path + ":" + std::to_string(f.line) + ": " + f.rule + ": " + f.message + "\n";
  return text;
}

using Rule = Findings (*)(const House&);

// What a rule says of a few files; one line a finding.
std::string says(Rule rule, std::vector<SourceText> files) { return report(rule(House(std::move(files)))); }

const SourceText kSchema{"db/migrations/20270101T1030__billing__bill.sql",
                         "CREATE TABLE billing_bill (\n  bill_id BIGINT\n);\n"
                         "CREATE TABLE meter_reading_reading (\n  index_e4 BIGINT\n) COMMENT='append-only';\n"
                         "CREATE VIEW customers_billing_account AS SELECT 1;\n"};

}  // namespace

TEST_CASE("the house holds") {
  const auto house = read_house(WATTHOUR_SOURCE_DIR);
  // A walk that finds nothing would hold every rule.
  REQUIRE(house.files.size() > 100);
  REQUIRE(house.tables.contains("billing_bill"));
  REQUIRE(house.append_only_tables.contains("ledger_posting"));
  const std::vector<std::pair<std::string, Rule>> rules = {
      {"includes", check_includes},
      {"pure domain", check_pure_domain},
      {"no binary floats", check_no_binary_floats},
      {"lean headers", check_lean_headers},
      {"constant SQL", check_sql_is_constant},
      {"table owners", check_table_owners},
      {"append only", check_append_only},
      {"migrations", check_migrations},
      {"file length", check_file_length},
      {"unfinished", check_unfinished},
      {"dangling ranges", check_dangling_ranges},
      {"foreign paths", check_foreign_paths},
      {"modules", check_modules_are_documented},
      {"file names", check_file_names},
  };
  for (const auto& [name, rule] : rules) {
    INFO("rule: " << name);
    const auto text = report(rule(house));
    INFO(text);
    CHECK(text.empty());
  }
}

TEST_CASE("code, quotes and comments are told apart") {
  const SourceText file("mis/db/a.cpp", "auto a = \"x // no\";  // double\nauto b = 1'000; auto c = R\"(raw \"q\")\"; /* float */ char d = '\"';\n");
  REQUIRE(file.literals.size() == 2);
  CHECK(file.literals[0].value == "x // no");
  CHECK(file.literals[1].value == "raw \"q\"");
  CHECK(find_word(file.code, "double") == std::string::npos);
  CHECK(find_word(file.code, "float") == std::string::npos);
  CHECK(find_word(file.code, "char") != std::string::npos);
  CHECK(file.line_at(file.literals[1].begin) == 2);
}

TEST_CASE("includes go down the ladder, and to another module by its door") {
  CHECK(says(check_includes, {{"mis/db/a.cpp", "#include \"mis/http/router.hpp\"\n"}}) ==
        "mis/db/a.cpp:1: includes: expected includes down the ladder only but mis/db includes mis/http/router.hpp\n");
  CHECK(says(check_includes, {{"modules/tariffs/a.cpp", "\n#include \"modules/billing/billing.hpp\"\n"}}) ==
        "modules/tariffs/a.cpp:2: includes: expected includes down the ladder only but modules/tariffs includes modules/billing/billing.hpp\n");
  CHECK(says(check_includes, {{"modules/billing/a.cpp", "#include \"modules/customers/store.hpp\"\n"}}) ==
        "modules/billing/a.cpp:1: includes: expected another module to be known by its customers.hpp but modules/billing/a.cpp includes "
        "modules/customers/store.hpp\n");
  CHECK(says(check_includes, {{"modules/billing/a.cpp", "#include \"billing.hpp\"\n"}}) ==
        "modules/billing/a.cpp:1: includes: expected a path from the top of the checkout but found billing.hpp\n");
  CHECK(says(check_includes, {{"modules/billing/a.cpp",
                               "#include \"modules/billing/store.hpp\"\n#include \"modules/customers/customers.hpp\"\n"
                               "#include \"mis/db/session.hpp\"\n#include <vector>\n"}}) == "");
}

TEST_CASE("domain/ holds values only") {
  const std::string path = "modules/billing/domain/price.cpp";
  CHECK(says(check_pure_domain, {{path, "#include \"mis/db/session.hpp\"\n"}}) ==
        path + ":1: pure domain: expected values only but domain/ includes mis/db/session.hpp\n");
  CHECK(says(check_pure_domain, {{path, "#include \"modules/billing/store.hpp\"\n"}}) ==
        path + ":1: pure domain: expected values only but domain/ includes modules/billing/store.hpp\n");
  CHECK(says(check_pure_domain, {{path, "auto now = std::chrono::system_clock::now();\n"}}) ==
        path + ":1: pure domain: expected clocks and chance as arguments but found system_clock\n");
  CHECK(says(check_pure_domain, {{path, "auto q = \"SELECT 1\";\n"}}) == path + ":1: pure domain: expected no SQL in domain/ but found \"SELECT 1\"\n");
  CHECK(says(check_pure_domain, {{path, "\nthrow 1;\n"}}) == path + ":2: pure domain: expected a Result or an exception row but domain/ throws\n");
  CHECK(says(check_pure_domain, {{path, "#include \"mis/base/money.hpp\"\n#include <array>\n// SELECT, throw, system_clock\n"}}) == "");
}

TEST_CASE("money is never a binary floating number") {
  CHECK(says(check_no_binary_floats, {{"mis/base/a.hpp", "\ndouble yuan = 0.1;\n"}}) ==
        "mis/base/a.hpp:2: no binary floats: expected integers of the smallest unit for money, energy and prices but found double\n");
  CHECK(says(check_no_binary_floats, {{"mis/base/a.hpp", "// no double here\nbool doubled = true;\n"}}) == "");
  CHECK(says(check_no_binary_floats, {{"mis/observe/a.hpp", "double seconds = 0.1;\n"}}) == "");
}

TEST_CASE("a header says what it is for and stays light") {
  CHECK(says(check_lean_headers, {{"mis/db/a.hpp", "#pragma once\n#include <nlohmann/json.hpp>\n"}}) ==
        "mis/db/a.hpp:1: lean headers: expected the header to open with what it is for but it opens with something else\n"
        "mis/db/a.hpp:1: lean headers: expected #pragma once but found none\n"
        "mis/db/a.hpp:2: lean headers: expected builds to stay quick but found #include of nlohmann/json.hpp\n");
  CHECK(says(check_lean_headers, {{"mis/db/a.hpp", "// Sessions.\n#pragma once\n"}, {"mis/db/a.cpp", "#include <nlohmann/json.hpp>\n"}}) == "");
}

TEST_CASE("SQL is constant text with parameters") {
  const std::string path = "modules/billing/store.cpp";
  const std::string expected = path + ":1: constant SQL: expected values as parameters but this statement is put together: SELECT 1 WHERE a = \n";
  CHECK(says(check_sql_is_constant, {{path, "s.query(\"SELECT 1 WHERE a = \" + name);\n"}}) == expected);
  CHECK(says(check_sql_is_constant, {{path, "s.query(fmt::format(\"SELECT 1 WHERE a = \", name));\n"}}) == expected);
  CHECK(says(check_sql_is_constant, {{path, "s.query(start + \"SELECT 1 WHERE a = \" \"b\");\n"}}) == expected);
  CHECK(says(check_sql_is_constant, {{path, "s.query(\"SELECT 1 \"\n  \"WHERE a = ?\", name + 1);\n"}}) == "");
}

TEST_CASE("a table is used by its own room; others read a view") {
  CHECK(says(check_table_owners, {kSchema, {"modules/receivables/store.cpp", "s.query(\"SELECT 1 FROM billing_bill\");\n"}}) ==
        "modules/receivables/store.cpp:1: table owners: expected modules/receivables to ask the service of modules/billing or read a view but it names "
        "billing_bill\n");
  CHECK(says(check_table_owners, {kSchema,
                                  {"modules/billing/store.cpp", "s.query(\"SELECT 1 FROM billing_bill\");\n"},
                                  {"modules/receivables/store.cpp", "s.query(\"SELECT 1 FROM customers_billing_account\");\n"}}) == "");
}

TEST_CASE("what happened is never edited") {
  CHECK(says(check_append_only, {kSchema, {"modules/meter_reading/store.cpp", "s.execute(\"UPDATE meter_reading_reading SET index_e4 = ?\", 1);\n"}}) ==
        "modules/meter_reading/store.cpp:1: append only: expected a new row that names the old one but found UPDATE meter_reading_reading\n");
  CHECK(says(check_append_only, {{"db/migrations/20270101T1030__receivables__posting.sql", "CREATE TABLE ledger_posting (\n);\n"}}) ==
        "db/migrations:1: append only: expected the comment 'append-only' on ledger_posting but it has none\n");
  CHECK(says(check_append_only, {kSchema, {"modules/billing/store.cpp", "s.execute(\"UPDATE billing_bill SET state = ?\", 1);\n"}}) == "");
}

TEST_CASE("migrations are named by time, room and subject, and hold no floats") {
  CHECK(says(check_migrations, {{"db/migrations/01_bill.sql", ""}}) ==
        "db/migrations/01_bill.sql:1: migrations: expected a name like 20270101T1030__billing__bill.sql but found 01_bill.sql\n");
  CHECK(says(check_migrations, {{"db/migrations/20270101T1030__billing__bill.sql", "CREATE TABLE bill (\n  amount DOUBLE\n);\n"}}) ==
        "db/migrations/20270101T1030__billing__bill.sql:2: migrations: expected BIGINT of the smallest unit but found a floating column\n"
        "db/migrations:1: migrations: expected a table to bear the prefix of its room but found bill\n");
  CHECK(says(check_migrations, {kSchema}) == "");
}

TEST_CASE("files are short, finished, named alike and belong to no machine") {
  CHECK(says(check_file_length, {{"mis/db/a.cpp", std::string(601, '\n')}}) ==
        "mis/db/a.cpp:600: file length: expected at most 600 lines, so that a newcomer finds the place, but found 601\n");
  CHECK(says(check_file_length, {{"mis/db/a.cpp", std::string(600, '\n')}}) == "");
  const std::string mark = std::string("TO") + "DO";
  CHECK(says(check_unfinished, {{"terminals/counter/a.ts", "\n// " + mark + " later\n"}}) ==
        "terminals/counter/a.ts:2: unfinished: expected finished work but found the mark " + mark + "\n");
  CHECK(says(check_unfinished, {{"mis/jobs/a.cpp", "\"FOR UPDATE SKIP LOCKED\"\n"}}) == "");
  CHECK(says(check_dangling_ranges, {{"mis/db/a.cpp", "void f() {\n  for (const auto& i : read(s, {&a, 1})[a]) use(i);\n}\n"}}) ==
        "mis/db/a.cpp:2: dangling ranges: expected a loop over something that has a name but it goes over a part of what a call returns\n");
  CHECK(says(check_dangling_ranges, {{"mis/db/a.cpp", "for (auto& d : *verify(s)) use(d);\n"}}) != "");
  CHECK(says(check_dangling_ranges, {{"mis/db/a.cpp", "for (auto& d : *list) use(d);\nfor (const auto& i : read(s)) use(i[0]);\nfor (const auto& i : list[n]) use(i);\nfor (int i = 0; i < n(); ++i) use(f(i)[0]);\n"}}) == "");
  CHECK(says(check_foreign_paths, {{"README.md", std::string("see /ho") + "me/li/x\n"}}) ==
        std::string("README.md:1: foreign paths: expected nothing of one machine or network but found /ho") + "me/\n");
  CHECK(says(check_foreign_paths, {{"README.md", "see data/run\n"}}) == "");
  CHECK(says(check_file_names, {{"mis/db/BulkWriter.cpp", ""}}) == "mis/db/BulkWriter.cpp:1: file names: expected snake_case but found mis/db/BulkWriter.cpp\n");
  CHECK(says(check_file_names, {{"mis/db/bulk_writer.cpp", ""}}) == "");
}

TEST_CASE("a module has a door and a page that explains it") {
  CHECK(says(check_modules_are_documented, {{"modules/billing/billing.hpp", "// Bills.\n"}}) ==
        "modules/billing/README.md:1: modules: expected the module to have this file but there is none\n");
  CHECK(says(check_modules_are_documented, {{"modules/billing/billing.hpp", ""}, {"modules/billing/README.md", ""}}) == "");
}
