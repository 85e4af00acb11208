// Values that cross functions and files.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "facts/file_facts.h"
#include "lower/cpp/analysis.h"

namespace procsafe::cpp {

/// The name under which a file says which parameters of its functions decide something (Slot::Kind::name). The
/// values are of kind `api`, `symbol#index`: callers elsewhere hand over their arguments' values.
[[nodiscard]] Slot wanted_slot(std::string_view function_name);

/// Appends flows: writes of fields and globals, results and out-parameters of functions, arguments of calls whose
/// parameters decide an operation here or elsewhere, and the exports that let other files do the same.
class FlowBuilder {
 public:
  FlowBuilder(const Analysis& analysis, FileFacts& facts) : analysis_(analysis), facts_(facts) {}
  void run();

 private:
  void want(const ValueSet& values);
  void want_behind_fields();
  void publish_wanted();
  void add_writes();
  void add_results();
  void add_arguments();
  void add_children_and_verifiers();
  [[nodiscard]] Syntax written_by(const Definition& definition) const;
  [[nodiscard]] bool may_hold_process(Syntax expression) const;
  [[nodiscard]] std::vector<Slot> parameters_wanted_of(const Call& call) const;
  void emit(const Slot& slot, ValueSet values, Syntax at);

  const Analysis& analysis_;
  FileFacts& facts_;
  std::set<Slot> wanted_;
  mutable std::map<std::string, std::vector<Slot>> asked_;
};

}  // namespace procsafe::cpp
