// Starting the command of a spawn request.
#pragma once

#include <sys/types.h>

#include "packet.h"

namespace procsafe::kernel {

struct Launched {
  pid_t pid = -1;
  wire::Stage stage = wire::Stage::none;  ///< what failed
  int error = 0;                          ///< errno; 0: the command runs
};

/// Starts the command that `request` asks for, which is the one in `packet`; `traced`: as a tracee of the caller from
/// its first instruction on (trace.h). After a failure nothing of it is left.
Launched launch(const wire::Spawn& request, Packet& packet, bool traced);

}  // namespace procsafe::kernel
