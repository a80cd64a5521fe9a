// The text that goes over the wire: targets, heads, cursors, problems, events, ETags.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "mis/http/event_stream.hpp"
#include "mis/http/openapi.hpp"
#include "mis/http/page.hpp"
#include "mis/http/problem.hpp"
#include "mis/http/schema.hpp"
#include "mis/http/wire.hpp"

using namespace mis;
using namespace mis::http;
using nlohmann::json;

TEST_CASE("a target is decoded once, and what could lead elsewhere is none") {
  const auto target = parse_target("/accounts/%E6%9D%8E?q=a%26b&limit=20&name=%E6%9D%8E+%E5%A8%9C&flag#top");
  REQUIRE(target);
  CHECK(target->path == "/accounts/李");
  CHECK(target->query == NameValues{{"q", "a&b"}, {"limit", "20"}, {"name", "李 娜"}, {"flag", ""}});
  CHECK(parse_target("/%2525")->path == "/%25");
  for (const char* wrong : {"", "accounts", "http://x/y", "/a/../b", "/a/./b", "/..", "/%2e%2e/x", "/a%2fb", "/a%00b", "/a%zz", "/a%4", "/%ff"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_target(wrong));
  }
}

TEST_CASE("an answer's head holds its length, its number and the security headers, and no line of somebody else's making") {
  Answer answer = json_answer({{"a", 1}}, 201).with_header("Location", "/a/1").with_header("X-Evil", "a\r\nSet-Cookie: b=c");
  const std::string head = answer_head(answer, "r-1", true);
  CHECK(head.starts_with("HTTP/1.1 201 Created\r\nDate: "));
  CHECK(head.ends_with("\r\n\r\n"));
  for (const char* line : {"Content-Type: application/json\r\n", "Content-Length: 7\r\n", "Connection: keep-alive\r\n", "X-Request-Id: r-1\r\n",
                           "Cache-Control: no-store\r\n", "Location: /a/1\r\n", "frame-ancestors 'none'\r\n", "X-Content-Type-Options: nosniff\r\n"}) {
    CAPTURE(line);
    CHECK(head.find(line) != std::string::npos);
  }
  CHECK(head.find("Set-Cookie") == std::string::npos);
  CHECK(answer_head(no_content(), "r-2", false).find("Content-Length") == std::string::npos);
}

TEST_CASE("a cursor gives back its keys, and a changed one gives nothing") {
  const std::vector<std::string> keys{"202610", "7:x", "", "李"};
  const std::string cursor = encode_cursor(keys);
  CHECK(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos);
  CHECK(decode_cursor(cursor) == keys);
  CHECK(decode_cursor(encode_cursor({})) == std::vector<std::string>{});
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK(decode_cursor(changed) != keys);
  }
  CHECK_FALSE(decode_cursor(cursor.substr(0, cursor.size() - 2)));
  CHECK_FALSE(decode_cursor("not a cursor!"));
  CHECK_FALSE(decode_cursor(""));
}

TEST_CASE("base64url goes both ways, one text for one value") {
  for (const std::string bytes : {"", "f", "fo", "foo", "foob", "\xff\xfe\x00z"}) CHECK(from_base64url(base64url(bytes)) == bytes);
  CHECK(base64url("foob") == "Zm9vYg");
  CHECK_FALSE(from_base64url("Zm9vYh"));  // left-over bits
  CHECK_FALSE(from_base64url("Zg=="));
}

TEST_CASE("a page holds the limit's rows and says whether there are more") {
  PageRequest page;
  page.limit = 2;
  const auto key = [](std::size_t i) { return std::vector{std::to_string(i + 1)}; };
  const json more = json::parse(page_answer(json{1, 2, 3}, page, key, {{"total", 3}}).body);
  CHECK(more["items"] == json{1, 2});
  CHECK(more["has_more"] == true);
  CHECK(decode_cursor(more["next_cursor"].get<std::string>()) == std::vector<std::string>{"2"});
  CHECK(more["total"] == 3);
  const json last = json::parse(page_answer(json{1, 2}, page, key).body);
  CHECK(last["has_more"] == false);
  CHECK(last["next_cursor"].is_null());
}

TEST_CASE("an error is a problem with the status of what can be done about it") {
  struct Row { ErrorKind kind; const char* code; int status; };
  for (const auto& [kind, code, status] :
       {Row{ErrorKind::kInvalid, "a.b", 422}, {ErrorKind::kUnauthorized, "a.b", 401}, {ErrorKind::kForbidden, "a.b", 403}, {ErrorKind::kNotFound, "a.b", 404},
        {ErrorKind::kConflict, "a.b", 409}, {ErrorKind::kPrecondition, "a.b", 412}, {ErrorKind::kUnavailable, "a.b", 503}, {ErrorKind::kInternal, "a.b", 500},
        {ErrorKind::kInvalid, "http.idempotency_key_missing", 400}, {ErrorKind::kPrecondition, "http.precondition_required", 428}, {ErrorKind::kInvalid, "http.too_large", 413}}) {
    CHECK(status_of({kind, code, "", {}}) == status);
  }
  const Answer answer = problem_answer(invalid("billing.wrong", "expected a month but got \xff", {{"/billing_month", "field.month", "expected a month"}}), "r-1");
  CHECK(answer.content_type == "application/problem+json");
  const json body = json::parse(answer.body);
  CHECK(body["title"] == "Unprocessable Content");
  CHECK(body["status"] == 422);
  CHECK(body["request_id"] == "r-1");
  CHECK(body["errors"][0] == json{{"pointer", "/billing_month"}, {"code", "field.month"}, {"detail", "expected a month"}});
}

TEST_CASE("If-Match compares the version that was read") {
  Request request;
  CHECK(check_if_match(request, 3)->code == "http.precondition_required");
  request.headers = {{"if-match", "\"3\""}};
  CHECK_FALSE(check_if_match(request, 3));
  CHECK(check_if_match(request, 4)->code == "http.changed");
  for (const char* never_given : {"3", "W/\"3\"", "\"\"", "\"x\"", "*"}) {
    request.headers = {{"If-Match", never_given}};
    CHECK(check_if_match(request, 3)->code == "http.changed");
  }
}

TEST_CASE("cookies and headers are found whatever stands around them") {
  Request request;
  request.headers = {{"cookie", "a=1; __Host-watthour=tok=en; b=2"}};
  CHECK(request.cookie("__Host-watthour") == "tok=en");
  CHECK(request.cookie("b") == "2");
  CHECK_FALSE(request.cookie("watthour"));
}

TEST_CASE("an event of several lines stays one event") {
  CHECK(event_text(7, "progress", "{\"a\":1}") == "id: 7\nevent: progress\ndata: {\"a\":1}\n\n");
  CHECK(event_text(8, "text", "one\ntwo") == "id: 8\nevent: text\ndata: one\ndata: two\n\n");
}

TEST_CASE("schemas compose, and named ones become components") {
  const Schema run = schema::named("Run", schema::object({{"run_id", schema::integer()}, {"job_id", schema::integer().or_null()}, {"note", schema::text(10), false}}));
  const Schema page = schema::page_of(run, {{"reasons", schema::list_of(schema::text())}});
  const json shape = json::parse(page.json());
  CHECK(shape["properties"]["items"]["items"]["$ref"] == "#/components/schemas/Run");
  CHECK(shape["required"] == json{"items", "has_more", "next_cursor", "reasons"});
  const json component = json::parse(page.components().at("Run"));
  CHECK(component["required"] == json{"run_id", "job_id"});
  CHECK(component["properties"]["job_id"]["anyOf"][1]["type"] == "null");
}
