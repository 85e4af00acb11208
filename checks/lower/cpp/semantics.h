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
    std::optional<std::int64_t> number;  ///< constant integer value (enumerators, constexpr, macros, folded);
                                         ///< a null pointer is 0
    std::optional<std::string> text;     ///< constant string value, also of a string object made from one
    std::string type;                    ///< canonical type without qualifiers: `int`, `QProcess *`
    bool operator==(const Argument&) const = default;
  };

  /// One call that really happens: an expression that calls, constructs, or a macro use that expands to such.
  /// `a.b(c)`, `f(x)`, `bp::child c(exe)`, `RUN("make")`.
  struct Call {
    SourceRange range;   ///< in this file: the call expression, or the use of the outermost macro
    std::string callee;  ///< qualified name of the canonical declaration: `system`, `boost::process::child::wait`; a
                         ///< constructor is named by its class twice: `boost::process::child::child`. Inline namespaces
                         ///< are left out. Found through using, aliases, function pointers with one known
                         ///< value, std::function, dlsym and syscall constants (`syscall(SYS_kill, …)` is a
                         ///< call of `kill` without the first argument). Empty: not known.
    /// Declared only in project files (not in a system header): it is not the API. Exceptions are what the
    /// catalogue names with its namespace or class (`boost::process::child`, wherever it is declared), and C
    /// functions of the catalogue declared by hand without a body in this unit (`int system(const char*);`).
    bool project = false;
    std::string receiver_type;        ///< of a method call: canonical class of the object, `QProcess`
    SourceRange receiver;             ///< of a method call: the object expression; empty for implicit this
    std::vector<Argument> arguments;  ///< default arguments, and those that stand in the macro's definition,
                                      ///< included, with an empty range
    std::string macro;                ///< name of the macro it comes from, if any
    std::string macro_path;           ///< file of that macro's definition, and where
    SourceRange macro_definition;
    bool operator==(const Call&) const = default;
  };
  /// Sorted by range. Holds every call of a function of the catalogue, of a method of one of its classes or of
  /// a class derived from one, and of a function declared in project files. A call expression that has no
  /// entry is no operation, unless it lies in `inactive` or touches `unknown`. Only uses of macros have several
  /// entries for one range.
  std::vector<Call> calls;

  /// A function or class named as a value, not called there: `call(&std::system)`.
  struct Reference {
    SourceRange range;
    std::string name;
    bool operator==(const Reference&) const = default;
  };
  /// Sorted by range. Without those that only give a variable its one known value: the calls through it count.
  std::vector<Reference> references;

  struct Variable {
    SourceRange declaration;  ///< the declarator's name
    std::string type;
    bool operator==(const Variable&) const = default;
  };
  /// Locals, parameters and fields whose type is, points to, or holds a class of the project or of the catalogue.
  std::vector<Variable> variables;

  /// A class named above that derives, over any number of steps, from a class of the catalogue.
  struct Derivation {
    std::string type;
    std::string base;
    bool operator==(const Derivation&) const = default;
  };
  std::vector<Derivation> derivations;  ///< sorted by type

  /// Parts the preprocessor left out in this unit, and in every other unit seen.
  std::vector<SourceRange> inactive;

  /// Places Clang could not make sense of (a missing header, an error), and functions it did not look into because
  /// their words promise nothing. What it does not say about them is no answer: there tier 1 judges. Sorted.
  std::vector<SourceRange> unknown;

  bool operator==(const CppSemantics&) const = default;
};

}  // namespace procsafe
