// procsafe_campaign: kills managers, guards and cells in every way and counts what is left.
//
//   procsafe_campaign [--trials N] [--tier TIER] [--json FILE] [--report FILE] [--seed S] [--jobs J]
//
// With --json every trial is appended as a line at once, and a campaign continues where an earlier one with the same
// file stopped. --report writes the table docs/campaign.md is made of. TIER is guard, cgroup, strict or trace, or one
// of the things they are compared with: pdeathsig, python, timeout, boost. Exit status: 0 no leak, 1 leaks, 2 could not
// do its job; of a comparison: 0 leaks, 1 none, for then the table would be wrong.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "record.h"
#include "trial.h"
#include "trial_group.h"

namespace procsafe::faults {
namespace {

struct Options {
  std::uint64_t trials = 300;
  std::string tier = "guard";
  std::string json;
  std::string report;
  std::uint64_t seed = 1;
  unsigned jobs = 2;
  bool verbose = false;
};

std::uint64_t number_of(const std::string& text, const char* option) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::runtime_error(std::string(option) + " needs a number, not '" + text + "'");
  return value;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--verbose") {
      options.verbose = true;
      continue;
    }
    if (i + 1 == argc) throw std::runtime_error(option + " needs a value");
    const std::string value = argv[++i];
    if (option == "--trials")
      options.trials = number_of(value, "--trials");
    else if (option == "--tier")
      options.tier = value;
    else if (option == "--json")
      options.json = value;
    else if (option == "--report")
      options.report = value;
    else if (option == "--seed")
      options.seed = number_of(value, "--seed");
    else if (option == "--jobs")
      options.jobs = static_cast<unsigned>(number_of(value, "--jobs"));
    else
      throw std::runtime_error("unknown option " + option);
  }
  return options;
}

std::string kernel_release() {
  utsname names{};
  uname(&names);
  return names.release;
}

class Campaign {
 public:
  explicit Campaign(Options options) : options_(std::move(options)) {
    if (!options_.json.empty()) records_ = read_records(options_.json);
    for (const Record& record : records_)
      if (record.tier == options_.tier) next_ = std::max(next_.load(), record.trial + 1);
    if (!options_.json.empty()) json_.open(options_.json, std::ios::app);
  }

  int run() {
    const std::uint64_t first = next_;
    {
      std::vector<std::jthread> workers;
      for (unsigned i = 0; i < options_.jobs; ++i) workers.emplace_back([this] { work(); });
    }
    if (failure_) std::rethrow_exception(failure_);
    std::fputs(summarise(records_).c_str(), stdout);
    if (!options_.report.empty()) std::ofstream(options_.report) << report(records_);
    std::printf("trials %llu to %llu\n", static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(options_.trials));
    bool leaked = false;
    for (const Record& record : records_) leaked = leaked || (record.tier == options_.tier && record.leaks > 0);
    return leaked == is_comparison(options_.tier) ? 0 : 1;
  }

 private:
  void work() {
    try {
      for (std::uint64_t number = next_++; number < options_.trials; number = next_++) {
        const Trial trial = make_trial(number, options_.tier, options_.seed);
        keep(trial, run_trial(trial));
      }
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      failure_ = std::current_exception();
    }
  }

  void keep(const Trial& trial, const Outcome& outcome) {
    const Record record{trial.number,
                        trial.tier,
                        trial.fault.name,
                        trial.shape.name,
                        trial.unprivileged ? "nobody" : "root",
                        outcome.valid,
                        outcome.leaks,
                        outcome.empty_ms,
                        outcome.survivors + outcome.note,
                        kernel_release()};
    const std::scoped_lock lock(mutex_);
    records_.push_back(record);
    const std::string line = to_json(record);
    if (json_.is_open()) json_ << line << std::endl;
    if (options_.verbose || (outcome.leaks > 0 && !is_comparison(trial.tier)) || !outcome.valid)
      std::printf("%s\n", line.c_str());
  }

  const Options options_;
  std::mutex mutex_;
  std::vector<Record> records_;
  std::ofstream json_;
  std::atomic<std::uint64_t> next_{0};
  std::exception_ptr failure_;
};

}  // namespace
}  // namespace procsafe::faults

int main(int argc, char** argv) {
  try {
    // The reaping guard of the harness itself: whatever a trial loses becomes its child and is reaped.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    procsafe::faults::TrialGroup::remove_stale();
    setpriority(PRIO_PROCESS, 0, 10);
    return procsafe::faults::Campaign(procsafe::faults::parse(argc, argv)).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "procsafe_campaign: %s\n", error.what());
    return 2;
  }
}
