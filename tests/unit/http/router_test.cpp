#include <catch2/catch.hpp>

#include "mis/http/router.hpp"

using namespace mis;
using namespace mis::http;

namespace {
Route route(Method method, const char* path) {
  return {.method = method, .path = path, .permission = Permission::open(), .summary = path,
          .handler = [](const Request&, const security::Caller&) -> Result<Answer> { return no_content(); }};
}
}  // namespace

TEST_CASE("a path finds its route, literals before parameters, and names its parameters") {
  const Router router({route(Method::kGet, "/api/v1/billing/runs/{run_id}"), route(Method::kPost, "/api/v1/billing/runs/{run_id}/exceptions/{exception_id}/resolution"),
                       route(Method::kGet, "/api/v1/billing/months/{billing_month}"), route(Method::kGet, "/api/v1/billing/months/current"),
                       route(Method::kPut, "/api/v1/billing/runs/{id}"), route(Method::kGet, "/api/v1/{thing}/runs/last")});
  struct Row { Method method; const char* path; const char* found; };
  for (const auto& [method, path, found] :
       {Row{Method::kGet, "/api/v1/billing/runs/7", "/api/v1/billing/runs/{run_id}"}, {Method::kGet, "/api/v1/billing/months/current", "/api/v1/billing/months/current"},
        {Method::kGet, "/api/v1/billing/months/2026-10", "/api/v1/billing/months/{billing_month}"},
        {Method::kGet, "/api/v1/other/runs/last", "/api/v1/{thing}/runs/last"},
        {Method::kPost, "/api/v1/billing/runs/7/exceptions/9/resolution", "/api/v1/billing/runs/{run_id}/exceptions/{exception_id}/resolution"}}) {
    CAPTURE(path);
    const auto match = router.find(method, path);
    REQUIRE(match.route);
    CHECK(match.route->path == found);
  }
  CHECK(router.find(Method::kPost, "/api/v1/billing/runs/7/exceptions/9/resolution").params == NameValues{{"run_id", "7"}, {"exception_id", "9"}});
  CHECK(router.find(Method::kPut, "/api/v1/billing/runs/7").params == NameValues{{"id", "7"}});  // each method names it its own way
}

TEST_CASE("a known path tells its methods; an unknown one tells nothing") {
  const Router router({route(Method::kGet, "/a/{id}"), route(Method::kPost, "/a/{id}")});
  const auto wrong_method = router.find(Method::kDelete, "/a/1");
  CHECK_FALSE(wrong_method.route);
  CHECK(wrong_method.allow == "GET, POST");
  for (const char* path : {"", "/", "/a", "/a/", "/a/1/", "/a//1", "/a/1/2", "a/1"}) {
    CAPTURE(path);
    const auto match = router.find(Method::kGet, path);
    CHECK_FALSE(match.route);
    CHECK(match.allow.empty());
  }
}

TEST_CASE("mistakes of the build are found at start") {
  CHECK_THROWS_AS(Router({route(Method::kGet, "/a/{id}"), route(Method::kGet, "/a/{other}")}), std::logic_error);
  CHECK_THROWS_AS(Router({route(Method::kGet, "a")}), std::logic_error);
  CHECK_THROWS_AS(Router({route(Method::kGet, "/a//b")}), std::logic_error);
  CHECK_THROWS_AS(Router({route(Method::kGet, "/a/{id")}), std::logic_error);
}
