#include "pipeline.h"

#include <algorithm>
#include <memory>

#include "link/interest.h"
#include "link/link.h"
#include "lower/lowering.h"
#include "source/parallel.h"

namespace procsafe {
namespace {

/// Wakes the dormant files, and the sleeping parts of others, that can mean one of the names, and gives their numbers.
std::vector<std::size_t> wake_files(const Interest& interest, const PipelineOptions& options,
                                    std::vector<SourceFile>& files,
                                    const std::vector<std::unique_ptr<FileLowering>>& lowerings) {
  std::vector<char> woken(files.size(), 0);
  parallel_for(files.size(), options.threads, [&](std::size_t i) {
    SourceFile& file = files[i];
    if (!file.dormant) {
      if (lowerings[i] != nullptr && lowerings[i]->wake(interest.names_of(file.language).meant_by(file))) woken[i] = 1;
      return;
    }
    if (!options.wake) return;
    options.wake(file);
    file.dormant = interest.names_of(file.language).meant_by(file).empty();
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
  Interest interest;
  std::vector<std::unique_ptr<FileLowering>> lowerings(files.size());
  const LowerFile lower_one = [&](std::size_t index, Names& names) {
    const SourceFile& file = files[index];
    if (file.dormant) return FileFacts{};
    if (!lowerings[index]) {
      const WordSet* wanted = options.prefilter == nullptr ? nullptr : options.prefilter->words(file.language);
      lowerings[index] = open_file({file, wanted, catalog, *shell, names, semantics_of(file, clang)});
      const ReachableNames& known = interest.names_of(file.language);
      if (!known.empty()) static_cast<void>(lowerings[index]->wake(known.meant_by(file)));
    }
    FileFacts facts = lowerings[index]->run(names);
    if (options.lowered) options.lowered();
    return facts;
  };
  std::vector<Flow> promised;
  for (const SourceFile& file : files) {
    for (Flow& flow : promises(file)) promised.push_back(std::move(flow));
  }
  const Extend wake_what_matters = [&](std::span<const FileFacts> facts, const SlotTable& table) {
    const bool grew = interest.learn(facts, files, table, catalog, *options.prefilter);
    return grew ? wake_files(interest, options, files, lowerings) : std::vector<std::size_t>{};
  };
  std::vector<FileFacts> facts = link(files.size(), lower_one, options.threads, promised,
                                      options.prefilter == nullptr ? Extend{} : wake_what_matters);
  lowerings.clear();  // they look into `files`
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
