// Does a file hold something worth asking Clang about, and which names does it give to such things?
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "catalog/api.h"
#include "facts/source_range.h"

namespace procsafe {

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using NameSet = std::unordered_set<std::string, NameHash, std::equal_to<>>;

/// The words of the catalogue that give an operation away. Immutable.
class Triggers {
 public:
  explicit Triggers(const ApiCatalog& catalog);

  /// A function of C: it counts where it is called or its address is taken.
  [[nodiscard]] bool is_function(std::string_view word) const { return functions_.contains(word); }
  /// Numbers of the qualified names (`boost::process::child`) that the word is part of.
  [[nodiscard]] const std::vector<std::size_t>* qualified_with(std::string_view word) const;
  /// The parts of a qualified name without the member: a file must hold all.
  [[nodiscard]] const std::vector<std::string>& qualified(std::size_t number) const { return qualified_[number]; }
  [[nodiscard]] std::size_t qualified_count() const { return qualified_.size(); }

 private:
  void add_qualified(std::vector<std::string> parts);

  NameSet functions_;
  std::vector<std::vector<std::string>> qualified_;
  std::unordered_map<std::string, std::vector<std::size_t>, NameHash, std::equal_to<>> by_part_;
};

/// What one look at a file's words tells.
struct Sketch {
  bool candidate = false;      ///< a function or macro here may perform an operation
  std::vector<Offset> places;  ///< where a trigger stands; ascending
  bool mentions = false;       ///< a declaration here names a class of the catalogue
  /// Macros, aliases, classes, fields and functions declared here in terms of a trigger: their names are
  /// triggers wherever the file is included.
  std::vector<std::string> exports;
  /// As written between the quotes or brackets.
  std::vector<std::string> includes;
};

/// `more`: names that other files export, which count like the catalogue's.
[[nodiscard]] Sketch sketch(std::string_view text, const Triggers& triggers, const NameSet& more);

}  // namespace procsafe
