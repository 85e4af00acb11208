// Files of other programs that hold shell text: makefiles, container files, workflows, units, tables of cron.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/text.h"
#include "lower/lowering.h"

namespace procsafe {

/// What a host runs at one place: text that a shell reads, or the words of a command that runs without one.
struct HostCommand {
  std::vector<Text> words;  ///< of shell text the only one
  bool shell = true;
};

/// Finds the commands of a host file. Positions are those of `text`; what the host fills in is a hole.
using HostReader = std::vector<HostCommand> (*)(std::string_view text);

/// By the dialect that the source stage gives such files ("makefile", "workflow" …); null for a shell's own.
[[nodiscard]] HostReader find_host(std::string_view dialect);

[[nodiscard]] std::vector<HostCommand> read_makefile(std::string_view text);
[[nodiscard]] std::vector<HostCommand> read_container_file(std::string_view text);
[[nodiscard]] std::vector<HostCommand> read_workflow(std::string_view text);
[[nodiscard]] std::vector<HostCommand> read_pipeline_file(std::string_view text);
[[nodiscard]] std::vector<HostCommand> read_compose_file(std::string_view text);
[[nodiscard]] std::vector<HostCommand> read_hook_file(std::string_view text);
[[nodiscard]] std::vector<HostCommand> read_package_file(std::string_view text);
[[nodiscard]] std::vector<HostCommand> read_unit_file(std::string_view text);
[[nodiscard]] std::vector<HostCommand> read_cron_table(std::string_view text);

/// Lowers every command of a host file on its own, as the host runs it.
[[nodiscard]] FileFacts lower_host(const LowerInput& input, HostReader read);

}  // namespace procsafe
