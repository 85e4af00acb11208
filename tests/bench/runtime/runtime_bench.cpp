// procsafe: allow-file(direct-spawn) reason="what the runtime is measured against"
// procsafe: allow-file(missing-timeout) reason="what the runtime is measured against"
// The runtime against posix_spawn(3) and the shell, in one run: what is compared takes turns, medians count.
#include <benchmark/benchmark.h>
#include <procsafe/process_manager.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

double us_of(const auto& body) {
  const auto start = Clock::now();
  body();
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void spawn_bare(char** arguments) {
  pid_t pid = 0;
  int status = 0;
  if (posix_spawn(&pid, arguments[0], nullptr, nullptr, arguments, environ) != 0 || waitpid(pid, &status, 0) != pid ||
      status != 0)
    throw std::runtime_error("posix_spawn");
}

void spawn_true_bare() {
  char name[] = "/bin/true";
  char* arguments[] = {name, nullptr};
  spawn_bare(arguments);
}

procsafe::Config quiet() {
  procsafe::Config config;
  config.handlers = false;
  return config;
}

void run_true(procsafe::ProcessManager& manager) {
  if (!manager.run({.argv = {"/bin/true"}}).ok()) throw std::runtime_error("run");
}

/// Resident memory that fork(2) would have to copy the page tables of.
class Ballast {
 public:
  explicit Ballast(std::size_t bytes)
      : bytes_(bytes), memory_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (memory_ == MAP_FAILED) throw std::runtime_error("mmap");
    madvise(memory_, bytes_, MADV_NOHUGEPAGE);
    std::memset(memory_, 1, bytes_);
  }
  ~Ballast() { munmap(memory_, bytes_); }
  Ballast(const Ballast&) = delete;
  Ballast& operator=(const Ballast&) = delete;

 private:
  std::size_t bytes_;
  void* memory_;
};

constexpr int samples = 400;

void spawn_to_result(benchmark::State& state) {
  procsafe::ProcessManager manager(quiet());
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> bare;
    std::vector<double> managed;
    for (int i = 0; i < samples; ++i) {
      bare.push_back(us_of(spawn_true_bare));
      managed.push_back(us_of([&] { run_true(manager); }));
    }
    state.counters["posix_spawn_us"] = median(bare);
    state.counters["managed_us"] = median(managed);
    state.counters["ratio"] = median(managed) / median(bare);
  }
}
BENCHMARK(spawn_to_result)->Iterations(1)->Unit(benchmark::kMillisecond);

void spawn_with_4_gb_resident(benchmark::State& state) {
  procsafe::ProcessManager manager(quiet());
  const auto sample = [&] {
    std::vector<double> times;
    for (int i = 0; i < samples; ++i) times.push_back(us_of([&] { run_true(manager); }));
    return median(times);
  };
  for ([[maybe_unused]] auto _ : state) {
    const double before = sample();
    double large = 0;
    {
      const Ballast ballast(std::size_t{4} << 30);
      large = sample();
    }
    // Another sample without it, so that a machine that got slower meanwhile is not taken for its effect.
    const double small = (before + sample()) / 2;
    state.counters["small_us"] = small;
    state.counters["large_us"] = large;
    state.counters["ratio"] = large / small;
  }
}
BENCHMARK(spawn_with_4_gb_resident)->Iterations(1)->Unit(benchmark::kMillisecond);

void spawns_from_2_threads(benchmark::State& state) {
  procsafe::ProcessManager manager(quiet());
  constexpr int count = 1500;
  for ([[maybe_unused]] auto _ : state) {
    const double us = us_of([&] {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 2; ++t)
        threads.emplace_back([&] {
          for (int i = 0; i < count; ++i) run_true(manager);
        });
    });
    const double bare_us = us_of([&] {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 2; ++t)
        threads.emplace_back([&] {
          for (int i = 0; i < count; ++i) spawn_true_bare();
        });
    });
    state.counters["per_second"] = 2 * count * 1e6 / us;
    state.counters["posix_spawn_per_second"] = 2 * count * 1e6 / bare_us;
  }
}
BENCHMARK(spawns_from_2_threads)->Iterations(1)->Unit(benchmark::kMillisecond);

void guard_start_and_first_spawn(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> times;
    for (int i = 0; i < 50; ++i) {
      std::unique_ptr<procsafe::ProcessManager> manager;
      times.push_back(us_of([&] {
        manager = std::make_unique<procsafe::ProcessManager>(quiet());
        run_true(*manager);
      }));
    }
    state.counters["ms"] = median(times) / 1000;
  }
}
BENCHMARK(guard_start_and_first_spawn)->Iterations(1)->Unit(benchmark::kMillisecond);

pid_t parent_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  return std::stoi(text.substr(text.rfind(')') + 4));
}

double pss_mib(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string word; file >> word;)
    if (double kib = 0; word == "Pss:" && file >> kib) return kib / 1024;
  throw std::runtime_error("no smaps_rollup of " + std::to_string(pid));
}

void memory_of_helpers(benchmark::State& state) {
  procsafe::ProcessManager manager(quiet());
  for ([[maybe_unused]] auto _ : state) {
    const procsafe::Process process = manager.spawn({.argv = {"sleep", "60"}});
    const pid_t cell = parent_of(process.pid());
    const pid_t guard = parent_of(cell);
    state.counters["cell_mib"] = pss_mib(cell);
    state.counters["guard_mib"] = pss_mib(guard);
    state.counters["sentinel_mib"] = pss_mib(parent_of(guard));
  }
}
BENCHMARK(memory_of_helpers)->Iterations(1)->Unit(benchmark::kMillisecond);

void capture_of_1_gb(benchmark::State& state) {
  procsafe::ProcessManager manager(quiet());
  const auto shell = [] {
    char name[] = "/bin/sh";
    char option[] = "-c";
    char text[] = "head -c 1073741824 /dev/zero | cat > /dev/null";
    char* arguments[] = {name, option, text, nullptr};
    spawn_bare(arguments);
  };
  const auto capture = [&] {
    const procsafe::Result result = manager.run({.argv = {"head", "-c", "1073741824", "/dev/zero"}});
    if (!result.ok() || !result.truncated) throw std::runtime_error("capture");
  };
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> shells;
    std::vector<double> captures;
    for (int i = 0; i < 5; ++i) {
      shells.push_back(us_of(shell));
      captures.push_back(us_of(capture));
    }
    state.counters["shell_s"] = median(shells) / 1e6;
    state.counters["capture_s"] = median(captures) / 1e6;
    state.counters["throughput_ratio"] = median(shells) / median(captures);
  }
}
BENCHMARK(capture_of_1_gb)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
