#include "metrics_recorder.h"

#include "json.h"

namespace procsafe {

void HistogramRecorder::observe(double seconds) {
  for (std::size_t i = 0; i < Histogram::bounds.size(); ++i)
    if (seconds <= Histogram::bounds[i]) counts_[i].fetch_add(1, std::memory_order_relaxed);
  counts_.back().fetch_add(1, std::memory_order_relaxed);
  nanoseconds_.fetch_add(static_cast<std::uint64_t>(seconds * 1e9), std::memory_order_relaxed);
}

Histogram HistogramRecorder::read() const {
  Histogram histogram;
  for (std::size_t i = 0; i < counts_.size(); ++i) histogram.counts[i] = counts_[i].load(std::memory_order_relaxed);
  histogram.sum = static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
  return histogram;
}

Metrics MetricsRecorder::read() const {
  Metrics all;
  all.spawned = spawned;
  all.exited = exited;
  all.timeouts = timeouts;
  all.cleanup_successes = cleanup_successes;
  all.cleanup_failures = cleanup_failures;
  all.spawn_failures = spawn_failures;
  all.limit_rejections = limit_rejections;
  all.killed_trees = killed_trees;
  all.leftovers = leftovers;
  all.lost_cells = lost_cells;
  all.spawn_seconds = spawn_seconds.read();
  all.run_seconds = run_seconds.read();
  return all;
}

inline namespace v0 {
namespace {

struct Counter {
  const char* name;
  const char* help;
  std::uint64_t Metrics::* value;
};

constexpr std::array<Counter, 11> counters{{
    {"spawned", "Commands started", &Metrics::spawned},
    {"exited", "Main processes that ended", &Metrics::exited},
    {"timeouts", "Commands ended because their deadline passed", &Metrics::timeouts},
    {"cleanup_successes", "Trees of which nothing is left", &Metrics::cleanup_successes},
    {"cleanup_failures", "Trees of which something survived SIGKILL", &Metrics::cleanup_failures},
    {"spawn_failures", "Commands that could not be started", &Metrics::spawn_failures},
    {"limit_rejections", "Spawns refused because too many were active", &Metrics::limit_rejections},
    {"killed_trees", "Trees that needed SIGKILL", &Metrics::killed_trees},
    {"leftovers", "Descendants that outlived their command and were ended", &Metrics::leftovers},
    {"lost_cells", "Cells that were killed by somebody", &Metrics::lost_cells},
    {"sink_failures", "Events that a sink did not take", &Metrics::sink_failures},
}};

std::string histogram_json(const Histogram& histogram) {
  JsonObject object;
  for (std::size_t i = 0; i < Histogram::bounds.size(); ++i)
    object.add(json_number(Histogram::bounds[i]), histogram.counts[i]);
  return object.add("count", histogram.counts.back()).raw("sum", json_number(histogram.sum)).text();
}

std::string histogram_text(const std::string& name, const char* help, const Histogram& histogram) {
  std::string text = "# HELP " + name + " " + help + "\n# TYPE " + name + " histogram\n";
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const std::string bound = i < Histogram::bounds.size() ? json_number(Histogram::bounds[i]) : "+Inf";
    text += name + "_bucket{le=\"" + bound + "\"} " + std::to_string(histogram.counts[i]) + "\n";
  }
  return text + name + "_sum " + json_number(histogram.sum) + "\n" + name + "_count " +
         std::to_string(histogram.counts.back()) + "\n";
}

}  // namespace

std::string Metrics::json() const {
  JsonObject object;
  object.add("active", active);
  for (const Counter& counter : counters) object.add(counter.name, this->*counter.value);
  return object.raw("spawn_seconds", histogram_json(spawn_seconds))
      .raw("run_seconds", histogram_json(run_seconds))
      .text();
}

std::string Metrics::prometheus() const {
  std::string text =
      "# HELP procsafe_active Commands whose tree is alive\n# TYPE procsafe_active gauge\nprocsafe_active " +
      std::to_string(active) + "\n";
  for (const Counter& counter : counters) {
    const std::string name = std::string("procsafe_") + counter.name + "_total";
    text += "# HELP " + name + " " + counter.help + "\n# TYPE " + name + " counter\n" + name + " " +
            std::to_string(this->*counter.value) + "\n";
  }
  return text + histogram_text("procsafe_spawn_seconds", "From spawn() to the start of the command", spawn_seconds) +
         histogram_text("procsafe_run_seconds", "From the start of a command to the end of its tree", run_seconds);
}

}  // namespace v0
}  // namespace procsafe
