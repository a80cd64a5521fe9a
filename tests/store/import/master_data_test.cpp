#include <catch2/catch.hpp>

#include "modules/administration/import.hpp"
#include "modules/customers/import.hpp"
#include "modules/metering/import.hpp"
#include "modules/network/import.hpp"
#include "tests/store/import/workshop.hpp"

using example::ImportOutcome;
using example::Workshop;

namespace {

mis::files::ImportKind customers() { return mis::customers::customer_imports()[0]; }
mis::files::ImportKind accounts() { return mis::customers::customer_imports()[1]; }
mis::files::ImportKind agreements() { return mis::customers::customer_imports()[2]; }
mis::files::ImportKind usage_points() { return mis::metering::metering_imports()[0]; }
mis::files::ImportKind installations() { return mis::metering::metering_imports()[2]; }

std::string two_customers(const std::string& prefix) {
  return "customer_no,kind,name,id_kind,id_no,phone\n" + prefix + "1,person,张三,resident_id,1,13800138888\n" + prefix + "2,person,李四,,,\n";
}

}  // namespace

TEST_CASE("a file loads once; a second time everything is unchanged") {
  Workshop& shop = example::small_county();
  const ImportOutcome first = shop.import_text(customers(), two_customers("A"));
  CHECK(first.problems.empty());
  CHECK(first.summary.read == 2);
  CHECK(first.summary.loaded == 2);
  const ImportOutcome second = shop.import_text(customers(), two_customers("A"));
  CHECK(second.summary.loaded == 0);
  CHECK(second.summary.unchanged == 2);
  CHECK(shop.count("SELECT COUNT(*) FROM customers_customer WHERE customer_no LIKE 'A%'") == 2);
  CHECK(shop.text("SELECT name FROM customers_customer WHERE customer_no = 'A1'") == "张三");
}

TEST_CASE("good rows load, bad rows land in a file that is corrected and loaded again") {
  Workshop& shop = example::small_county();
  const auto file = shop.write("customers.csv",
                               "customer_no,kind,name,phone\nB1,person,张三,1\nB2,human,\"李,四\",2\nB3,person,,3\nB4,person,赵六\nB5,body,学校,5\n");
  const ImportOutcome first = shop.import(customers(), file);
  CHECK(first.summary.loaded == 2);
  CHECK(first.summary.rejected == 3);
  CHECK(first.problems == std::vector<std::string>{"line 3, column kind: expected one of person, body but found \"human\"",
                                                    "line 4, column name: expected at most 100 characters but found nothing",
                                                    "line 5: expected 4 fields as in the header but found 3"});
  const auto rejected = mis::files::default_reject_file(file);
  const std::string content = Workshop::read(rejected);
  CHECK(content ==
        "customer_no,kind,name,phone,_line,_column,_code,_expected,_found\r\n"
        "B2,human,\"李,四\",2,3,kind,files.unknown_word,\"one of person, body\",\"\"\"human\"\"\"\r\n"
        "B3,person,,3,4,name,files.missing_value,at most 100 characters,nothing\r\n"
        "B4,person,赵六,,5,,files.ragged,4 fields as in the header,3\r\n");

  std::string corrected = content;
  corrected.replace(corrected.find("human"), 5, "person");
  corrected.replace(corrected.find("B3,person,,"), 11, "B3,person,王五,");
  const ImportOutcome second = shop.import(customers(), shop.write("corrected.csv", corrected));
  CHECK(second.problems.empty());
  CHECK(second.summary.loaded == 3);
  CHECK(shop.count("SELECT COUNT(*) FROM customers_customer WHERE customer_no LIKE 'B%'") == 5);
}

TEST_CASE("every complaint about a row is told, not only the first") {
  Workshop& shop = example::small_county();
  const ImportOutcome outcome = shop.import_text(mis::network::network_imports()[0], "code,name,voltage_kv\nA B,,high\n");
  CHECK(outcome.problems.size() == 3);
  CHECK(outcome.summary.rejected == 1);
}

TEST_CASE("the same key with other content is a conflict that names the difference") {
  Workshop& shop = example::small_county();
  shop.import_text(customers(), two_customers("E"));
  const ImportOutcome outcome = shop.import_text(customers(), "customer_no,kind,name,id_kind,id_no,phone\nE1,person,张三,resident_id,1,139\nE2,person,李四,,,\n");
  CHECK(outcome.summary.unchanged == 1);
  CHECK(outcome.problems == std::vector<std::string>{"line 2, column phone: expected \"13800138888\" as it was loaded before but found \"139\""});
  CHECK(shop.text("SELECT phone FROM customers_customer WHERE customer_no = 'E1'") == "13800138888");
}

TEST_CASE("the same row twice in one file loads once") {
  Workshop& shop = example::small_county();
  const ImportOutcome outcome = shop.import_text(customers(), "customer_no,kind,name\nF1,person,张三\nF1,person,张三\nF1,person,李四\n");
  CHECK(outcome.summary.loaded == 1);
  CHECK(outcome.summary.unchanged == 1);
  CHECK(outcome.summary.rejected == 1);
}

TEST_CASE("a header is checked as a whole before any row is read") {
  Workshop& shop = example::small_county();
  const ImportOutcome outcome = shop.import_text(customers(), "customer_no,name,telephone,name\nG1,张三,1,x\n");
  CHECK(outcome.error == "files.header");
  CHECK(outcome.message ==
        "line 1: expected a column of customers but found \"telephone\"; expected each column once but found name twice; "
        "expected a column kind (what it is) but found none");
  CHECK(shop.import_text(customers(), "").error == "files.empty");
  CHECK(shop.import(customers(), "/nonexistent.csv").error == "files.not_found");
}

TEST_CASE("GB18030 files load as they are") {
  Workshop& shop = example::small_county();
  const ImportOutcome outcome = shop.import_text(customers(), "customer_no,kind,name\nH1,person,\xD5\xC5\xC8\xFD\n");
  CHECK(outcome.summary.loaded == 1);
  CHECK(shop.text("SELECT name FROM customers_customer WHERE customer_no LIKE 'H%'") == "张三");
}

TEST_CASE("an import that stopped half-way is repeated and goes on where it stopped") {
  Workshop& shop = example::small_county();
  std::string content = "customer_no,kind,name\n";
  for (int i = 0; i < 95; ++i) content += "J" + std::to_string(i) + ",person,张三\n";
  shop.import(customers(), shop.write("half.csv", content), {mis::files::Encoding::kDetect, {}, 10});
  for (int i = 95; i < 200; ++i) content += "J" + std::to_string(i) + ",person,张三\n";
  const ImportOutcome outcome = shop.import(customers(), shop.write("whole.csv", content), {mis::files::Encoding::kDetect, {}, 10});
  CHECK(outcome.summary.unchanged == 95);
  CHECK(outcome.summary.loaded == 105);
  CHECK(shop.count("SELECT COUNT(*) FROM customers_customer WHERE customer_no LIKE 'J%'") == 200);
  CHECK(shop.count("SELECT MAX(customer_id) - MIN(customer_id) + 1 FROM customers_customer WHERE customer_no LIKE 'J%'") == 200);  // no id is lost on the way
}

TEST_CASE("the rows of a rejected file never go into the file that is being read") {
  Workshop& shop = example::small_county();
  const auto file = shop.write("customers.csv", "customer_no,kind,name\nK1,human,张三\n");
  CHECK(shop.import(customers(), file, {mis::files::Encoding::kDetect, file, 100}).error == "files.reject_is_input");
}

TEST_CASE("a small county loads from files, and again without a change") {
  Workshop& shop = example::small_county();
  const std::int64_t accounts_before = shop.count("SELECT COUNT(*) FROM customers_account");
  const std::int64_t keys = shop.count("SELECT COUNT(*) FROM customers_search_key");
  CHECK(accounts_before >= 2);
  CHECK(shop.count("SELECT COUNT(*) FROM metering_installation") == 2);
  shop.load_small_county();
  CHECK(shop.count("SELECT COUNT(*) FROM customers_account") == accounts_before);
  CHECK(shop.count("SELECT COUNT(*) FROM metering_installation") == 2);
  CHECK(shop.count("SELECT COUNT(*) FROM customers_search_key") == keys);
  CHECK(shop.count("SELECT account_id FROM customers_search_key WHERE key_text = 'zsf'") == 1);
  CHECK(shop.count("SELECT account_id FROM customers_search_key WHERE key_text = 'm2'") == 2);
}

TEST_CASE("what a row refers to must be there") {
  Workshop& shop = example::small_county();
  const ImportOutcome outcome = shop.import_text(
      accounts(),
      "account_no,customer_no,station_code,route_code,transformer_area_code,address,status,opened_on\n"
      "0000000307,C9,S1,R1,T1,x,active,2025-01-01\n0000000307,C1,S9,R1,T1,x,active,2025-01-01\n"
      "0000000307,C1,S1,R9,T1,x,active,2025-01-01\n0000000307,C1,S1,R1,T9,x,active,2025-01-01\n0000000307,C1,S1,R1,T1,x,closed,2025-01-01\n");
  CHECK(outcome.problems ==
        std::vector<std::string>{"line 6, column closed_on: expected a day for a closed account, nothing for another but found \"\"",
                                 "line 2, column customer_no: expected a customer that is loaded but found C9",
                                 "line 3, column station_code: expected an organisational unit that is loaded but found S9",
                                 "line 4, column route_code: expected a reading route that is loaded but found R9",
                                 "line 5, column transformer_area_code: expected a transformer area that is loaded but found T9"});
  CHECK(outcome.summary.loaded == 0);
}

TEST_CASE("an account number whose last digit does not check is loaded and reported") {
  Workshop& shop = example::small_county();
  shop.import_text(customers(), "customer_no,kind,name\nZ9,person,钱七\n");
  const ImportOutcome outcome = shop.import_text(accounts(),
                                                 "account_no,customer_no,station_code,route_code,transformer_area_code,address,status,opened_on\n"
                                                 "1234567890,Z9,S1,R1,T1,x,active,2025-01-01\n");
  CHECK(outcome.summary.loaded == 1);
  CHECK(outcome.summary.doubtful == 1);
}

TEST_CASE("agreements of one account do not overlap, a meter is in one place at a time") {
  Workshop& shop = example::small_county();
  const ImportOutcome agreement = shop.import_text(agreements(),
                                                   "account_no,valid_from,valid_to,category,voltage,capacity_kva,tariff_code,billing_mode\n"
                                                   "0000000109,2026-01-01,,residential,220V,8,ZJ-RES,single\n"
                                                   "0000000109,2024-01-01,2025-12-01,residential,220V,8,ZJ-RES,single\n"
                                                   "0000000109,2023-01-01,2024-01-01,residential,220V,8,NO-SUCH,single\n");
  CHECK(agreement.summary.loaded == 1);
  CHECK(agreement.problems == std::vector<std::string>{"line 2, column valid_from: expected one agreement at a time but found another one from 2025-12-01 to 9999-12-31",
                                                        "line 4, column tariff_code: expected a tariff that is loaded but found NO-SUCH"});
  const ImportOutcome installation = shop.import_text(installations(), "usage_point_no,asset_no,valid_from\nNMI0000002,M1,2026-05-01\n");
  CHECK(installation.problems == std::vector<std::string>{"line 2, column valid_from: expected a meter in one place at a time but found an installation from 2025-12-01 to 9999-12-31"});
}

TEST_CASE("a child stands behind its parent and keeps to it") {
  Workshop& shop = example::small_county();
  const std::string content =
      "usage_point_no,account_no,kind,parent_usage_point_no,deduction_kind,deduction_value\n"
      "P1,0000000208,consumption,,,\nP2,0000000208,consumption,P1,fixed_ratio,0.15\nP3,0000000208,consumption,P1,fixed_quantity,120.5\n"
      "P4,0000000208,consumption,P9,child_meter,\nP5,0000000208,consumption,,child_meter,\n";
  const ImportOutcome outcome = shop.import_text(usage_points(), content);
  CHECK(outcome.summary.loaded == 3);
  CHECK(outcome.summary.rejected == 2);
  CHECK(shop.count("SELECT deduction_value FROM metering_usage_point WHERE usage_point_no = 'P2'") == 150'000);
  CHECK(shop.count("SELECT deduction_value FROM metering_usage_point WHERE usage_point_no = 'P3'") == 120'500);
  CHECK(shop.count("SELECT COUNT(*) FROM metering_usage_point c JOIN metering_usage_point p ON p.usage_point_id = c.parent_id WHERE p.usage_point_no = 'P1'") == 2);
  CHECK(shop.import_text(usage_points(), content).summary.unchanged == 3);
}
