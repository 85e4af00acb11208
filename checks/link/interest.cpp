#include "link/interest.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "facts/text.h"

namespace procsafe {
namespace {

/// The slots whose content can still change a finding: who is signalled, what operations ask for, and
/// what flows there, from wherever.
SlotSet slots_of_interest(std::span<const FileFacts> files) {
  std::unordered_map<Slot, std::vector<const Slot*>, SlotHash> sources;
  std::vector<const Slot*> work;
  const auto each_slot = [](const ValueSet& values, auto&& use) {
    for (const Value& value : values) {
      if (value.kind == Value::Kind::slot) use(value.slot.get());
    }
  };
  for (const FileFacts& facts : files) {
    for (const OperationFact& fact : facts.operations)
      each_slot(fact.target, [&](const Slot* slot) { work.push_back(slot); });
    for (const Flow& flow : facts.flows)
      each_slot(flow.values, [&](const Slot* slot) { sources[flow.slot].push_back(slot); });
    for (const Slot& slot : facts.asks) work.push_back(&slot);
  }
  SlotSet found;
  while (!work.empty()) {
    const Slot* slot = work.back();
    work.pop_back();
    if (!found.insert(*slot).second) continue;
    const auto from = sources.find(*slot);
    if (from != sources.end()) work.insert(work.end(), from->second.begin(), from->second.end());
  }
  return found;
}

/// Would another file perform an operation with this value, known there by the name of the slot?
class Meaning {
 public:
  Meaning(std::span<const FileFacts> files, const Catalog& catalog) : catalog_(catalog) {
    for (const FileFacts& facts : files) {
      for (const Flow& flow : facts.flows) {
        const bool holds = std::any_of(flow.values.begin(), flow.values.end(), is_handle);
        if (flow.slot.kind == Slot::Kind::field && holds) owners_.insert(owner_of(flow.slot));
      }
    }
    learn_classes(files);
  }

  [[nodiscard]] bool matters(const Value& value, const Slot& slot) const {
    // A pid is nothing to those who do not signal it, and they look for it.
    if (value.kind == Value::Kind::process) return is_handle(value) || owners_.contains(value.name);
    if (value.kind != Value::Kind::api) return false;
    if (slot.kind == Slot::Kind::name && classes_.contains(value.name)) return true;
    const auto knows = [&](const ApiCatalog& apis) {
      if (const Api* api = apis.find(value.name)) return api->operation.has_value();
      // A module under its own name is looked for by that, or by its members.
      return apis.find_type(value.name) != nullptr ||
             (apis.leads_to_operation(value.name) && spelled_name(slot) != value.name);
    };
    return knows(catalog_.python()) || knows(catalog_.cpp());
  }

 private:
  static bool is_handle(const Value& value) {
    return value.kind == Value::Kind::process && value.origin != Origin::not_applicable;
  }
  static std::string owner_of(const Slot& field) { return field.symbol.substr(0, field.symbol.find_last_of(".:")); }

  /// Classes that inherit from one of a catalogue, and what is of such a class, from base to heir.
  void learn_classes(std::span<const FileFacts> files) {
    std::unordered_multimap<std::string_view, std::string_view> heirs;
    std::vector<std::string_view> work;
    for (const FileFacts& facts : files) {
      for (const Flow& flow : facts.flows) {
        if (flow.slot.kind != Slot::Kind::name) continue;
        const std::string_view symbol = flow.slot.symbol;
        for (const Value& value : flow.values) {
          if (value.kind != Value::Kind::api) continue;
          heirs.emplace(value.name, symbol.substr(symbol.find(':') + 1));
          if (catalog_.cpp().find_type(value.name) != nullptr) work.push_back(value.name);
        }
      }
    }
    while (!work.empty()) {
      const std::string_view base = work.back();
      work.pop_back();
      if (!classes_.emplace(base).second) continue;
      const auto [begin, end] = heirs.equal_range(base);
      for (auto heir = begin; heir != end; ++heir) work.push_back(heir->second);
    }
  }

  const Catalog& catalog_;
  std::set<std::string, std::less<>> owners_;   // classes that hold handles
  std::set<std::string, std::less<>> classes_;  // of C++: handles
};

/// C and C++ see each other's names; nobody else sees those of another language.
std::size_t family_of(Language language) {
  switch (language) {
    case Language::python: return 0;
    case Language::c:
    case Language::cpp: return 1;
    case Language::shell:
    case Language::none: break;
  }
  return 2;
}

/// The module and class a Python name stands in. Other languages reach names without saying where they stand.
std::vector<std::string_view> qualifiers_of(std::string_view symbol) {
  symbol = symbol.substr(symbol.rfind('/') + 1);
  std::vector<std::string_view> found;
  for (std::size_t at = 0; at < symbol.size();) {
    const std::size_t end = std::min(symbol.find('.', at), symbol.size());
    if (end > at && end < symbol.size()) found.push_back(symbol.substr(at, end - at));
    at = end + 1;
  }
  // A package is spelled by everybody in it; a name that it hands on is a name of its own.
  constexpr std::size_t kNearest = 2;
  if (found.size() > kNearest) found.erase(found.begin(), found.end() - kNearest);
  return found;
}

/// Which Python classes inherit from which, directly.
class Relatives {
 public:
  explicit Relatives(std::span<const FileFacts> files) {
    constexpr std::string_view kBases = ".__bases__";
    for (const FileFacts& facts : files) {
      for (const Flow& flow : facts.flows) {
        if (!flow.slot.symbol.ends_with(kBases)) continue;
        for (const Value& base : flow.values) {
          if (base.kind != Value::Kind::api || base.name == "builtins.object") continue;
          const std::string_view heir =
              std::string_view(flow.slot.symbol).substr(0, flow.slot.symbol.size() - kBases.size());
          heirs_.emplace(base.name, heir);
          bases_.emplace(heir, base.name);
        }
      }
    }
  }

  /// Adds the words by which those are spelled that a class inherits from, or that inherit from it.
  void add_words(std::string_view klass, std::vector<std::string_view>& words) const {
    add_words(klass, heirs_, words);
    add_words(klass, bases_, words);
  }

 private:
  using Edges = std::unordered_multimap<std::string_view, std::string_view>;

  static void add_words(std::string_view klass, const Edges& edges, std::vector<std::string_view>& words) {
    std::vector<std::string_view> work{klass};
    std::set<std::string_view> seen;
    // The root of a large hierarchy is nothing that its heirs are known by.
    constexpr std::size_t kMost = 16;
    for (std::size_t next = 0; next < work.size() && work.size() <= kMost; ++next) {
      const std::string_view name = work[next];
      if (!seen.insert(name).second) continue;
      const auto [begin, end] = edges.equal_range(name);
      for (auto relative = begin; relative != end; ++relative) {
        work.push_back(relative->second);
        const std::vector<std::string_view> qualifiers = qualifiers_of(relative->second);
        words.insert(words.end(), qualifiers.begin(), qualifiers.end());
        words.push_back(relative->second.substr(relative->second.rfind('.') + 1));
      }
    }
  }

  Edges heirs_;
  Edges bases_;
};

}  // namespace

const ReachableNames& Interest::names_of(Language language) const { return names_[family_of(language)]; }

bool Interest::learn(std::span<const FileFacts> files, std::span<const SourceFile> sources, const SlotTable& table,
                     const Catalog& catalog, const Prefilter& prefilter) {
  const Relatives relatives(files);
  bool grew = false;
  const auto add = [&](const Slot& slot, Mention mention, const SourceFile& source) {
    const WordSet* looked_for = prefilter.words(source.language);
    if (looked_for == nullptr || looked_for->contains(spelled_name(slot))) return;
    std::vector<std::string_view> qualifiers;
    if (source.language != Language::python) mention = Mention::any;
    if (source.language == Language::python) {
      qualifiers = qualifiers_of(slot.symbol);
      relatives.add_words(std::string_view(slot.symbol).substr(0, slot.symbol.find_last_of(".:")), qualifiers);
    }
    grew = names_[family_of(source.language)].add(spelled_name(slot), mention, qualifiers) || grew;
  };
  const SlotSet wanted = slots_of_interest(files);
  const Meaning meaning(files, catalog);
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (const Slot& slot : files[i].reads) {
      if (wanted.contains(slot)) add(slot, mention_by_writer(slot), sources[i]);
    }
    for (const Slot& slot : files[i].asks) add(slot, mention_by_writer(slot), sources[i]);
    for (const Flow& flow : files[i].flows) {
      const ValueSet& content = table.find(flow.slot);
      const auto value_matters = [&](const Value& value) { return meaning.matters(value, flow.slot); };
      if (flow.slot.kind == Slot::Kind::carrier || std::any_of(content.begin(), content.end(), value_matters))
        add(flow.slot, mention_by_reader(flow.slot), sources[i]);
      if (wanted.contains(flow.slot)) add(flow.slot, mention_by_writer(flow.slot), sources[i]);
    }
    for (const OperationFact& fact : files[i].operations) {
      for (const Value& value : fact.target) {
        if (value.kind == Value::Kind::slot) add(*value.slot, mention_by_writer(*value.slot), sources[i]);
      }
    }
  }
  // A macro matters when its text spells what matters; that may be another macro.
  for (bool more = true; more;) {
    const bool before = std::exchange(grew, false);
    for (std::size_t i = 0; i < files.size(); ++i) {
      const WordSet* words = prefilter.words(sources[i].language);
      for (const Flow& flow : files[i].flows) {
        const Value* macro = flow.slot.kind == Slot::Kind::name ? flow.values.single() : nullptr;
        if (words == nullptr || macro == nullptr || macro->kind != Value::Kind::text) continue;
        const std::string& text = macro->text->bytes();
        if (words->found_in(text) || names_of(sources[i].language).spelled_in(text))
          add(flow.slot, Mention::any, sources[i]);
      }
    }
    more = grew;
    grew = grew || before;
  }
  return grew;
}

}  // namespace procsafe
