// Prints the calls of Python files as the lowering's syntax tree has them: a line for each file, `path`, then a line
// `begin end` for each call, as offsets in bytes; `!` for a file whose tree holds an error.
#include <cstdio>
#include <exception>
#include <string>

#include "lower/python/syntax.h"
#include "lower/tree.h"
#include "source/read.h"
#include "source/source_file.h"

extern "C" const TSLanguage* tree_sitter_python(void);

namespace {

/// CPython 3.11 has no positions inside f-strings.
bool is_in_interpolation(procsafe::python::Node node) {
  return bool(node.above(procsafe::python::Kind::interpolation));
}

void print_calls(const std::string& path, const std::string& text) {
  using procsafe::python::Kind;
  using procsafe::python::NodeId;
  const procsafe::Tree tree(tree_sitter_python(), text);
  const procsafe::python::Syntax syntax(tree);
  std::printf("%s\n", path.c_str());
  bool broken = false;
  for (NodeId id = 0; id < syntax.size(); ++id) {
    const procsafe::python::Node node = syntax.node(id);
    broken = broken || node.is(Kind::error);
    if (node.is(Kind::call) && !is_in_interpolation(node))
      std::printf("%u %u\n", unsigned(node.range().begin), unsigned(node.range().end));
  }
  if (broken) std::printf("!\n");
}

}  // namespace

int main() {
  std::string path;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c != '\n') {
      path += char(c);
      continue;
    }
    std::string text;
    if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
      char buffer[65536];
      for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;) text.append(buffer, got);
      std::fclose(file);
    }
    print_calls(path, text);
    path.clear();
  }
  return 0;
}
