// The static structure of a file: its functions and classes, and which names are local to which of them.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lower/python/object.h"
#include "lower/python/syntax.h"

namespace procsafe::python {

/// An identifier of the file, or a path of attributes below one (`self.proc`), as a small number.
using Symbol = std::uint32_t;
inline constexpr Symbol no_symbol = 0xffffffff;
inline constexpr Symbol path_bit = 0x80000000;  ///< set in symbols of paths
[[nodiscard]] inline bool is_path(Symbol symbol) { return (symbol & path_bit) != 0; }

struct Parameter {
  enum class Kind : std::uint8_t { plain, star, double_star };
  Kind kind = Kind::plain;
  Symbol symbol = no_symbol;
  std::string_view name;
  Node annotation;
  Node default_value;
};

/// A `def` or `lambda`.
struct Function {
  Node node;
  std::string qualified;  ///< as slots name it: `module.Class.method`, `module.outer.inner`
  std::string symbol;     ///< as messages name it: without the module
  std::string_view name;
  Function* outer = nullptr;          ///< the function it stands in
  std::uint32_t unit = 0;             ///< the unit it is walked with, see slots.h
  Class* owner = nullptr;             ///< the class whose method it is
  std::vector<Parameter> parameters;  ///< without `self` or `cls`, so that positions are those of slots
  Symbol self = no_symbol;
  bool is_async = false;
  bool is_generator = false;
  bool is_static = false;
  bool is_class_method = false;
  bool is_property = false;
  bool is_accessor = false;  ///< sets or deletes the property of its name
  bool is_context_manager = false;
  std::set<Symbol> locals;
  std::set<Symbol> globals;  ///< declared `global`
  std::set<Symbol> nonlocals;
  std::set<Symbol> reads;  ///< names read anywhere in it, nested functions included
  /// What it does to processes that came from outside: its parameters, attributes, globals. From the pass before.
  std::map<Ref, std::uint16_t> effects;
  /// What callers did to them before the call.
  std::map<Ref, std::uint16_t> before_call;
  bool called_in_forked_child = false;
  /// What its local names may be when a nested function runs: everything ever assigned.
  std::map<Symbol, Ref> cells;
};

using ClassAttributes = std::map<std::string_view, Ref>;

struct Class {
  Node node;
  std::string qualified;
  std::string symbol;
  std::string_view name;
  Function* outer_function = nullptr;
  Class* outer_class = nullptr;
  std::map<std::string_view, Function*> methods;
  std::map<std::string_view, Node> annotations;  ///< of attributes: `proc: Popen | None`
  ClassAttributes attributes;                    ///< what its body binds; filled while it is interpreted
  std::vector<Ref> bases;                        ///< filled while it is interpreted
};

/// Functions and classes of one file, by their nodes.
class Program {
 public:
  /// `module` is the dotted name of the file.
  Program(const Syntax& syntax, std::string_view module);

  [[nodiscard]] const std::string& module() const { return module_; }
  [[nodiscard]] std::deque<Function>& functions() { return functions_; }
  [[nodiscard]] std::deque<Class>& classes() { return classes_; }
  [[nodiscard]] Function* function_at(Node node) const;
  [[nodiscard]] Class* class_at(Node node) const;
  /// By qualified name; null: this file defines none.
  [[nodiscard]] const Function* find_function(std::string_view qualified) const;
  [[nodiscard]] const Class* find_class(std::string_view qualified) const;
  /// Names that a `global` statement of any function lets that function write.
  [[nodiscard]] const std::set<Symbol>& written_globals() const { return written_globals_; }
  [[nodiscard]] const std::set<Symbol>& module_reads() const { return module_reads_; }

  Symbol symbol(std::string_view name);
  /// Of a name, not of a path.
  [[nodiscard]] std::string_view name_of(Symbol symbol) const { return names_[symbol]; }
  /// The path `name` below `base`: `self.proc`.
  Symbol path(Symbol base, std::string_view name);
  /// Is `symbol` a path that starts with the name `base`?
  [[nodiscard]] bool is_path_below(Symbol symbol, Symbol base) const;

 private:
  struct Around;
  void read(Node node, Around& around);
  void add_function(Node node, Around& around);
  void add_class(Node node, Around& around);
  void read_parameters(Node list, Function& function);
  void read_decorators(Node definition, Function& function);
  void bind_targets(Node target, std::set<Symbol>& names);
  void bind_statement(Node node, Function* function);

  std::string module_;
  std::deque<Function> functions_;
  std::deque<Class> classes_;
  std::unordered_map<NodeId, Function*> function_index_;
  std::unordered_map<NodeId, Class*> class_index_;
  std::unordered_map<std::string_view, const Function*> functions_by_name_;
  std::unordered_map<std::string_view, const Class*> classes_by_name_;
  std::set<Symbol> written_globals_;
  std::set<Symbol> module_reads_;
  std::unordered_map<std::string_view, Symbol> symbols_;
  std::vector<std::string_view> names_;
  std::map<std::pair<Symbol, std::string_view>, Symbol> paths_;
  std::vector<Symbol> path_bases_;  // the name each path starts with
};

}  // namespace procsafe::python
