// Numbers about the running server, in the text form that Prometheus reads.
//
// Look a metric up once and keep the reference: it lives as long as the registry, and counting is one atomic addition.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mis::observe {

class Counter {
 public:
  void add(std::int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
  void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// How long something took, in microseconds inside and in seconds in the text. The bounds suit requests: half a
// millisecond to ten seconds.
class Histogram {
 public:
  static constexpr std::array<std::int64_t, 14> kBoundsUs{500,     1'000,   2'500,   5'000,     10'000,    25'000,    50'000,
                                                          100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};
  void observe_us(std::int64_t microseconds);
  std::int64_t count() const;
  std::int64_t sum_us() const { return sum_us_.load(std::memory_order_relaxed); }
  // How many took no longer than the bound of this index; the last index is "any".
  std::int64_t cumulative(std::size_t bound_index) const;

 private:
  std::array<std::atomic<std::int64_t>, kBoundsUs.size() + 1> buckets_{};
  std::atomic<std::int64_t> sum_us_{0};
};

using Labels = std::vector<std::pair<std::string, std::string>>;

class Metrics {
 public:
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {});

  // Called before each text, for gauges that are read from elsewhere (sessions of the database, memory).
  void before_text(std::function<void()> refresh);

  std::string text() const;

 private:
  template <class Metric>
  struct Family {
    std::string help;
    std::map<std::string, std::unique_ptr<Metric>> by_labels;  // the key is the text of the labels
  };
  template <class Metric>
  Metric& find(std::map<std::string, Family<Metric>>& families, std::string_view name, std::string_view help,
               const Labels& labels);

  mutable std::mutex mutex_;
  std::map<std::string, Family<Counter>> counters_;
  std::map<std::string, Family<Gauge>> gauges_;
  std::map<std::string, Family<Histogram>> histograms_;
  std::vector<std::function<void()>> refreshers_;
};

}  // namespace mis::observe
