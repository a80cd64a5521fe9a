#include "mis/observe/metrics.hpp"

#include <algorithm>

#include "mis/base/decimal.hpp"

namespace mis::observe {
namespace {

// Label values may hold anything; a backslash, a quote and a line end are escaped as the text format asks for.
std::string label_text(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out += name;
    out += "=\"";
    for (const char c : value) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
    out += '"';
  }
  return out;
}

void append_head(std::string& out, const std::string& name, const std::string& help, std::string_view type) {
  out += "# HELP " + name + " " + help + "\n# TYPE " + name + " ";
  out += type;
  out += '\n';
}

void append_sample(std::string& out, const std::string& name, const std::string& labels, std::string_view value) {
  out += name;
  if (!labels.empty()) out += "{" + labels + "}";
  out += ' ';
  out += value;
  out += '\n';
}

std::string seconds(std::int64_t us) { return format_decimal(us, 6, 0); }

}  // namespace

void Histogram::observe_us(std::int64_t microseconds) {
  const auto bucket = std::lower_bound(kBoundsUs.begin(), kBoundsUs.end(), microseconds) - kBoundsUs.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(microseconds, std::memory_order_relaxed);
}

std::int64_t Histogram::cumulative(std::size_t bound_index) const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i <= bound_index && i < buckets_.size(); ++i) sum += buckets_[i].load(std::memory_order_relaxed);
  return sum;
}

std::int64_t Histogram::count() const { return cumulative(kBoundsUs.size()); }

template <class Metric>
Metric& Metrics::find(std::map<std::string, Family<Metric>>& families, std::string_view name, std::string_view help,
                      const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Family<Metric>& family = families[std::string(name)];
  if (family.help.empty()) family.help = help;
  auto& metric = family.by_labels[label_text(labels)];
  if (!metric) metric = std::make_unique<Metric>();
  return *metric;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  return find(counters_, name, help, labels);
}
Gauge& Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  return find(gauges_, name, help, labels);
}
Histogram& Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels) {
  return find(histograms_, name, help, labels);
}

void Metrics::before_text(std::function<void()> refresh) {
  const std::lock_guard lock(mutex_);
  refreshers_.push_back(std::move(refresh));
}

std::string Metrics::text() const {
  std::vector<std::function<void()>> refreshers;
  {
    const std::lock_guard lock(mutex_);
    refreshers = refreshers_;
  }
  // Outside the lock, because a refresher looks its gauges up.
  for (const auto& refresh : refreshers) refresh();

  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : counters_) {
    append_head(out, name, family.help, "counter");
    for (const auto& [labels, metric] : family.by_labels) append_sample(out, name, labels, std::to_string(metric->value()));
  }
  for (const auto& [name, family] : gauges_) {
    append_head(out, name, family.help, "gauge");
    for (const auto& [labels, metric] : family.by_labels) append_sample(out, name, labels, std::to_string(metric->value()));
  }
  for (const auto& [name, family] : histograms_) {
    append_head(out, name, family.help, "histogram");
    for (const auto& [labels, metric] : family.by_labels) {
      const std::string before = labels.empty() ? "" : labels + ",";
      for (std::size_t i = 0; i < Histogram::kBoundsUs.size(); ++i) {
        append_sample(out, name + "_bucket", before + "le=\"" + seconds(Histogram::kBoundsUs[i]) + "\"",
                      std::to_string(metric->cumulative(i)));
      }
      const std::string count = std::to_string(metric->count());
      append_sample(out, name + "_bucket", before + "le=\"+Inf\"", count);
      append_sample(out, name + "_sum", labels, seconds(metric->sum_us()));
      append_sample(out, name + "_count", labels, count);
    }
  }
  return out;
}

}  // namespace mis::observe
