// Feeds a fuzz target without libFuzzer: every case of every rule document, cut and damaged in ways that
// repeat from run to run.
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>

#include "catalog/catalog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutationsPerSeed = 12;

void feed(char selector, std::string_view text) {
  const std::string input = selector + std::string(text);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

char selector_of(std::string_view language) {
  if (language == "python") return 0;
  if (language == "shell") return 1;
  return language == "cpp" ? 2 : 3;
}

/// Cuts, doubles, swaps and overwrites pieces of the text.
std::string mutate(std::string text, std::mt19937& random) {
  if (text.empty()) return text;
  constexpr std::string_view kTokens[] = {"(", ")",  "\"", "'",  "`", "${",   "$(", "<<EOF\n", "{",
                                          "}", "\\", "\n", "\t", "#", "\xFF", "&",  "|",       ";"};
  for (int i = 0; i < 3; ++i) {
    const std::size_t at = random() % text.size();
    const std::size_t length = random() % 40;
    switch (random() % 5) {
      case 0: text.erase(at, length); break;
      case 1: text.insert(at, text.substr(at, length)); break;
      case 2: text.insert(at, kTokens[random() % std::size(kTokens)]); break;
      case 3: text[at] = static_cast<char>(random() % 256); break;
      default: text.resize(at); break;
    }
    if (text.empty()) break;
  }
  return text;
}

}  // namespace

int main() {
  std::mt19937 random(4711);
  std::size_t runs = 0;
  const procsafe::Catalog catalog = procsafe::Catalog::load();
  for (const procsafe::Rule& rule : catalog.rules()) {
    for (const procsafe::RuleCase& one : rule.cases) {
      feed(selector_of(one.language), one.code);
      for (int i = 0; i < kMutationsPerSeed; ++i, ++runs) feed(selector_of(one.language), mutate(one.code, random));
      feed(static_cast<char>((selector_of(one.language) + 1) % 4), one.code);  // the wrong language
    }
  }
  std::printf("%zu damaged inputs\n", runs);
  return runs > 100 ? 0 : 1;
}
