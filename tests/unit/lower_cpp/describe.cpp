#include "describe.h"

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "link/link.h"
#include "lower/lowering.h"
#include "source/read.h"

namespace procsafe::test {
namespace {

std::string describe_fact(const OperationFact& fact, const SourceFile& file) {
  std::string line = fmt::format("{} {}:", file.position(fact.range.begin).line, fact.what);
  for (const AttributeInfo& info : attributes()) {
    const std::uint8_t value = fact.attributes.get_raw(info.attribute);
    if (info.attribute == Attribute::operation || value != 0) {
      const bool flag = info.values.size() == 2 && info.values[1] == "yes";
      line += fmt::format(" {}", flag ? info.name : info.values[value]);
    }
  }
  return fact.assumed ? line + " ?" : line;
}

}  // namespace

std::vector<std::string> describe(const std::vector<std::pair<std::string, std::string>>& files) {
  static const Catalog catalog = Catalog::load();
  static const std::unique_ptr<EmbeddedShell> shell = make_embedded_shell(catalog);
  std::vector<SourceFile> sources;
  sources.reserve(files.size());
  for (const auto& [path, text] : files) sources.push_back(source_from_text(path, text));
  const auto lower_one = [&](std::size_t index, Names& names) {
    return lower({sources[index], nullptr, catalog, *shell, names});
  };
  const std::vector<FileFacts> facts = link(sources.size(), lower_one, 1);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    for (const OperationFact& fact : facts[i].operations) {
      const std::string prefix = files.size() > 1 ? files[i].first + " " : std::string();
      lines.push_back(prefix + describe_fact(fact, sources[i]));
    }
  }
  return lines;
}

std::vector<std::string> describe_cpp(const std::string& text) { return describe({{"a.cpp", text}}); }
std::vector<std::string> describe_c(const std::string& text) { return describe({{"a.c", text}}); }

}  // namespace procsafe::test
