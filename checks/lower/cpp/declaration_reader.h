// Fills Declarations from a syntax tree.
#pragma once

#include <string>
#include <vector>

#include "lower/cpp/declarations.h"

namespace procsafe::cpp {

class DeclarationReader {
 public:
  DeclarationReader(const SyntaxTree& tree, bool header, Declarations& out) : tree_(tree), header_(header), out_(out) {}
  void read();

 private:
  struct Open {
    NodeId end = 0;
    std::uint32_t region = 0;
    bool internal = false;
    bool extern_c = false;
    std::uint32_t class_index = none;
  };

  void enter(Syntax node);
  void open_namespace(Syntax node);
  void open_class(Syntax node);
  void open_function(Syntax node);
  void open_loose_body(Syntax node);
  void open_region(Syntax node, std::string scope, std::uint32_t function, bool internal, std::uint32_t class_index);

  void read_declaration(Syntax node);
  void read_field_declaration(Syntax node);
  void read_constructed(Syntax declaration, const Declarator& declarator, Syntax type);
  void adopt_old_parameters(Syntax head, Syntax body, Function& function);
  void read_parameters(Syntax list, Function& function);
  void read_lambda(Syntax node);
  void read_range_loop(Syntax node);
  void read_structured(Syntax node, Variable variable);
  void read_alias(Syntax node);
  void read_using(Syntax node);
  void read_typedef(Syntax node);
  void read_namespace_alias(Syntax node);
  void read_enumerators(Syntax node);
  void read_capture(Syntax node);
  Function make_function(Syntax node, const Declarator& declarator);
  void add_function_declaration(Syntax node, const Declarator& declarator);
  std::uint32_t add_variable(Variable variable);
  [[nodiscard]] Extent extent_of(Syntax declaration) const;
  [[nodiscard]] const Declarations::Region& region() const { return out_.regions_[open_.back().region]; }
  [[nodiscard]] bool in_function() const { return region().function != none; }

  const SyntaxTree& tree_;
  bool header_;
  Declarations& out_;
  std::vector<Open> open_;
};

}  // namespace procsafe::cpp
