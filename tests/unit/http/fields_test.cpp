#include <catch2/catch.hpp>

#include "mis/http/fields.hpp"
#include "mis/http/json_body.hpp"

#include <nlohmann/json.hpp>

using namespace mis;
using namespace mis::http;

namespace {

Request with_body(std::string body) {
  Request request;
  request.method = Method::kPost;
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  request.body = std::move(body);
  return request;
}

Fields fields_of(std::string body) { return Fields::of_body(with_body(std::move(body))).value(); }

// "pointer code" of every complaint, in order.
std::vector<std::string> complaints(Fields& fields) {
  std::vector<std::string> out;
  if (const auto error = fields.finish()) {
    for (const FieldError& field : error->fields) out.push_back(field.pointer + " " + field.code);
  }
  return out;
}

}  // namespace

TEST_CASE("good fields come out exactly") {
  Fields fields = fields_of(R"({"amount":"-12.5","energy":"1234.567","kw":"315","kva":"400","month":"2026-10","date":"2024-02-29",
                               "note":"两\n行","count":3,"flag":false,"kind":"b","tags":["x","y"],"inner":{"a/b":"1"}})");
  CHECK(fields.money("amount") == Money{-1250});
  CHECK(fields.energy("energy") == Energy{1'234'567});
  CHECK(fields.demand("kw") == Demand{315'000});
  CHECK(fields.capacity("kva") == Capacity{400'000});
  CHECK(fields.month("month") == BillingMonth{202610});
  CHECK(fields.date("date") == Date::of(2024, 2, 29));
  CHECK(fields.text("note", {.characters = TextRule::Characters::kLines}) == "两\n行");
  CHECK(fields.integer("count", {1, 3}) == 3);
  CHECK(fields.boolean("flag") == false);
  CHECK(fields.one_of("kind", {"a", "b"}) == "b");
  CHECK(fields.texts("tags", 2) == std::vector<std::string>{"x", "y"});
  CHECK(fields.object("inner").text("a/b", {.characters = TextRule::Characters::kDigits}) == "1");
  CHECK_FALSE(fields.finish());
}

TEST_CASE("each wrong field is one complaint with its pointer and its reason") {
  struct Row { const char* value; const char* complaint; };
  SECTION("money") {
    for (const auto& [value, complaint] : {Row{"12.5", "/x field.type"}, {"\"12.345\"", "/x field.decimal"}, {"\"1e3\"", "/x field.decimal"},
                                           {"\"99999999999999999999\"", "/x field.decimal"}, {"null", "/x field.required"}, {"true", "/x field.type"}}) {
      CAPTURE(value);
      Fields fields = fields_of(std::string(R"({"x":)") + value + "}");
      fields.money("x");
      CHECK(complaints(fields) == std::vector<std::string>{complaint});
    }
  }
  SECTION("whole numbers are never made of fractions") {
    for (const auto& [value, complaint] : {Row{"3.0", "/x field.type"}, {"\"3\"", "/x field.type"}, {"9", "/x field.range"}, {"18446744073709551615", "/x field.type"}}) {
      CAPTURE(value);
      Fields fields = fields_of(std::string(R"({"x":)") + value + "}");
      fields.integer("x", {0, 5});
      CHECK(complaints(fields) == std::vector<std::string>{complaint});
    }
  }
  SECTION("text is counted in characters and holds what people type") {
    for (const auto& [value, complaint] :
         {Row{R"("一二三四五六")", "/x field.length"}, {R"("")", "/x field.length"}, {R"("a\u0000b")", "/x field.characters"}, {R"("a\nb")", "/x field.characters"},
          {R"("a\u202eb")", "/x field.characters"}, {R"(["a"])", "/x field.type"}}) {
      CAPTURE(value);
      Fields fields = fields_of(std::string(R"({"x":)") + value + "}");
      fields.text("x", {.max_length = 5});
      CHECK(complaints(fields) == std::vector<std::string>{complaint});
    }
    Fields five = fields_of(R"({"x":"一二三四五"})");
    CHECK(five.text("x", {.max_length = 5}) == "一二三四五");
    CHECK_FALSE(five.finish());
  }
  SECTION("months and dates exist") {
    Fields fields = fields_of(R"({"m":"2026-13","d":"2026-02-29"})");
    fields.month("m");
    fields.optional_date("d");
    CHECK(complaints(fields) == std::vector<std::string>{"/m field.month", "/d field.date"});
  }
}

TEST_CASE("all complaints come at once, those of nested objects and unknown fields too") {
  Fields fields = fields_of(R"({"a":1,"inner":{"b":"x","extra":0},"list":[{"c":"1.001"},7],"sur/plus":1})");
  fields.text("a");
  Fields inner = fields.object("inner");
  inner.integer("b");
  for (Fields& item : fields.objects("list", 5)) item.money("c");
  fields.date("missing");
  fields.complain("a", "billing.month_closed", "expected an open month but it is closed");
  CHECK(complaints(fields) == std::vector<std::string>{"/a field.type", "/inner/b field.type", "/list/1 field.type", "/list/0/c field.decimal",
                                                       "/missing field.required", "/a billing.month_closed", "/sur~1plus field.unknown",
                                                       "/inner/extra field.unknown"});
}

TEST_CASE("a nested object that is missing complains once and reads as empty") {
  Fields fields = fields_of(R"({})");
  Fields inner = fields.object("inner");
  CHECK_FALSE(inner.optional_text("note"));
  CHECK(complaints(fields) == std::vector<std::string>{"/inner field.required"});
}

TEST_CASE("a hostile form gets an answer of bounded size") {
  std::string body = "{";
  for (int i = 0; i < 1000; ++i) body += (i ? "," : "") + std::string("\"f") + std::to_string(i) + "\":1";
  Fields fields = fields_of(body + "}");
  CHECK(complaints(fields).size() == 50);
}

TEST_CASE("a query is read by the same rules, from text") {
  Request request;
  request.query = {{"limit", "50"}, {"cursor", encode_cursor({"7", "李"})}, {"q", ""}, {"open", "true"}};
  Fields query = Fields::of_query(request);
  CHECK_FALSE(query.optional_text("q"));  // an empty search box is none
  CHECK(query.optional_boolean("open") == true);
  const PageRequest page = query.page(2);
  CHECK(page.limit == 50);
  CHECK(page.key(0, 0) == 7);
  CHECK(page.key_text(1) == "李");
  CHECK_FALSE(query.finish());

  request.query = {{"limit", "0"}, {"cursor", encode_cursor({"7"})}, {"q", "a"}, {"q", "b"}};
  Fields wrong = Fields::of_query(request);
  wrong.optional_text("q");
  wrong.page(2);
  CHECK(complaints(wrong) == std::vector<std::string>{"/q field.twice", "/limit field.range", "/cursor field.cursor"});
}

TEST_CASE("what is no JSON document, or one that could be read in two ways, is refused with its reason") {
  CHECK(parse_json(R"({"a":[1,{"b":null}]})"));
  CHECK(parse_json("{\"a\":1,\"a\":2}").error().message == "expected each name once in an object but \"a\" stands there twice");
  CHECK(parse_json(R"({"a":{"x":1},"b":{"x":1}})"));  // the same name in different objects is fine
  CHECK(parse_json(std::string(100, '[') + std::string(100, ']')).error().message == "expected at most 32 levels of nesting but there are more");
  CHECK(parse_json("{\"a\":\"\xc3\x28\"}").error().code == "http.malformed_json");
  CHECK_FALSE(parse_json("{} {}"));
  Request form = with_body("{}");
  form.headers = {{"Content-Type", "text/plain"}};
  CHECK(Fields::of_body(form).error().code == "http.not_json");
}
