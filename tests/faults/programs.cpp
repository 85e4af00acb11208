#include "programs.h"

#include <stdlib.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace procsafe::faults {
namespace {

namespace fs = std::filesystem;

bool open_to_others(fs::path folder) {
  for (;; folder = folder.parent_path()) {
    if ((fs::status(folder).permissions() & fs::perms::others_exec) == fs::perms::none) return false;
    if (folder == folder.root_path()) return true;
  }
}

class Programs {
 public:
  Programs() : folder_(fs::read_symlink("/proc/self/exe").parent_path()) {
    if (!open_to_others(folder_)) copy();
  }
  ~Programs() {
    std::error_code ignored;
    if (copied_) fs::remove_all(folder_, ignored);
  }
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  [[nodiscard]] const fs::path& folder() const { return folder_; }
  [[nodiscard]] const fs::path& script() const { return script_; }

 private:
  void copy() {
    std::string name = (fs::temp_directory_path() / "procsafe-programs-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder like " + name);
    const fs::path from = folder_;
    folder_ = name;
    copied_ = true;
    fs::permissions(folder_, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
    for (const char* program : {"procsafe_host", "procsafe_tree", "procsafe_comparison_host", "procsafe-guard"})
      fs::copy_file(from / program, folder_ / program);
    const fs::path script = std::exchange(script_, folder_ / "comparison_host.py");
    fs::copy_file(script, script_);
  }

  fs::path folder_;
  fs::path script_{PROCSAFE_COMPARISON_SCRIPT};
  bool copied_ = false;
};

const Programs& found_programs() {
  static const Programs found;
  return found;
}

}  // namespace

const fs::path& programs() { return found_programs().folder(); }
const fs::path& comparison_script() { return found_programs().script(); }

}  // namespace procsafe::faults
