#include "lower/python/journal.h"

namespace procsafe::python {
namespace {

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

template <class Associative>
void add_all(Associative& to, const Associative& from) {
  to.insert(from.begin(), from.end());
}

}  // namespace

void Journal::merge(const Journal& other) {
  add_all(drafts, other.drafts);
  append(inner, other.inner);
  append(events, other.events);
  append(calls, other.calls);
  append(imports, other.imports);
  append(aliases, other.aliases);
  append(limits, other.limits);
  reaps_all = reaps_all || other.reaps_all;
  add_all(any_waits, other.any_waits);
  add_all(loops, other.loops);
  append(handlers, other.handlers);
  add_all(exceptions, other.exceptions);
  add_all(conditions, other.conditions);
}

}  // namespace procsafe::python
