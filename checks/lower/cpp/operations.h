// Turns calls into operations.
#pragma once

#include <vector>

#include "facts/file_facts.h"
#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

class OperationBuilder {
 public:
  OperationBuilder(const Analysis& analysis, FileFacts& facts) : analysis_(analysis), facts_(facts) {}
  void run();

 private:
  struct Command {
    bool known = false;       ///< the API takes a command
    bool background = false;  ///< all of it runs in the background
    bool tree = false;        ///< what is started starts others
  };

  void lower_call(const Call& call);
  void lower_spawn(const Call& call);
  void lower_wait(const Call& call);
  void lower_signal(const Call& call);
  [[nodiscard]] OperationFact make_fact(const Call& call, Operation operation) const;
  [[nodiscard]] Command lower_command(const Call& call, bool bounded);
  [[nodiscard]] std::vector<Text> argument_vector(const Call& call) const;
  [[nodiscard]] Timeout timeout_of(const Call& call) const;
  [[nodiscard]] bool has_flag(const Call& call, const std::vector<std::string>& names) const;
  [[nodiscard]] Signal signal_of(const Call& call) const;
  [[nodiscard]] ValueSet target_of(const Call& call) const;
  /// Was the same process signalled before in this function, with any signal or with a graceful one?
  [[nodiscard]] bool signalled_before(const Call& call, bool gracefully) const;

  const Analysis& analysis_;
  FileFacts& facts_;
};

}  // namespace procsafe::cpp
