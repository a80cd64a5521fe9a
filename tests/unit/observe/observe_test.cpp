#include <catch2/catch.hpp>

#include "mis/observe/log.hpp"
#include "mis/observe/metrics.hpp"

using namespace mis::observe;

TEST_CASE("a log line is one line of JSON whatever its fields hold") {
  CHECK(log_line("2026-11-02T08:00:00Z", Level::kWarning, "billing.slow", {{"run_id", 7}, {"name", "李\"娜\"\n"}, {"again", true}, {"path", "a\\b\x01"}}) ==
        "{\"time\":\"2026-11-02T08:00:00Z\",\"level\":\"warning\",\"event\":\"billing.slow\",\"run_id\":7,\"name\":\"李\\\"娜\\\"\\n\",\"again\":true,"
        "\"path\":\"a\\\\b\\u0001\"}\n");
}

TEST_CASE("metrics come as Prometheus text, with cumulative buckets in seconds") {
  Metrics metrics;
  metrics.counter("bills_total", "Bills.", {{"state", "issued"}}).add(3);
  metrics.counter("bills_total", "Bills.", {{"state", "issued"}}).add(2);
  metrics.gauge("memory_bytes", "Memory.").set(-1);
  metrics.before_text([&] { metrics.gauge("memory_bytes", "Memory.").set(42); });
  Histogram& latency = metrics.histogram("request_seconds", "Time.", {{"route", "/a\"b"}});
  latency.observe_us(500);        // within the first bound: bounds are inclusive
  latency.observe_us(501);
  latency.observe_us(60'000'000);  // beyond the last one
  const std::string text = metrics.text();
  for (const char* line : {"# HELP bills_total Bills.\n# TYPE bills_total counter\nbills_total{state=\"issued\"} 5\n", "# TYPE memory_bytes gauge\nmemory_bytes 42\n",
                           "request_seconds_bucket{route=\"/a\\\"b\",le=\"0.0005\"} 1\n", "request_seconds_bucket{route=\"/a\\\"b\",le=\"0.001\"} 2\n",
                           "request_seconds_bucket{route=\"/a\\\"b\",le=\"10\"} 2\n", "request_seconds_bucket{route=\"/a\\\"b\",le=\"+Inf\"} 3\n",
                           "request_seconds_sum{route=\"/a\\\"b\"} 60.001001\n", "request_seconds_count{route=\"/a\\\"b\"} 3\n"}) {
    CAPTURE(text, line);
    CHECK(text.find(line) != std::string::npos);
  }
}
