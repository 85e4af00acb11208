// One trial: a host program starts a tree, something dies, and what is left is counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace procsafe::faults {

/// What happens to the host and its helpers.
struct Fault {
  std::string name;
  std::string host_mode = "wait";      ///< how the host program ends by itself; "wait": it does not
  int host_signal = 0;                 ///< sent to the host
  std::vector<std::string> victims{};  ///< of manager, sentinel, guard, cell: frozen, then killed together
  bool random_instant = false;         ///< while the command is being started, instead of when the tree stands
};

struct Shape {
  std::string name;
  std::size_t processes;  ///< that report
};

struct Trial {
  std::uint64_t number = 0;
  std::string tier;
  Fault fault;
  Shape shape;
  bool unprivileged = false;  ///< as nobody
  std::uint64_t seed = 0;
};

struct Outcome {
  bool valid = false;  ///< false: the trial did not come to its point (the tree never stood)
  std::string note;
  unsigned leaks = 0;
  double empty_ms = 0;    ///< from the fault to the end of the last process of the tree
  std::string survivors;  ///< names
};

/// Whether `tier` is not one of the runtime's but something it is compared with: pdeathsig, python, timeout, boost.
bool is_comparison(const std::string& tier);
std::vector<Fault> all_faults(const std::string& tier);
std::vector<Shape> all_shapes();

/// Trial `number` of the campaign: the matrix is walked through in an order that mixes everything early.
Trial make_trial(std::uint64_t number, const std::string& tier, std::uint64_t seed);

Outcome run_trial(const Trial& trial);

}  // namespace procsafe::faults
