// The one door through which a lowering of another language reaches the shell lowering.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "facts/file_facts.h"
#include "facts/text.h"

namespace procsafe {

/// What stands around a piece of shell text.
struct ShellContext {
  std::string path;    ///< the outer file, for locations
  std::string symbol;  ///< the function around the text
  /// The outer call already bounds its duration (a timeout), or already has a missing-timeout finding
  /// of its own: clients inside are then not reported (T3).
  bool bounded = false;
  std::vector<Related> related;  ///< attached to every operation found, e.g. the outer call
  /// The file and its link table, so that calls of shell functions and flows can be followed.
  Names* names = nullptr;
};

/// What the outer language wants to know about a command it starts.
struct ShellSummary {
  /// Everything in it is started in the background: the outer call returns at once (T4).
  bool background_only = false;
  /// A shell interprets the command, or it is make, npm …: ending the leader leaves its children.
  bool tree = false;
  /// The program itself receives signals for its process (sleep, ./server).
  /// Origin of pids in its standard output: `searched` for pgrep, `pid_file` for cat of a file,
  /// not_applicable otherwise.
  Origin output = Origin::not_applicable;
};

/// Implemented by the shell lowering; handed to the others.
class EmbeddedShell {
 public:
  virtual ~EmbeddedShell() = default;
  /// Lowers text that a shell interprets (`shell=True`, system(3), `sh -c`). Operations are appended to
  /// `facts`, with their ranges in the outer file.
  virtual ShellSummary lower_script(const Text& script, const ShellContext& context, FileFacts& facts) const = 0;
  /// Lowers an argument vector that is executed without a shell. Unknown elements are holes; an
  /// unknown number of elements is one hole.
  virtual ShellSummary lower_argv(std::span<const Text> argv, const ShellContext& context, FileFacts& facts) const = 0;
};

}  // namespace procsafe
