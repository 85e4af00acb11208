#include "lower/clang/selection.h"

#include <algorithm>
#include <set>
#include <string>

#include "lower/clang/candidates.h"
#include "source/parallel.h"

namespace procsafe {
namespace {

/// How many times names that headers give to triggers are followed: a macro of a macro of a macro.
constexpr int kMaxRounds = 4;

bool is_cpp(const SourceFile& file) { return file.language == Language::c || file.language == Language::cpp; }

/// Everything that is known of the files' words.
struct Sketches {
  const std::vector<SourceFile>& files;
  const Triggers triggers;
  unsigned threads;
  const std::function<void(SourceFile&)>& wake;
  std::vector<Sketch> sketches;
  std::vector<NameSet> imported;  ///< names that included headers give to triggers

  /// Looks at the files numbered `which`.
  void look_at(const std::vector<std::size_t>& which) {
    parallel_for(which.size(), threads, [&](std::size_t i) {
      const std::size_t number = which[i];
      if (!files[number].dormant) {
        sketches[number] = sketch(files[number].text, triggers, imported[number]);
      } else if (wake) {
        SourceFile copy = files[number];
        wake(copy);
        sketches[number] = sketch(copy.text, triggers, imported[number]);
      }
    });
  }
};

IncludeGraph graph_of(const std::vector<SourceFile>& files, const std::vector<Sketch>& sketches) {
  std::vector<std::string> paths;
  std::vector<std::vector<std::string>> includes;
  for (std::size_t i = 0; i < files.size(); ++i) {
    paths.push_back(files[i].real_path.generic_string());
    includes.push_back(sketches[i].includes);
  }
  return {paths, includes};
}

/// Lets names flow to the rest of their file, and from headers to the files that include them; returns the files
/// that got new ones.
std::vector<std::size_t> import_names(const std::vector<Sketch>& sketches, const std::vector<std::size_t>& changed,
                                      const IncludeGraph& graph, std::vector<NameSet>& imported) {
  std::set<std::size_t> reached;
  for (const std::size_t file : changed) {
    if (sketches[file].exports.empty()) continue;
    std::vector<std::size_t> users = graph.includers(file);
    users.push_back(file);
    for (const std::size_t user : users) {
      for (const std::string& name : sketches[file].exports) {
        if (imported[user].insert(name).second) reached.insert(user);
      }
    }
  }
  return {reached.begin(), reached.end()};
}

/// Could a header matter to a file that holds no trigger itself?
bool headers_matter(const std::vector<Sketch>& sketches, const std::vector<bool>& compiled) {
  for (std::size_t i = 0; i < sketches.size(); ++i) {
    if (!compiled[i] && (sketches[i].candidate || !sketches[i].exports.empty())) return true;
  }
  return false;
}

}  // namespace

Selection::Selection(const std::vector<SourceFile>& files, const std::vector<bool>& compiled, const ApiCatalog& catalog,
                     unsigned threads, const std::function<void(SourceFile&)>& wake)
    : compiled_(compiled), graph_({}, {}) {
  Sketches known{
      files, Triggers(catalog), threads, wake, std::vector<Sketch>(files.size()), std::vector<NameSet>(files.size())};
  std::vector<std::size_t> awake;
  std::vector<std::size_t> dormant;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (is_cpp(files[i])) (files[i].dormant ? dormant : awake).push_back(i);
  }
  known.look_at(awake);
  if (headers_matter(known.sketches, compiled)) known.look_at(dormant);
  graph_ = graph_of(files, known.sketches);
  std::vector<std::size_t> changed = std::move(awake);
  for (int round = 0; round < kMaxRounds && !changed.empty(); ++round) {
    changed = import_names(known.sketches, changed, graph_, known.imported);
    known.look_at(changed);
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Sketch& sketch = known.sketches[i];
    if (sketch.candidate || (sketch.mentions && !graph_.is_included(i))) wanted_.push_back(i);
    places_.push_back(std::move(known.sketches[i].places));
  }
  choose();
}

void Selection::choose() {
  std::vector<bool> chosen(compiled_.size(), false);
  for (const std::size_t file : wanted_) chosen[file] = compiled_[file];
  for (const std::size_t header : wanted_) {
    if (compiled_[header]) continue;
    const std::vector<std::size_t> includers = graph_.includers(header);
    if (std::any_of(includers.begin(), includers.end(), [&](std::size_t file) { return chosen[file]; })) continue;
    const std::size_t unit = representative(header, chosen);
    if (unit < chosen.size()) chosen[unit] = true;
  }
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]) units_.push_back(i);
  }
}

std::size_t Selection::representative(std::size_t header, const std::vector<bool>& run) const {
  for (const std::size_t file : graph_.includers(header)) {
    if (compiled_[file] && !run[file]) return file;
  }
  return compiled_.size();
}

}  // namespace procsafe
