#include <catch2/catch.hpp>

#include "modules/payment_channels/formats/debit_text.hpp"
#include "modules/payment_channels/formats/debit_text_layout_json.hpp"
#include "tests/unit/payment_channels/examples.hpp"

using namespace mis::payment_channels;

TEST_CASE("a layout is kept as JSON and comes back the same", "[payment_channels][text]") {
  for (const auto& layout : {debit_request_layout(), debit_result_layout(), reconciliation_layout(), postal_request_layout(), postal_result_layout()}) {
    INFO(layout.name);
    const auto text = print_debit_text_layout(layout);
    const auto back = parse_debit_text_layout(text);
    REQUIRE(back);
    CHECK(print_debit_text_layout(*back) == text);
    CHECK(back->columns.size() == layout.columns.size());
    CHECK(back->results.size() == layout.results.size());
  }
}

TEST_CASE("another bank is another layout and no code", "[payment_channels][text]") {
  const auto layout = parse_debit_text_layout(R"({"name": "a bank", "separator": ";", "encoding": "utf-8", "amount_unit": "fen", "total": "none", "columns": [
    {"field": "bank_account", "title": "账号"}, {"field": "ignored"}, {"field": "amount", "max_bytes": 12}, {"field": "remark", "required": false}]})");
  REQUIRE(layout);
  const auto file = read_debit_text(example::input("6217;x;5001;\r\n6218;;5002;电费\r\n"), *layout);
  REQUIRE(file);
  REQUIRE(file->rows.size() == 2);
  CHECK(file->rows[1].bank_account == "6218");
  CHECK(file->rows[1].amount == mis::Money{5002});
  CHECK(file->rows[1].remark == "电费");
  CHECK_FALSE(file->counts.total);
}

TEST_CASE("a layout that is misspelt names every place", "[payment_channels][text]") {
  const auto refused = parse_debit_text_layout(R"({"name": "x", "seperator": ";", "total": "middle", "total_fields": ["count", "sum"], "key": [7], "columns": [{"field": "money"}]})");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "payment_channels.layout_invalid");
  std::vector<std::string> pointers;
  for (const auto& field : refused.error().fields) pointers.push_back(field.pointer);
  CHECK(pointers == std::vector<std::string>{"/total", "/total_fields/1", "/key/0", "/columns/0/field", "/seperator"});
  CHECK(parse_debit_text_layout("{").error().code == "payment_channels.layout_invalid");
  CHECK(parse_debit_text_layout("[]").error().code == "payment_channels.layout_invalid");
  CHECK(parse_debit_text_layout(R"({"name": "x", "columns": []})").error().code == "payment_channels.layout_invalid");
  CHECK(parse_debit_text_layout(R"({"name": "x", "columns": [{"field": "amount"}, {"field": "result_code"}]})").error().message ==
        "expected the layout 'x' to have the meanings of its result codes but found none");
}
