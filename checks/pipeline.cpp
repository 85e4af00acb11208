#include "pipeline.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "link/link.h"
#include "lower/lowering.h"
#include "source/parallel.h"
#include "source/word_set.h"

namespace procsafe {
namespace {

/// The word by which another file has to spell a symbol: `stop` of `pkg.worker.stop`, `Worker` of
/// `pkg.Worker.__init__`.
std::string_view spelled(std::string_view symbol) {
  constexpr std::string_view kSeparators = ".:";
  std::string_view name = symbol.substr(symbol.find_last_of(kSeparators) + 1);
  while (name.starts_with("__") && name.size() < symbol.size()) {
    symbol.remove_suffix(name.size());
    while (!symbol.empty() && kSeparators.find(symbol.back()) != std::string_view::npos) symbol.remove_suffix(1);
    name = symbol.substr(symbol.find_last_of(kSeparators) + 1);
  }
  return name;
}

/// The slots whose content can still change a finding: who is signalled, and what flows there, from wherever.
std::set<Slot> slots_of_interest(std::span<const FileFacts> files) {
  std::map<Slot, std::vector<Slot>> sources;
  std::vector<Slot> work;
  const auto each_slot = [](const ValueSet& values, auto&& use) {
    for (const Value& value : values) {
      if (value.kind == Value::Kind::slot) use(*value.slot);
    }
  };
  for (const FileFacts& facts : files) {
    for (const OperationFact& fact : facts.operations)
      each_slot(fact.target, [&](const Slot& slot) { work.push_back(slot); });
    for (const Flow& flow : facts.flows)
      each_slot(flow.values, [&](const Slot& slot) { sources[flow.slot].push_back(slot); });
  }
  std::set<Slot> found;
  while (!work.empty()) {
    const Slot slot = std::move(work.back());
    work.pop_back();
    if (!found.insert(slot).second) continue;
    const auto from = sources.find(slot);
    if (from != sources.end()) work.insert(work.end(), from->second.begin(), from->second.end());
  }
  return found;
}

/// Would another file perform an operation with this value?
bool matters(const Value& value, const Catalog& catalog) {
  if (value.kind != Value::Kind::api) return tells(value);
  const auto knows = [&value](const ApiCatalog& apis) {
    return apis.find(value.name) != nullptr || apis.find_type(value.name) != nullptr || apis.is_namespace(value.name);
  };
  return knows(catalog.python()) || knows(catalog.cpp());
}

/// Adds the names through which files reach each other: of what flows out and matters, and of what others could let
/// flow in.
void add_names(std::span<const FileFacts> files, const SlotTable& table, const Catalog& catalog, WordSet& known,
               WordSet& fresh) {
  const auto add = [&](const Slot& slot) {
    const std::string_view name = spelled(slot.symbol);
    if (known.add(name)) fresh.add(name);
  };
  for (const Slot& slot : slots_of_interest(files)) add(slot);
  for (const FileFacts& facts : files) {
    for (const Flow& flow : facts.flows) {
      const ValueSet& content = table.find(flow.slot);
      const bool kind_matters = flow.slot.kind == Slot::Kind::carrier || flow.slot.kind == Slot::Kind::name;
      const auto value_matters = [&](const Value& value) { return matters(value, catalog); };
      if (kind_matters || std::any_of(content.begin(), content.end(), value_matters)) add(flow.slot);
    }
  }
}

/// Wakes the dormant files that hold one of the words, and gives their numbers.
std::vector<std::size_t> wake_files(const WordSet& words, const PipelineOptions& options,
                                    std::vector<SourceFile>& files) {
  std::vector<char> woken(files.size(), 0);
  parallel_for(files.size(), options.threads, [&](std::size_t i) {
    SourceFile& file = files[i];
    if (!file.dormant) return;
    options.wake(file);
    file.dormant = !words.found_in(file.text);
    if (file.dormant) {
      file.text = {};
    } else {
      woken[i] = 1;
    }
  });
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (woken[i] != 0) numbers.push_back(i);
  }
  return numbers;
}

const CppSemantics* semantics_of(const SourceFile& file, const ClangResult& clang) {
  const auto found = clang.semantics.find(file.path);
  return found == clang.semantics.end() ? nullptr : &found->second;
}

/// Says what Clang could not do for a file. Which tier judged it the lowering says, which alone knows.
void add_clang(const SourceFile& file, const ClangResult& clang, FileFacts& facts) {
  const auto notices = clang.notices.find(file.path);
  if (notices != clang.notices.end())
    facts.notices.insert(facts.notices.end(), notices->second.begin(), notices->second.end());
}

}  // namespace

std::vector<FileResult> analyse(std::vector<SourceFile> files, const Catalog& catalog, const PipelineOptions& options) {
  const std::unique_ptr<EmbeddedShell> shell = make_embedded_shell(catalog);
  const ClangResult clang = clang_semantics(files, catalog, options.clang, options.threads, options.wake);
  const LowerFile lower_one = [&](std::size_t index, Names& names) {
    const SourceFile& file = files[index];
    if (file.dormant) return FileFacts{};
    const std::array slices{SourceRange{0, static_cast<Offset>(file.text.size())}};
    FileFacts facts = lower({file, slices, catalog, *shell, names, semantics_of(file, clang)});
    if (options.lowered) options.lowered();
    return facts;
  };
  WordSet known;
  const Extend wake_what_matters = [&](std::span<const FileFacts> facts, const SlotTable& table) {
    WordSet fresh;
    add_names(facts, table, catalog, known, fresh);
    return fresh.empty() ? std::vector<std::size_t>{} : wake_files(fresh, options, files);
  };
  std::vector<FileFacts> facts =
      link(files.size(), lower_one, options.threads, options.wake ? wake_what_matters : Extend{});
  std::vector<FileResult> results;
  results.reserve(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    add_clang(files[i], clang, facts[i]);
    JudgeOptions judging = options.judge;
    if (options.configure) options.configure(files[i], judging);
    std::vector<Finding> findings = judge(facts[i], files[i], catalog, judging);
    results.push_back({std::move(files[i]), std::move(facts[i]), std::move(findings)});
  }
  return results;
}

}  // namespace procsafe
