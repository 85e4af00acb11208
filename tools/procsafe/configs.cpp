#include "configs.h"

#include <filesystem>
#include <memory>
#include <set>

namespace procsafe {
namespace fs = std::filesystem;

Configs::Configs(const CheckOptions& options) : preset_given_(options.preset.has_value()) {
  if (options.no_config) return;
  if (options.config.empty()) {
    finder_.emplace();
  } else {
    finder_.emplace(fs::path(options.config));
  }
}

void Configs::leave_out_excluded(FoundFiles& found) {
  if (off()) return;
  std::erase_if(found.files, [this](const FoundFile& file) {
    const fs::path path = file.absolute;
    const bool excluded = finder_->find(path)->excludes(path);
    return excluded && !file.named;
  });
}

void Configs::add_apis(Catalog& catalog) const {
  if (off()) return;
  std::set<Config::ApiFile> files;
  for (const std::shared_ptr<const Config>& config : finder_->found())
    files.insert(config->apis.begin(), config->apis.end());
  for (const Config::ApiFile& file : files) {
    catalog.add_apis(file.language, read_config_text(file.path), file.path.string());
  }
}

void Configs::apply(const SourceFile& file, JudgeOptions& judging) {
  if (off()) return;
  const std::shared_ptr<const Config> config = finder_->find(file.real_path);
  if (!preset_given_ && config->preset) judging.preset = *config->preset;
  judging.sanctioned = config->sanctions(file.real_path);
}

}  // namespace procsafe
