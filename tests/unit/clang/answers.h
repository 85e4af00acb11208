// Asks the real Clang worker about small sources.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "lower/clang/worker_pool.h"
#include "temp_tree.h"

namespace procsafe {

struct TextFile {
  std::string name;
  std::string text;
};

/// A project of a few files, of which the first is the unit. Everything below the folder is the project's.
class AskedProject {
 public:
  explicit AskedProject(std::initializer_list<TextFile> files);

  AskedProject& arguments(std::vector<std::string> arguments);
  AskedProject& limits(WorkerLimits limits);
  /// Looks only into functions that hold one of these, in every file.
  AskedProject& places(std::vector<Offset> places);

  [[nodiscard]] UnitOutcome run() const;

  /// The calls of a file, one line each: `text = callee(arguments)`, with `project`, `on <class> <receiver>` and
  /// `by <macro>` behind where they hold. An argument is its constant, else its text, else `?`.
  [[nodiscard]] std::vector<std::string> calls(const std::string& file = {}) const;
  [[nodiscard]] CppSemantics semantics(const std::string& file = {}) const;
  /// The text of ranges in a file.
  [[nodiscard]] std::vector<std::string> texts(const std::vector<SourceRange>& ranges,
                                               const std::string& file = {}) const;

 private:
  [[nodiscard]] const std::string& text_of(const std::string& file) const;

  test::TempTree folder_;
  std::vector<TextFile> files_;
  std::vector<std::string> arguments_;
  WorkerLimits limits_;
  std::optional<std::vector<Offset>> places_;
};

/// The calls of one C++ source, as AskedProject::calls.
[[nodiscard]] std::vector<std::string> calls_of(const std::string& source);

}  // namespace procsafe
