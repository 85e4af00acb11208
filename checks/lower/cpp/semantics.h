// What a compiler knows about one file of C or C++: the answers of the Clang tier.
//
// There is one lowering for C and C++ (this folder). Without these answers it works from syntax alone
// (tier 1) and guesses what a name means; with them (tier 2) it does not guess: names, overloads, macros,
// types and constants come from Clang. The shapes (loops, paths, who waits for what) are read off the same
// syntax tree in both tiers, so that they cannot disagree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "facts/source_range.h"

namespace procsafe {

struct CppSemantics {
  struct Argument {
    SourceRange range;  ///< as spelled in the file; of a macro argument, where it stands in the macro's use
    std::optional<std::int64_t> number;  ///< constant integer value (enumerators, constexpr, macros, folded)
    std::optional<std::string> text;     ///< constant string value
    std::string type;                    ///< canonical type without qualifiers: `int`, `QProcess *`
  };

  /// One call that really happens: an expression that calls, constructs, or a macro use that expands to such.
  /// `a.b(c)`, `f(x)`, `bp::child c(exe)`, `RUN("make")`.
  struct Call {
    SourceRange range;   ///< in this file: the call expression, or the use of the outermost macro
    std::string callee;  ///< qualified name of the canonical declaration: `system`, `boost::process::child::wait`; a
                         ///< constructor is named by its class twice: `boost::process::child::child`. Inline namespaces
                         ///< are left out. Found through using, aliases, function pointers with one known
                         ///< value, std::function, dlsym and syscall constants. Empty: not known.
    bool project = false;        ///< declared only in project files (not in a system header): it is not the API
    std::string receiver_type;   ///< of a method call: canonical class of the object, `QProcess`
    SourceRange receiver;        ///< of a method call: the object expression; empty for implicit this
    std::vector<Argument> arguments;  ///< default arguments included, with an empty range
    std::string macro;           ///< name of the macro it comes from, if any
    std::string macro_path;      ///< file of that macro's definition, and where
    SourceRange macro_definition;
  };
  std::vector<Call> calls;  ///< sorted by range

  /// A function or class named as a value, not called there: `call(&std::system)`.
  struct Reference {
    SourceRange range;
    std::string name;
  };
  std::vector<Reference> references;  ///< sorted by range

  struct Variable {
    SourceRange declaration;  ///< the declarator's name
    std::string type;
  };
  std::vector<Variable> variables;  ///< locals, parameters and fields whose type is a class or pointer to one

  /// Parts the preprocessor left out in this unit, and in every other unit seen.
  std::vector<SourceRange> inactive;
};

}  // namespace procsafe
