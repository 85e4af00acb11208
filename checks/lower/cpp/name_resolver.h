// What a name means: an API of the catalogue, something the project declares, or neither.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/api.h"
#include "facts/value.h"
#include "lower/cpp/declarations.h"

namespace procsafe::cpp {

/// A class as seen from a place.
struct ClassName {
  std::string name;              ///< qualified: of the catalogue, or of the project
  const ApiType* api = nullptr;  ///< the catalogue's class it is or derives from
  [[nodiscard]] explicit operator bool() const { return !name.empty(); }
};

/// What a called name means.
struct Meaning {
  const Api* api = nullptr;
  std::string name;                    ///< qualified: of the API, or of the project's function
  const Function* function = nullptr;  ///< of this file, when the project declares it here
  bool project = false;                ///< the project's own: not the API
  bool on_this = false;                ///< a method of the class around the place: the receiver is `*this`
};

/// The name under which a class publishes its bases across files (Slot::Kind::name).
[[nodiscard]] Slot class_slot(std::string_view qualified);
/// The name under which a file says that it declares a function or method of its own (Slot::Kind::name).
[[nodiscard]] Slot declaration_slot(std::string_view qualified);

/// The name under which a file says of which class a field, a global or a function's result is (Slot::Kind::name).
[[nodiscard]] Slot type_slot(std::string_view symbol);

class NameResolver {
 public:
  NameResolver(const Declarations& declarations, const ApiCatalog& apis, Names& names)
      : declarations_(declarations), apis_(apis), names_(names) {}

  /// The meaning of a function name, as spelled without template arguments, called with `arguments` arguments.
  [[nodiscard]] Meaning function(std::string_view name, Syntax at, std::size_t arguments) const;
  /// The meaning of a function named as a value.
  [[nodiscard]] Meaning reference(std::string_view name, Syntax at) const;
  /// The class a type name means: of the catalogue or derived from one of it, or of the project.
  [[nodiscard]] ClassName class_named(std::string_view name, Syntax at) const;
  /// The class of the catalogue that a type holds: itself, or a template argument (`unique_ptr<QProcess>`).
  [[nodiscard]] ClassName handle_class(const TypeName& type, Syntax at) const;
  /// The method of a class, looked up in the project's classes first.
  [[nodiscard]] Meaning method(const ClassName& type, std::string_view name) const;
  /// The class that other files say the symbol is of.
  [[nodiscard]] ClassName published_class(std::string_view symbol, Syntax at) const;
  /// All qualified names that `name` may have at that place, the likeliest first.
  [[nodiscard]] std::vector<std::string> candidates(std::string_view name, Syntax at) const;
  /// Does a file of the project declare a function of that name of its own?
  [[nodiscard]] bool project_function(std::string_view qualified) const;
  [[nodiscard]] const ApiCatalog& apis() const { return apis_; }

 private:
  [[nodiscard]] std::string expand_aliases(std::string_view name, Syntax at) const;
  [[nodiscard]] const Api* find_api(std::string_view qualified) const;
  [[nodiscard]] Meaning class_member(std::string_view class_name, std::string_view method, int depth) const;
  [[nodiscard]] const ApiType* derived_from(std::string_view class_name, int depth) const;
  [[nodiscard]] std::vector<std::string> bases_of(std::string_view class_name) const;
  [[nodiscard]] Meaning resolve(std::string_view name, Syntax at, bool any_arity, std::size_t arguments) const;

  const Declarations& declarations_;
  const ApiCatalog& apis_;
  Names& names_;
};

}  // namespace procsafe::cpp
