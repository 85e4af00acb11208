#include "source/read.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>
#include <utility>

namespace procsafe {
namespace fs = std::filesystem;
namespace {

using Entry = std::pair<std::string_view, Classification>;

const std::map<std::string_view, Classification>& by_extension() {
  static const std::map<std::string_view, Classification> table{
      {".py", {Language::python, ""}},    {".pyi", {Language::python, ""}},     {".pyw", {Language::python, ""}},
      {".sh", {Language::shell, "sh"}},   {".bash", {Language::shell, "bash"}}, {".zsh", {Language::shell, "zsh"}},
      {".ksh", {Language::shell, "ksh"}}, {".dash", {Language::shell, "dash"}}, {".bats", {Language::shell, "bash"}},
      {".c", {Language::c, ""}},          {".h", {Language::cpp, ""}},          {".cc", {Language::cpp, ""}},
      {".cpp", {Language::cpp, ""}},      {".cxx", {Language::cpp, ""}},        {".c++", {Language::cpp, ""}},
      {".hh", {Language::cpp, ""}},       {".hpp", {Language::cpp, ""}},        {".hxx", {Language::cpp, ""}},
      {".h++", {Language::cpp, ""}},      {".inl", {Language::cpp, ""}},        {".ipp", {Language::cpp, ""}},
      {".tpp", {Language::cpp, ""}},
  };
  return table;
}

Classification by_shebang(std::string_view bytes) {
  if (!bytes.starts_with("#!")) return {};
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  for (const std::string_view shell : {"bash", "dash", "zsh", "ksh", "sh"}) {
    const std::size_t at = line.rfind(shell);
    if (at == std::string_view::npos) continue;
    const bool starts = line[at - 1] == '/' || line[at - 1] == ' ';
    const std::size_t end = at + shell.size();
    const bool ends = end == line.size() || line[end] == ' ' || line[end] == '\r' || line[end] == '\t';
    if (starts && ends) return {Language::shell, std::string(shell)};
  }
  if (line.find("python") != std::string_view::npos) return {Language::python, ""};
  return {};
}

std::string module_name(const fs::path& path) {
  std::string name = path.stem().string();
  fs::path folder = path.parent_path();
  std::error_code ignored;
  if (name == "__init__") name.clear();
  while (!folder.empty() && fs::exists(folder / "__init__.py", ignored)) {
    name = name.empty() ? folder.filename().string() : folder.filename().string() + "." + name;
    if (folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  return name;
}

}  // namespace

Classification classify(std::string_view path, std::string_view first_bytes) {
  const std::string extension = fs::path(path).extension().string();
  const auto found = by_extension().find(extension);
  if (found != by_extension().end()) return found->second;
  return extension.empty() ? by_shebang(first_bytes) : Classification{};
}

SourceFile source_from_text(std::string path, std::string text) {
  SourceFile file;
  const Classification found = classify(path, std::string_view(text).substr(0, 256));
  file.path = std::move(path);
  file.language = found.language;
  file.dialect = found.dialect;
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.erase(0, 3);
    file.byte_order_mark = true;
  }
  file.text = std::move(text);
  file.index_lines();
  return file;
}

SourceSet read_sources(const std::vector<std::string>& paths) {
  SourceSet set;
  std::map<std::string, fs::path> found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
        if (entry.is_regular_file(error)) found[entry.path().lexically_normal().generic_string()] = entry.path();
      }
    } else if (fs::exists(path, error)) {
      found[fs::path(path).lexically_normal().generic_string()] = path;
    } else {
      set.problems.push_back({path, "no such file or folder"});
    }
  }
  for (const auto& [name, path] : found) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
      set.problems.push_back({name, "cannot be opened"});
      continue;
    }
    SourceFile file = source_from_text(name, std::string(std::istreambuf_iterator<char>(in), {}));
    if (file.language == Language::none) continue;
    std::error_code ignored;
    file.real_path = fs::weakly_canonical(path, ignored);
    if (file.language == Language::python) file.module = module_name(file.real_path);
    set.files.push_back(std::move(file));
  }
  return set;
}

}  // namespace procsafe
