// Ignore files mean what they mean to ripgrep: both list the same files of random trees.
#include <gtest/gtest.h>

#include <random>

#include "required_tool.h"
#include "run_program.h"
#include "source/find.h"
#include "temp_tree.h"

namespace procsafe {
namespace {

using test::InDirectory;
using test::TempTree;

/// Trees of few names, so that patterns hit.
class RandomTree {
 public:
  RandomTree(const TempTree& tree, unsigned seed) : tree_(tree), random_(seed) {}

  void grow() {
    if (chance(4, 5)) tree_.folder(".git");
    fill("", 0);
  }

 private:
  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }
  bool chance(std::size_t hits, std::size_t of) { return below(of) < hits; }
  std::string name() {
    static const std::vector<std::string> names{"a", "b", "ab", "a.o", "b.py", "#x", "!y", "c d", "[z]", "build"};
    return names[below(names.size())];
  }

  /// Without character classes ("[[:alpha:]]"): git knows them, ripgrep does not.
  std::string component() {
    static const std::vector<std::string> parts{"*",    "**",  "a*", "*b",  "?",      "[ab]",    "[!a]", "*.o",
                                                "\\#x", "a?*", "b*", "*.*", "[a-c]*", "\\[z\\]", "*?y"};
    return chance(1, 2) ? name() : parts[below(parts.size())];
  }

  std::string pattern() {
    std::string out = chance(1, 5) ? "!" : "";
    if (chance(1, 4)) out += "/";
    out += component();
    for (std::size_t i = below(3); i > 0; --i) out += "/" + component();
    if (chance(1, 4)) out += "/";
    if (chance(1, 10)) out += "  ";
    if (chance(1, 10)) out += "\r";
    return out + "\n";
  }

  void ignore_file(const std::string& path) {
    std::string text;
    for (std::size_t i = 1 + below(4); i > 0; --i) text += pattern();
    tree_.write(path, text);
  }

  void fill(const std::string& folder, int depth) {
    if (chance(1, 3)) ignore_file(folder + ".gitignore");
    if (chance(1, 8)) ignore_file(folder + ".ignore");
    if (depth > 0 && chance(1, 12)) tree_.folder(folder + ".git");
    for (std::size_t i = below(6); i > 0; --i) {
      const std::string path = folder + name();
      if (std::filesystem::exists(tree_.root() / path)) continue;
      if (depth < 3 && chance(1, 2)) {
        tree_.folder(path);
        fill(path + "/", depth + 1);
      } else {
        tree_.write(path, "");
      }
    }
  }

  const TempTree& tree_;
  std::mt19937 random_;
};

std::string listed_by_ripgrep() {
  const test::RunResult result =
      test::run_program({"rg", "--files", "--hidden", "--no-ignore-global", "--no-ignore-exclude", "--no-messages",
                         "--sort", "path", "--glob", "!.git", "."});
  std::vector<std::string> lines;
  std::string line;
  for (const char byte : result.out) {
    if (byte != '\n') {
      line += byte;
      continue;
    }
    lines.push_back(line.starts_with("./") ? line.substr(2) : line);
    line.clear();
  }
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& each : lines) out += each + "\n";
  return out;
}

std::string listed_by_us() {
  std::string out;
  for (const FoundFile& file : find_files({"."}, {}).files) out += file.path + "\n";
  return out;
}

/// All ignore files, to see why a tree is listed differently.
std::string patterns_of(const TempTree& tree) {
  std::string out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tree.root())) {
    const std::string name = entry.path().filename();
    if (name == ".git") out += entry.path().string() + "\n";
    if (name == ".gitignore" || name == ".ignore")
      out += entry.path().string() + ":\n" + test::read_text(entry.path()) + "\n";
  }
  return out;
}

TEST(Ripgrep, ListsTheSameFiles) {
  PROCSAFE_REQUIRE(test::have_program("rg"), "ripgrep is not installed: what ignore files mean is not compared");
  for (unsigned seed = 1; seed <= 200; ++seed) {
    const TempTree tree;
    const InDirectory inside(tree.root());
    RandomTree(tree, seed).grow();
    ASSERT_EQ(listed_by_us(), listed_by_ripgrep()) << "seed " << seed << "\n" << patterns_of(tree);
  }
}

}  // namespace
}  // namespace procsafe
