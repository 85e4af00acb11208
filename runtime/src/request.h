// A Command as the packet that starts it.
#pragma once

#include <procsafe/process_manager.h>

#include <cstddef>
#include <vector>

#include "unique_fd.h"
#include "wire/wire.h"

namespace procsafe {

struct Request {
  std::vector<std::byte> packet;  ///< wire::Spawn, then the payload unless it is in the memfd
  UniqueFd memfd;
  UniqueFd directory;
};

/// What every command of a manager gets.
struct RequestDefaults {
  milliseconds timeout{};
  StopPolicy stop;
  std::string_view run_id;
  std::uint32_t cgroups = 0;      ///< how many groups the command enters
  bool memory_in_cgroup = false;  ///< the memory limit needs no rlimit
};

/// Throws UsageError for a command that contradicts itself.
void check_command(const Command& command);

/// Throws UsageError for times and signals no escalation can have.
void check_policy(const StopPolicy& policy);

/// Looks the program up, opens the working directory and encodes. Throws SpawnError.
Request encode(const Command& command, const RequestDefaults& defaults);

}  // namespace procsafe
