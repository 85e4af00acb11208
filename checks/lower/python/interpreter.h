// Walks the code of a file once and follows what every expression may stand for.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lower/lowering.h"
#include "lower/python/arguments.h"
#include "lower/python/journal.h"
#include "lower/python/names.h"
#include "lower/python/object.h"
#include "lower/python/operations.h"
#include "lower/python/program.h"
#include "lower/python/slots.h"
#include "lower/python/state.h"
#include "lower/python/syntax.h"

namespace procsafe::python {

/// Walks the module's own statements, and functions, with what was learnt before, and from other files, about
/// parameters, results and attributes. Branches are followed one by one and joined; loops are walked twice. What
/// happens to processes is written into the journal.
class Interpreter {
 public:
  Interpreter(const LowerInput& input, const Syntax& syntax, Program& program, ObjectPool& pool, SlotStore& slots,
              NameTable& names, Journal& journal);

  /// Walks the module's own statements. True when what functions see of the module has changed.
  bool walk_module();
  /// Did `from subprocess import *` bring in what functions can use without spelling the module?
  [[nodiscard]] bool imports_unspelled() const;
  /// Walks functions in document order: an outermost one and what is nested in it.
  void walk(std::span<Function* const> functions);
  /// The first place that was nested too deeply to be followed, if any.
  [[nodiscard]] const std::optional<SourceRange>& too_deep() const { return too_deep_; }
  [[nodiscard]] const Operations& operations() const { return operations_; }

 private:
  // Bodies and statements (interpreter_statements.cpp).
  void run_module();
  void run_function(Function& function);
  void run_class(Node node);
  void bind_parameters(Function& function);
  void export_module();
  void keep_effects(Function& function);
  void carry_constant(const std::string& qualified, Ref value);
  void export_class(const Class& klass);
  void execute_block(Node block);
  void execute(Node statement);
  void execute_if(Node statement);
  void execute_while(Node statement);
  void execute_for(Node statement);
  void execute_try(Node statement);
  void execute_with(Node statement);
  void execute_match(Node statement);
  void execute_return(Node statement);
  void execute_import(Node statement);
  void execute_import_from(Node statement);
  void execute_definition(Node definition);
  void execute_children(Node node);
  void loop_body(Node body, Ref element, Node condition);
  Ref enter_context(Node value, Ref context);
  /// What holds on the side of a branch where `condition` is `outcome`.
  void refine(Node condition, Ref value, bool outcome);
  void refine_exit(Node condition, Ref value, bool outcome);
  void leave_point();
  [[nodiscard]] bool is_spawn_module(std::string_view module) const;
  void note_import(Node statement);
  [[nodiscard]] bool outlives_function(Node container) const;

  // Assigning (interpreter_statements.cpp).
  void assign(Node target, Ref value);
  void assign_name(Symbol symbol, Ref value, Node at);
  void assign_attribute(Node target, Ref value);
  void assign_all(Node pattern, Ref value);
  Ref with_item(Ref container, Ref key, Ref value);
  /// Writes a changed container back to where it was read from.
  void replace(Node place, Ref value);
  void put(Node place, Ref merged, Ref added);

  // Expressions (interpreter_expressions.cpp).
  Ref evaluate(Node node);
  Ref evaluate_deep(Node node);
  Ref evaluate_condition(Node node);
  Ref evaluate_string(Node node);
  Ref evaluate_binary(Node node);
  Ref evaluate_comparison(Node node);
  Ref evaluate_boolean(Node node);
  Ref evaluate_sequence(Node node);
  Ref evaluate_mapping(Node node);
  Ref evaluate_comprehension(Node node);
  Ref evaluate_subscript(Node node);
  Ref evaluate_attribute(Node node);
  Ref evaluate_assignment(Node node);
  Ref evaluate_augmented(Node node);
  Ref evaluate_yield(Node node);
  Ref evaluate_await(Node node);
  Ref evaluate_all(Node node);
  Ref combine(Node node, std::span<const Ref> operands);
  Ref item(Ref container, Ref index, Node at);
  Ref element(Ref container, Node at);
  Ref attribute_of(Ref object, std::string_view name, Node at);
  Ref attribute_of_process(Ref process, std::string_view name, Node at);
  static std::vector<const Class*> lineage(const Class& klass);
  Ref attribute_of_instance(const Class& klass, std::string_view name, bool on_class);
  std::vector<std::string> project_ancestors(const Class& klass);
  std::vector<std::string> project_ancestors(std::string_view class_name);
  Ref field_slot(std::string_view class_name, std::string_view attribute);
  /// An API that is handed on as a value: reported there, not where it is called (S2).
  Ref hand_over(Node node, Ref value);

  // Names (interpreter_names.cpp).
  Ref look_up(Node identifier);
  Ref look_up(Symbol symbol, std::string_view name);
  Ref name_in_module(Symbol symbol, std::string_view name);
  /// What an annotation says of a value: a handle, an instance; null: nothing of interest.
  Ref annotated(Node type);
  Ref dotted(std::string_view name);
  const Function* find_method(const Class& klass, std::string_view name);
  std::string process_base(const Class& klass, int depth = 0);

  // Calls (interpreter_calls.cpp).
  Ref evaluate_call(Node call);
  Arguments evaluate_arguments(Node list, bool type_position);
  Ref apply(Ref callee, const Arguments& arguments, Node call);
  Ref apply_name(Ref callee, const Arguments& arguments, Node call);
  Ref apply_function(const Function& function, const Arguments& arguments, Node call);
  Ref apply_foreign(std::string_view qualified, bool open, const Arguments& arguments, Node call);
  Ref apply_class(const Class& klass, const Arguments& arguments, Node call);
  Ref apply_partial(Ref callee, const Arguments& arguments, Node call);
  Ref apply_bound(Ref bound, const Arguments& arguments, Node call);
  Ref apply_api(const Api& api, Ref receiver, const Arguments& arguments, Node call);
  void note_handler(const Api& api, const Arguments& arguments, Node call);
  [[nodiscard]] static bool may_be_command(Ref argument);
  [[nodiscard]] static Node node_of(Ref value, const Arguments& arguments);
  void note_passed(const Arguments& arguments, Event::Kind kind);
  Ref apply_callback(const Api& api, const Arguments& arguments, Node call);
  void flow_arguments(std::string_view qualified, const Arguments& arguments, Node call);
  void flow_parameters(const Function& function, const Arguments& arguments, Node call);

  // Wrappers that return what a command of their caller prints (interpreter_output.cpp).
  void carry_output(Ref value, Node at, int depth = 0);
  /// The result of a call of `function`; `value_of` gives what is handed over for the parameters it asks for.
  Ref add_output(const std::string& function, Ref result, Node call, const std::function<Ref(Ref)>& value_of);
  Ref output_of(Ref templ, Ref command, Node call);
  Ref substitute(Ref result, const Function& function, const Arguments& arguments);
  Ref argument_of(const Function& function, std::size_t index, const Arguments& arguments);
  void forget_attributes();
  /// What a function does to processes holds behind the call, and what was done before holds inside it.
  void apply_effects(const Function& function, const Arguments& arguments, Node call);
  /// Is a process or pid among the arguments?
  static bool holds_process(const Arguments& arguments);
  /// Could what flows into the slot make an operation of its member? Reading a slot of another file makes this
  /// file wait for that one.
  bool is_worth_reading(Ref slot, std::string_view member);

  // Built-in functions and methods (interpreter_builtins.cpp).
  std::optional<Ref> apply_builtin(std::string_view name, const Arguments& arguments, Node call);
  Ref apply_text_method(Ref text, std::string_view name, const Arguments& arguments, Node call);
  Ref apply_sequence_method(Ref sequence, std::string_view name, const Arguments& arguments, Node call);
  static bool is_telling_key(Ref key);
  /// `dict(pairs)`: null when the elements are no pairs.
  Ref mapping_of_pairs(Ref pairs);
  Ref apply_mapping_method(Ref mapping, std::string_view name, const Arguments& arguments, Node call);
  Ref apply_tagged_method(Ref tagged, std::string_view name, const Arguments& arguments, Node call);
  Ref apply_opaque_method(Ref object, std::string_view name, Node call);
  Ref format(Ref text, const Arguments& arguments, Node call);
  Ref format_percent(Ref text, Ref values, Node at);
  Ref join(Ref separator, Ref parts, Node call);
  Ref content_of(Ref path, Node at);
  Ref listing_of(Ref path, Node at);
  Ref path_text(Ref path);

  Context context();

  const LowerInput& input_;
  const Syntax& syntax_;
  Program& program_;
  ObjectPool& pool_;
  SlotStore& slots_;
  NameTable& names_;
  Journal& journal_;
  Operations operations_;

  State state_;
  State module_state_;  ///< when the module's statements have run
  bool in_module_ = false;
  Function* function_ = nullptr;
  std::vector<const Class*> classes_;                         ///< class bodies around
  std::vector<std::pair<const Class*, State>> outer_states_;  ///< of the scopes around class bodies
  std::vector<std::string> star_modules_;
  std::vector<State*> raise_points_;  ///< what can hold when an exception is caught
  std::vector<State*> break_points_;
  std::vector<State*> continue_points_;
  std::vector<Limit> limits_;
  bool recording_ = true;
  UnitId unit_ = 0;                                      ///< that is walked
  std::map<const Function*, std::set<UnitId>> callers_;  ///< units that call a function
  int depth_ = 0;
  int loops_ = 0;
  std::optional<SourceRange> too_deep_;
};

}  // namespace procsafe::python
