#include "lower/clang/command_line.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace procsafe {
namespace fs = std::filesystem;
namespace {

/// Response files may name others; a file that names itself must end somewhere.
constexpr unsigned kMaxResponseDepth = 8;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Programs that run the compiler that follows them.
bool is_launcher(std::string_view program) {
  constexpr std::array<std::string_view, 9> kLaunchers{"ccache", "sccache", "distcc", "icecc",  "gomacc",
                                                       "time",   "nice",    "env",    "libtool"};
  std::string name = fs::path(program).filename().string();
  if (name.ends_with(".exe")) name.resize(name.size() - 4);
  return std::find(kLaunchers.begin(), kLaunchers.end(), name) != kLaunchers.end();
}

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 && word.find_first_of("/-") > equals;
}

void expand(const std::string& argument, const fs::path& directory, unsigned depth, std::vector<std::string>& into) {
  if (!argument.starts_with('@') || depth == kMaxResponseDepth) {
    into.push_back(argument);
    return;
  }
  std::ifstream in(directory / argument.substr(1), std::ios::binary);
  if (!in) {
    into.push_back(argument);
    return;
  }
  const std::string text(std::istreambuf_iterator<char>(in), {});
  for (const std::string& word : split_command(text)) expand(word, directory, depth + 1, into);
}

/// Adds `-fPIC,-O2` as two arguments.
void add_listed(std::string_view list, std::vector<std::string>& into) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) into.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

/// What NVIDIA's compiler driver tells the host's compiler: the options it keeps to itself are left out.
std::vector<std::string> host_command(const std::vector<std::string>& nvcc) {
  constexpr std::array<std::string_view, 2> kForHost{"-Xcompiler", "--compiler-options"};
  constexpr std::array<std::string_view, 16> kWithValue{
      "-gencode", "--generate-code", "-arch",          "--gpu-architecture",
      "-code",    "--gpu-code",      "-ccbin",         "--compiler-bindir",
      "-Xptxas",  "--ptxas-options", "-Xcudafe",       "-Xnvlink",
      "-Xlinker", "-maxrregcount",   "--maxrregcount", "-odir"};
  constexpr std::array<std::string_view, 12> kAlone{"-rdc=",
                                                    "--relocatable-device-code=",
                                                    "--expt-",
                                                    "-expt-",
                                                    "-dc",
                                                    "-dlink",
                                                    "--use_fast_math",
                                                    "-use_fast_math",
                                                    "-lineinfo",
                                                    "-cudart",
                                                    "--cudart",
                                                    "-forward-unknown"};
  const auto among = [](std::string_view word, const auto& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  std::vector<std::string> host{"c++"};
  for (std::size_t i = 1; i < nvcc.size(); ++i) {
    const std::string_view word = nvcc[i];
    const std::string_view option = word.substr(0, word.find('='));
    const bool attached = option.size() < word.size();
    if (among(option, kForHost)) {
      if (!attached) ++i;
      if (attached || i < nvcc.size()) add_listed(attached ? word.substr(option.size() + 1) : nvcc[i], host);
    } else if (among(option, kWithValue)) {
      if (!attached) ++i;
    } else if (std::none_of(kAlone.begin(), kAlone.end(), [&](auto start) { return word.starts_with(start); })) {
      host.emplace_back(word);
    }
  }
  return host;
}

}  // namespace

std::vector<std::string> split_command(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    const bool escapes = c == '\\' && quote != '\'' && i + 1 < command.size();
    const char next = escapes ? command[i + 1] : '\0';
    if (escapes && (quote == '\0' || next == '"' || next == '\\' || next == '$' || next == '`')) {
      word.push_back(next);
      in_word = true;
      ++i;
    } else if (quote != '\0' ? c == quote : (c == '"' || c == '\'')) {
      quote = quote != '\0' ? '\0' : c;
      in_word = true;
    } else if (quote == '\0' && is_blank(c)) {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word.push_back(c);
      in_word = true;
    }
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> plain_command(std::vector<std::string> arguments, const fs::path& directory) {
  std::vector<std::string> expanded;
  for (const std::string& argument : arguments) expand(argument, directory, 0, expanded);
  std::size_t compiler = 0;
  bool launched = false;
  while (compiler + 1 < expanded.size()) {
    const bool launcher = is_launcher(expanded[compiler]);
    const bool of_launcher = launched && (expanded[compiler].starts_with('-') || is_assignment(expanded[compiler]));
    if (!launcher && !of_launcher) break;
    launched = true;
    ++compiler;
  }
  expanded.erase(expanded.begin(), expanded.begin() + static_cast<std::ptrdiff_t>(compiler));
  if (!expanded.empty() && fs::path(expanded.front()).stem() == "nvcc") return host_command(expanded);
  return expanded;
}

}  // namespace procsafe
