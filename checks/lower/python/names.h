// Names that come from outside the file: modules, their members, and what other files of the project make of
// them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "lower/python/object.h"
#include "lower/python/slots.h"
#include "source/source_file.h"

namespace procsafe::python {

/// The name under which slots know a file: its dotted name inside a package, else its path, so that two scripts
/// of one name do not mix.
[[nodiscard]] std::string module_symbol(const SourceFile& file);

/// Written by every file for itself: tells the others that the module is part of this run. Spelled like no name
/// of any program, so that asking for it wakes no file.
[[nodiscard]] Slot module_slot(std::string_view module);

class NameTable {
 public:
  NameTable(const SourceFile& file, const ApiCatalog& catalog, ObjectPool& pool, SlotStore& slots);

  /// Forgets every answer: other files have changed.
  void forget();
  /// The object a qualified name stands for: an API by its canonical name, or what the project file that
  /// defines the name binds to it.
  Ref external(std::string_view qualified);
  /// The module an import names: `..tools` resolved, files beside this one found. Empty: outside any package.
  std::string imported_module(std::string_view written);
  /// What `from module import name` binds: a member, or a module in that folder.
  Ref member(std::string_view module, std::string_view name);
  /// Makes a dotted name of an import mean the module that was found for it.
  void alias(std::string_view dotted, std::string_view module);
  /// Is it defined by a file that was analysed in this run?
  bool is_project(std::string_view qualified);
  /// Could a file define it that was left out so far because it holds no word of the catalogue?
  [[nodiscard]] bool may_be_project(std::string_view qualified) const;
  bool is_project_class(std::string_view qualified);
  /// The catalogue's entry of a name, wildcards included (`sh.*`), or null.
  [[nodiscard]] const Api* api(std::string_view qualified) const;
  /// The catalogue's class that a project class derives from, or empty.
  std::string process_base(std::string_view class_name);

 private:
  std::string find_sibling(std::string_view dotted);
  Ref look_up(std::string_view qualified);

  const SourceFile& file_;
  const ApiCatalog& catalog_;
  ObjectPool& pool_;
  SlotStore& slots_;
  std::string package_;
  bool in_package_ = false;
  std::map<std::string, Ref, std::less<>> known_;
  std::map<std::string, bool, std::less<>> modules_;
  std::map<std::string, std::string, std::less<>> siblings_;
};

/// Is it a module of the standard library (that runs no processes itself)?
[[nodiscard]] bool is_standard_library(std::string_view top_module);

}  // namespace procsafe::python
