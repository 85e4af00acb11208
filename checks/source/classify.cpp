#include "source/classify.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "source/shebang.h"

namespace procsafe {
namespace {

using Table = std::map<std::string_view, Classification, std::less<>>;

const Table& by_extension() {
  static const Table table{
      {"py", {Language::python, ""}},
      {"pyi", {Language::python, ""}},
      {"pyw", {Language::python, ""}},
      {"gyp", {Language::python, ""}},
      {"gypi", {Language::python, ""}},
      {"wsgi", {Language::python, ""}},
      {"tac", {Language::python, ""}},
      {"ino", {Language::cpp, ""}},
      {"sh", {Language::shell, "sh"}},
      {"bash", {Language::shell, "bash"}},
      {"zsh", {Language::shell, "zsh"}},
      {"ksh", {Language::shell, "ksh"}},
      {"dash", {Language::shell, "dash"}},
      {"bats", {Language::shell, "bash"}},
      {"ebuild", {Language::shell, "bash"}},
      {"eclass", {Language::shell, "bash"}},
      {"c", {Language::c, ""}},
      {"h", {Language::cpp, ""}},
      {"cc", {Language::cpp, ""}},
      {"cpp", {Language::cpp, ""}},
      {"cxx", {Language::cpp, ""}},
      {"c++", {Language::cpp, ""}},
      {"cp", {Language::cpp, ""}},
      {"cppm", {Language::cpp, ""}},
      {"ixx", {Language::cpp, ""}},
      {"hh", {Language::cpp, ""}},
      {"hpp", {Language::cpp, ""}},
      {"hxx", {Language::cpp, ""}},
      {"h++", {Language::cpp, ""}},
      {"inl", {Language::cpp, ""}},
      {"ipp", {Language::cpp, ""}},
      {"tpp", {Language::cpp, ""}},
      {"txx", {Language::cpp, ""}},
      {"tcc", {Language::cpp, ""}},
  };
  return table;
}

/// Files that shells, build tools and package managers read by name.
const Table& by_file_name() {
  static const Table table{
      {".bashrc", {Language::shell, "bash"}},       {".bash_profile", {Language::shell, "bash"}},
      {".bash_login", {Language::shell, "bash"}},   {".bash_logout", {Language::shell, "bash"}},
      {".bash_aliases", {Language::shell, "bash"}}, {".envrc", {Language::shell, "bash"}},
      {"PKGBUILD", {Language::shell, "bash"}},      {"APKBUILD", {Language::shell, "sh"}},
      {".profile", {Language::shell, "sh"}},        {".kshrc", {Language::shell, "ksh"}},
      {".zshrc", {Language::shell, "zsh"}},         {".zshenv", {Language::shell, "zsh"}},
      {".zprofile", {Language::shell, "zsh"}},      {".zlogin", {Language::shell, "zsh"}},
      {".zlogout", {Language::shell, "zsh"}},       {"SConstruct", {Language::python, ""}},
      {"SConscript", {Language::python, ""}},       {"wscript", {Language::python, ""}},
  };
  return table;
}

/// Extensions that name another language or data: such files are not opened. Whatever is missing here
/// only costs a look at the first bytes.
bool foreign_extension(std::string_view extension) {
  static const std::set<std::string_view, std::less<>> table{
      "7z",   "a",    "adoc",  "avi",  "bin",  "bmp",  "bz2",  "class", "cmake", "cs",   "css",  "csv", "dll",
      "doc",  "docx", "el",    "exe",  "fish", "gif",  "go",   "gz",    "htm",   "html", "ico",  "jar", "java",
      "jpeg", "jpg",  "js",    "json", "jsx",  "kt",   "lock", "log",   "lua",   "m",    "map",  "md",  "mjs",
      "mm",   "mo",   "mp3",   "mp4",  "o",    "otf",  "pcm",  "pdf",   "php",   "pl",   "pm",   "png", "po",
      "ps1",  "pyc",  "pyd",   "r",    "rar",  "rb",   "rs",   "rst",   "scala", "so",   "sql",  "svg", "swift",
      "tar",  "tcl",  "tgz",   "tif",  "tiff", "toml", "ts",   "tsx",   "ttf",   "vue",  "wasm", "wav", "webm",
      "webp", "woff", "woff2", "xml",  "xz",   "yaml", "yml",  "zip",   "zst",
  };
  return table.contains(extension);
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Without the dot; empty where there is none. ".bashrc" has no extension.
std::string_view extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view{} : name.substr(dot + 1);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; });
  return out;
}

bool any_folder(std::string_view path, std::string_view folders) {
  return path.starts_with(folders) || path.find("/" + std::string(folders)) != std::string_view::npos;
}

/// Files of other programs that hold shell text; the dialect names the program. Empty for all others.
std::string_view host_dialect(std::string_view path) {
  const std::string_view name = file_name(path);
  const std::string_view extension = extension_of(name);
  const bool yaml = extension == "yml" || extension == "yaml";
  if (name == "Makefile" || name == "makefile" || name == "GNUmakefile" || extension == "mk") return "makefile";
  if (name.starts_with("Dockerfile") || name.starts_with("Containerfile") || extension == "dockerfile")
    return "dockerfile";
  if (yaml && (any_folder(path, ".github/workflows/") || name == "action.yml" || name == "action.yaml"))
    return "workflow";
  if (yaml && name.starts_with(".gitlab-ci")) return "gitlab";
  if (yaml && (name.starts_with("docker-compose") || name.starts_with("compose."))) return "compose";
  if (name == ".pre-commit-config.yaml" || name == ".pre-commit-hooks.yaml") return "pre-commit";
  if (name == "package.json") return "npm";
  if (extension == "service" || extension == "socket") return "unit";
  if (name == "crontab" || any_folder(path, "cron.d/")) return "crontab";
  return {};
}

}  // namespace

NameVerdict classify_name(std::string_view path) {
  const std::string_view name = file_name(path);
  if (const auto found = by_file_name().find(name); found != by_file_name().end())
    return {NameVerdict::Kind::known, found->second};
  if (const std::string_view host = host_dialect(path); !host.empty())
    return {NameVerdict::Kind::known, {Language::shell, std::string(host)}};
  const std::string_view extension = extension_of(name);
  // On Unix `.C` is C++, whereas `.c` is C.
  if (extension == "C") return {NameVerdict::Kind::known, {Language::cpp, ""}};
  const std::string folded = lower_case(extension);
  if (const auto found = by_extension().find(folded); found != by_extension().end())
    return {NameVerdict::Kind::known, found->second};
  return {foreign_extension(folded) ? NameVerdict::Kind::foreign : NameVerdict::Kind::unknown, {}};
}

Classification classify(std::string_view path, std::string_view first_bytes) {
  NameVerdict by_name = classify_name(path);
  const bool shell = by_name.classification.language == Language::shell && host_dialect(path).empty();
  if (by_name.kind == NameVerdict::Kind::foreign || (by_name.kind == NameVerdict::Kind::known && !shell))
    return by_name.classification;
  // What runs a script is its shebang: it names the dialect of a .sh file, and may name another language.
  Shebang shebang = read_shebang(first_bytes.substr(0, classify_bytes));
  return shebang.kind == Shebang::Kind::absent ? by_name.classification : shebang.classification;
}

}  // namespace procsafe
