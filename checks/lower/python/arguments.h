// The arguments of one call, evaluated.
#pragma once

#include <string_view>
#include <vector>

#include "catalog/api.h"
#include "lower/python/object.h"

namespace procsafe::python {

struct Arguments {
  struct Positional {
    Node node;
    Ref value = nullptr;
  };
  struct Keyword {
    std::string_view name;
    Node node;
    Ref value = nullptr;
  };
  std::vector<Positional> positional;
  std::vector<Keyword> keywords;
  bool more_positional = false;  ///< `*args` of unknown length: what stands behind is not known
  bool more_keywords = false;    ///< `**options`
  Node node;                     ///< the argument list

  [[nodiscard]] const Positional* at(std::size_t index) const {
    return index < positional.size() ? &positional[index] : nullptr;
  }
  [[nodiscard]] const Keyword* named(std::string_view name) const;
  /// The value of an argument of the catalogue; null: not given.
  [[nodiscard]] Ref find(const Argument& where) const;
  [[nodiscard]] Node node_of(const Argument& where) const;
  /// May it be among `*args` or `**options`?
  [[nodiscard]] bool may_hold(const Argument& where) const;
};

}  // namespace procsafe::python
