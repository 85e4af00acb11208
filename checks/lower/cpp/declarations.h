// What one file declares: namespaces, classes, functions, variables, aliases.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lower/cpp/spelling.h"
#include "lower/cpp/syntax.h"

namespace procsafe::cpp {

/// Nodes [begin, end) in which a name is visible.
struct Extent {
  NodeId begin = 0;
  NodeId end = 0;
  [[nodiscard]] bool contains(NodeId node) const { return begin <= node && node < end; }
};

inline constexpr std::uint32_t none = ~std::uint32_t{0};

struct Variable {
  enum class Kind : std::uint8_t { local, parameter, global, field };
  Kind kind = Kind::local;
  std::string name;
  TypeName type;
  Syntax declarator;   ///< the declarator's name, or the structured binding
  Syntax declaration;  ///< declaration, parameter, for_range_loop, field declaration
  Syntax initializer;  ///< the value, argument list or initializer list; null without one
  Extent extent;
  std::uint32_t function = none;  ///< of a local or parameter: index of the function around it
  std::uint32_t position = 0;     ///< of a parameter: its number
  std::string scope;              ///< of a global: its namespace; of a field: its class
  bool pointer = false;
  bool reference = false;
  bool array = false;
  bool is_static = false;
  bool constant = false;
  bool callable = false;  ///< function pointer
};

struct Function {
  std::string qualified;  ///< `ns::Class::name`
  std::string scope;      ///< `ns::Class` or `ns`
  Syntax node;            ///< definition or declaration
  Syntax body;            ///< null for a declaration
  Syntax declarator;      ///< the function declarator
  bool internal = false;  ///< static or in an anonymous namespace: not visible from other files
  bool extern_c = false;  ///< declared in an extern "C" part
  bool member = false;    ///< declared in a class, or its definition has a qualified name
  bool in_header = false;
  std::vector<std::uint32_t> parameters;  ///< indices into variables; of a definition only
  std::size_t parameter_count = 0;
  bool variadic = false;
  TypeName result;
  std::vector<TypeName> parameter_types;
};

struct Class {
  std::string qualified;
  Syntax node;
  Syntax name;
  std::vector<std::string> bases;  ///< as spelled, without template arguments
  std::set<std::string, std::less<>> methods;
  std::map<std::string, std::uint32_t, std::less<>> fields;  ///< indices into variables
};

/// `namespace a = b;`, `using a::b;`, `using namespace a;`, `using A = B;`, `typedef B A;`
struct Alias {
  enum class Kind : std::uint8_t { namespace_alias, declaration, directive, type };
  Kind kind = Kind::declaration;
  std::string name;    ///< the new name; of a directive empty
  std::string target;  ///< what it stands for, as spelled
  TypeName type;       ///< of a type alias
  Extent extent;
};

/// Read once for each file, in one linear pass.
class Declarations {
 public:
  Declarations(const SyntaxTree& tree, bool header);

  [[nodiscard]] const SyntaxTree* tree() const { return tree_; }
  [[nodiscard]] const std::vector<Variable>& variables() const { return variables_; }
  [[nodiscard]] const std::vector<Function>& functions() const { return functions_; }
  [[nodiscard]] const std::vector<Class>& classes() const { return classes_; }
  [[nodiscard]] const std::vector<Alias>& aliases() const { return aliases_; }

  /// The variable (no field) that `name` means at that node, or null.
  [[nodiscard]] const Variable* find_variable(std::string_view name, Syntax at) const;
  [[nodiscard]] std::uint32_t index_of(const Variable& variable) const {
    return static_cast<std::uint32_t>(&variable - variables_.data());
  }
  /// All functions of that qualified name, definitions and declarations.
  [[nodiscard]] const std::vector<std::uint32_t>& find_functions(std::string_view qualified) const;
  [[nodiscard]] const Class* find_class(std::string_view qualified) const;
  /// Classes that declare a field of that name.
  [[nodiscard]] std::vector<const Class*> classes_with_field(std::string_view field) const;
  /// The aliases of that name whose extent holds the node, innermost first.
  [[nodiscard]] std::vector<const Alias*> find_aliases(std::string_view name, Syntax at) const;
  /// Namespaces opened by using directives that hold at the node, as spelled.
  [[nodiscard]] std::vector<std::string_view> directives_at(Syntax at) const;
  /// An enumerator's value: that of `base` (0 without one) plus `offset`.
  struct Enumerator {
    Syntax base;
    std::int64_t offset = 0;
  };
  [[nodiscard]] const Enumerator* find_enumerator(std::string_view name) const;

  /// The function definition around a node (lambdas belong to it), or null.
  [[nodiscard]] const Function* function_at(Syntax node) const;
  /// `ns::Class` around a node: the scope of its function, or of the class or namespace.
  [[nodiscard]] const std::string& scope_at(Syntax node) const;

 private:
  friend class DeclarationReader;
  template <class T>
  using ByName = std::map<std::string, T, std::less<>>;
  const SyntaxTree* tree_;
  std::vector<Variable> variables_;
  std::vector<Function> functions_;
  std::vector<Class> classes_;
  std::vector<Alias> aliases_;
  ByName<std::vector<std::uint32_t>> variables_by_name_;
  ByName<std::vector<std::uint32_t>> functions_by_name_;
  ByName<std::uint32_t> classes_by_name_;
  ByName<std::vector<std::uint32_t>> aliases_by_name_;
  ByName<std::vector<std::uint32_t>> classes_by_field_;
  std::vector<std::uint32_t> directives_;
  ByName<Enumerator> enumerators_;
  struct Region {
    std::string scope;
    std::uint32_t function = none;
  };
  std::vector<Region> regions_;           ///< the file, namespaces, classes and functions
  std::vector<std::uint32_t> region_of_;  ///< for each node the innermost one
};

}  // namespace procsafe::cpp
