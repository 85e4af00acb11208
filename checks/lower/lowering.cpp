#include "lower/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "lower/host/host.h"

namespace procsafe {
namespace {

/// Languages whose lowering starts anew in every round.
class Anew : public FileLowering {
 public:
  using Lower = FileFacts (*)(const LowerInput&);
  Anew(const LowerInput& input, Lower lower) : input_(input), lower_(lower) {}

  FileFacts run(Names& names) override {
    return lower_({input_.file, input_.wanted, input_.catalog, input_.shell, names, input_.semantics});
  }

 private:
  LowerInput input_;
  Lower lower_;
};

/// A script, or a file of another kind that holds shell text.
FileFacts lower_shell_text(const LowerInput& input) {
  const HostReader host = find_host(input.file.dialect);
  return host != nullptr ? lower_host(input, host) : lower_shell(input);
}

std::unique_ptr<FileLowering> open_by_language(const LowerInput& input) {
  switch (input.file.language) {
    case Language::python: return open_python(input);
    case Language::shell: return std::make_unique<Anew>(input, lower_shell_text);
    case Language::c:
    case Language::cpp: return open_cpp(input);
    case Language::none: break;
  }
  return nullptr;
}

/// What holds for every language.
class Guarded : public FileLowering {
 public:
  explicit Guarded(const LowerInput& input) : input_(input) {}

  FileFacts run(Names& names) override {
    FileFacts facts;
    try {
      if (FileLowering* file = opened()) facts = file->run(names);
    } catch (const std::exception& error) {
      facts = {};
      facts.notices.push_back(
          {Notice::Level::error, {}, fmt::format("not analysed: internal error: {}", error.what())});
    }
    facts.path = input_.file.path;
    std::stable_sort(facts.operations.begin(), facts.operations.end(),
                     [](const OperationFact& a, const OperationFact& b) { return a.range < b.range; });
    return facts;
  }

  bool wake(const WantedWords& words) override {
    try {
      FileLowering* file = opened();
      return file != nullptr && file->wake(words);
    } catch (const std::exception&) {
      return true;  // the next run says why
    }
  }

 private:
  FileLowering* opened() {
    if (!opened_) inner_ = open_by_language(input_);
    opened_ = true;
    return inner_.get();
  }

  LowerInput input_;
  std::unique_ptr<FileLowering> inner_;
  bool opened_ = false;
};

}  // namespace

bool FileLowering::wake(const WantedWords& /*words*/) { return false; }

std::unique_ptr<FileLowering> open_file(const LowerInput& input) { return std::make_unique<Guarded>(input); }

FileFacts lower(const LowerInput& input) { return open_file(input)->run(input.names); }

std::vector<Flow> promises(const SourceFile& file) {
  return file.language == Language::python ? python_promises(file) : std::vector<Flow>{};
}

}  // namespace procsafe
