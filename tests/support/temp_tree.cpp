#include "temp_tree.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace procsafe::test {
namespace fs = std::filesystem;

TempTree::TempTree() {
  std::string name = (fs::temp_directory_path() / "procsafe-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
  root_ = fs::canonical(name);
}

TempTree::~TempTree() {
  std::error_code ignored;
  for (const auto& entry :
       fs::recursive_directory_iterator(root_, fs::directory_options::skip_permission_denied, ignored)) {
    // A folder without rights could not be emptied.
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
      fs::permissions(entry.path(), fs::perms::owner_all, fs::perm_options::add, ignored);
  }
  fs::remove_all(root_, ignored);
}

std::string TempTree::write(std::string_view relative, std::string_view text) const {
  const fs::path file = root_ / relative;
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!out.flush()) throw std::runtime_error("write " + file.string());
  return file.string();
}

std::string TempTree::folder(std::string_view relative) const {
  fs::create_directories(root_ / relative);
  return path(relative);
}

void TempTree::link(std::string_view target, std::string_view relative) const {
  fs::create_directories((root_ / relative).parent_path());
  fs::create_symlink(target, root_ / relative);
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

InDirectory::InDirectory(const fs::path& path) : before_(fs::current_path()) { fs::current_path(path); }

InDirectory::~InDirectory() {
  std::error_code ignored;
  fs::current_path(before_, ignored);
}

}  // namespace procsafe::test
