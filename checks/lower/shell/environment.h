// What is known at one place of a script: variables, files, signals sent, pids checked.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "facts/text.h"
#include "facts/value.h"
#include "lower/shell/persistent_map.h"

namespace procsafe::shell {

/// What a variable, a file or standard output holds.
struct Content {
  ValueSet values;
  /// The elements of an array (or words of a list), when all are known.
  std::optional<std::vector<Text>> elements;
  /// Names of what it was taken from, so that `p` of `for p in $pids` and `$pids` are one target.
  std::set<std::string> keys;
  /// Pids of which this tells command, executable or start time (O5).
  std::set<std::string> identifies;
  /// Not assigned on every path: what held before may still be there.
  bool partial = false;

  void merge(const Content& other);
  friend bool operator==(const Content&, const Content&) = default;
};

/// Facts at one place of the flow of a script. A value: branches copy it and join the copies.
struct Environment {
  PersistentMap<Content> variables;
  PersistentMap<Content> files;                         ///< what was written, by the key of the path
  std::set<std::string> terminated;                     ///< keys of targets that were sent a graceful signal
  std::set<std::string> verified;                       ///< keys of pids compared with their process
  std::set<std::size_t> open_jobs;                      ///< started in this shell and not yet waited for
  std::shared_ptr<const std::vector<Text>> positional;  ///< known arguments (`set --`, sh -c), or null
  unsigned shifted = 0;
  bool shifted_often = false;       ///< by an unknown count
  std::set<std::size_t> last_jobs;  ///< what `$!` may be
  bool ended = false;               ///< nothing behind this place is reached

  void assign(const std::string& name, Content content);
  /// Joins the other branch into this one.
  void join(const Environment& other);
};

}  // namespace procsafe::shell
