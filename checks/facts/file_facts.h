// What lowering one file yields: operations, flows, comments, and what could not be read.
#pragma once

#include <string>
#include <vector>

#include "facts/attributes.h"
#include "facts/source_range.h"
#include "facts/value.h"

namespace procsafe {

/// A place that explains an operation: the outer call of an operation inside a string, the definition
/// of a macro, the search a pid came from.
struct Related {
  Location location;
  std::string message;
  auto operator<=>(const Related&) const = default;
};

/// Which analysis an operation was found by.
enum class Tier : std::uint8_t { syntax, clang };

/// One process operation of one file.
struct OperationFact {
  AttributeSet attributes;
  /// The smallest call expression or simple command that performs it; inside a string, the place
  /// inside the string.
  SourceRange range;
  /// What performs it, as the user writes it: `subprocess.run`, `std::system`, `pkill -f uvicorn`.
  std::string what;
  /// Function or class around it, for messages and fingerprints: `Server.start`; empty at file level.
  std::string symbol;
  /// Who is signalled; may hold slots. The link stage resolves them into the attribute `origin`,
  /// unless that was set to something other than not_applicable by the lowering.
  ValueSet target;
  /// Fact attributes hang on an assumption (field written elsewhere, parameter without callers, a
  /// branch that may not be compiled).
  bool assumed = false;
  /// Which analysis says so.
  Tier tier = Tier::syntax;
  std::vector<Related> related;
};

/// Values that flow into a slot, at a place (an argument, a return, an assignment).
struct Flow {
  Slot slot;
  ValueSet values;
  SourceRange at;
};

/// A comment that contains the word `procsafe:`; the judge parses it.
struct Directive {
  SourceRange range;   ///< from `procsafe:` to the end of the comment
  bool alone = false;  ///< nothing but white space stands before the comment on its line
};

/// Something the analysis could not do with this file. Never silent: reported, and an error (exit
/// status 2) unless said otherwise.
struct Notice {
  enum class Level : std::uint8_t {
    note,   ///< worth saying: tier 2 not available for this unit
    error,  ///< the file was not, or only partly, analysed
  };
  Level level = Level::error;
  SourceRange range;
  std::string message;
};

struct FileFacts {
  std::string path;
  std::vector<OperationFact> operations;
  std::vector<Flow> flows;
  std::vector<Slot> reads;  ///< slots whose content would change these facts; sorted, unique
  /// Slots of other files that decide what operations of this one are, known or not (members of classes they may
  /// inherit, texts of commands): whoever fills them matters.
  std::vector<Slot> asks;
  std::vector<Directive> directives;
  std::vector<Notice> notices;
};

}  // namespace procsafe
