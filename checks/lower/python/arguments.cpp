#include "lower/python/arguments.h"

namespace procsafe::python {

const Arguments::Keyword* Arguments::named(std::string_view name) const {
  for (const Keyword& keyword : keywords) {
    if (keyword.name == name) return &keyword;
  }
  return nullptr;
}

Ref Arguments::find(const Argument& where) const {
  if (!where.keyword.empty()) {
    if (const Keyword* keyword = named(where.keyword)) return keyword->value;
  }
  if (where.index) {
    if (const Positional* argument = at(*where.index)) return argument->value;
  }
  return nullptr;
}

Node Arguments::node_of(const Argument& where) const {
  if (!where.keyword.empty()) {
    if (const Keyword* keyword = named(where.keyword)) return keyword->node;
  }
  const Positional* argument = where.index ? at(*where.index) : nullptr;
  return argument != nullptr ? argument->node : Node();
}

bool Arguments::may_hold(const Argument& where) const {
  if (!where.given() || find(where) != nullptr) return false;
  return (more_keywords && !where.keyword.empty()) || (more_positional && where.index.has_value());
}

}  // namespace procsafe::python
