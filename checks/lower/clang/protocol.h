// What the linter asks a Clang worker, and what the worker answers: one JSON object each way.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "lower/cpp/semantics.h"

namespace procsafe {

/// A file to answer for.
struct WantedFile {
  std::string path;  ///< canonical
  /// Only functions that hold one of these places are looked into; ascending. Without a value: all are.
  std::optional<std::vector<Offset>> places;
};

/// One translation unit to analyse. All paths are absolute.
struct UnitRequest {
  std::string directory;               ///< where the compiler runs
  std::string file;                    ///< the main file
  std::vector<std::string> arguments;  ///< the compiler and its arguments; must name the main file
  /// Qualified names of the catalogue: functions, methods, classes (`system`, `QProcess::start`).
  std::vector<std::string> names;
  /// Folders whose files are the project's, unless Clang takes them for system headers.
  std::vector<std::string> roots;
  std::vector<WantedFile> wanted;
};

struct UnitReply {
  /// By canonical path: every wanted file this unit contains.
  std::map<std::string, CppSemantics> files;
  /// What stood in the way, at most a few: "foo.cpp:3:10: 'config.h' file not found".
  std::vector<std::string> diagnostics;
  std::uint64_t errors = 0;  ///< how many in all
  /// Not empty: the unit could not be analysed at all, and why.
  std::string failure;
};

struct ProtocolError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[nodiscard]] std::string write_request(const UnitRequest& request);
[[nodiscard]] std::string write_reply(const UnitReply& reply);
/// Throw ProtocolError on anything that is not exactly a request or a reply.
[[nodiscard]] UnitRequest read_request(const std::string& text);
[[nodiscard]] UnitReply read_reply(const std::string& text);

}  // namespace procsafe
