#include "lower/shell/environment.h"

#include <algorithm>
#include <iterator>

namespace procsafe::shell {
namespace {

template <class T>
std::set<T> intersection(const std::set<T>& a, const std::set<T>& b) {
  std::set<T> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.begin()));
  return both;
}

void join_contents(PersistentMap<Content>& into, const PersistentMap<Content>& from) {
  const auto both = [](Content mine, const Content& other) {
    mine.merge(other);
    return mine;
  };
  const auto alone = [](Content content) {
    content.partial = true;
    return content;
  };
  into.join(from, both, alone);
}

}  // namespace

void Content::merge(const Content& other) {
  if (elements && other.elements && *elements == *other.elements) {
    // The same list on both paths stays known.
  } else {
    elements.reset();
  }
  values.merge(other.values);
  keys.insert(other.keys.begin(), other.keys.end());
  identifies = intersection(identifies, other.identifies);
  partial = partial || other.partial;
}

void Environment::assign(const std::string& name, Content content) {
  terminated.erase("$" + name);
  verified.erase("$" + name);
  variables.insert_or_assign(name, std::move(content));
}

void Environment::join(const Environment& other) {
  if (other.ended) return;
  if (ended) {
    *this = other;
    return;
  }
  join_contents(variables, other.variables);
  join_contents(files, other.files);
  terminated.insert(other.terminated.begin(), other.terminated.end());
  verified = intersection(verified, other.verified);
  open_jobs.insert(other.open_jobs.begin(), other.open_jobs.end());
  if (positional != other.positional && !(positional && other.positional && *positional == *other.positional))
    positional.reset();
  shifted_often = shifted_often || other.shifted_often || shifted != other.shifted;
  last_jobs.insert(other.last_jobs.begin(), other.last_jobs.end());
}

}  // namespace procsafe::shell
