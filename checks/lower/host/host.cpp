#include "lower/host/host.h"

#include <array>
#include <utility>

#include "lower/host/text_lines.h"
#include "lower/tree.h"

namespace procsafe {
namespace {

/// Comments of all hosts but JSON begin with a hash.
void add_directives(const SourceFile& file, FileFacts& facts) {
  for (const HostLine& line : lines_of(file.text)) {
    const std::size_t hash = line.text.find('#');
    if (hash == std::string_view::npos || line.text.find("procsafe:", hash) == std::string_view::npos) continue;
    const Offset begin = line.begin + static_cast<Offset>(hash);
    add_directive(file, {begin, line.begin + static_cast<Offset>(line.text.size())}, facts);
  }
}

}  // namespace

HostReader find_host(std::string_view dialect) {
  static constexpr std::array<std::pair<std::string_view, HostReader>, 9> kHosts{{
      {"makefile", read_makefile},
      {"dockerfile", read_container_file},
      {"workflow", read_workflow},
      {"gitlab", read_pipeline_file},
      {"compose", read_compose_file},
      {"pre-commit", read_hook_file},
      {"npm", read_package_file},
      {"unit", read_unit_file},
      {"crontab", read_cron_table},
  }};
  for (const auto& [name, read] : kHosts) {
    if (name == dialect) return read;
  }
  return nullptr;
}

FileFacts lower_host(const LowerInput& input, HostReader read) {
  FileFacts facts;
  add_directives(input.file, facts);
  ShellContext context;
  context.path = input.file.path;
  for (const HostCommand& command : read(input.file.text)) {
    if (command.words.empty()) continue;
    if (command.shell) {
      static_cast<void>(input.shell.lower_script(command.words.front(), context, facts));
    } else {
      static_cast<void>(input.shell.lower_argv(command.words, context, facts));
    }
  }
  return facts;
}

}  // namespace procsafe
