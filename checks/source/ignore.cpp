#include "source/ignore.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace procsafe {
namespace {

bool is_there(const std::filesystem::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

/// An ignore file that cannot be read ignores nothing: then more is checked, not less.
IgnoreList read_list(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  std::ifstream in(path, std::ios::binary);
  return IgnoreList(std::string(std::istreambuf_iterator<char>(in), {}));
}

/// Blanks at the end do not count unless a backslash stands before them.
std::string_view without_trailing_blanks(std::string_view line) {
  while (line.ends_with(' ') || line.ends_with('\t')) {
    if (line.size() > 1 && line[line.size() - 2] == '\\') break;
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

IgnoreList::IgnoreList(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with('#')) add(without_trailing_blanks(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void IgnoreList::add(std::string_view pattern) {
  const bool negated = pattern.starts_with('!');
  if (negated) pattern.remove_prefix(1);
  const bool directories_only = pattern.ends_with('/');
  if (directories_only) pattern.remove_suffix(1);
  const bool anchored = pattern.find('/') != std::string_view::npos;
  if (pattern.starts_with('/')) pattern.remove_prefix(1);
  if (pattern.empty()) return;
  rules_.push_back({Glob(pattern), negated, directories_only, anchored});
}

IgnoreVerdict IgnoreList::verdict(std::string_view path, bool directory) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->directories_only && !directory) continue;
    if (rule->glob.matches(rule->anchored ? path : name))
      return rule->negated ? IgnoreVerdict::included : IgnoreVerdict::ignored;
  }
  return IgnoreVerdict::none;
}

bool IgnoreList::covers(std::string_view file) const {
  for (std::size_t at = file.find('/'); at != std::string_view::npos; at = file.find('/', at + 1)) {
    if (verdict(file.substr(0, at), true) == IgnoreVerdict::ignored) return true;
  }
  return verdict(file, false) == IgnoreVerdict::ignored;
}

void IgnoreScope::Present::note(std::string_view name) {
  git = git || name == ".git";
  ignore = ignore || name == ".ignore";
  gitignore = gitignore || name == ".gitignore";
}

std::shared_ptr<const IgnoreScope> IgnoreScope::enter(const std::string& path, Present present,
                                                      std::shared_ptr<const IgnoreScope> above) {
  if (above && !present.git && !present.ignore && !present.gitignore) return above;
  auto scope = std::make_shared<IgnoreScope>();
  const std::string folder = path.ends_with('/') ? path : path + "/";
  scope->prefix_ = folder.size();
  scope->repository_ = present.git;
  scope->inside_repository_ = present.git || (above && above->inside_repository_);
  if (present.ignore) scope->ignore_ = read_list(folder + ".ignore");
  if (present.gitignore && scope->inside_repository_) scope->gitignore_ = read_list(folder + ".gitignore");
  scope->above_ = std::move(above);
  return scope;
}

std::shared_ptr<const IgnoreScope> IgnoreScope::enter_with_parents(const std::string& path) {
  std::shared_ptr<const IgnoreScope> scope;
  std::filesystem::path folder;
  for (const std::filesystem::path& part : std::filesystem::path(path)) {
    folder /= part;
    scope = enter(folder.string(),
                  {is_there(folder / ".git"), is_there(folder / ".ignore"), is_there(folder / ".gitignore")},
                  std::move(scope));
  }
  return scope;
}

std::string_view IgnoreScope::relative(std::string_view path) const {
  return path.substr(std::min(prefix_, path.size()));
}

bool IgnoreScope::ignored(std::string_view path, bool directory) const {
  IgnoreVerdict by_git = IgnoreVerdict::none;
  bool left_repository = false;
  for (const IgnoreScope* scope = this; scope != nullptr; scope = scope->above_.get()) {
    const IgnoreVerdict verdict = scope->ignore_.verdict(scope->relative(path), directory);
    if (verdict != IgnoreVerdict::none) return verdict == IgnoreVerdict::ignored;
    if (by_git == IgnoreVerdict::none && !left_repository)
      by_git = scope->gitignore_.verdict(scope->relative(path), directory);
    left_repository = left_repository || scope->repository_;
  }
  return by_git == IgnoreVerdict::ignored;
}

}  // namespace procsafe
