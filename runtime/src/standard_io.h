// The descriptors a command gets as standard input, output and error, and the ends this program keeps.
#pragma once

#include <procsafe/process_manager.h>

#include "unique_fd.h"

namespace procsafe {

struct StandardIo {
  UniqueFd child[3];   ///< owned ends for the command; empty where a borrowed one is used
  int descriptors[3];  ///< what is sent
  UniqueFd input;      ///< write end of Input::pipe()
  UniqueFd output;     ///< read end for capture and lines, or the terminal's controlling side
  UniqueFd error;
};

/// Opens what the command asks for. Throws SpawnError naming the file and why.
StandardIo open_standard_io(const Command& command);

}  // namespace procsafe
